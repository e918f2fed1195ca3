//! Versions from folders, plan files and git revisions; the work tree and the state stay as they
//! were.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use super::{edited, webshop};
use crate::projects::{Run, funnelc_in, funnelc_with, run_arguments};

fn git(folder: &Path, arguments: &[&str]) {
    let name = [
        "-c",
        "user.name=A",
        "-c",
        "user.email=a@example.com",
        "-c",
        "commit.gpgsign=false",
    ];
    let status = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(name)
        .args(arguments)
        .output()
        .expect("git starts");
    assert!(
        status.status.success(),
        "{}",
        String::from_utf8_lossy(&status.stderr)
    );
}

/// A repository with two commits of a project in the folder `shop`, in two files.
fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let (yaml, contacts) = webshop();
    let (head, campaigns) = yaml.split_at(yaml.find("\ncampaigns:").expect("there"));
    git(folder.path(), &["init", "-q", "-b", "main"]);
    let shop = folder.path().join("shop");
    std::fs::create_dir_all(shop.join("journeys")).expect("made");
    std::fs::write(shop.join("contacts.csv"), contacts).expect("written");
    for (name, head, campaigns) in [
        ("first", head.to_owned(), campaigns.to_owned()),
        (
            "second",
            edited(head, &[("at-least: 500", "at-least: 50")]),
            edited(campaigns, &[("7 days", "3 days")]),
        ),
    ] {
        std::fs::write(shop.join("funnelc.yaml"), head).expect("written");
        std::fs::write(shop.join("journeys/campaigns.yaml"), campaigns).expect("written");
        git(folder.path(), &["add", "-A"]);
        git(folder.path(), &["commit", "-q", "-m", name]);
    }
    folder
}

/// All files below a folder with what they hold.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = walkdir::WalkDir::new(folder)
        .into_iter()
        .map(|entry| entry.expect("readable"));
    let files = entries.filter(|entry| entry.file_type().is_file());
    files
        .map(|file| {
            (
                file.path().display().to_string(),
                std::fs::read(file.path()).expect("read"),
            )
        })
        .collect()
}

/// The report without its last lines, which name the versions.
fn nameless(run: &Run) -> String {
    assert_eq!(run.err, "");
    let (report, _) = run.out.split_once("<sub>").expect("the names stand last");
    report.to_owned()
}

#[test]
fn a_revision_gives_what_folders_and_plans_give() {
    let repository = repository();
    let root = repository.path();
    let outside = tempfile::tempdir().expect("a folder");
    let old = outside.path().join("old");
    let checkout = format!("--prefix={}/", old.display());
    git(root, &["read-tree", "HEAD~1"]);
    git(root, &["checkout-index", "-a", &checkout]);
    git(root, &["read-tree", "HEAD"]);
    let plan = outside.path().join("old.json");
    let made = funnelc_in(
        &old.join("shop"),
        &["plan", "-o", plan.to_str().expect("UTF-8")],
    );
    assert_eq!(made.code, Some(0), "{}", made.err);
    let before = files(root);
    let contacts = [
        "--contacts",
        "contacts.csv",
        "--now",
        "2026-11-21T09:00",
        "--format",
        "markdown",
    ];
    let diff = |versions: &[&str]| {
        let run = funnelc_in(
            &root.join("shop"),
            &[&["diff"], versions, &contacts].concat(),
        );
        assert_eq!(run.code, Some(0), "{}", run.err);
        nameless(&run)
    };
    let folders = diff(&[old.join("shop").to_str().expect("UTF-8"), "."]);
    assert!(folders.contains("wait 7 days"), "{folders}");
    assert_eq!(diff(&["HEAD~1"]), folders);
    assert_eq!(diff(&["HEAD~1", "main"]), folders);
    assert_eq!(diff(&[plan.to_str().expect("UTF-8"), "main"]), folders);
    assert_eq!(
        diff(&["HEAD~1", "--project", "../shop/funnelc.yaml"]),
        folders
    );
    assert_eq!(files(root), before, "nothing is left behind");
}

