//! What is certainly or probably wrong with a project that can be read; an error here is always a
//! certainty, a guess is a warning or nothing.
//!
//! Each check has one file, one row in [`RULES`], one in the registry of codes, and one page in
//! docs/checks, which `funnelc explain` shows and the tests execute.

mod always_true;
mod ambiguous_entry;
mod ambiguous_next;
mod awaited_before_sent;
mod backward_move;
mod bad_check;
mod campaigns_compete;
mod changes_nothing;
mod closed_hours;
mod consent_missing;
mod constant_conditions;
mod cut_value;
mod dead_branch;
mod dead_end;
mod duplicate_weight;
mod endless_loop;
mod equal_segments;
mod events_as_condition;
mod exact_moment;
mod final_exit;
mod follow;
mod goal_at_entry;
mod known_state;
mod laws;
mod laws_of_dates;
mod leaves_itself;
mod missing_date;
mod missing_on_leave;
mod missing_reenter;
mod moments;
mod move_may_be_refused;
mod move_without_effect;
mod moves;
mod never_again;
mod never_at_rest;
mod never_sent;
mod never_true;
mod no_address;
mod no_conversion;
mod no_next_stage;
mod order_against_weight;
mod outside_audience;
mod overlap;
mod partition;
mod parts;
mod ping_pong;
mod plain_secret;
mod positions;
mod possible;
mod reach;
mod redundant;
mod region;
mod rounds;
mod same_branches;
mod segment_cycle;
mod sent_twice;
mod shadowed_experience;
mod shadowed_rule;
mod stage_flow;
mod stage_set;
mod stage_walk;
mod together;
mod token_without_default;
mod transfer;
mod unnamed_branch;
mod unnamed_wait;
mod unreachable_stage;
mod unreachable_step;
mod unsent_content;
mod unused_campaign;
mod unused_content;
mod unused_destination;
mod unused_event;
mod unused_segment;
mod unused_tag;
mod weights;
mod window_over;

use std::cell::RefCell;
use std::collections::BTreeSet;

use crate::diagnostic::{Code, Diagnostic, Severity, Standard, codes, in_order};
use crate::graph::Journey;
use crate::model::{Arena, Campaign, CampaignId, CheckRule, Model, SeverityOverride};
use crate::source::Span;
use constant_conditions::Verdict;
use follow::Followed;
use reach::Reach;
use stage_flow::{Ground, Site};
use together::Together;

