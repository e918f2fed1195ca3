//! A page of journeys, and the same page with what did happen.
//!
//! Invariant: the parts of a page, one behind the other, are its text.

use std::fs;
use std::path::PathBuf;

use crate::play::{GIVEN, Happened, Story, TOLD};

/// A page, up to its first journey and then journey by journey.
pub(crate) struct Page {
    path: PathBuf,
    head: Vec<Part>,
    journeys: Vec<Journey>,
}

/// What a page is made of.
enum Part {
    Line(String),
    /// A block of code: the words behind the fence, and what stands in it.
    Block {
        kind: String,
        text: String,
    },
}

/// What stands under one heading.
pub(crate) struct Journey {
    /// The page and the heading.
    name: String,
    /// The number of its line, for people.
    line: usize,
    parts: Vec<Part>,
}

impl Page {
    pub(crate) fn read(path: PathBuf) -> Self {
        let text = fs::read_to_string(&path).unwrap();
        let about = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let mut page = Self {
            path,
            head: Vec::new(),
            journeys: Vec::new(),
        };
        let mut lines = text.lines().enumerate();
        while let Some((at, line)) = lines.next() {
            if let Some(title) = line.strip_prefix("## ") {
                page.journeys.push(Journey {
                    name: format!("{about}: {title}"),
                    line: at + 1,
                    parts: Vec::new(),
                });
            }
            let parts = page
                .journeys
                .last_mut()
                .map_or(&mut page.head, |journey| &mut journey.parts);
            parts.push(match line.strip_prefix("```") {
                None => Part::Line(line.to_owned()),
                Some(kind) => {
                    let inside = lines
                        .by_ref()
                        .map(|(_, line)| line)
                        .take_while(|line| *line != "```");
                    Part::Block {
                        kind: kind.to_owned(),
                        text: inside.map(|line| format!("{line}\n")).collect(),
                    }
                }
            });
        }
        page
    }

    pub(crate) fn into_journeys(self) -> impl Iterator<Item = Journey> {
        self.journeys.into_iter()
    }

    /// Writes the page with what did happen in the journeys with names that are asked for.
    pub(crate) fn bless(mut self, head: &str, is_asked: impl Fn(&str) -> bool) {
        for journey in self
            .journeys
            .iter_mut()
            .filter(|journey| is_asked(&journey.name))
        {
            // One that cannot be played stays as it is: it fails as a test right behind this, and
            // says why.
            let _ = journey.bless(head);
        }
        let parts = self
            .head
            .iter()
            .chain(self.journeys.iter().flat_map(|journey| &journey.parts));
        fs::write(&self.path, parts.map(Part::text).collect::<String>()).unwrap();
    }
}

impl Journey {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Plays the runs, and says which of them comes out otherwise than the page says.
    pub(crate) fn hold(&self, head: &str) -> Result<(), String> {
        let runs = self.runs();
        let happened = self.play(head)?;
        let mut wrong = String::new();
        for (run, happened) in runs.iter().zip(&happened) {
            for kind in TOLD {
                let told = run
                    .iter()
                    .find(|(found, _)| *found == kind)
                    .map(|(_, text)| *text);
                let Some(is) = happened.tells(kind, told) else {
                    continue;
                };
                let told = told.unwrap_or_default();
                if is != told {
                    wrong += &format!(
                        "### {}: {kind}\n--- the page says\n{told}--- what happens\n{is}\n",
                        happened.at
                    );
                }
            }
        }
        let help =
            "\"what happens\" comes into the page by: FUNNELC_BLESS=1 cargo test --test journeys";
        if wrong.is_empty() {
            Ok(())
        } else {
            Err(format!("the journey at line {}:\n{wrong}{help}", self.line))
        }
    }

