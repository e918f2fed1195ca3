//! The tests of a project: each example contact goes through runs of its own, one at every instant
//! that matters, and what must be true is asked of the kernel.
//!
//! A test runs what `funnelc run` runs, with a contacts file of one row that always shows what the
//! last run wrote. Conditions of tests are asked as segments of a plan made for the tests only, so
//! that they mean what they mean everywhere else.

mod clock;
mod row;
mod scenario;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::diagnostic::{Diagnostic, codes};
use crate::model::patience::Patience;
use crate::model::test::Test;
use crate::model::{
    CampaignState, Condition, ConditionKind, Members, Metadata, Model, Moment, Segment,
};
use crate::plan::Plan;
use crate::source::Span;
use jiff::civil::DateTime;
use scenario::{Scenario, Unfinished};

/// What came of a test.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The name of the test.
    pub name: String,
    /// Where the name is written.
    pub span: Span,
    /// Everything that should have been and was not; nothing of a test that passed.
    pub failures: Vec<Diagnostic>,
    /// At how many instants the contact was looked at.
    pub instants: usize,
}

/// What ends a test before its time.
#[derive(Clone, Copy, Debug)]
pub struct Limits<'a> {
    /// The most instants of one test.
    pub instants: usize,
    /// The most that searches for patterns may cost in all tests together, as far as they are dear:
    /// the costs of the patterns, each times the bytes of the text.
    pub searches: u64,
    /// Set when everything should stop.
    pub interrupted: &'a AtomicBool,
}

/// A month of runs at every minute has 44,641 instants.
pub const MOST_INSTANTS: usize = 50_000;

/// Some seconds.
pub const MOST_SEARCHES: u64 = 500_000_000;

/// Runs the tests of a plan's project whose names contain `filter`.
pub fn run(plan: &Plan, tests: &[Test], filter: Option<&str>) -> Vec<Verdict> {
    let limits = Limits {
        instants: MOST_INSTANTS,
        searches: MOST_SEARCHES,
        interrupted: &AtomicBool::new(false),
    };
    run_within(plan, tests, filter, limits).unwrap_or_default()
}

/// The same within limits; absent where it was interrupted.
pub fn run_within(
    plan: &Plan,
    tests: &[Test],
    filter: Option<&str>,
    limits: Limits<'_>,
) -> Option<Vec<Verdict>> {
    let patience = Arc::new(Patience::new(limits.searches));
    let asking = plan.asking(tests.iter().flat_map(questions));
    let wanted = |test: &&Test| filter.is_none_or(|filter| test.name.contains(filter));
    tests
        .iter()
        .filter(wanted)
        .map(|test| verdict(plan.model(), &asking, test, (limits, &patience)))
        .collect()
}

fn verdict(
    model: &Model,
    plan: &Plan,
    test: &Test,
    (limits, patience): (Limits<'_>, &Arc<Patience>),
) -> Option<Verdict> {
    let mut story = Scenario::new(model, plan, test, patience);
    let outcome = story.tell(limits);
    if limits.interrupted.load(Ordering::Relaxed) {
        return None;
    }
    let instants = story.instants();
    let failures = match outcome {
        Ok(()) => story.failures,
        Err(Unfinished::Impossible(error)) => vec![
            Diagnostic::new(
                codes::FAILED_TEST,
                test.span,
                format!("the test `{}` cannot run: {error}", test.name),
            )
            .at("this test"),
        ],
        Err(Unfinished::TooLong { reached }) => {
            vec![too_long(model, test, limits.instants, reached)]
        }
        Err(Unfinished::TooDear) => vec![too_dear(test)],
    };
    Some(Verdict {
        name: test.name.clone(),
        span: test.span,
        failures,
        instants,
    })
}

/// Whatever a test expects behind its limit is not looked at, so it has not passed.
fn too_long(model: &Model, test: &Test, most: usize, reached: DateTime) -> Diagnostic {
    let reached = Moment::Time(reached);
    let mut help =
        format!("let what it expects end by `{reached}`, or let the journey wait longer at a time");
    if model.every < HOUR {
        help.push_str("; if the project runs once an hour, write `runs: { every: 1 h }`");
    }
    let message = format!(
        "the test `{}` has more than {most} runs, and the last of them is at {reached}",
        test.name
    );
    Diagnostic::new(codes::FAILED_TEST, test.span, message)
        .at("too many runs")
        .help(help)
}

/// What was not found because nobody looked is no answer.
fn too_dear(test: &Test) -> Diagnostic {
    let message = format!(
        "the test `{}` cannot run: its texts are so long for the patterns that are searched for in \
            them that all tests together would take too long",
        test.name
    );
    Diagnostic::new(codes::FAILED_TEST, test.span, message)
        .at("too dear a search")
        .help("shorten the texts of its contact and events, or the repetitions of a pattern, such as `{9000}`")
}

const HOUR: u32 = 3600;

/// A segment for each question of a test.
fn questions(test: &Test) -> Vec<Segment> {
    let that = test.expect.iter().enumerate().filter_map(|(at, expected)| {
        expected
            .that
            .as_ref()
            .map(|that| segment(question_name(&test.name, at), that.clone()))
    });
    let ended = test.outcome.iter().enumerate().map(|(at, ended)| {
        let kind = ConditionKind::Campaign {
            campaign: ended.campaign,
            state: Some(CampaignState::Ended(ended.is)),
        };
        segment(
            outcome_name(&test.name, at),
            Condition {
                span: ended.span,
                kind,
            },
        )
    });
    that.chain(ended).collect()
}

fn segment(id: String, condition: Condition) -> Segment {
    Segment {
        id,
        span: Span::NOWHERE,
        about: Metadata::default(),
        condition,
        for_reports: false,
        by_hand: false,
        include: Members::default(),
        exclude: Members::default(),
    }
}

/// No id of a project has a blank in it.
fn question_name(test: &str, at: usize) -> String {
    format!("expect {at} of {test}")
}

fn outcome_name(test: &str, at: usize) -> String {
    format!("outcome {at} of {test}")
}
