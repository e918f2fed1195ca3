//! What a project may have read and written over: its own regular files, and no others. A pull
//! request may come from anybody.

use std::fs::{create_dir_all, read_to_string, write};
use std::path::Path;

use crate::projects::{Run, funnelc_in};

const SECRET: &str = "hunter2";

/// A project in `place/shop` that names these bodies, beside a folder with a secret.
fn shop(place: &Path, bodies: &[&str]) {
    let mut yaml = "version: 1
contacts:
  key: id
  tags: { values: [hot] }
  fields: { email: { type: email }, opt-in: { type: boolean } }
  addresses: { email: email }
  consent: { email: { field: opt-in, is: true } }
content:
"
    .to_owned();
    for (at, body) in bodies.iter().enumerate() {
        yaml += &format!("  letter-{at}: {{ kind: email, body: \"{body}\" }}\n");
    }
    for folder in ["shop/emails", "shop/.hidden", "elsewhere"] {
        create_dir_all(place.join(folder)).unwrap();
    }
    write(place.join("shop/funnelc.yaml"), yaml).unwrap();
    for file in [
        "shop/emails/ours.html",
        "shop/.hidden/token",
        "elsewhere/letter.html",
    ] {
        write(place.join(file), format!("{{{{ {SECRET} }}}}")).unwrap();
    }
}