/// All checks, by code.
pub const RULES: &[Rule] = &[
    Rule::new(codes::ALWAYS_TRUE, always_true::find),
    Rule::new(codes::AMBIGUOUS_ENTRY, ambiguous_entry::find),
    Rule::new(codes::AMBIGUOUS_NEXT, ambiguous_next::find),
    Rule::new(codes::AWAITED_BEFORE_SENT, awaited_before_sent::find),
    Rule::new(codes::BACKWARD_MOVE, backward_move::find),
    Rule::new(codes::BAD_CHECK, bad_check::find),
    Rule::new(codes::CAMPAIGNS_COMPETE, campaigns_compete::find),
    Rule::new(codes::CHANGES_NOTHING, changes_nothing::find),
    Rule::new(codes::CLOSED_HOURS, closed_hours::find),
    Rule::new(codes::CONSENT_MISSING, consent_missing::find).requires_complete_project(),
    Rule::new(codes::CUT_VALUE, cut_value::find),
    Rule::new(codes::DEAD_BRANCH, dead_branch::find),
    Rule::new(codes::DEAD_END, dead_end::find).requires_complete_project(),
    Rule::new(codes::DUPLICATE_WEIGHT, duplicate_weight::find),
    Rule::new(codes::ENDLESS_LOOP, endless_loop::find),
    Rule::new(codes::EQUAL_SEGMENTS, equal_segments::find),
    Rule::new(codes::EVENTS_AS_CONDITION, events_as_condition::find),
    Rule::new(codes::EXACT_MOMENT, exact_moment::find),
    Rule::new(codes::FINAL_EXIT, final_exit::find),
    Rule::new(codes::GOAL_AT_ENTRY, goal_at_entry::find),
    Rule::new(codes::LEAVES_ITSELF, leaves_itself::find),
    Rule::new(codes::MISSING_DATE, missing_date::find),
    Rule::new(codes::MISSING_ON_LEAVE, missing_on_leave::find),
    Rule::new(codes::MISSING_REENTER, missing_reenter::find),
    Rule::new(codes::MOVE_MAY_BE_REFUSED, move_may_be_refused::find),
    Rule::new(codes::MOVE_WITHOUT_EFFECT, move_without_effect::find),
    Rule::new(codes::NEVER_AGAIN, never_again::find),
    Rule::new(codes::NEVER_AT_REST, never_at_rest::find),
    Rule::new(codes::NEVER_SENT, never_sent::find),
    Rule::new(codes::NEVER_TRUE, never_true::find),
    Rule::new(codes::NO_ADDRESS, no_address::find).requires_complete_project(),
    Rule::new(codes::NO_CONVERSION, no_conversion::find).requires_complete_project(),
    Rule::new(codes::NO_NEXT_STAGE, no_next_stage::find),
    Rule::new(codes::ORDER_AGAINST_WEIGHT, order_against_weight::find),
    Rule::new(codes::OUTSIDE_AUDIENCE, outside_audience::find),
    Rule::new(codes::OVERLAP, overlap::find),
    Rule::new(codes::PLAIN_SECRET, plain_secret::find),
    Rule::new(codes::REDUNDANT, redundant::find),
    Rule::new(codes::SAME_BRANCHES, same_branches::find),
    Rule::new(codes::SEGMENT_CYCLE, segment_cycle::find),
    Rule::new(codes::SENT_TWICE, sent_twice::find),
    Rule::new(codes::SHADOWED_EXPERIENCE, shadowed_experience::find),
    Rule::new(codes::SHADOWED_RULE, shadowed_rule::find),
    Rule::new(codes::TOKEN_WITHOUT_DEFAULT, token_without_default::find),
    Rule::new(codes::UNNAMED_BRANCH, unnamed_branch::find),
    Rule::new(codes::UNNAMED_WAIT, unnamed_wait::find),
    Rule::new(codes::UNREACHABLE_STAGE, unreachable_stage::find).requires_complete_project(),
    Rule::new(codes::UNREACHABLE_STEP, unreachable_step::find),
    Rule::new(codes::UNSENT_CONTENT, unsent_content::find).requires_complete_project(),
    Rule::new(codes::UNUSED_CAMPAIGN, unused_campaign::find).requires_complete_project(),
    Rule::new(codes::UNUSED_CONTENT, unused_content::find).requires_complete_project(),
    Rule::new(codes::UNUSED_DESTINATION, unused_destination::find).requires_complete_project(),
    Rule::new(codes::UNUSED_EVENT, unused_event::find).requires_complete_project(),
    Rule::new(codes::UNUSED_SEGMENT, unused_segment::find).requires_complete_project(),
    Rule::new(codes::UNUSED_TAG, unused_tag::find).requires_complete_project(),
    Rule::new(codes::WINDOW_OVER, window_over::find),
];

