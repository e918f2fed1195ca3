//! Every construct of the language is described, shown, run and held against the reference
//! interpreter: docs/coverage.md says where.
//!
//! Invariant: the constructs are those of the schema; nothing is listed by hand but what is
//! excused, and an excuse that is not needed fails.

mod evidence;
mod walk;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::Value;

use crate::projects::root;
use walk::{PROJECT, SCHEMA};

const PAGE: &str = "docs/coverage.md";
const MEND: &str = "mend with: FUNNELC_BLESS=1 cargo test --test suite coverage::";
/// What has no place in tests that run or in random projects, and why: one line each, `construct |
/// column | reason`.
const EXCUSES: &str = "tests/fixtures/coverage-excuses.txt";

#[test]
fn every_construct_is_described_shown_run_and_compared() {
    let is_blessed = std::env::var_os("FUNNELC_BLESS").is_some();
    if is_blessed {
        evidence::find_seeds();
    }
    let table = Table::draw();
    let excuses = Excuses::read();
    let gaps: BTreeSet<String> = table
        .gaps()
        .into_iter()
        .filter(|gap| !excuses.cover(gap))
        .collect();
    let help = "`page`: use it in docs/language.md or examples; `test`: in a journey of \
        tests/journeys; `random`: in tests/suite/generate, and find the seeds that show it by blessing";
    assert!(
        gaps.is_empty(),
        "{} gaps (`schema`: a doc comment; {help}):\n{}",
        gaps.len(),
        gaps.into_iter().collect::<Vec<_>>().join("\n")
    );
    let idle = excuses.idle(&table.gaps());
    assert!(
        idle.is_empty(),
        "{EXCUSES} excuses what is no gap:\n{}",
        idle.join("\n")
    );
    let path = root().join(PAGE);
    let text = table.page(&excuses);
    if is_blessed {
        std::fs::write(&path, &text).unwrap();
    }
    assert!(
        std::fs::read_to_string(&path).is_ok_and(|page| page == text),
        "{PAGE} is stale; {MEND}"
    );
}

/// One row a construct.
struct Table {
    rows: Vec<Row>,
}

struct Row {
    /// The definition that it stands under.
    section: String,
    construct: String,
    description: Option<String>,
    page: Option<String>,
    test: Option<String>,
    random: bool,
}

impl Table {
    fn draw() -> Self {
        let (pages, tests, random) = (evidence::pages(), evidence::tests(), evidence::random());
        let row = |(section, construct, description): (String, String, Option<String>)| Row {
            page: pages.get(&construct).cloned(),
            test: tests.get(&construct).cloned(),
            random: random.contains(&construct),
            section,
            construct,
            description,
        };
        Self {
            rows: constructs().into_iter().map(row).collect(),
        }
    }

    /// Each gap as `construct | column`.
    fn gaps(&self) -> Vec<String> {
        let mut gaps = Vec::new();
        for row in &self.rows {
            let columns = [
                ("schema", row.description.is_some()),
                ("page", row.page.is_some()),
                ("test", row.test.is_some()),
                ("random", row.random),
            ];
            let missing = columns.iter().filter(|(_, there)| !there);
            gaps.extend(missing.map(|(column, _)| format!("{} | {column}", row.construct)));
        }
        gaps
    }

    fn page(&self, excuses: &Excuses) -> String {
        let mut page = String::from(HEAD);
        let mut section = "";
        for row in &self.rows {
            if row.section != section {
                section = &row.section;
                let _ = write!(page, "\n## {section}\n\n{COLUMNS}");
            }
            page += &row.line(excuses);
        }
        page
    }
}

impl Row {
    fn line(&self, excuses: &Excuses) -> String {
        let cell = |column: &str, found: Option<String>| {
            found.unwrap_or_else(|| {
                excuses
                    .reason(&format!("{} | {column}", self.construct))
                    .unwrap_or_default()
            })
        };
        let name = self
            .construct
            .strip_prefix(&*self.section)
            .unwrap_or(&self.construct);
        let name = name.trim_start_matches(['.', ',', ' ']);
        let said = self
            .description
            .as_deref()
            .unwrap_or_default()
            .replace('|', "\\|");
        let page = cell(
            "page",
            self.page
                .as_ref()
                .map(|path| format!("[{}]({})", title(path), link(path))),
        );
        let test = cell("test", self.test.clone());
        let random = cell("random", self.random.then(|| "yes".to_owned()));
        format!("| `{name}` | {said} | {page} | {test} | {random} |\n")
    }
}

