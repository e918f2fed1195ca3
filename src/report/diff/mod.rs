//! A change as people and machines read it: what is said first, what differs, and what that does to
//! contacts; rendering only, nothing is compared here.

mod clauses;
mod environment;
mod headline;
mod inert;
mod json;
mod layout;
mod markdown;
mod picture;
mod safeguards;
mod text;

use crate::diff::{Change, Diff, Kind, Weakened};
use crate::runner::compare::{ColumnShift, Comparison};

pub use environment::{EnvironmentChange, EnvironmentShift};
pub use headline::headline;
pub use json::{Document, FORMAT, Touched, Version, json, json_schema};
pub use markdown::{LONGEST, markdown};
pub use text::text;

/// What is reported.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// What the base is called, and its plan's fingerprint.
    pub base: (&'a str, &'a str),
    /// What the head is called, and its plan's fingerprint.
    pub head: (&'a str, &'a str),
    /// The environment that is laid over the head only, because the base does not have it.
    pub base_lacks: Option<&'a str>,
    /// The environments that change otherwise, where none was asked for.
    pub environments: &'a [EnvironmentShift],
    /// What watches over the head less than over the base; nothing where one of them is a plan.
    pub weakened: &'a [Weakened],
    /// What differs.
    pub diff: &'a Diff,
    /// What that does to contacts, where some were given.
    pub impact: Option<&'a Comparison>,
}

impl Report<'_> {
    /// What must be known to read the rest, a sentence each, without a full stop.
    fn notes(&self) -> Vec<String> {
        let lacks = |name| {
            format!(
                "`{}` has no environment `{name}` and is compared as it is, without an environment",
                self.base.0
            )
        };
        let environments = self.environments.iter().map(EnvironmentShift::note);
        self.base_lacks
            .map(lacks)
            .into_iter()
            .chain(environments)
            .chain(self.weakened.iter().map(safeguards::note))
            .collect()
    }

    /// What the change touches: judged by what happens to contacts where some were given, else by
    /// what is written. A row that the head cannot read touches everything. What changes in an
    /// environment counts as it is written.
    pub fn touched(&self) -> Touched {
        let here = self.impact.map_or_else(
            || Touched::as_written(self.diff),
            |impact| self.touched_by(impact),
        );
        let touched = self
            .environments
            .iter()
            .map(EnvironmentShift::touched)
            .fold(here, Touched::or);
        Touched {
            checks: !self.weakened.is_empty(),
            ..touched
        }
    }

    fn touched_by(&self, impact: &Comparison) -> Touched {
        let lost =
            impact.bad_rows.differs() || impact.misplaced.differs() || !impact.refused.is_empty();
        Touched {
            any: !self.diff.is_empty()
                || lost
                || impact.affected > 0
                || impact.columns != ColumnShift::default(),
            audience: lost || impact.other_audience > 0,
            messages: lost || impact.other_messages > 0,
            stages: lost || impact.other_stages > 0,
            data: lost || impact.other_data > 0,
            actions: lost || impact.other_actions > 0,
            ahead: lost || impact.other_ways > 0,
            checks: false,
        }
    }
}

impl Touched {
    const NOTHING: Self = Self::all(false);
    const EVERYTHING: Self = Self::all(true);
    const ACTS: Self = Self {
        checks: false,
        ..Self::EVERYTHING
    };

    const fn all(is: bool) -> Self {
        Self {
            any: is,
            audience: is,
            messages: is,
            stages: is,
            data: is,
            actions: is,
            ahead: is,
            checks: is,
        }
    }

    fn or(self, other: Self) -> Self {
        Self {
            any: self.any || other.any,
            audience: self.audience || other.audience,
            messages: self.messages || other.messages,
            stages: self.stages || other.stages,
            data: self.data || other.data,
            actions: self.actions || other.actions,
            ahead: self.ahead || other.ahead,
            checks: self.checks || other.checks,
        }
    }

    /// Judged by what is written.
    fn as_written(diff: &Diff) -> Self {
        let touched = diff.changes.iter().map(Self::by);
        touched.fold(Self::NOTHING, Self::or)
    }

    /// What one change can touch. Most things are asked about by conditions, or decide where a
    /// contact goes on, and then anything can follow; what only goes out touches what goes out.
    fn by(change: &Change) -> Self {
        let goes_out = Self {
            any: true,
            ahead: true,
            ..Self::NOTHING
        };
        let aspect = change.aspect.as_deref();
        match change.kind {
            Kind::Destination => Self {
                actions: true,
                ..goes_out
            },
            Kind::Content if matches!(aspect, Some("subject" | "text" | "url")) => Self {
                messages: true,
                ..goes_out
            },
            Kind::Content | Kind::Channel | Kind::Project | Kind::Contacts | Kind::Tag => {
                Self::ACTS
            }
            Kind::Field | Kind::Event | Kind::Segment | Kind::Companies => Self::ACTS,
            Kind::CompanyField | Kind::PointGroup | Kind::PointRule | Kind::Funnel => Self::ACTS,
            Kind::Stage | Kind::Campaign | Kind::Step => Self::ACTS,
        }
    }
}
