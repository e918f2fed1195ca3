//! Links that somebody else may have put there: none is followed that nobody named, and nothing is
//! written through one.

use std::fs::{create_dir_all, read_to_string, write};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::projects::{funnelc_in, root};

const PROJECT: &str = "version: 1\ncontacts: { key: id, tags: { values: [hot] } }\n";
const WRONG: &str = "version: 1\ncontacts: { key: id }\nsegments: \
    { s: { where: { field: secret-word, is: 1 } } }\n";

/// A checkout with the project `shop`, beside what is not of it.
fn checkout(place: &Path) {
    for folder in ["checkout/shop/journeys", "elsewhere/journeys"] {
        create_dir_all(place.join(folder)).unwrap();
    }
    write(place.join("checkout/shop/funnelc.yaml"), PROJECT).unwrap();
    write(place.join("elsewhere/funnelc.yaml"), WRONG).unwrap();
    write(place.join("elsewhere/journeys/more.yaml"), WRONG).unwrap();
    write(place.join("elsewhere/victim"), "precious").unwrap();
}

#[test]
fn walking_follows_no_link() {
    let place = tempfile::tempdir().unwrap();
    let at = |name: &str| place.path().join(name);
    checkout(place.path());
    symlink("../elsewhere", at("checkout/link")).unwrap();
    symlink(
        "../../../elsewhere/journeys/more.yaml",
        at("checkout/shop/journeys/more.yaml"),
    )
    .unwrap();
    symlink(
        "../../../elsewhere/journeys",
        at("checkout/shop/journeys/deep"),
    )
    .unwrap();
    for args in [
        &["check"][..],
        &["check", "."],
        &["check", "shop"],
        &["check", "--format", "json", "."],
    ] {
        let ran = funnelc_in(&at("checkout"), args);
        assert!(
            ran.code == Some(0) || args.len() == 1,
            "{args:?}: {}{}",
            ran.out,
            ran.err
        );
        assert!(
            !format!("{}{}", ran.out, ran.err).contains("secret-word"),
            "{args:?}: {}",
            ran.out
        );
    }
    let named = funnelc_in(&at("checkout"), &["check", "link"]);
    assert!(
        named.code == Some(1) && named.out.contains("secret-word"),
        "who names a link means it: {}",
        named.out
    );
}

#[test]
fn a_link_in_the_place_of_a_project_is_told_where_one_is_looked_for() {
    let place = tempfile::tempdir().unwrap();
    checkout(place.path());
    let here = place.path().join("checkout");
    create_dir_all(here.join("forged/deep")).unwrap();
    let linked = |name: &str| {
        format!(
            "error: `{name}funnelc.yaml` is a link, and no project is found through one\n  \
             help: put the file itself in its place, or take the link away\n"
        )
    };
    let told = |at: &str, args: &[&str], name: &str| {
        let ran = funnelc_in(&here.join(at), args);
        assert_eq!((ran.code, ran.out.as_str()), (Some(3), ""), "{at} {args:?}");
        assert_eq!(ran.err, linked(name), "{at} {args:?}");
    };
    let link = here.join("forged/funnelc.yaml");
    symlink("../../elsewhere/funnelc.yaml", &link).unwrap();
    told("", &["check", "."], "forged/");
    told("", &["check", "forged"], "forged/");
    told("", &["graph", "forged"], "forged/");
    told("forged", &["plan"], "");
    // In the folder itself, beside a project below it.
    std::fs::remove_file(link).unwrap();
    symlink("shop/funnelc.yaml", here.join("funnelc.yaml")).unwrap();
    told("", &["check", "."], "");
    let named = funnelc_in(&here, &["check", "funnelc.yaml"]);
    assert_eq!(
        named.code,
        Some(0),
        "who names a link means it: {}",
        named.err
    );
}

