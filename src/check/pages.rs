//! The pages of docs/checks by code; every code that funnelc can report has one.

use super::RULES;

/// The page about a code, as Markdown.
pub fn page(code: &str) -> Option<&'static str> {
    let rule = RULES.iter().find(|rule| rule.code.0 == code).map(|rule| rule.page);
    rule.or_else(|| READING.iter().find(|(name, _)| *name == code).map(|(_, page)| *page))
}

/// All codes that have a page, sorted.
pub fn codes() -> Vec<&'static str> {
    let mut codes: Vec<_> = RULES.iter().map(|rule| rule.code.0).chain(READING.iter().map(|(code, _)| *code)).collect();
    codes.sort_unstable();
    codes
}

/// The codes of what is found while a project is read.
const READING: &[(&str, &str)] = &[];
