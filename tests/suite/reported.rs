//! The page of a run: it says what the run counted, leads to the YAML, and lets nothing of a project
//! be more than a text.

use std::path::{Path, PathBuf};

use crate::projects::{Run, funnelc_in, root};

/// The web shop of the examples, run once in a folder of its own.
fn ran(more: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let contacts = webshop().join("contacts.csv");
    let (project, contacts) = (text(&webshop()), text(&contacts));
    let fixed = ["run", &project, "--contacts", &contacts, "--out", "run"];
    let at = ["--state", "state", "--now", "2026-11-21T09:00"];
    let run = funnelc_in(folder.path(), &[&fixed[..], &at, more].concat());
    assert_eq!(run.code, Some(0), "{}", run.err);
    folder
}

fn webshop() -> PathBuf {
    root().join("examples/webshop")
}

fn text(path: &Path) -> String {
    path.to_str().expect("a name").to_owned()
}

fn report(folder: &Path, project: &str) -> Run {
    funnelc_in(folder, &["report", "run", "--project", project])
}

/// The cells of the row of a table that begins with a name.
pub(crate) fn row(page: &str, name: &str) -> Vec<String> {
    let begin = format!("<th scope=\"row\">{name}</th>");
    let (_, behind) = page
        .split_once(&begin)
        .unwrap_or_else(|| panic!("no row {name}"));
    let (row, _) = behind.split_once("</tr>").expect("the end of the row");
    let cells = row.split("</td>").filter_map(|cell| cell.rsplit_once('>'));
    cells.map(|(_, text)| text.to_owned()).collect()
}

#[test]
fn the_page_says_what_the_run_counted() {
    let folder = ran(&[]);
    let page = report(folder.path(), &text(&webshop())).out;
    assert!(page.contains("<li><b>34</b> contacts</li>"));
    assert!(
        page.contains("<li><b>15</b> messages out</li>"),
        "as the run prints"
    );
    assert!(page.contains("<li><b>4</b> not sent</li>"));
    assert_eq!(
        row(&page, "cold-lead")[..6],
        ["8", "3", "4", "4", "50.0 %", "4"]
    );
    assert_eq!(row(&page, "back-again")[0], "14");
    let skipped = row(&page, "win-back/send:we-miss-you");
    assert_eq!(skipped, ["consent", "no consent for the channel", "2"]);
    // Three came to `if`; where they went stands in the journal alone.
    assert!(page.contains(">yes · 2</text>") && page.contains(">no · 1</text>"));
    let other = ran(&["--journal", "none"]);
    let without = report(other.path(), &text(&webshop())).out;
    assert!(without.contains(">yes</text>") && !without.contains(">yes · "));
    assert!(without.contains("the journal of this run was not written"));
}

#[test]
fn a_step_leads_to_its_line() {
    let folder = ran(&[]);
    let page = report(folder.path(), &text(&webshop())).out;
    let (_, behind) = page
        .split_once("data-id=\"win-back/send:we-miss-you\"")
        .expect("a card");
    let (_, behind) = behind.split_once("<a href=\"#").expect("a link");
    let (name, _) = behind.split_once('"').expect("its end");
    let (_, line) = page
        .split_once(&format!("<span id=\"{name}\">"))
        .expect("its line");
    let (line, _) = line.split_once("</span>").expect("its end");
    assert!(line.contains("we-miss-you"), "{line}");
}

#[test]
fn a_plan_gives_the_page_without_the_yaml_and_another_plan_none() {
    let folder = ran(&[]);
    let plan = folder.path().join("plan.json");
    let plan = text(&plan);
    let made = funnelc_in(folder.path(), &["plan", &text(&webshop()), "-o", &plan]);
    assert_eq!(made.code, Some(0), "{}", made.err);
    let page = report(folder.path(), &plan);
    assert_eq!((page.code, page.err.as_str()), (Some(0), ""));
    assert!(page.out.contains("data-id=\"win-back/send:we-miss-you\""));
    assert!(!page.out.contains("id=\"yaml\""));
    let other = report(folder.path(), &text(&root().join("examples/lifecycle")));
    assert_eq!((other.code, other.out.as_str()), (Some(3), ""));
    insta::assert_snapshot!(other.err, @r"
    1 warning; `funnelc check` shows more
    error: `run`: the run was made by another plan than that of the project
      help: name the project as it was, or the plan of the run: `--project PLAN.json`
    ");
    let nothing = funnelc_in(folder.path(), &["report", "state", "--project", &plan]);
    assert_eq!(nothing.code, Some(3));
    insta::assert_snapshot!(nothing.err, @r"
    error: there is no run in `state`
      help: name the folder of a run (`--out`), or a history (`run --history`)
    ");
}

#[test]
fn what_a_project_says_is_only_text() {
    const HARD: &str = "<script>alert(1)</script><img src=x onerror=y>&\"'";
    let folder = tempfile::tempdir().expect("a folder");
    let quoted = serde_json::to_string(HARD).expect("a string");
    let project = format!(
        "version: 1
project: {quoted}
contacts: {{ key: id, tags: {{ values: [hot] }} }}
destinations: {{ crm: {{ kind: webhook, url: https://example.com/hook, secret: hunter2 }} }}
funnels: {{ f: {{ name: {quoted}, audience: everyone, stages: {{ s: {{ weight: 1, name: {quoted} }} }} }} }}
campaigns:
  c: {{ name: {quoted}, enter: {{ tag: hot }}, on-leave: stay, steps: [ {{ note: {quoted} }} ] }}
"
    );
    std::fs::write(folder.path().join("hard.yaml"), project).expect("written");
    std::fs::write(folder.path().join("contacts.csv"), "id,tags,f\n1,hot,\n").expect("written");
    let run = [
        "run",
        "hard.yaml",
        "--contacts",
        "contacts.csv",
        "--out",
        "run",
        "--now",
        "2026-11-21T09:00",
    ];
    let run = funnelc_in(folder.path(), &run);
    assert_eq!(run.code, Some(0), "{}", run.err);
    let page = report(folder.path(), "hard.yaml").out;
    assert_eq!(page.matches("<script").count(), 1, "that of the page");
    assert!(!page.contains("<img"));
    assert!(page.contains("&lt;script&gt;") || page.contains("&#60;script&#62;"));
    assert!(!page.contains("hunter2"), "a secret is not shown");
}