#[test]
fn no_link_leads_what_is_written_out_of_the_working_folder() {
    let place = tempfile::tempdir().unwrap();
    let place = place.path().canonicalize().unwrap();
    let at = |name: &str| place.join(name);
    checkout(&place);
    write(at("checkout/people.csv"), "id\n1\n").unwrap();
    symlink("../elsewhere", at("checkout/away")).unwrap();
    symlink("away", at("checkout/further")).unwrap();
    symlink("../nowhere", at("checkout/dangling")).unwrap();
    create_dir_all(at("checkout/inside")).unwrap();
    symlink("inside", at("checkout/near")).unwrap();
    let before = std::fs::read_dir(at("elsewhere")).unwrap().count();
    let run = |named: &[&str]| {
        let base = [
            "run",
            "shop",
            "--contacts",
            "people.csv",
            "--now",
            "2026-11-21T09:00",
        ];
        funnelc_in(&at("checkout"), &[&base, named].concat())
    };
    let plan = |to: &str| funnelc_in(&at("checkout"), &["plan", "shop", "-o", to]);
    for link in ["away", "further", "near/../away", "./shop/../away"] {
        let to = format!("{link}/new");
        for ran in [
            plan(&to),
            run(&["--out", &to]),
            run(&["--out", "o", "--state", &to]),
        ] {
            assert_ne!(ran.code, Some(0), "{to}: {}{}", ran.out, ran.err);
            let end = at("elsewhere/new");
            let said = format!(
                "`{link}` is a link and leads out of the working folder; write `{}`",
                end.display()
            );
            assert!(
                ran.err.replace('\n', " ").contains(&said),
                "{to}: {}",
                ran.err
            );
        }
        let rejects = run(&["--out", "o", "--rejects", &to]);
        assert_ne!(rejects.code, Some(0), "{}", rejects.err);
    }
    assert_ne!(run(&["--out", "dangling"]).code, Some(0));
    assert!(!at("nowhere").exists());
    assert_eq!(
        std::fs::read_dir(at("elsewhere")).unwrap().count(),
        before,
        "nothing was written there"
    );
    let real = at("elsewhere/plan.json");
    for to in [
        "near/plan.json",
        "../elsewhere/plan.json",
        real.to_str().unwrap(),
        at("checkout/away/p").to_str().unwrap(),
    ] {
        let ran = plan(to);
        assert_eq!(ran.code, Some(0), "{to}: {}", ran.err);
    }
    assert_eq!(
        run(&["--out", "near/run", "--state", "near/state"]).code,
        Some(0)
    );
}

#[test]
fn nothing_is_written_through_a_link() {
    let place = tempfile::tempdir().unwrap();
    let at = |name: &str| place.path().join(name);
    checkout(place.path());
    let contacts = root().join("examples/webshop/contacts.csv");
    let commands: [&[&str]; 6] = [
        &["graph", "shop", "-o", "x"],
        &["plan", "shop", "-o", "x"],
        &["diff", "shop", "shop", "-o", "x"],
        &["check", "shop", "--write-baseline"],
        &["schema", "-o", "x"],
        &[
            "run",
            "shop",
            "--contacts",
            contacts.to_str().unwrap(),
            "--rejects",
            "x",
            "--out",
            "out",
        ],
    ];
    for to in [
        "../elsewhere/victim",
        "../elsewhere/new",
        "nowhere/new",
        "shop/funnelc.yaml",
    ] {
        for link in ["checkout/x", "checkout/shop/funnelc-baseline.yaml"] {
            symlink(at("checkout").join(to), at(link)).unwrap();
        }
        for command in commands {
            let ran = funnelc_in(&at("checkout"), command);
            assert!(
                matches!(ran.code, Some(1..=3)),
                "{command:?} to {to}: {}{}",
                ran.out,
                ran.err
            );
            assert!(!at("elsewhere/new").exists(), "{command:?} to {to}");
        }
        let drawn = funnelc_in(&at("checkout"), commands[0]);
        assert!(
            drawn.err.contains(
                "cannot write `x`: it is a link, which could lead anywhere; name the file"
            ),
            "{}",
            drawn.err
        );
        for link in ["checkout/x", "checkout/shop/funnelc-baseline.yaml"] {
            assert!(at(link).is_symlink(), "{link} to {to}");
            std::fs::remove_file(at(link)).unwrap();
        }
    }
    assert_eq!(read_to_string(at("elsewhere/victim")).unwrap(), "precious");
    assert_eq!(
        read_to_string(at("checkout/shop/funnelc.yaml")).unwrap(),
        PROJECT
    );
}

