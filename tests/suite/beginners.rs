//! Mistakes of beginners: what each is told, and that the advice is right; every text in the help
//! is put in place of what is marked, and the project has no error any more.
//!
//! Invariant: an advice that is refused, or that leaves another error in its place, fails.

use std::fmt::Write as _;

use funnelc::diagnostic::{Diagnostic, Severity};
use funnelc::source::Sources;

use crate::findings;

const FIXTURE: &str = include_str!("../fixtures/beginners.yaml");

/// A mistake: where it stands in the project, and the marked text.
struct Mistake<'a> {
    title: &'a str,
    place: &'a str,
    before: &'a str,
    marked: &'a str,
    after: &'a str,
}

/// The project, and the mistakes behind it.
fn fixture() -> (&'static str, Vec<Mistake<'static>>) {
    let (project, rest) = FIXTURE.split_once("\n=====\n").unwrap();
    let mistakes = rest.split("\n-----\n").map(|text| {
        let (title, body) = text.trim_matches('\n').split_once('\n').unwrap();
        let (title, place) = title.trim_start_matches("# ").split_once(" @ ").unwrap();
        let (before, rest) = body.split_once('⟦').expect(title);
        let (marked, after) = rest.split_once('⟧').expect(title);
        Mistake {
            title,
            place,
            before,
            marked,
            after,
        }
    });
    (project, mistakes.collect())
}

impl Mistake<'_> {
    /// The project with this in place of the line that is marked, indented alike.
    fn project(&self, project: &str, text: &str) -> String {
        let written = format!("{}{text}{}", self.before, self.after);
        let marker = format!(" # {}", self.place);
        let line = project
            .lines()
            .find(|line| line.ends_with(&marker))
            .expect(self.place);
        let indent = &line[..line.len() - line.trim_start().len()];
        let lines: Vec<_> = written
            .lines()
            .map(|line| format!("{indent}{line}"))
            .collect();
        project.replacen(line, &lines.join("\n"), 1)
    }
}

fn compiled(text: &str) -> (Sources, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    sources.add("funnelc.yaml", text);
    let compiled = funnelc::compile(sources);
    (compiled.sources, compiled.diagnostics)
}

/// Whether it is told of a mistake of these: the project uses little of what it declares, which is
/// not meant.
fn counts(finding: &Diagnostic) -> bool {
    finding.severity == Severity::Error
        || ["ambiguous-number", "foreign-token"].contains(&finding.code.name())
}

/// What cannot be read is one piece; the rest of the campaign, the segment and `contacts` is looked
/// at in the same run, and nothing is told that only follows.
#[test]
fn several_mistakes_in_one_definition_are_told_at_once() {
    let (sources, found) = compiled(include_str!("../fixtures/several-mistakes.yaml"));
    insta::assert_snapshot!(findings::show(&sources, found));
}

/// What the help says to write: each text in backticks behind `write`.
fn advice(help: &str) -> Vec<&str> {
    let from = help
        .find("write ")
        .or_else(|| help.find("did you mean "))
        .unwrap_or(0);
    help[from..]
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|text| !text.contains('…'))
        .collect()
}

/// The marked text with the advice in it: `all` instead of `and` changes a word, anything else is
/// the whole.
fn mended(mistake: &Mistake<'_>, help: &str, text: &str) -> String {
    match help.split_once(" instead of `") {
        Some((_, old)) if text != old.trim_end_matches('`') => {
            mistake.marked.replacen(old.trim_end_matches('`'), text, 1)
        }
        Some(_) | None => text.to_owned(),
    }
}

#[test]
fn what_beginners_are_told() {
    let (project, mistakes) = fixture();
    assert!(mistakes.len() >= 66, "{} mistakes", mistakes.len());
    assert_eq!(errors(project), "", "the project without a mistake");
    let mut told = String::new();
    for mistake in &mistakes {
        let (_, found) = compiled(&mistake.project(project, mistake.marked));
        let found: Vec<_> = found.into_iter().filter(counts).collect();
        writeln!(told, "{}: {}", mistake.title, mistake.marked.trim()).unwrap();
        for finding in found {
            writeln!(told, "    {}: {}", finding.code.name(), finding.message).unwrap();
            writeln!(told, "    help: {}", finding.help.unwrap_or_default()).unwrap();
        }
    }
    insta::assert_snapshot!(told);
}

#[test]
fn each_advice_can_be_pasted() {
    let (project, mistakes) = fixture();
    let mut wrong = String::new();
    for mistake in &mistakes {
        let text = mistake.project(project, mistake.marked);
        let (_, found) = compiled(&text);
        let told = found.iter().filter(|it| counts(it));
        let helps: Vec<_> = told.filter_map(|it| it.help.clone()).collect();
        let [help] = helps.as_slice() else {
            writeln!(
                wrong,
                "{}: {} findings with help {helps:?}",
                mistake.title,
                helps.len()
            )
            .unwrap();
            continue;
        };
        let texts = advice(help)
            .into_iter()
            .take(if help.contains(" instead of `") { 1 } else { 9 });
        let texts: Vec<_> = texts.map(|text| mended(mistake, help, text)).collect();
        if texts.is_empty() {
            writeln!(wrong, "{}: nothing to paste in `{help}`", mistake.title).unwrap();
        }
        for text in texts {
            let left = errors(&mistake.project(project, &text));
            if !left.is_empty() {
                writeln!(
                    wrong,
                    "{}: `{text}` of `{help}` leaves\n{left}",
                    mistake.title
                )
                .unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// The errors of a project, and the warnings that a mistake of these gives.
fn errors(text: &str) -> String {
    let (sources, found) = compiled(text);
    let left = found.into_iter().filter(counts);
    findings::show(&sources, left.collect())
}
