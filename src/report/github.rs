//! Findings as workflow commands, which GitHub shows beside the lines of a pull request; no name
//! and no message can end a command or begin one.

use super::json::{Finding, Findings, Level};

/// One line for each finding, and one for what the baseline leaves out; nothing where there is
/// neither.
pub fn commands(findings: &Findings) -> String {
    let mut commands: String = findings.findings.iter().map(command).collect();
    if findings.left_out > 0 {
        commands.push_str(&format!(
            "::notice title=baseline::the baseline leaves out {}\n",
            findings.left_out
        ));
    }
    commands
}

fn command(finding: &Finding) -> String {
    let name = match finding.severity {
        Level::Error => "error",
        Level::Warning => "warning",
    };
    let properties: Vec<String> = properties(finding)
        .iter()
        .map(|(key, value)| format!("{key}={}", property(value)))
        .collect();
    format!(
        "::{name} {}::{}\n",
        properties.join(","),
        data(&message(finding))
    )
}

fn properties(finding: &Finding) -> Vec<(&'static str, String)> {
    let place = &finding.place;
    let mut properties = Vec::new();
    if !place.file.is_empty() {
        properties.extend([
            ("file", place.file.clone()),
            ("line", place.line.to_string()),
        ]);
        // GitHub knows columns within one line only.
        if place.line == place.end_line {
            properties.push(("col", place.column.to_string()));
        }
        properties.push(("endLine", place.end_line.to_string()));
        if place.line == place.end_line {
            properties.push(("endColumn", place.end_column.to_string()));
        }
    }
    properties.push(("title", finding.code.clone()));
    properties
}

/// An annotation has one place, so the others are lines of its text.
fn message(finding: &Finding) -> String {
    let mut lines = vec![finding.message.clone()];
    lines.extend(
        finding
            .related
            .iter()
            .map(|related| format!("{}: {}", related.place, related.label)),
    );
    lines.extend(finding.help.iter().map(|help| format!("help: {help}")));
    lines.join("\n")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}
