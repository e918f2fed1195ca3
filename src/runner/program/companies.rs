//! The companies of a run: their fields by key, ready to stand behind the fields of a contact; the
//! order of the file never shows.

use std::collections::HashMap;

use crate::model::FieldId;
use crate::model::ids::Id;
use crate::runner::contact::{Kept, Slot};

/// What the companies file holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Companies {
    /// The field of the contact that holds the key.
    contact_field: usize,
    /// How many fields a company has.
    width: usize,
    values: Vec<Kept>,
    /// By key: where a company's values begin.
    places: HashMap<Box<str>, usize>,
}

/// The company of a contact.
pub(crate) enum Company<'a> {
    /// The contact names none.
    None,
    /// It names one that the file lacks.
    Unknown,
    /// Its values.
    Known(&'a [Kept]),
}

impl Companies {
    /// No companies yet.
    pub(crate) fn new(contact_field: FieldId, width: usize) -> Self {
        Self {
            contact_field: contact_field.index(),
            width,
            ..Self::default()
        }
    }

    /// Adds a company, whose key must be new.
    pub(crate) fn add(&mut self, key: &str, values: impl Iterator<Item = Kept>) {
        self.places.insert(key.into(), self.values.len());
        self.values.extend(values);
    }

    /// Which field of the contact holds the key.
    pub(crate) fn contact_field(&self) -> usize {
        self.contact_field
    }

    /// How many fields a company has.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// The company that a contact names; keys lose the blanks around them.
    pub(crate) fn of(&self, named: Slot<'_>) -> Company<'_> {
        let Slot::Text(key) = named else {
            return Company::None;
        };
        match self.places.get(key.trim()) {
            Some(&at) => Company::Known(&self.values[at..at + self.width]),
            None if key.trim().is_empty() => Company::None,
            None => Company::Unknown,
        }
    }
}