/// A check: the code of what it finds, and how it finds it.
pub struct Rule {
    /// The code of its findings.
    pub code: Code,
    /// Whether it says that something is nowhere to be found, and so may only speak when the whole
    /// project could be read.
    whole: bool,
    find: fn(&CheckContext<'_>, &Rule) -> Vec<Diagnostic>,
}

/// A project without errors; only the checks can make one.
#[derive(Clone, Debug)]
pub struct Checked {
    model: Model,
}

/// Checks a model. `earlier` is what reading the project found: with an error among it the model is
/// not [`Checked`], and nothing is said to be missing.
pub(crate) fn run(
    model: Model,
    earlier: &[Diagnostic],
) -> (Result<Checked, Model>, Vec<Diagnostic>) {
    let is_error = |finding: &Diagnostic| finding.severity == Severity::Error;
    let whole = !earlier.iter().any(is_error);
    let found = apply_severity(&model, findings(&model, whole));
    let outcome = if whole && !found.iter().any(is_error) {
        Ok(Checked { model })
    } else {
        Err(model)
    };
    (outcome, found)
}

/// Findings as much as the project lets them count, and where it says nothing, their codes. What is
/// an error by itself stays one.
pub fn apply_severity(model: &Model, mut findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let weight_of = |finding: &Diagnostic| weight(model, finding.code);
    findings.retain(|finding| weight_of(finding) != SeverityOverride::Off);
    for finding in &mut findings {
        if weight_of(finding) == SeverityOverride::Error {
            finding.severity = Severity::Error;
        }
    }
    findings
}

fn weight(model: &Model, code: Code) -> SeverityOverride {
    let mut checks = model.checks.iter();
    let written = checks.find(|rule| rule.code == code.name());
    let written = written.map(|rule| rule.weight);
    match code.standard() {
        Standard::Error => SeverityOverride::Error,
        Standard::Warning => written.unwrap_or(SeverityOverride::Warning),
        Standard::Off => written.unwrap_or(SeverityOverride::Off),
    }
}

/// Has the project ask for every check about which it says nothing and that is off by itself.
pub(crate) fn turn_on_opinions(model: &mut Model) {
    for code in codes::all().filter(|code| code.standard() == Standard::Off) {
        if model.checks.iter().all(|rule| rule.code != code.name()) {
            model.checks.push(CheckRule {
                code: code.name().to_owned(),
                span: Span::NOWHERE,
                weight: SeverityOverride::Warning,
                has_reason: false,
            });
        }
    }
}

/// What all checks find in a model that was read without errors.
pub fn check(model: &Model) -> Vec<Diagnostic> {
    findings(model, true)
}

fn findings(model: &Model, whole: bool) -> Vec<Diagnostic> {
    let case = CheckContext::new(model);
    let asked =
        |rule: &&Rule| (whole || !rule.whole) && weight(model, rule.code) != SeverityOverride::Off;
    let rules = RULES.iter().filter(asked);
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
    const fn new(code: Code, find: fn(&CheckContext<'_>, &Self) -> Vec<Diagnostic>) -> Self {
        Self {
            code,
            whole: false,
            find,
        }
    }

    const fn requires_complete_project(self) -> Self {
        Self {
            whole: true,
            ..self
        }
    }

    /// A finding of this check.
    fn finding(&self, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(self.code, span, message)
    }
}

/// What the checks look at, worked out once.
struct CheckContext<'a> {
    model: &'a Model,
    journey: Journey,
    ground: Ground<'a>,
    /// Every step that moves a contact, with the stages that it can have there.
    sites: Vec<Site<'a>>,
    /// The campaigns of which it is not known where contacts are when they come to such a step.
    beyond: Vec<&'a Campaign>,
    /// Per funnel, the stages that contacts can come to.
    reach: Vec<Reach>,
    /// What always or never holds.
    verdicts: Vec<Verdict<'a>>,
    /// The campaigns that steps let contacts into.
    enrolled: BTreeSet<CampaignId>,
    /// By campaign, what is certain of the contacts at its steps.
    followed: Arena<CampaignId, Followed<'a>>,
    /// What cannot hold at one time.
    together: RefCell<Together<'a>>,
}

impl<'a> CheckContext<'a> {
    fn new(model: &'a Model) -> Self {
        let journey = Journey::of(model);
        let ground = Ground::new(model, &journey);
        let (sites, beyond) = stage_flow::sites(&ground);
        let reach = reach::all(&ground, &sites);
        let mut together = Together::new(model, &ground.order, ground.full());
        let verdicts = constant_conditions::verdicts(model, &ground.order, &mut together);
        let enrolled = follow::enrolled(model);
        let followed = follow::all(model, &enrolled, &together);
        Self {
            model,
            journey,
            ground,
            sites,
            beyond,
            reach,
            verdicts,
            enrolled,
            followed,
            together: RefCell::new(together),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    /// What becomes of a finding that is off by default, and with it whether the project is sound.
    fn told(checks: &str) -> (Vec<Severity>, Vec<&'static str>) {
        let text = format!("version: 1\ncontacts: {{ key: id }}\n{checks}");
        let mut sources = Sources::default();
        sources.add("funnelc.yaml", text);
        let compiled = crate::compile(sources);
        let opinion = Diagnostic::new(codes::OPINION, Span::NOWHERE, "somebody has one");
        let apply_severity = apply_severity(&compiled.model, vec![opinion]);
        let found = compiled
            .diagnostics
            .iter()
            .map(|finding| finding.code.name());
        (
            apply_severity
                .iter()
                .map(|finding| finding.severity)
                .collect(),
            found.collect(),
        )
    }

    #[test]
    fn an_opinion_is_told_where_the_project_asks_for_it() {
        assert_eq!(told(""), (vec![], vec![]));
        assert_eq!(
            told("checks: { opinion: warning }\n"),
            (vec![Severity::Warning], vec![])
        );
        assert_eq!(
            told("checks: { opinion: error }\n"),
            (vec![Severity::Error], vec![])
        );
        assert_eq!(
            told("checks: { opinion: { severity: off, reason: why } }\n"),
            (vec![], vec![])
        );
    }
}