/// The sentences of the findings.
fn told(ran: &Run) -> Vec<String> {
    let findings: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let all = findings["findings"].as_array().unwrap();
    let of = |code: &str| {
        all.iter()
            .filter(|it| it["code"] == code)
            .cloned()
            .collect::<Vec<_>>()
    };
    of("missing-file")
        .iter()
        .map(|it| it["message"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn only_regular_files_below_the_folder_are_read() {
    let place = tempfile::tempdir().unwrap();
    let outside = place.path().join("elsewhere/letter.html");
    let bodies = [
        "../elsewhere/letter.html",
        outside.to_str().unwrap(),
        "emails/../../elsewhere/letter.html",
        "link.html",
        "away/letter.html",
        ".hidden/token",
        "token",
        "pipe",
        "emails",
        "/dev/zero",
        "/proc/self/environ",
    ];
    shop(place.path(), &bodies);
    let shop = place.path().join("shop");
    let link = |to: &str, name: &str| std::os::unix::fs::symlink(to, shop.join(name)).unwrap();
    link("../elsewhere/letter.html", "link.html");
    link("../elsewhere", "away");
    link(".hidden/token", "token");
    rustix::fs::mkfifoat(rustix::fs::CWD, shop.join("pipe"), rustix::fs::Mode::RUSR).unwrap();
    let ran = funnelc_in(&shop, &["check", "--format", "json"]);
    let why = |body: &str| match body {
        "emails" | "pipe" => "it is no regular file",
        ".hidden/token" | "token" => "it is hidden, as is what begins with `.`",
        _ => "it lies outside of the project's folder",
    };
    let expected: Vec<_> = bodies
        .iter()
        .map(|body| format!("`{body}` is not read: {}", why(body)))
        .collect();
    let mut told = told(&ran);
    told.sort();
    let mut sorted = expected;
    sorted.sort();
    assert_eq!(told, sorted);
    assert!(!ran.out.contains(SECRET), "{}", ran.out);
}

#[test]
fn a_file_inside_is_read_also_by_a_link_to_it() {
    let place = tempfile::tempdir().unwrap();
    shop(
        place.path(),
        &[
            "emails/ours.html",
            "./emails/../emails/ours.html",
            "again.html",
        ],
    );
    std::os::unix::fs::symlink("emails/ours.html", place.path().join("shop/again.html")).unwrap();
    let ran = funnelc_in(&place.path().join("shop"), &["check", "--format", "json"]);
    assert_eq!(told(&ran), Vec::<String>::new());
    assert_eq!(
        ran.out.matches("unknown-field").count(),
        1,
        "it is one file, whatever it is called: {}",
        ran.out
    );
}

#[test]
fn a_project_that_is_a_link_to_somewhere_else_is_not_read() {
    let place = tempfile::tempdir().unwrap();
    shop(place.path(), &["emails/ours.html"]);
    let other = place.path().join("other");
    create_dir_all(&other).unwrap();
    std::os::unix::fs::symlink("../elsewhere/letter.html", other.join("funnelc.yaml")).unwrap();
    let ran = funnelc_in(&other, &["check", "funnelc.yaml"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(3), ""));
    assert_eq!(
        ran.err,
        "error: cannot read `funnelc.yaml`: it lies outside of the project's folder\n"
    );
}

#[test]
fn the_size_of_a_file_is_asked_before_it_is_read() {
    let place = tempfile::tempdir().unwrap();
    shop(place.path(), &["huge.html"]);
    let shop = place.path().join("shop");
    create_dir_all(shop.join("journeys")).unwrap();
    for name in ["huge.html", "journeys/huge.yaml"] {
        // A hole: a terabyte that takes no room, and that nobody could read.
        std::fs::File::create(shop.join(name))
            .unwrap()
            .set_len(1 << 40)
            .unwrap();
    }
    let ran = funnelc_in(&shop, &["check", "--format", "json"]);
    assert_eq!(ran.code, Some(1));
    assert_eq!(
        told(&ran),
        ["`huge.html` is not read: it has 1099511627776 bytes, 67108864 (64 MiB) are allowed"]
    );
    assert!(
        ran.out
            .contains("the file has 1099511627776 bytes, 16777216 (16 MiB) are allowed"),
        "{}",
        ran.out
    );
}

/// A path is followed folder by folder, each inside of the next: one of 40 KB would need more stack
/// than there is.
#[test]
fn a_path_has_a_longest_wherever_it_stands() {
    let place = tempfile::tempdir().unwrap();
    let long = format!("{}x", "a/".repeat(20_000));
    shop(place.path(), &[&long]);
    let shop = place.path().join("shop");
    let yaml = read_to_string(shop.join("funnelc.yaml")).unwrap();
    let others = [
        format!("segments: {{ s: {{ include: [{long}], exclude: [{long}] }} }}\n"),
        format!("checks: {{ baseline: {long} }}\n"),
        format!("variables: {{ v: {long} }}\n"),
    ];
    write(shop.join("funnelc.yaml"), yaml + &others.concat()).unwrap();
    let ran = funnelc_in(&shop, &["check", "--format", "json"]);
    let told = told(&ran);
    assert_eq!(told.len(), 4, "{ran:?}");
    let is_short = |it: &String| {
        it.len() < 400 && it.starts_with("`a/a/a/") && it.ends_with(" bytes, 4096 are allowed")
    };
    assert!(told.iter().all(is_short), "{told:#?}");
}

#[test]
fn what_a_project_names_is_held_once_and_comes_to_so_much_at_most() {
    let place = tempfile::tempdir().unwrap();
    shop(place.path(), &["emails/ours.html"]);
    let shop = place.path().join("shop");
    let project = |paths: &[&str]| {
        let segments = paths
            .iter()
            .enumerate()
            .map(|(at, path)| format!("  s{at}: {{ include: [\"{path}\"] }}\n"));
        "version: 1\ncontacts: { key: id }\nsegments:\n".to_owned() + &segments.collect::<String>()
    };
    for name in ["a", "b", "c", "d", "e"] {
        // Holes, which are looked at no further than their first byte.
        std::fs::File::create(shop.join(name))
            .unwrap()
            .set_len(64 << 20)
            .unwrap();
    }
    let too_much = |name: &str| {
        let why =
            "with its 67108864 bytes the files that the project names would come to more than";
        vec![format!("`{name}` is not read: {why} 268435456 (256 MiB)")]
    };
    for (paths, refused) in [
        (["a", "b", "c", "d", "e"], "e"),
        (["a", "./a", ".//a", "././a", "a"], "a"),
    ] {
        write(shop.join("funnelc.yaml"), project(&paths)).unwrap();
        let ran = funnelc_in(&shop, &["check", "--format", "json"]);
        assert_eq!(told(&ran), too_much(refused));
        assert_eq!(ran.out.matches("has NUL bytes").count(), 4, "{}", ran.out);
    }
}

#[test]
fn a_baseline_is_written_over_nothing_but_a_baseline_of_the_project() {
    let place = tempfile::tempdir().unwrap();
    shop(place.path(), &["emails/ours.html"]);
    let shop = place.path().join("shop");
    write(shop.join("contacts.csv"), "id\n1\n").unwrap();
    std::os::unix::fs::symlink("../elsewhere/letter.html", shop.join("link-baseline.yaml"))
        .unwrap();
    std::os::unix::fs::symlink("../elsewhere/baseline.yaml", shop.join("no-baseline.yaml"))
        .unwrap();
    std::os::unix::fs::symlink("../elsewhere", shop.join("away")).unwrap();
    let outside = place.path().join("elsewhere/baseline.yaml");
    create_dir_all(shop.join("inner")).unwrap();
    write(shop.join("inner/funnelc.yaml"), "version: 1\n").unwrap();
    let project = |baseline: &str| {
        format!(
            "version: 1\nchecks: {{ baseline: \"{baseline}\" }}\ncontacts: \
                {{ key: id, tags: {{ values: [a] }} }}\n"
        )
    };
    let named = [
        "funnelc.yaml",
        "contacts.csv",
        "../elsewhere/baseline.yaml",
        "link-baseline.yaml",
        "no-baseline.yaml",
        "away/baseline.yaml",
        ".git/hooks/baseline.yaml",
        // Such as a program of this folder reads and obeys.
        "GNUmakefile",
        "journeys/x.yaml",
        "inner/baseline.yaml",
    ];
    for baseline in named.into_iter().chain([outside.to_str().unwrap()]) {
        write(shop.join("funnelc.yaml"), project(baseline)).unwrap();
        let ran = funnelc_in(&shop, &["check", "--write-baseline", "funnelc.yaml"]);
        assert_eq!(ran.code, Some(2), "{baseline}: {}", ran.err);
        assert!(
            ran.err
                .contains("help: name a new file in the project's folder"),
            "{baseline}: {}",
            ran.err
        );
        assert_eq!(
            read_to_string(shop.join("funnelc.yaml")).unwrap(),
            project(baseline)
        );
    }
    assert_eq!(
        read_to_string(shop.join("contacts.csv")).unwrap(),
        "id\n1\n"
    );
    assert!(
        read_to_string(place.path().join("elsewhere/letter.html"))
            .unwrap()
            .contains(SECRET)
    );
    assert!(!outside.exists());
    write(shop.join("funnelc.yaml"), project("known-baseline.yaml")).unwrap();
    for _again in 0..2 {
        let ran = funnelc_in(&shop, &["check", "--write-baseline", "funnelc.yaml"]);
        assert_eq!(ran.code, Some(0), "{}", ran.err);
    }
}

#[test]
fn a_result_is_not_written_over_what_this_command_read_or_the_project_names() {
    let place = tempfile::tempdir().unwrap();
    let at = |name: &str| place.path().join(name);
    let yaml = "version: 1
contacts: { key: id, tags: { values: [hot] } }
content: { x: { kind: email, body: texts/a.html }, y: { kind: email, body: texts/b.bin } }
segments: { m: { include: [m.txt] } }
";
    create_dir_all(at("texts")).unwrap();
    for (file, text) in [
        ("funnelc.yaml", yaml),
        ("texts/a.html", "Hello"),
        ("m.txt", "1\n"),
        ("people", "id\n1\n"),
        ("key", "0123456789abcdef0123456789abcdef"),
    ] {
        write(at(file), text).unwrap();
    }
    write(at("texts/b.bin"), b"\xff").unwrap();
    let run = "run . --contacts people --now 2026-11-21T09:00 --out out --state st";
    let fine = "version: 1\ncontacts: { key: id, tags: { values: [hot] } }\n";
    create_dir_all(at("other")).unwrap();
    write(at("other/funnelc.yaml"), fine).unwrap();
    let plan = funnelc_in(place.path(), &["plan", "other", "-o", "plan.json"]);
    assert_eq!(plan.code, Some(0), "{}", plan.err);
    let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let of = |line: &str| {
        let words = words(line);
        funnelc_in(
            place.path(),
            &words.iter().map(String::as_str).collect::<Vec<_>>(),
        )
    };
    let ran = of(&run.replace("run .", "run other"));
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    std::fs::hard_link(at("texts/a.html"), at("same")).unwrap();
    std::os::unix::fs::symlink("texts", at("link")).unwrap();
    let compare = "diff other other --now 2026-11-21T09:00 --contacts";
    for (line, file) in [
        ("graph . -o texts/a.html", "texts/a.html"),
        ("graph . -o ./link/../texts/a.html", "texts/a.html"),
        ("graph . -o link/a.html", "texts/a.html"),
        ("graph . -o same", "same"),
        // It cannot be read, and the project names it.
        ("graph . -o texts/b.bin", "texts/b.bin"),
        ("graph . -o m.txt", "m.txt"),
        ("plan other -o out/contacts.csv", "out/contacts.csv"),
        ("plan other -o out/run.json", "out/run.json"),
        ("plan other -o out/metrics.json", "out/metrics.json"),
        ("graph other -o st/CURRENT", "st/CURRENT"),
        ("schema -o st/lock", "st/lock"),
        ("diff plan.json other -o plan.json", "plan.json"),
        (&format!("{compare} people -o people"), "people"),
        (&format!("{compare} people --hash-key key -o key"), "key"),
    ] {
        let before = std::fs::read(at(file)).unwrap();
        let ran = of(line);
        let told = ran.code == Some(2) && ran.err.contains("would write over a");
        assert!(told, "{line}: {:?} {}", ran.code, ran.err);
        assert_eq!(std::fs::read(at(file)).unwrap(), before, "{line}");
    }
    for line in [
        "graph . -o new.html",
        "graph . -o new.html",
        "plan other -o plan.json",
    ] {
        assert!(!of(line).err.contains("would write over"), "{line}");
    }
    assert!(at("new.html").is_file(), "a result may be made anew");
}

#[test]
fn a_result_is_not_written_over_what_funnelc_reads() {
    let place = tempfile::tempdir().unwrap();
    shop(place.path(), &["emails/ours.html"]);
    let shop = place.path().join("shop");
    write(shop.join("contacts.csv"), "id\n1\n").unwrap();
    let before = read_to_string(shop.join("funnelc.yaml")).unwrap();
    for file in ["funnelc.yaml", "contacts.csv"] {
        let ran = funnelc_in(&shop, &["graph", "-o", file]);
        assert_eq!(ran.code, Some(2), "{}", ran.err);
        assert!(ran.err.contains("would write over a file"), "{}", ran.err);
    }
    assert_eq!(read_to_string(shop.join("funnelc.yaml")).unwrap(), before);
    assert_eq!(
        read_to_string(shop.join("contacts.csv")).unwrap(),
        "id\n1\n"
    );
}

/// Patterns are held against the name of each file: what that costs has a limit, and paths, of
/// which a project may name thousands, are looked up.
#[test]
fn include_takes_any_number_of_paths_and_few_patterns() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let said = |include: &[String]| {
        let include = serde_json::to_string(include).unwrap();
        let project = format!("version: 1\ncontacts: {{ key: id }}\ninclude: {include}\n");
        write("funnelc.yaml", &project);
        funnelc_in(folder.path(), &["check"])
    };
    let paths: Vec<_> = (0..300).map(|at| format!("part-of-it-{at}.yaml")).collect();
    paths.iter().for_each(|path| write(path, "version: 1\n"));
    let taken = said(&paths);
    assert_eq!(taken.code, Some(0), "{}", taken.err);
    assert!(taken.out.contains("and 300 more files"), "{}", taken.out);
    let pattern = said(&["./part-of-it-*.yaml".to_owned(), paths[0].clone()]);
    assert_eq!(pattern.out, taken.out);
    let long = format!("{}*", "x".repeat(400));
    let gone = said(std::slice::from_ref(&long));
    assert_eq!(gone.code, Some(3));
    assert!(gone.err.contains("matches no file") && gone.err.len() < 300);
    let many: Vec<_> = (0..11).map(|at| format!("{at}{long}")).collect();
    let refused = said(&many);
    assert_eq!(refused.code, Some(3));
    let told = "the patterns of `include` have more than 4096 bytes together";
    assert!(refused.err.contains(told), "{}", refused.err);
}

/// There are patterns of which all is looked at for each letter of a path: many of both are told,
/// and not tried.
#[test]
fn patterns_and_the_paths_of_files_have_a_product_that_is_not_too_large() {
    let folder = tempfile::tempdir().unwrap();
    for at in 0..1100 {
        let name = format!("{at:0>245}.yaml");
        std::fs::write(folder.path().join(name), "version: 1\n").unwrap();
    }
    let said = |count: usize| {
        let patterns: Vec<_> = (0..count)
            .map(|at| format!("\"**/{at}*a{}*\"", "?".repeat(390)))
            .collect();
        let project = format!(
            "version: 1\ncontacts: {{ key: id }}\ninclude: [{}]\n",
            patterns.join(", ")
        );
        write(folder.path().join("funnelc.yaml"), project).unwrap();
        funnelc_in(folder.path(), &["check"]).err
    };
    let told = said(10);
    assert!(told.contains("that is too much to compare"), "{told}");
    assert!(said(1).contains("matches no file"));
}