#[test]
fn a_new_project_is_not_written_through_a_link() {
    let place = tempfile::tempdir().unwrap();
    let at = |name: &str| place.path().join(name);
    checkout(place.path());
    create_dir_all(at("checkout/new")).unwrap();
    for (link, to) in [
        ("funnelc.yaml", "../../elsewhere/new"),
        ("mails", "../../elsewhere"),
        ("staff.csv", "../../elsewhere/victim"),
    ] {
        let link = at("checkout/new").join(link);
        symlink(to, &link).unwrap();
        let ran = funnelc_in(&at("checkout"), &["init", "new", "--template", "welcome"]);
        assert!(
            ran.code == Some(3) && ran.err.contains("is there already, as a link"),
            "{}",
            ran.err
        );
        std::fs::remove_file(link).unwrap();
        assert_eq!(
            std::fs::read_dir(at("checkout/new")).unwrap().count(),
            0,
            "nothing is begun"
        );
    }
    assert_eq!(std::fs::read_dir(at("elsewhere")).unwrap().count(), 3);
    symlink("new", at("checkout/named")).unwrap();
    let named = funnelc_in(&at("checkout"), &["init", "named"]);
    assert_eq!(
        named.code,
        Some(0),
        "the folder itself is one that the caller names: {}",
        named.err
    );
}

#[test]
fn links_and_devices_of_the_system_are_written_directly() {
    let place = tempfile::tempdir().unwrap();
    checkout(place.path());
    let draw = |to: &str, out: Stdio| {
        let args = ["graph", "checkout/shop", "-o", to];
        Command::new(env!("CARGO_BIN_EXE_funnelc"))
            .args(args)
            .current_dir(&place)
            .stdout(out)
            .output()
            .unwrap()
    };
    let piped = draw("/dev/stdout", Stdio::piped());
    assert!(
        piped.status.success()
            && piped.stdout.starts_with(b"---") | piped.stdout.starts_with(b"flowchart"),
        "{piped:?}"
    );
    assert!(draw("/dev/null", Stdio::null()).status.success());
    let path = place.path().join("log");
    write(&path, "before\n").unwrap();
    let log = std::fs::OpenOptions::new()
        .append(true)
        .open(&path)
        .unwrap();
    assert!(draw("/dev/stdout", Stdio::from(log)).status.success());
    let held = read_to_string(&path).unwrap();
    assert!(
        held.starts_with("before\n") && held.contains("flowchart"),
        "{held}"
    );
}

#[test]
fn a_folder_in_the_place_of_a_project_is_told_where_one_is_looked_for() {
    let place = tempfile::tempdir().unwrap();
    checkout(place.path());
    let here = place.path().join("checkout");
    create_dir_all(here.join("shop/forged/funnelc.yaml")).unwrap();
    let told =
        "is a folder, and has the name of a project's file\n  help: give the folder another name\n";
    for (at, args) in [
        ("", &["check", "."][..]),
        ("", &["graph", "shop/forged"]),
        ("shop/forged", &["plan"]),
        (
            "",
            &["diff", "shop", "--project", "shop/forged/funnelc.yaml"],
        ),
    ] {
        let ran = funnelc_in(&here.join(at), args);
        assert_eq!(ran.code, Some(3), "{args:?}: {}", ran.out);
        assert!(ran.err.ends_with(told), "{args:?}: {}", ran.err);
    }
}
