//! What two plans write about one contact, cell by cell and action by action; looked at only where
//! the bytes differ.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::{Channel, Model, Renamed};
use crate::runner::contact::Block;
use crate::runner::input::layout::{Layout, Written};
use crate::runner::input::row::{Row, Rows};

/// What kind of data differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DataKind {
    /// A tag.
    Tag,
    /// A field.
    Field,
    /// The points, those of a group by its id.
    Points,
    /// A channel that must not be used.
    DoNotContact,
    /// Being put into a segment by a step, or taken out of it.
    Member,
}

/// The cells that either plan writes, and where they stand in the rows of each.
#[derive(Clone, Debug)]
pub(super) struct Cells {
    all: Vec<Cell>,
    /// What stands between two tags, under each plan.
    separators: [String; 2],
    /// The tags that either plan names. Others are data of the file, which a comparison does not
    /// tell: the project says which column holds tags, and may say that of names or addresses.
    named_tags: BTreeSet<String>,
    /// The names that tags had, each with the present one.
    renamed_tags: BTreeMap<String, String>,
    /// The columns that only one of the two gives to the file.
    pub(super) columns: [Vec<String>; 2],
}

#[derive(Clone, Debug)]
struct Cell {
    kind: DataKind,
    id: String,
    at: [Option<usize>; 2],
}

/// How a datum differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// There is one under the head only.
    Gained,
    /// There is one under the base only.
    Lost,
    /// There is another one.
    Other,
}

/// By what is done and to or with what: how often, and a sum over channels, addresses and what is
/// handed over.
type Acts = BTreeMap<(String, String), (u32, u64)>;

impl Cells {
    pub(super) fn of(base: (&Model, &Layout), head: (&Model, &Layout)) -> Self {
        let mut cells: BTreeMap<(DataKind, String), [Option<usize>; 2]> = BTreeMap::new();
        let mut columns = [Vec::new(), Vec::new()];
        for (which, (model, layout)) in [(0, base), (1, head)] {
            let mut appended = layout.width();
            for (column, written) in &layout.written {
                let at = column.unwrap_or(appended);
                if column.is_none() {
                    appended += 1;
                    columns[which].push(written.column(model).to_owned());
                }
                if let Some(key) = datum(model, *written) {
                    cells.entry(key).or_default()[which] = Some(at);
                }
            }
        }
        let width = base.1.width();
        // What one plan does not write stays there as it stands in the file.
        let both = |[base, head]: [Option<usize>; 2]| {
            let of_file = |at: Option<usize>| at.filter(|at| *at < width);
            [base.or(of_file(head)), head.or(of_file(base))]
        };
        let all = cells
            .into_iter()
            .map(|((kind, id), at)| Cell {
                kind,
                id,
                at: both(at),
            })
            .collect();
        let [left, right] = &columns;
        let only = |these: &[String], others: &[String]| {
            these
                .iter()
                .filter(|it| !others.contains(it))
                .cloned()
                .collect()
        };
        let columns = [only(left, right), only(right, left)];
        let separators = [base, head].map(|(model, _)| model.contacts.tags.separator.clone());
        let named_tags = [base, head]
            .into_iter()
            .flat_map(|(model, _)| model.contacts.tags.names.values())
            .map(|tag| tag.id.clone())
            .collect();
        let renamed_tags = head
            .0
            .in_flight
            .others()
            .filter(|(_, to)| matches!(to, Renamed::Tag(_)));
        let renamed_tags = renamed_tags
            .map(|(from, to)| (from.to_owned(), to.name(head.0)))
            .collect();
        Self {
            all,
            separators,
            named_tags,
            renamed_tags,
            columns,
        }
    }

