//! How much one run may let go out: what the command line says, and what the project says under
//! `checks: { run: … }`; both hold.

use crate::cli::CliError;
use crate::model::{Bounded, Model};
use crate::report::outgoing::Outgoing;
use crate::runner::notice::{Notice, NoticeCode};

/// Why a run with these figures is refused; nothing where it keeps to all bounds. `at_most` is that
/// of the command line.
pub(super) fn exceeded(model: &Model, metrics: &str, at_most: Option<u64>) -> Option<CliError> {
    let outgoing = Outgoing::of(model, metrics);
    let asked = at_most.map(|most| (Bounded::Messages, most, "`--at-most` lets"));
    let written = model
        .run_at_most
        .iter()
        .map(|(what, most)| (*what, *most, "the project lets"));
    let over = |(what, most, who): (Bounded, u64, &str)| {
        let sum = outgoing.sum(what);
        (sum > most).then(|| {
            format!(
                "this run would {}, and {who} {most} go out",
                words(what, sum)
            )
        })
    };
    let lines: Vec<String> = asked.into_iter().chain(written).filter_map(over).collect();
    if lines.is_empty() {
        return None;
    }
    let help =
        "nothing was written, and the state is as it was; if all of it is meant, raise the bound";
    Some(
        CliError::lines(lines.join("\n  and: "))
            .telling(lines.into_iter().map(too_much).collect())
            .help(help),
    )
}

fn too_much(line: String) -> Notice {
    Notice::new(NoticeCode::TooMuch, line)
}

fn words(what: Bounded, sum: u64) -> String {
    let s = if sum == 1 { "" } else { "s" };
    match what {
        Bounded::Channel(channel) => format!("send {sum} message{s} by {}", channel.word()),
        Bounded::Messages => format!("send {sum} message{s}"),
        Bounded::Actions => format!("write {sum} action{s}"),
    }
}