#[test]
fn a_state_is_only_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let (yaml, contacts) = webshop();
    std::fs::write(folder.path().join("contacts.csv"), contacts).expect("written");
    std::fs::write(folder.path().join("a.yaml"), &yaml).expect("written");
    std::fs::write(
        folder.path().join("b.yaml"),
        edited(&yaml, &[("send: coupon-10", "send: coupon-20")]),
    )
    .expect("written");
    let run = |arguments: &[&str]| funnelc_in(folder.path(), arguments);
    let first = run_arguments("a.yaml", "2026-11-21T09:00", &["--state", "state"]);
    assert_eq!(run(&first).code, Some(0));
    let before = files(folder.path());
    let week = [
        "--contacts",
        "contacts.csv",
        "--state",
        "state",
        "--now",
        "2026-11-28T09:00",
    ];
    let compared = run(&[&["diff", "a.yaml", "b.yaml"], &week[..]].concat());
    assert_eq!((compared.code, compared.err.as_str()), (Some(0), ""));
    assert!(
        compared
            .out
            .starts_with("4 of 34 contacts newly get `coupon-20`"),
        "{}",
        compared.out
    );
    let without = run(&[
        "diff",
        "a.yaml",
        "b.yaml",
        "--contacts",
        "contacts.csv",
        "--state",
        "none",
    ]);
    assert_eq!(without.code, Some(3));
    assert_eq!(
        files(folder.path()),
        before,
        "neither the state nor anything else was touched"
    );
}

#[test]
fn what_is_touched_fails_the_command() {
    let folder = tempfile::tempdir().expect("a folder");
    let (yaml, contacts) = webshop();
    std::fs::write(folder.path().join("contacts.csv"), contacts).expect("written");
    std::fs::write(folder.path().join("a.yaml"), &yaml).expect("written");
    std::fs::write(
        folder.path().join("b.yaml"),
        edited(&yaml, &[("wait: 60 days", "wait: 50 days")]),
    )
    .expect("written");
    std::fs::write(folder.path().join("bad.yaml"), "version: 2\n").expect("written");
    let code =
        |arguments: &[&str]| funnelc_in(folder.path(), &[&["diff"], arguments].concat()).code;
    assert_eq!(code(&["a.yaml", "b.yaml"]), Some(0));
    assert_eq!(code(&["a.yaml", "b.yaml", "--fail-on", "any"]), Some(1));
    assert_eq!(code(&["a.yaml", "a.yaml", "--fail-on", "any"]), Some(0));
    let written = |what| code(&["a.yaml", "b.yaml", "--fail-on", what]);
    for what in ["audience", "messages", "stages", "data", "actions", "ahead"] {
        assert_eq!(written(what), Some(1), "anything can follow: {what}");
    }
    assert_eq!(written("checks"), Some(0));
    let subject = [(
        "{ kind: email } # text only, short",
        "{ kind: email, subject: Hi }",
    )];
    std::fs::write(folder.path().join("c.yaml"), edited(&yaml, &subject)).expect("written");
    let subject = |what| code(&["a.yaml", "c.yaml", "--fail-on", what]);
    assert_eq!(
        (subject("messages"), subject("audience,data")),
        (Some(1), Some(0))
    );
    assert_eq!(
        code(&["a.yaml", "b.yaml", "--fail-on", "audience,messages"]),
        Some(1)
    );
    let contacts = [
        "--contacts",
        "contacts.csv",
        "--now",
        "2026-11-21T09:00",
        "--fail-on",
    ];
    let touches = |what| code(&[&["a.yaml", "b.yaml"], &contacts[..], &[what]].concat());
    assert_eq!(
        touches("stages,data,actions,audience"),
        Some(0),
        "nobody is elsewhere or another one now"
    );
    assert_eq!(
        (touches("messages"), touches("ahead")),
        (Some(1), Some(1)),
        "what is on the way comes at another time"
    );
    assert_eq!(code(&["a.yaml", "bad.yaml"]), Some(1));
    assert_eq!(code(&["a.yaml", "no-such-thing"]), Some(3));
}

