//! The plan: a checked project, frozen; nothing can make one but lowering a [`Checked`] project and reading a plan file whose fingerprint holds.

mod call;
mod content;
mod events;
mod ids;
mod in_flight;
mod read;
mod values;
pub mod wire;
mod write;

use crate::check::{self, Checked};
use crate::diagnostic::Severity;
use crate::model::{InFlight, Model};

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
    #[error("the plan was changed after it was made: its fingerprint is {found}, it says {written}")]
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
        let value: serde_json::Value = serde_json::from_str(text).map_err(|e| PlanError::NotAPlan(e.to_string()))?;
        match value.get("format").and_then(serde_json::Value::as_u64) {
            None => return Err(PlanError::NotAPlan("it has no `format`".to_owned())),
            Some(format) if format > u64::from(wire::FORMAT) => return Err(PlanError::Newer(format)),
            Some(_) => {}
        }
        let file: wire::File = serde_json::from_value(value).map_err(|e| PlanError::NotAPlan(e.to_string()))?;
        let found = fingerprint(&file.plan);
        if found != file.fingerprint {
            return Err(PlanError::Tampered { found, written: file.fingerprint });
        }
        let mut model = read::model(&file.plan).map_err(PlanError::Faulty)?;
        ids::all_are_ids(&model).map_err(PlanError::Faulty)?;
        model.mark_by_hand();
        Ok(Self { model: sound(model)?, file })
    }

    /// The plan file: the same project gives the same bytes.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(&self.file).expect("maps with text keys always serialise");
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

    /// The plan as if its things had been called by the names that they have in `head`, in their old positions, and as if it spoke of the same that is gone.
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
        let companies = plan.companies.iter_mut().flat_map(|companies| companies.fields.values_mut());
        let fields = plan.contacts.fields.values_mut().chain(companies);
        fields.filter_map(|field| field.values.as_mut()).for_each(|values| values.sort());
        meant
    }

    /// A plan of this model that says the same of things that are gone.
    pub(crate) fn with_model(&self, model: Model) -> Self {
        let mut plan = write::plan(&model);
        (plan.moved, plan.removed) = (self.file.plan.moved.clone(), self.file.plan.removed.clone());
        let file = wire::File { format: wire::FORMAT, fingerprint: fingerprint(&plan), plan };
        Self { model, file }
    }

    /// BLAKE3 of the plan's canonical bytes, in hexadecimal.
    pub fn fingerprint(&self) -> &str {
        &self.file.fingerprint
    }

    /// Freezes a project that was found free of errors.
    pub fn lower(checked: Checked) -> Self {
        // Tests are no part of what runs.
        let model = Model { tests: Vec::new(), ..checked.into_model() };
        let plan = write::plan(&model);
        let file = wire::File { format: wire::FORMAT, fingerprint: fingerprint(&plan), plan };
        Self { model, file }
    }
}

/// Held to what a project is held to, by the same checks: a plan may have been made by anybody.
fn sound(model: Model) -> Result<Model, PlanError> {
    match check::run(model, &[]) {
        (Ok(checked), _) => Ok(checked.into_model()),
        (Err(_), found) => {
            let errors = found.into_iter().filter(|finding| finding.severity == Severity::Error);
            let words = errors.map(|finding| format!("{} ({})", finding.message, finding.code.name()));
            Err(PlanError::Faulty(words.collect::<Vec<_>>().join("; ")))
        }
    }
}

/// The JSON Schema of a plan file.
pub fn json_schema() -> String {
    let schema = schemars::generate::SchemaSettings::draft07().into_generator().into_root_schema_for::<wire::File>();
    serde_json::to_string_pretty(&schema).expect("a schema always serialises") + "\n"
}

fn fingerprint(plan: &wire::Plan) -> String {
    let canonical = serde_json::to_vec(plan).expect("maps with text keys always serialise");
    blake3::hash(&canonical).to_hex().to_string()
}
