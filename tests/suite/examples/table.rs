//! What must happen to the contacts of an example, as worked out by hand: tests/fixtures/examples.

use std::collections::BTreeMap;
use std::path::Path;

use super::sheet::Sheet;

pub(super) struct Table {
    /// When the example is run.
    pub(super) times: Vec<String>,
    /// The columns of the contacts file that the table speaks of.
    pub(super) columns: Vec<String>,
    rows: BTreeMap<(String, String), Row>,
    /// Time, contact, column and new value of what changes in the contacts file before a run.
    changes: Vec<Vec<String>>,
}

/// What must be so for a contact after a run.
pub(super) struct Row {
    pub(super) cells: BTreeMap<String, String>,
    pub(super) sent: String,
    pub(super) why: String,
}

impl Table {
    pub(super) fn of(example: &str) -> Self {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/examples");
        let sheet = Sheet::read(&fixtures.join(format!("{example}.csv")));
        let is_own = |name: &&String| !["contact", "now", "sent", "why"].contains(&name.as_str());
        let columns: Vec<String> = sheet.header().iter().filter(is_own).cloned().collect();
        let mut changes = Sheet::read(&fixtures.join(format!("{example}-changes.csv"))).rows;
        changes.remove(0);
        let mut table = Self {
            times: Vec::new(),
            columns,
            rows: BTreeMap::new(),
            changes,
        };
        for row in &sheet.rows[1..] {
            table.add(&sheet, row);
        }
        table
    }

    fn add(&mut self, sheet: &Sheet, row: &[String]) {
        let cell = |name: &str| row[sheet.position(name)].clone();
        let (now, contact) = (cell("now"), cell("contact"));
        if !self.times.contains(&now) {
            self.times.push(now.clone());
        }
        let cells = self
            .columns
            .iter()
            .map(|column| (column.clone(), cell(column)))
            .collect();
        let row = Row {
            cells,
            sent: cell("sent"),
            why: cell("why"),
        };
        let double = self.rows.insert((now, contact.clone()), row);
        assert!(double.is_none(), "{contact} stands twice");
    }

    /// The row of a contact; where there is none, it must be as before and get nothing.
    pub(super) fn row(&self, now: &str, contact: &str) -> Option<&Row> {
        self.rows.get(&(now.to_owned(), contact.to_owned()))
    }

    /// Makes the changes that belong before this run.
    pub(super) fn change(&self, contacts: &mut Sheet, now: &str) {
        for change in self.changes.iter().filter(|change| change[0] == now) {
            contacts.set(&change[1], &change[2], &change[3]);
        }
    }
}
