//! What a change does where an environment of the project is laid over it, told where none was
//! asked for: who reviews a change must hear of it.

use super::Touched;
use crate::diff::Diff;

/// An environment that changes in another way than the project without it.
#[derive(Clone, Debug)]
pub struct EnvironmentShift {
    /// Its name.
    pub name: String,
    /// What becomes of it.
    pub change: EnvironmentChange,
}

/// What becomes of an environment.
#[derive(Clone, Debug)]
pub enum EnvironmentChange {
    /// With it something else changes than without; this does.
    Otherwise(Diff),
    /// With it nothing changes, though without it something does.
    Nothing,
    /// The base does not have it; this is what differs from the base as it is.
    New(Diff),
    /// The head does not have it.
    Gone,
    /// With it one of the two has errors.
    Broken,
}

impl EnvironmentShift {
    /// What there is to say of an environment, if it is another thing than `without` it. Each side
    /// says whether it has the environment, and what changes with it is known unless one of the two
    /// has errors with it.
    pub fn of(name: &str, is_in: [bool; 2], with: Option<Diff>, without: &Diff) -> Option<Self> {
        let change = match (is_in, with) {
            ([_, false], _) => EnvironmentChange::Gone,
            (_, None) => EnvironmentChange::Broken,
            ([false, true], Some(with)) => EnvironmentChange::New(with),
            ([true, true], Some(with))
                if with.changes == without.changes && with.reaches == without.reaches =>
            {
                return None;
            }
            ([true, true], Some(with)) if with.is_empty() => EnvironmentChange::Nothing,
            ([true, true], Some(with)) => EnvironmentChange::Otherwise(with),
        };
        Some(Self {
            name: name.to_owned(),
            change,
        })
    }

    /// What it touches.
    pub(super) fn touched(&self) -> Touched {
        match &self.change {
            EnvironmentChange::Otherwise(diff) | EnvironmentChange::New(diff) => {
                Touched::as_written(diff)
            }
            EnvironmentChange::Nothing => Touched::NOTHING,
            EnvironmentChange::Gone | EnvironmentChange::Broken => Touched::EVERYTHING,
        }
    }

    /// A sentence, without a full stop.
    pub(super) fn note(&self) -> String {
        let name = &self.name;
        match &self.change {
            EnvironmentChange::Otherwise(_) => format!(
                "In the environment `{name}` something else changes; `--env {name}` shows what"
            ),
            EnvironmentChange::Nothing => format!("In the environment `{name}` nothing changes"),
            EnvironmentChange::New(_) => format!(
                "The environment `{name}` is new; `--env {name}` shows how it differs from the base"
            ),
            EnvironmentChange::Gone => format!("The environment `{name}` is gone"),
            EnvironmentChange::Broken => format!(
                "The environment `{name}` has errors, here or in the base, and is not compared; \
                 `funnelc check` tells them"
            ),
        }
    }
}
