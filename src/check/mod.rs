//! What is certainly or probably wrong with a project that can be read; an error here is always a certainty, a guess is a warning or nothing.
//!
//! Each check has one file, one row in [`RULES`], and one page in docs/checks, which `funnelc explain` shows and the tests execute.

mod always_true;
mod ambiguous_entry;
mod ambiguous_next;
mod backward_move;
mod bad_check;
mod campaigns_compete;
mod cells;
mod closed_hours;
mod consent_missing;
mod dead_end;
mod duplicate_weight;
mod endless_loop;
mod events_as_condition;
mod facts;
mod final_exit;
mod leaves_itself;
mod missing_date;
mod missing_on_leave;
mod moments;
mod move_may_be_refused;
mod move_without_effect;
mod moves;
mod never_at_rest;
mod never_true;
mod no_address;
mod no_conversion;
mod no_next_stage;
mod order_against_weight;
mod pages;
mod plain_secret;
mod positions;
mod possible;
mod reach;
mod region;
mod rounds;
mod segment_cycle;
mod shadowed_experience;
mod sites;
mod stage_set;
mod token_without_default;
mod unnamed_branch;
mod unnamed_wait;
mod unreachable_stage;
mod unreachable_step;
mod unused_content;
mod unused_destination;
mod unused_event;
mod unused_segment;
mod unused_tag;
mod verdicts;
mod weights;

pub use bad_check::may_change;
pub use pages::{codes, page};

use crate::diagnostic::{Code, Diagnostic, Severity, in_order};
use crate::graph::Journey;
use crate::model::{Model, Weight};
use crate::source::Span;
use reach::Reach;
use sites::{Ground, Site};
use verdicts::Verdict;

/// All checks, by code.
pub const RULES: &[Rule] = &[
    Rule::warning("always-true", include_str!("../../docs/checks/always-true.md"), always_true::find),
    Rule::error("ambiguous-entry", include_str!("../../docs/checks/ambiguous-entry.md"), ambiguous_entry::find),
    Rule::error("ambiguous-next", include_str!("../../docs/checks/ambiguous-next.md"), ambiguous_next::find),
    Rule::error("bad-check", include_str!("../../docs/checks/bad-check.md"), bad_check::find),
    Rule::error("backward-move", include_str!("../../docs/checks/backward-move.md"), backward_move::find),
    Rule::warning("campaigns-compete", include_str!("../../docs/checks/campaigns-compete.md"), campaigns_compete::find),
    Rule::warning("closed-hours", include_str!("../../docs/checks/closed-hours.md"), closed_hours::find),
    Rule::warning("consent-missing", include_str!("../../docs/checks/consent-missing.md"), consent_missing::find)
        .of_the_whole(),
    Rule::warning("dead-end", include_str!("../../docs/checks/dead-end.md"), dead_end::find).of_the_whole(),
    Rule::warning("duplicate-weight", include_str!("../../docs/checks/duplicate-weight.md"), duplicate_weight::find),
    Rule::error("endless-loop", include_str!("../../docs/checks/endless-loop.md"), endless_loop::find),
    Rule::warning(
        "events-as-condition",
        include_str!("../../docs/checks/events-as-condition.md"),
        events_as_condition::find,
    ),
    Rule::error("final-exit", include_str!("../../docs/checks/final-exit.md"), final_exit::find),
    Rule::warning("leaves-itself", include_str!("../../docs/checks/leaves-itself.md"), leaves_itself::find),
    Rule::warning("missing-date", include_str!("../../docs/checks/missing-date.md"), missing_date::find),
    Rule::error("missing-on-leave", include_str!("../../docs/checks/missing-on-leave.md"), missing_on_leave::find),
    Rule::warning(
        "move-may-be-refused",
        include_str!("../../docs/checks/move-may-be-refused.md"),
        move_may_be_refused::find,
    ),
    Rule::warning(
        "move-without-effect",
        include_str!("../../docs/checks/move-without-effect.md"),
        move_without_effect::find,
    ),
    Rule::warning("never-at-rest", include_str!("../../docs/checks/never-at-rest.md"), never_at_rest::find),
    Rule::warning("never-true", include_str!("../../docs/checks/never-true.md"), never_true::find),
    Rule::error("no-address", include_str!("../../docs/checks/no-address.md"), no_address::find).of_the_whole(),
    Rule::warning("no-conversion", include_str!("../../docs/checks/no-conversion.md"), no_conversion::find)
        .of_the_whole(),
    Rule::error("no-next-stage", include_str!("../../docs/checks/no-next-stage.md"), no_next_stage::find),
    Rule::warning(
        "order-against-weight",
        include_str!("../../docs/checks/order-against-weight.md"),
        order_against_weight::find,
    ),
    Rule::warning("plain-secret", include_str!("../../docs/checks/plain-secret.md"), plain_secret::find),
    Rule::error("segment-cycle", include_str!("../../docs/checks/segment-cycle.md"), segment_cycle::find),
    Rule::warning(
        "shadowed-experience",
        include_str!("../../docs/checks/shadowed-experience.md"),
        shadowed_experience::find,
    ),
    Rule::warning(
        "token-without-default",
        include_str!("../../docs/checks/token-without-default.md"),
        token_without_default::find,
    ),
    Rule::warning("unnamed-branch", include_str!("../../docs/checks/unnamed-branch.md"), unnamed_branch::find),
    Rule::warning("unnamed-wait", include_str!("../../docs/checks/unnamed-wait.md"), unnamed_wait::find),
    Rule::warning("unreachable-stage", include_str!("../../docs/checks/unreachable-stage.md"), unreachable_stage::find)
        .of_the_whole(),
    Rule::warning("unreachable-step", include_str!("../../docs/checks/unreachable-step.md"), unreachable_step::find),
    Rule::warning("unused-content", include_str!("../../docs/checks/unused-content.md"), unused_content::find)
        .of_the_whole(),
    Rule::warning("unused-event", include_str!("../../docs/checks/unused-event.md"), unused_event::find).of_the_whole(),
    Rule::warning(
        "unused-destination",
        include_str!("../../docs/checks/unused-destination.md"),
        unused_destination::find,
    )
    .of_the_whole(),
    Rule::warning("unused-segment", include_str!("../../docs/checks/unused-segment.md"), unused_segment::find)
        .of_the_whole(),
    Rule::warning("unused-tag", include_str!("../../docs/checks/unused-tag.md"), unused_tag::find).of_the_whole(),
];

