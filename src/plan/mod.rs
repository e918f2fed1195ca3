//! The plan: a checked project, frozen; nothing can make one but lowering a [`Checked`] project and
//! reading a plan file whose fingerprint holds.

mod call;
mod content;
mod events;
mod in_flight;
mod json;
mod read;
mod said;
pub mod wire;
mod write;

use crate::check::Checked;
use crate::json_schema::published;
use crate::model::{InFlight, Model, Segment};

pub(crate) use in_flight::former_condition_json;
pub(crate) use write::condition_json;

/// A project that was checked and found free of errors.
#[derive(Clone, Debug)]
pub struct Plan {
    model: Model,
    file: wire::File,
}

/// Why a file is no plan that can be run.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// Not a plan file at all.
    #[error("this is no plan file: {0}")]
    NotAPlan(String),
    /// Made by a newer funnelc.
    #[error("the plan has format {0}, this funnelc reads format {known} and older", known = wire::FORMAT)]
    Newer(u64),
    /// Edited after it was made.
    #[error(
        "the plan was changed after it was made: its fingerprint is {found}, it says {written}"
    )]
    Tampered {
        /// Of the bytes.
        found: String,
        /// In the file.
        written: String,
    },
    /// Names what is not there, or says what is not understood.
    #[error("the plan contradicts itself: {0}")]
    Faulty(String),
}

impl Plan {
    /// Reads a plan file.
    pub fn from_json(text: &str) -> Result<Self, PlanError> {
        let json::Json(value) =
            serde_json::from_str(text).map_err(|e| PlanError::NotAPlan(e.to_string()))?;
        match value.get("format").and_then(serde_json::Value::as_u64) {
            None => return Err(PlanError::NotAPlan("it has no `format`".to_owned())),
            Some(format) if format > u64::from(wire::FORMAT) => {
                return Err(PlanError::Newer(format));
            }
            Some(_) => {}
        }
        let mut file: wire::File =
            serde_json::from_value(value).map_err(|e| PlanError::NotAPlan(e.to_string()))?;
        file.plan.share_members();
        let found = fingerprint(&file.plan);
        if found != file.fingerprint {
            return Err(PlanError::Tampered {
                found,
                written: file.fingerprint,
            });
        }
        let checked =
            read::checked(&file.plan).map_err(|faults| PlanError::Faulty(faults.join("; ")))?;
        Ok(Self {
            model: checked.into_model(),
            file,
        })
    }

    /// The plan file: the same project gives the same bytes.
    pub fn to_json(&self) -> String {
        let mut text =
            serde_json::to_string_pretty(&self.file).expect("maps with text keys always serialise");
        text.push('\n');
        text
    }

    /// What the plan says. Nothing in it is broken.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The plan as it stands in its file.
    pub(crate) fn wire(&self) -> &wire::Plan {
        &self.file.plan
    }

    /// The plan as if its things had been called by the names that they have in `head`, in their
    /// old positions, and as if it spoke of the same that is gone.
    pub(crate) fn under_names_of(&self, head: &Self) -> Self {
        let mut model = self.model.under_names_of(&head.model);
        model.in_flight = InFlight::default();
        head.with_model(model)
    }

    /// The plan with each condition as a question for a segment that has its meaning as its id.
    ///
    /// What has no order stands in that of its names.
    pub(crate) fn meant(&self) -> Self {
        let mut meant = self.with_model(self.model.meant());
        let plan = &mut meant.file.plan;
        plan.contacts.tags.values.sort();
        let companies = plan
            .companies
            .iter_mut()
            .flat_map(|companies| companies.fields.values_mut());
        let fields = plan.contacts.fields.values_mut().chain(companies);
        fields
            .filter_map(|field| field.values.as_mut())
            .for_each(|values| values.sort());
        meant
    }

    /// The plan with segments that nothing in it asks for, behind its own.
    pub(crate) fn asking(&self, segments: impl Iterator<Item = Segment>) -> Self {
        let mut model = self.model.clone();
        model.segments = model.segments.values().cloned().chain(segments).collect();
        self.with_model(model)
    }

    /// A plan of this model that says the same of things that are gone.
    pub(crate) fn with_model(&self, model: Model) -> Self {
        let mut plan = write::plan(&model);
        (plan.moved, plan.removed) = (self.file.plan.moved.clone(), self.file.plan.removed.clone());
        let file = wire::File {
            format: wire::FORMAT,
            fingerprint: fingerprint(&plan),
            plan,
        };
        Self { model, file }
    }

    /// BLAKE3 of the plan's canonical bytes, in hexadecimal.
    pub fn fingerprint(&self) -> &str {
        &self.file.fingerprint
    }

    /// Freezes a project that was found free of errors.
    pub fn lower(checked: Checked) -> Self {
        // Tests are no part of what runs.
        let model = Model {
            tests: Vec::new(),
            ..checked.into_model()
        };
        let plan = write::plan(&model);
        let file = wire::File {
            format: wire::FORMAT,
            fingerprint: fingerprint(&plan),
            plan,
        };
        Self { model, file }
    }
}

/// How many bytes a plan file may have: as many as the files that a project names.
pub(crate) const MOST_BYTES: u64 = crate::source::MOST_NAMED;

/// What is said of a plan with more bytes.
pub(crate) fn too_large(bytes: u64) -> String {
    let most = MOST_BYTES >> 20;
    format!("it has {bytes} bytes or more, a plan has at most {MOST_BYTES} ({most} MiB)")
}

/// The JSON Schema of a plan file.
pub fn json_schema() -> String {
    published::<wire::File>()
}

fn fingerprint(plan: &wire::Plan) -> String {
    let mut canonical = blake3::Hasher::new();
    serde_json::to_writer(&mut canonical, plan).expect("maps with text keys always serialise");
    canonical.finalize().to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    #[test]
    fn the_model_of_a_file_says_what_the_file_says() {
        for text in [
            include_str!("../../tests/fixtures/two-doors/project.yaml"),
            include_str!("../../examples/b2b-leads/funnelc.yaml"),
            include_str!("../../examples/lifecycle/funnelc.yaml"),
            include_str!("../../examples/product-lines/funnelc.yaml"),
            include_str!("../../examples/webinar/funnelc.yaml"),
            include_str!("../../examples/webshop/funnelc.yaml"),
        ] {
            let mut sources = Sources::default();
            sources.add("funnelc.yaml", text);
            let json = crate::compile(sources)
                .plan
                .expect("the project has no errors")
                .to_json();
            let read = Plan::from_json(&json).expect("our own plan is read");
            assert_eq!(read.with_model(read.model.clone()).to_json(), json);
        }
    }
}
