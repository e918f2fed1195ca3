//! What would be if a cell of the contact's row said something else: the engine runs the changed
//! row, and what came of it is kept, for many conditions fail by the same value.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::view::View;
use crate::runner::one::{Looked, RowFound, with_cell};

/// So many different changes are tried for one contact; more are only told in words.
const MOST: usize = 2_000;

/// What came of a change, by column and cell; nothing where no run would take the row.
type Tried = BTreeMap<(String, String), Option<Rc<Looked>>>;

/// The changes that were tried.
#[derive(Default)]
pub(super) struct Trials<'a> {
    row: Option<&'a RowFound>,
    tried: RefCell<Tried>,
}

impl<'a> Trials<'a> {
    /// With this row; without one nothing can be tried.
    pub(super) fn of(row: Option<&'a RowFound>) -> Self {
        Self {
            row,
            tried: RefCell::default(),
        }
    }

    /// The contact with another cell; nothing where that makes no row that a run would take.
    pub(super) fn with(&self, view: &View<'_>, column: &str, cell: &str) -> Option<Rc<Looked>> {
        let key = (column.to_owned(), cell.to_owned());
        if let Some(known) = self.tried.borrow().get(&key) {
            return known.clone();
        }
        if self.tried.borrow().len() >= MOST {
            return None;
        }
        let changed = with_cell(view.model, self.row?, column, cell);
        let looked = changed.and_then(|row| view.one.look(&row).ok()?.ok().map(Rc::new));
        self.tried.borrow_mut().insert(key, looked.clone());
        looked
    }
}