    /// Each datum that differs between two rows of one contact.
    pub(super) fn differing(
        &self,
        base: &[u8],
        head: &[u8],
        mut found: impl FnMut(DataKind, &str, Turn),
    ) {
        let rows = [Rows::split(base, 0), Rows::split(head, 0)];
        let [Some(base), Some(head)] = [rows[0].iter().next(), rows[1].iter().next()] else {
            return;
        };
        for cell in &self.all {
            let text = |row: Row<'_>, at: Option<usize>| {
                at.map(|at| row.text(at).to_owned()).unwrap_or_default()
            };
            let (before, after) = (text(base, cell.at[0]), text(head, cell.at[1]));
            if before == after {
                continue;
            }
            if cell.kind == DataKind::Tag {
                self.tags(&before, &after, &mut found);
            } else {
                found(cell.kind, &cell.id, turn(&before, &after));
            }
        }
    }

    fn tags(&self, before: &str, after: &str, found: &mut impl FnMut(DataKind, &str, Turn)) {
        let list = |text: &str, which: usize| -> Vec<String> {
            let tags = text
                .split(self.separators[which].as_str())
                .map(str::trim)
                .filter(|tag| !tag.is_empty());
            tags.map(|tag| {
                self.renamed_tags
                    .get(tag)
                    .map_or(tag, String::as_str)
                    .to_owned()
            })
            .collect()
        };
        let (before, after) = (list(before, 0), list(after, 1));
        for (these, others, turn) in [
            (&after, &before, Turn::Gained),
            (&before, &after, Turn::Lost),
        ] {
            let differing: BTreeSet<_> = these
                .iter()
                .filter(|tag| !others.contains(tag))
                .map(|tag| self.named_tags.get(tag).map_or("", String::as_str))
                .collect();
            differing
                .into_iter()
                .for_each(|tag| found(DataKind::Tag, tag, turn));
        }
    }
}

fn turn(before: &str, after: &str) -> Turn {
    match (before.is_empty(), after.is_empty()) {
        (true, _) => Turn::Gained,
        (_, true) => Turn::Lost,
        (false, false) => Turn::Other,
    }
}

/// What a cell holds; stages are compared as stages, and do-not-contact also where it has no
/// column.
fn datum(model: &Model, written: Written) -> Option<(DataKind, String)> {
    Some(match written {
        Written::Stage(_) | Written::Block(_) => return None,
        Written::Tags => (DataKind::Tag, String::new()),
        Written::Points => (DataKind::Points, String::new()),
        Written::Group(group) => (DataKind::Points, model.points.groups[group].id.clone()),
        Written::Field(field) => (DataKind::Field, model.contacts.fields[field].id.clone()),
    })
}

/// The segments into which steps put a contact, or out of which they took it.
pub(super) fn members<'n>(
    base: &[(usize, bool)],
    head: &[(usize, bool)],
    ids: &'n [String],
    mut found: impl FnMut(DataKind, &'n str, Turn),
) {
    let of = |list: &[(usize, bool)], at| {
        list.iter()
            .find(|(segment, _)| *segment == at)
            .map(|(_, inside)| *inside)
    };
    for (at, id) in ids.iter().enumerate() {
        match (of(base, at), of(head, at)) {
            (before, after) if before == after => {}
            (_, Some(true)) => found(DataKind::Member, id, Turn::Gained),
            (Some(true), _) => found(DataKind::Member, id, Turn::Lost),
            (_, _) => found(DataKind::Member, id, Turn::Other),
        }
    }
}

/// Why channels must not be used.
pub(super) fn blocks(
    base: &[Option<Block>],
    head: &[Option<Block>],
    mut found: impl FnMut(DataKind, &'static str, Turn),
) {
    for (channel, (before, after)) in Channel::ALL.into_iter().zip(base.iter().zip(head)) {
        match (before, after) {
            (before, after) if before == after => {}
            (None, Some(_)) => found(DataKind::DoNotContact, channel.word(), Turn::Gained),
            (Some(_), None) => found(DataKind::DoNotContact, channel.word(), Turn::Lost),
            (_, _) => found(DataKind::DoNotContact, channel.word(), Turn::Other),
        }
    }
}

/// What both plans do equally often and not in the same way: on another channel, to another
/// address, with another text.
pub(super) fn altered(base: &[u8], head: &[u8]) -> Vec<(String, String)> {
    let (base, head) = (acts(base), acts(head));
    let other = |(what, (count, how)): (&(String, String), &(u32, u64))| {
        let is_other = head
            .get(what)
            .is_some_and(|(times, other)| times == count && other != how);
        is_other.then(|| what.clone())
    };
    base.iter().filter_map(other).collect()
}

fn acts(bytes: &[u8]) -> Acts {
    let rows = Rows::split(bytes, 0);
    let mut acts = Acts::new();
    for row in rows.iter() {
        let how = [4, 5, 10]
            .iter()
            .fold(blake3::Hasher::new(), |mut hasher, at| {
                let text = row.text(*at);
                hasher
                    .update(&text.len().to_le_bytes())
                    .update(text.as_bytes());
                hasher
            });
        let how = u64::from_le_bytes(
            *how.finalize()
                .as_bytes()
                .first_chunk()
                .expect("a hash has 32 bytes"),
        );
        let (count, sum) = acts
            .entry((row.text(2).to_owned(), row.text(3).to_owned()))
            .or_default();
        *count += 1;
        *sum = sum.wrapping_add(how);
    }
    acts
}