#[test]
fn a_base_from_before_the_environment_is_compared_as_it_is_and_the_report_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let (yaml, _) = webshop();
    let with = format!(
        "{yaml}environments: {{ staging: {{ campaigns: {{ win-back: {{ published: false }} }} }} }}\n"
    );
    std::fs::write(folder.path().join("old.yaml"), &yaml).expect("written");
    std::fs::write(folder.path().join("new.yaml"), with).expect("written");
    let run = |arguments: &[&str]| {
        funnelc_in(
            folder.path(),
            &[&["diff"], arguments, &["--env", "staging"]].concat(),
        )
    };
    let note =
        "`old.yaml` has no environment `staging` and is compared as it is, without an environment";
    let text = run(&["old.yaml", "new.yaml"]);
    assert_eq!((text.code, text.err.as_str()), (Some(0), ""));
    let told = text.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        told.contains(&format!("* {note}")) && told.contains("published"),
        "{}",
        text.out
    );
    let markdown = run(&["old.yaml", "new.yaml", "--format", "markdown"]).out;
    assert!(markdown.contains(&format!("\n> {note}\n")), "{markdown}");
    let json = run(&["old.yaml", "new.yaml", "--format", "json"]).out;
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["notes"], serde_json::json!([note]));
    let both = run(&["new.yaml", "new.yaml", "--format", "json"]).out;
    assert!(
        both.contains("\"notes\": []") && both.contains("\"changes\": []"),
        "{both}"
    );
    let lost = run(&["new.yaml", "old.yaml"]);
    assert!(
        lost.code == Some(1) && lost.err.contains("there is no environment `staging`"),
        "{lost:?}"
    );
}

#[test]
fn a_name_that_is_nothing_is_answered_by_what_may_be_meant() {
    let repository = repository();
    let run = funnelc_in(&repository.path().join("shop"), &["diff", "mian"]);
    assert!(
        run.code == Some(3) && run.err.contains("did you mean `main`?"),
        "{run:?}"
    );
    let other = funnelc_in(&repository.path().join("shop"), &["diff", "release-7"]);
    assert!(other.err.contains("there are `main`"), "{other:?}");
    let root = funnelc_in(repository.path(), &["diff", "main"]);
    assert!(
        root.code == Some(3) && root.err.contains("--project shop"),
        "{root:?}"
    );
    let outside = tempfile::tempdir().expect("a folder");
    std::fs::write(outside.path().join("funnelc.yaml"), webshop().0).expect("written");
    let run = funnelc_in(outside.path(), &["diff", "main"]);
    assert!(
        run.code == Some(3) && run.err.contains("no git repository"),
        "{run:?}"
    );
}

#[test]
fn a_base_that_is_a_revision_only_is_not_shadowed_by_files() {
    let repository = repository();
    let (root, shop) = (repository.path(), repository.path().join("shop"));
    let run = |arguments: &[&str]| {
        funnelc_in(
            &shop,
            &[&["diff"], arguments, &["--fail-on", "any"]].concat(),
        )
    };
    let base = said(root, &["rev-parse", "HEAD~1"]);
    let honest = run(&["--base", &base]);
    assert!(
        honest.code == Some(1) && honest.out.contains("wait 7 days"),
        "{honest:?}"
    );
    // What a pull request could add so that its change is compared with itself.
    for name in [base.as_str(), &base[..7], "main~1", "HEAD"] {
        let folder = shop.join(name);
        std::fs::create_dir_all(&folder).expect("made");
        std::fs::write(folder.join("funnelc.yaml"), webshop().0).expect("written");
    }
    git(root, &["branch", &base[..7], "main"]);
    assert_eq!(run(&["--base", &base]).out, honest.out);
    assert_eq!(run(&["--base", "main~1"]).code, Some(1));
    let head = run(&["--base", "HEAD"]);
    assert_eq!(
        (head.code, head.err.as_str()),
        (Some(0), ""),
        "{}",
        head.out
    );
}