/// A check: its name, how bad its findings are, what is said about it, and how it finds them.
pub struct Rule {
    /// Its name.
    pub code: Code,
    /// How bad its findings are.
    pub severity: Severity,
    /// The text of docs/checks.
    pub page: &'static str,
    /// Whether it says that something is nowhere to be found, and so may only speak when the whole project could be read.
    whole: bool,
    find: fn(&Case<'_>, &Rule) -> Vec<Diagnostic>,
}

/// A project without errors; only the checks can make one.
#[derive(Clone, Debug)]
pub struct Checked {
    model: Model,
}

/// Checks a model. `earlier` is what reading the project found: with an error among it the model is not [`Checked`], and nothing is said to be missing.
pub fn run(model: Model, earlier: &[Diagnostic]) -> (Result<Checked, Model>, Vec<Diagnostic>) {
    let is_error = |finding: &Diagnostic| finding.severity == Severity::Error;
    let whole = !earlier.iter().any(is_error);
    let found = weighed(&model, findings(&model, whole));
    let outcome = if whole && !found.iter().any(is_error) { Ok(Checked { model }) } else { Err(model) };
    (outcome, found)
}

/// Findings as much as the project lets them count. What is an error by itself stays one.
pub fn weighed(model: &Model, mut findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let weight_of = |finding: &Diagnostic| {
        let rule = model.checks.iter().find(|rule| rule.code == finding.code.0);
        rule.filter(|_| finding.severity == Severity::Warning).map(|rule| rule.weight)
    };
    findings.retain(|finding| weight_of(finding) != Some(Weight::Off));
    for finding in &mut findings {
        if weight_of(finding) == Some(Weight::Error) {
            finding.severity = Severity::Error;
        }
    }
    findings
}

/// What all checks find in a model that was read without errors.
pub fn check(model: &Model) -> Vec<Diagnostic> {
    findings(model, true)
}

fn findings(model: &Model, whole: bool) -> Vec<Diagnostic> {
    let case = Case::new(model);
    let rules = RULES.iter().filter(|rule| whole || !rule.whole);
    in_order(rules.flat_map(|rule| (rule.find)(&case, rule)).collect())
}

impl Checked {
    /// The project.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The project, for good.
    pub fn into_model(self) -> Model {
        self.model
    }
}

impl Rule {
    const fn error(code: &'static str, page: &'static str, find: fn(&Case<'_>, &Self) -> Vec<Diagnostic>) -> Self {
        Self { code: Code(code), severity: Severity::Error, page, whole: false, find }
    }

    const fn warning(code: &'static str, page: &'static str, find: fn(&Case<'_>, &Self) -> Vec<Diagnostic>) -> Self {
        Self { code: Code(code), severity: Severity::Warning, page, whole: false, find }
    }

    const fn of_the_whole(self) -> Self {
        Self { whole: true, ..self }
    }

    /// A finding of this check.
    fn finding(&self, span: Span, message: impl Into<String>) -> Diagnostic {
        match self.severity {
            Severity::Error => Diagnostic::error(self.code, span, message),
            Severity::Warning => Diagnostic::warning(self.code, span, message),
        }
    }
}

/// What the checks look at, worked out once.
struct Case<'a> {
    model: &'a Model,
    journey: Journey,
    ground: Ground<'a>,
    /// Every step that moves a contact, with the stages that it can have there.
    sites: Vec<Site<'a>>,
    /// Per funnel, the stages that contacts can come to.
    reach: Vec<Reach>,
    /// What always or never holds.
    verdicts: Vec<Verdict<'a>>,
}

impl<'a> Case<'a> {
    fn new(model: &'a Model) -> Self {
        let journey = Journey::of(model);
        let ground = Ground::new(model, &journey);
        let sites = sites::sites(&ground);
        let reach = reach::all(&ground, &sites);
        let verdicts = verdicts::verdicts(model, &ground.order);
        Self { model, journey, ground, sites, reach, verdicts }
    }
}
