//! How much may be amiss with the rows of a run before it is refused: rows set aside, contacts gone
//! since the last run.

use std::str::FromStr;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::cli::CliError;
use crate::runner::batch::Summary;
use crate::runner::notice::NoticeCode;

const SHRUNKEN: &str =
    "look whether the export is whole; `--accept-shrunken` takes it as it is; nothing was written";

/// So many rows, or such a share of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AtMost {
    /// A number of rows.
    Rows(u64),
    /// Per cent of the rows, a part of a row taken for a whole one.
    Share(Decimal),
}

impl AtMost {
    /// One per cent.
    pub(crate) const DEFAULT: Self = Self::Share(Decimal::ONE);

    /// How many of `rows` these are.
    fn of(self, rows: u64) -> u64 {
        match self {
            Self::Rows(count) => count,
            Self::Share(share) => (Decimal::from(rows) * share / Decimal::ONE_HUNDRED)
                .ceil()
                .to_u64()
                .unwrap_or(u64::MAX),
        }
    }
}

impl FromStr for AtMost {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "write a number of rows such as `20`, or a share such as `2%`".to_owned();
        match text.strip_suffix('%') {
            None => text.parse().map(Self::Rows).map_err(|_| wrong()),
            Some(share) => {
                let share = Decimal::from_str_exact(share.trim()).map_err(|_| wrong())?;
                let fits = (Decimal::ZERO..=Decimal::ONE_HUNDRED).contains(&share);
                if fits {
                    Ok(Self::Share(share))
                } else {
                    Err(wrong())
                }
            }
        }
    }
}

impl std::fmt::Display for AtMost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Rows(count) => write!(f, "{count}"),
            Self::Share(share) => write!(f, "{share}%"),
        }
    }
}

/// Refuses to set more rows aside than may be.
pub(crate) fn rejects(summary: &Summary, at_most: Option<AtMost>) -> Result<(), CliError> {
    let (bad, rows) = (summary.problems.rows, summary.rows);
    let bound = at_most.unwrap_or(AtMost::DEFAULT);
    let allowed = bound.of(rows);
    if bad <= allowed {
        return Ok(());
    }
    let why = if at_most.is_none() {
        " unless told otherwise"
    } else {
        ""
    };
    let rows = format!("{rows} {}", if rows == 1 { "row" } else { "rows" });
    let first = summary
        .problems
        .first
        .first()
        .map(ToString::to_string)
        .unwrap_or_default();
    let message = format!(
        "{bad} of {rows} are bad, and `--rejects` sets {allowed} of them aside ({bound}){why}; the \
            first: {first}"
    );
    Err(CliError::new(message)
        .coded(NoticeCode::TooManyRejects)
        .help(format!(
            "mend them, or allow that many with `--rejects-at-most {bad}`; nothing was written"
        )))
}

/// Refuses a file that has lost its rows, or more than half of the contacts that the state knows.
pub(crate) fn shrunken(summary: &Summary) -> Result<(), CliError> {
    let message = match summary.of_known {
        _ if summary.rows == 0 => return Err(no_rows()),
        Some((found, known)) if found < known - found => {
            format!(
                "of the contacts that the state knows, {} of {known} are gone",
                known - found
            )
        }
        Some(_) | None => return Ok(()),
    };
    Err(CliError::new(message)
        .coded(NoticeCode::Shrunken)
        .help(SHRUNKEN))
}

/// A file of contacts without contacts, or of companies without companies.
pub(crate) fn no_rows() -> CliError {
    CliError::new("there is a header and no row below it")
        .coded(NoticeCode::NoRows)
        .help(SHRUNKEN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_rows_is_rounded_up() {
        let of = |text: &str, rows| text.parse::<AtMost>().unwrap().of(rows);
        assert_eq!(
            [
                of("1%", 2),
                of("1%", 100),
                of("1%", 101),
                of("0.5%", 1000),
                of("0%", 9)
            ],
            [1, 1, 2, 5, 0]
        );
        assert_eq!([of("7", 2), of("100 %", 9)], [7, 9]);
        for wrong in ["", "%", "-1", "x", "101%", "-1%", "1.5"] {
            assert!(wrong.parse::<AtMost>().is_err(), "{wrong}");
        }
    }
}