#[test]
fn a_base_is_what_its_hash_says_and_not_what_was_put_in_its_place() {
    let repository = repository();
    let root = repository.path();
    git(root, &["replace", "HEAD~1", "HEAD"]);
    let run = funnelc_in(root, &["diff", "--base", "HEAD~1", "--project", "shop"]);
    assert!(
        run.code == Some(0) && run.out.contains("wait 7 days"),
        "{}{}",
        run.out,
        run.err
    );
}

#[test]
fn a_base_that_is_no_revision_is_refused() {
    let repository = repository();
    let shop = repository.path().join("shop");
    let run = |arguments: &[&str]| funnelc_in(&shop, &[&["diff"], arguments].concat());
    for name in ["funnelc.yaml", ".", "", "HEAD..main", "main:shop"] {
        let refused = run(&["--base", name]);
        assert_eq!(refused.code, Some(3), "{name}: {refused:?}");
        assert!(
            refused.err.starts_with(&format!(
                "error: cannot compare with `{name}`: there is no git revision"
            )),
            "{refused:?}"
        );
    }
    assert!(
        run(&["--base", "mian"])
            .err
            .contains("did you mean `main`?")
    );
    let option = run(&["--base=--output=stolen"]);
    assert!(
        option.code == Some(2) && option.err.contains("none begins with `-`"),
        "{option:?}"
    );
    assert!(!shop.join("stolen").exists());
    assert_eq!(
        run(&["--base", "main", "HEAD~1"]).code,
        Some(2),
        "HEAD is the project as it stands"
    );
    assert_eq!(run(&[]).code, Some(2));
}

#[test]
fn a_folder_that_looks_like_a_repository_gives_git_no_settings() {
    let repository = repository();
    let trap = repository.path().join("shop/trap");
    // Git would take a folder with these for a repository without a work tree, and obey its
    // settings.
    std::fs::create_dir_all(trap.join("refs")).expect("made");
    std::fs::create_dir_all(trap.join("objects")).expect("made");
    std::fs::write(trap.join("HEAD"), "ref: refs/heads/main\n").expect("written");
    std::fs::write(
        trap.join("config"),
        "[core]\n\trepositoryformatversion = 0\n\tbare = true\n",
    )
    .expect("written");
    std::fs::write(trap.join("funnelc.yaml"), webshop().0).expect("written");
    let run = funnelc_in(
        repository.path(),
        &["diff", "--base", "main", "--project", "shop/trap"],
    );
    assert!(
        run.code == Some(3)
            && run
                .err
                .contains("there is no git repository around `shop/trap`"),
        "{run:?}"
    );
}

/// What git answers, in one line.
fn said(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(arguments)
        .output()
        .expect("git starts");
    String::from_utf8(output.stdout)
        .expect("UTF-8")
        .trim()
        .to_owned()
}

