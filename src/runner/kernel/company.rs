//! The contact's company: its fields stand behind the contact's own, and change with the field that
//! names it.

use super::executor::Executor;
use crate::runner::contact::Slot;
use crate::runner::program::Company;

impl Executor<'_> {
    /// Puts the fields of the company behind those of the contact; says whether the contact names
    /// one that is not there.
    pub(super) fn load_company(&mut self) -> bool {
        let program = self.program;
        let Some(companies) = &program.companies else {
            return false;
        };
        self.fields.truncate(program.fields.len());
        let company = companies.of(self.fields[companies.contact_field()]);
        match company {
            Company::Known(values) => self.fields.extend(values.iter().map(|value| value.slot())),
            Company::None | Company::Unknown => {
                self.fields
                    .extend(std::iter::repeat_n(Slot::Missing, companies.width()));
            }
        }
        matches!(company, Company::Unknown)
    }

    /// The contact has another company now, if that is the field which names it.
    pub(super) fn follow_company(&mut self, changed: usize) {
        if self
            .program
            .companies
            .as_ref()
            .is_some_and(|companies| companies.contact_field() == changed)
        {
            self.load_company();
        }
    }
}