const COLUMNS: &str = "| construct | means | shown in | run by | random projects |\n| --- | --- | --- | --- | \
    --- |\n";

const HEAD: &str = "# Every construct of the language

This page is generated: a test makes it from the JSON schema and fails when a construct has a gap. Each has a description in the schema, an example in the documentation that a test compiles, a test that
runs it over contacts, and a place in the random projects on which funnelc and an independent interpreter of the language must agree. A reason stands where a construct needs no test: mostly it is for people only.
";

/// Each construct with the definition that it belongs to and its description.
fn constructs() -> Vec<(String, String, Option<String>)> {
    let mut all = Vec::new();
    let definitions = SCHEMA["definitions"].as_object().unwrap().iter();
    for (section, definition) in definitions
        .map(|(name, it)| (name.as_str(), it))
        .chain([(PROJECT, &*SCHEMA)])
    {
        let Some(properties) = definition["properties"].as_object() else {
            continue;
        };
        for (key, rule) in properties {
            let name = format!("{section}.{key}");
            let description = rule["description"].as_str().map(str::to_owned);
            let words = words_of(rule, &name);
            all.push((section.to_owned(), name.clone(), description.clone()));
            all.extend(words.into_iter().map(|word| {
                (
                    section.to_owned(),
                    format!("{name}: {word}"),
                    Some(String::new()),
                )
            }));
        }
    }
    let said = Some(String::new());
    all.extend(
        words::all()
            .into_iter()
            .map(|word| ("Condition".to_owned(), word, said.clone())),
    );
    all.sort();
    let whole_first = |(section, ..): &(String, _, _)| section != PROJECT;
    all.sort_by_key(whole_first);
    all
}

/// The words that a value may be.
fn words_of(rule: &'static Value, place: &str) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for (rule, found) in walk::rules(rule, place) {
        if found != place {
            continue;
        }
        words.extend(
            rule["enum"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .map(str::to_owned),
        );
        words.extend(rule["const"].as_str().map(str::to_owned));
        if rule["items"].is_object() {
            words.extend(words_of(&rule["items"], place));
        }
    }
    words
}

/// What needs no evidence of some kind, and why.
struct Excuses {
    reasons: BTreeMap<String, String>,
}

impl Excuses {
    fn read() -> Self {
        let text = std::fs::read_to_string(root().join(EXCUSES)).unwrap();
        let lines = text
            .lines()
            .filter(|line| !line.starts_with('#') && !line.is_empty());
        let reasons = lines.map(|line| {
            let (gap, reason) = line
                .rsplit_once(" | ")
                .expect("construct | column | reason");
            (gap.to_owned(), reason.to_owned())
        });
        Self {
            reasons: reasons.collect(),
        }
    }

    /// The line for a gap: of the construct itself, of its key wherever that stands, or of all of
    /// its section.
    fn line(&self, gap: &str) -> Option<&String> {
        let key = gap.split_once('.').map(|(_, key)| format!("*.{key}"));
        let section = gap
            .split_once('.')
            .zip(gap.rsplit_once(" | "))
            .map(|((it, _), (_, column))| format!("{it}.* | {column}"));
        let names = [Some(gap.to_owned()), key, section].into_iter().flatten();
        names
            .filter_map(|name| self.reasons.get_key_value(&name))
            .map(|(name, _)| name)
            .next()
    }

    fn cover(&self, gap: &str) -> bool {
        self.line(gap).is_some()
    }

    fn reason(&self, gap: &str) -> Option<String> {
        self.line(gap).map(|line| self.reasons[line].clone())
    }

    /// Lines that excuse nothing.
    fn idle(&self, gaps: &[String]) -> Vec<String> {
        let needed: BTreeSet<&String> = gaps.iter().filter_map(|gap| self.line(gap)).collect();
        self.reasons
            .keys()
            .filter(|name| !needed.contains(name))
            .cloned()
            .collect()
    }
}

/// The name of a page within the documentation.
fn title(path: &str) -> &str {
    path.trim_start_matches("docs/")
        .trim_end_matches("/README.md")
        .trim_end_matches(".md")
}

/// From docs/ to a page.
fn link(path: &str) -> String {
    path.strip_prefix("docs/")
        .map_or_else(|| format!("../{path}"), str::to_owned)
}