/// `actions/checkout` makes such clones with `filter: blob:none`.
#[test]
fn a_clone_that_lacks_the_base_is_told_and_fetches_nothing() {
    let origin = repository();
    git(origin.path(), &["config", "uploadpack.allowFilter", "true"]);
    git(
        origin.path(),
        &["config", "uploadpack.allowAnySHA1InWant", "true"],
    );
    let clone = tempfile::tempdir().expect("a folder");
    let url = format!("file://{}", origin.path().display());
    git(
        clone.path(),
        &["clone", "-q", "--filter=blob:none", &url, "."],
    );
    let before = files(clone.path());
    let run = funnelc_in(&clone.path().join("shop"), &["diff", "HEAD~1"]);
    assert_eq!(run.code, Some(3), "{}", run.err);
    assert!(run.err.contains("this clone lacks"), "{}", run.err);
    assert_eq!(files(clone.path()), before, "nothing was fetched");
    git(clone.path(), &["config", "protocol.file.allow", "always"]);
    let before = files(clone.path());
    let run = with_old_git(&clone.path().join("shop"), &["diff", "HEAD~1"]);
    assert_eq!(run.code, Some(3), "{}", run.err);
    assert!(run.err.contains("this clone lacks"), "{}", run.err);
    assert_eq!(
        files(clone.path()),
        before,
        "nothing was fetched with an older git either"
    );
}

/// The program with a git that does not know `GIT_NO_LAZY_FETCH`, as before 2.45.
fn with_old_git(folder: &Path, args: &[&str]) -> Run {
    let place = tempfile::tempdir().expect("a folder");
    let path = std::env::var("PATH").expect("a path");
    let script = format!("#!/bin/sh\nunset GIT_NO_LAZY_FETCH\nPATH='{path}'\nexec git \"$@\"\n");
    let program = place.path().join("git");
    std::fs::write(&program, script).expect("written");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("it may run");
    let path = format!("{}:{path}", place.path().display());
    funnelc_with(folder, args, &[("PATH", &path)])
}

/// Which column is a key, and of which type it is, the pull request says.
#[test]
fn no_cell_of_the_files_is_told_by_a_comparison() {
    let folder = tempfile::tempdir().expect("a folder");
    let write =
        |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
    let project = |companies: &str, properties: &str| {
        format!(
            "version: 1
contacts: {{ key: id, fields: {{ firm: {{ type: text }} }} }}
companies: {{ {companies} }}
events: {{ order: {{ properties: {{ {properties} }} }} }}
"
        )
    };
    let firms = "key: id, contact-field: firm, fields: { name: { type: text } }";
    write("a.yaml", &project(firms, "note: text"));
    write(
        "typed.yaml",
        &project(
            "key: id, contact-field: firm, fields: { iban: { type: integer } }",
            "note: text",
        ),
    );
    write(
        "keyed.yaml",
        &project(
            "key: iban, contact-field: firm, fields: { name: { type: text } }",
            "note: text",
        ),
    );
    write("events.yaml", &project(firms, "note: boolean"));
    write("contacts.csv", "id,firm\n1,f1\n");
    write(
        "firms.csv",
        "id,name,iban\nf1,Acme,DE89SECRET\nf2,Bolt,DE89SECRET\n",
    );
    write(
        "events.csv",
        "contact,at,event,note\n1,2026-11-20T09:00,order,SECRET\n",
    );
    write("events.jsonl", "{\"contact\":\"SECRET\",\"at\":\n");
    let given = [
        "--contacts",
        "contacts.csv",
        "--companies",
        "firms.csv",
        "--now",
        "2026-11-21T09:00",
        "--events",
    ];
    for (head, events) in [
        ("typed.yaml", "events.csv"),
        ("keyed.yaml", "events.csv"),
        ("events.yaml", "events.csv"),
        ("a.yaml", "events.jsonl"),
    ] {
        let run = |more: &[&str]| {
            funnelc_in(
                folder.path(),
                &[&["diff", "a.yaml", head], &given[..], &[events], more].concat(),
            )
        };
        let hidden = run(&[]);
        assert_eq!(hidden.code, Some(1), "{}", hidden.err);
        assert!(
            hidden.err.contains("line 2")
                || hidden.err.contains("line 3")
                || hidden.err.contains("line 1"),
            "{}",
            hidden.err
        );
        assert!(!(hidden.err + &hidden.out).contains("SECRET"), "{head}");
        assert!(
            run(&["--show-ids"]).err.contains("SECRET"),
            "{head}: asked for"
        );
    }
}