    /// What happens in each of its runs.
    fn play(&self, head: &str) -> Result<Vec<Happened>, String> {
        let mut story = Story::new(head);
        let mut happened = Vec::new();
        let mut is_run = false;
        let mut pending: Option<&str> = None;
        for part in &self.parts {
            match part {
                Part::Line(line) => {
                    let Some(run) = line.strip_prefix("### ") else {
                        continue;
                    };
                    happened.extend(pending.replace(run).map(|run| story.run(run)).transpose()?);
                    is_run = true;
                }
                Part::Block { kind, text } if GIVEN.contains(&kind.as_str()) => {
                    story.given(kind, text)?;
                }
                Part::Block { kind, .. } if is_run && TOLD.contains(&kind.as_str()) => {}
                Part::Block { kind, .. } => {
                    return Err(format!(
                        "no block `{kind}` here; one of `{}`, and behind a `###` one of `{}`",
                        GIVEN.join("`, `"),
                        TOLD.join("`, `")
                    ));
                }
            }
        }
        happened.extend(pending.map(|run| story.run(run)).transpose()?);
        if happened.is_empty() {
            Err("no run: a line such as `### 2026-11-01T09:00`".into())
        } else {
            Ok(happened)
        }
    }

    /// The blocks behind the heading of each run.
    fn runs(&self) -> Vec<Vec<(&str, &str)>> {
        let mut runs: Vec<Vec<(&str, &str)>> = Vec::new();
        for part in &self.parts {
            match part {
                Part::Line(line) if line.starts_with("### ") => runs.push(Vec::new()),
                Part::Line(_) => {}
                Part::Block { kind, text } => runs
                    .last_mut()
                    .into_iter()
                    .for_each(|run| run.push((kind, text))),
            }
        }
        runs
    }

    /// Puts what did happen in place of what the page says, run by run; a journal or a refusal that
    /// the page lacks comes behind the run.
    fn bless(&mut self, head: &str) -> Result<(), String> {
        let happened = self.play(head)?;
        let is_run = |part: &Part| matches!(part, Part::Line(line) if line.starts_with("### "));
        for (at, happened) in happened.iter().enumerate().rev() {
            let first = self
                .parts
                .iter()
                .enumerate()
                .filter(|(_, part)| is_run(part))
                .nth(at)
                .unwrap()
                .0;
            let behind = self.parts[first + 1..]
                .iter()
                .position(is_run)
                .map_or(self.parts.len(), |length| first + 1 + length);
            let run = self.parts.splice(first..behind, []).collect();
            self.parts.splice(first..first, blessed(run, happened));
        }
        Ok(())
    }
}

/// The parts of a run with what did happen.
fn blessed(run: Vec<Part>, happened: &Happened) -> Vec<Part> {
    let mut new = Vec::new();
    let mut there = Vec::new();
    for part in run {
        match part {
            Part::Block { kind, text } if TOLD.contains(&kind.as_str()) => {
                let is = happened.tells(&kind, Some(&text)).unwrap_or_default();
                if is.is_empty() {
                    // With the empty line before it.
                    new.pop_if(|last| matches!(last, Part::Line(line) if line.is_empty()));
                } else {
                    new.push(Part::Block {
                        kind: kind.clone(),
                        text: is,
                    });
                }
                there.push(kind);
            }
            other => new.push(other),
        }
    }
    for kind in TOLD
        .into_iter()
        .filter(|kind| !there.iter().any(|there| there == kind))
    {
        if let Some(text) = happened.tells(kind, None).filter(|text| !text.is_empty()) {
            let end = new
                .iter()
                .rposition(|part| !matches!(part, Part::Line(line) if line.is_empty()))
                .unwrap()
                + 1;
            new.splice(
                end..end,
                [
                    Part::Line(String::new()),
                    Part::Block {
                        kind: kind.to_owned(),
                        text,
                    },
                ],
            );
        }
    }
    new
}

impl Part {
    fn text(&self) -> String {
        match self {
            Self::Line(line) => format!("{line}\n"),
            Self::Block { kind, text } => format!("```{kind}\n{text}```\n"),
        }
    }
}
