//! The pages of docs/checks by code; every code that funnelc can report has one.

use super::RULES;

/// The page about a code, as Markdown.
pub fn page(code: &str) -> Option<&'static str> {
    let rule = RULES.iter().find(|rule| rule.code.0 == code).map(|rule| rule.page);
    rule.or_else(|| READING.iter().find(|(name, _)| *name == code).map(|(_, page)| *page))
}

/// Whether what is found under a code while a project is read is a warning.
pub(super) fn is_warning(code: &str) -> bool {
    ["ambiguous-number", "foreign-token", "stale-baseline", "unused-block", "unused-variable"].contains(&code)
}

/// All codes that have a page, sorted.
pub fn codes() -> Vec<&'static str> {
    let mut codes: Vec<_> = RULES.iter().map(|rule| rule.code.0).chain(READING.iter().map(|(code, _)| *code)).collect();
    codes.sort_unstable();
    codes
}

/// The codes of what is found while a project is read.
const READING: &[(&str, &str)] = &[
    ("ambiguous-number", include_str!("../../docs/checks/ambiguous-number.md")),
    ("bad-baseline", include_str!("../../docs/checks/bad-baseline.md")),
    ("bad-color", include_str!("../../docs/checks/bad-color.md")),
    ("bad-date", include_str!("../../docs/checks/bad-date.md")),
    ("bad-duration", include_str!("../../docs/checks/bad-duration.md")),
    ("bad-id", include_str!("../../docs/checks/bad-id.md")),
    ("bad-members", include_str!("../../docs/checks/bad-members.md")),
    ("bad-pattern", include_str!("../../docs/checks/bad-pattern.md")),
    ("bad-share", include_str!("../../docs/checks/bad-share.md")),
    ("bad-test", include_str!("../../docs/checks/bad-test.md")),
    ("bad-version", include_str!("../../docs/checks/bad-version.md")),
    ("broken-token", include_str!("../../docs/checks/broken-token.md")),
    ("block-arguments", include_str!("../../docs/checks/block-arguments.md")),
    ("block-cycle", include_str!("../../docs/checks/block-cycle.md")),
    ("clears-required", include_str!("../../docs/checks/clears-required.md")),
    ("condition-keys", include_str!("../../docs/checks/condition-keys.md")),
    ("content-keys", include_str!("../../docs/checks/content-keys.md")),
    ("duplicate-choice", include_str!("../../docs/checks/duplicate-choice.md")),
    ("duplicate-column", include_str!("../../docs/checks/duplicate-column.md")),
    ("duplicate-key", include_str!("../../docs/checks/duplicate-key.md")),
    ("duplicate-step", include_str!("../../docs/checks/duplicate-step.md")),
    ("duplicate-value", include_str!("../../docs/checks/duplicate-value.md")),
    ("empty-list", include_str!("../../docs/checks/empty-list.md")),
    ("empty-value", include_str!("../../docs/checks/empty-value.md")),
    ("empty-window", include_str!("../../docs/checks/empty-window.md")),
    ("event-content", include_str!("../../docs/checks/event-content.md")),
    ("event-keys", include_str!("../../docs/checks/event-keys.md")),
    ("failed-test", include_str!("../../docs/checks/failed-test.md")),
    ("field-keys", include_str!("../../docs/checks/field-keys.md")),
    ("foreign-token", include_str!("../../docs/checks/foreign-token.md")),
    ("in-flight-keys", include_str!("../../docs/checks/in-flight-keys.md")),
    ("missing-file", include_str!("../../docs/checks/missing-file.md")),
    ("missing-key", include_str!("../../docs/checks/missing-key.md")),
    ("no-owner", include_str!("../../docs/checks/no-owner.md")),
    ("not-sendable", include_str!("../../docs/checks/not-sendable.md")),
    ("operator-type", include_str!("../../docs/checks/operator-type.md")),
    ("reserved-id", include_str!("../../docs/checks/reserved-id.md")),
    ("sets-the-key", include_str!("../../docs/checks/sets-the-key.md")),
    ("several-documents", include_str!("../../docs/checks/several-documents.md")),
    ("step-keys", include_str!("../../docs/checks/step-keys.md")),
    ("still-there", include_str!("../../docs/checks/still-there.md")),
    ("unknown-block", include_str!("../../docs/checks/unknown-block.md")),
    ("unknown-campaign", include_str!("../../docs/checks/unknown-campaign.md")),
    ("unknown-choice", include_str!("../../docs/checks/unknown-choice.md")),
    ("unknown-content", include_str!("../../docs/checks/unknown-content.md")),
    ("unknown-event", include_str!("../../docs/checks/unknown-event.md")),
    ("unknown-destination", include_str!("../../docs/checks/unknown-destination.md")),
    ("unknown-field", include_str!("../../docs/checks/unknown-field.md")),
    ("unknown-funnel", include_str!("../../docs/checks/unknown-funnel.md")),
    ("unknown-group", include_str!("../../docs/checks/unknown-group.md")),
    ("unknown-key", include_str!("../../docs/checks/unknown-key.md")),
    ("unknown-property", include_str!("../../docs/checks/unknown-property.md")),
    ("unknown-override", include_str!("../../docs/checks/unknown-override.md")),
    ("unknown-segment", include_str!("../../docs/checks/unknown-segment.md")),
    ("unknown-stage", include_str!("../../docs/checks/unknown-stage.md")),
    ("unknown-step", include_str!("../../docs/checks/unknown-step.md")),
    ("unknown-tag", include_str!("../../docs/checks/unknown-tag.md")),
    ("unknown-timezone", include_str!("../../docs/checks/unknown-timezone.md")),
    ("unknown-value", include_str!("../../docs/checks/unknown-value.md")),
    ("unknown-variable", include_str!("../../docs/checks/unknown-variable.md")),
    ("unquoted-value", include_str!("../../docs/checks/unquoted-value.md")),
    ("stale-baseline", include_str!("../../docs/checks/stale-baseline.md")),
    ("unused-block", include_str!("../../docs/checks/unused-block.md")),
    ("unused-variable", include_str!("../../docs/checks/unused-variable.md")),
    ("wrong-type", include_str!("../../docs/checks/wrong-type.md")),
    ("wrong-value", include_str!("../../docs/checks/wrong-value.md")),
    ("yaml-limit", include_str!("../../docs/checks/yaml-limit.md")),
    ("yaml-syntax", include_str!("../../docs/checks/yaml-syntax.md")),
];
