//! The contacts of a case, and what somebody else does to their file between runs.
//!
//! Invariant: every file is well formed and every key stands in it once.

use super::Draft;
use super::bad::{OnBadValue, misfits};
use super::fields::TAGS;
use super::random::Random;

const TAGS_COLUMN: &str = "labels";

/// A column and what may stand in it.
pub(crate) struct Pool {
    pub(super) column: String,
    cells: Vec<String>,
    /// What does not fit, and how many of a hundred cells hold that.
    misfits: Vec<String>,
    percent: usize,
    in_file: bool,
}

impl Pool {
    fn new(column: &str, cells: &[&str], in_file: bool) -> Self {
        let cells = cells.iter().map(|&cell| cell.to_owned()).collect();
        Pool {
            column: column.to_owned(),
            cells,
            misfits: Vec::new(),
            percent: 0,
            in_file,
        }
    }

    fn or(self, misfits: Vec<String>, bad: OnBadValue) -> Self {
        Pool {
            percent: if misfits.is_empty() { 0 } else { bad.percent() },
            misfits,
            ..self
        }
    }
}

impl Draft<'_> {
    /// `nothing` are words for no value.
    pub(super) fn pools(&mut self, bad: OnBadValue, nothing: &[&str]) -> Vec<Pool> {
        let wrong = |misfit: &str| vec![misfit.to_owned()];
        let mut pools = vec![Pool::new("extra", &["x", "a \"b\"", "1,2", "é"], true)];
        for field in self.fields {
            let cells: Vec<&str> = field.cells.iter().map(String::as_str).collect();
            pools.push(Pool::new(&field.column, &cells, field.in_file).or(misfits(field), bad));
        }
        for funnel in &self.funnels {
            let cells: Vec<&str> = funnel
                .stages
                .iter()
                .map(|stage| stage.value.as_str())
                .collect();
            let in_file = self.random.chance(70);
            pools.push(Pool::new(&funnel.column, &cells, in_file).or(wrong("nirvana"), bad));
        }
        let mut tags = TAGS.to_vec();
        tags.extend(["vip,hot", "warm , vip", "new,cold,warm"]);
        pools.push(
            Pool::new(TAGS_COLUMN, &tags, self.random.chance(80)).or(wrong("vip,unheard,hot"), bad),
        );
        let points = ["0", "5", "10", "-5", "15"];
        pools.push(Pool::new("points", &points, self.random.chance(70)).or(wrong("many"), bad));
        for group in &self.groups.ids {
            let in_file = self.random.chance(70);
            pools.push(
                Pool::new(&self.groups.column(group), &points, in_file).or(wrong("5.0"), bad),
            );
        }
        let refusals = [
            "false",
            "unsubscribed",
            "true",
            "complained",
            "bounced",
            "",
            "",
            "",
        ];
        pools.push(Pool::new("dnc", &refusals, true));
        pools.push(Pool::new("dnc sms", &refusals, true));
        for pool in &mut pools {
            pool.cells
                .extend(nothing.iter().map(|&word| word.to_owned()));
        }
        pools
    }
}

/// The file as it first is.
pub(super) fn first_file(random: &mut Random, pools: &[Pool]) -> String {
    let pools: Vec<&Pool> = pools.iter().filter(|pool| pool.in_file).collect();
    let mut records = vec![vec!["id".to_owned()]];
    records[0].extend(pools.iter().map(|pool| pool.column.clone()));
    for number in 0..random.between(6, 18) {
        let mut record = vec![format!("c{number:02}")];
        record.extend(pools.iter().map(|pool| cell(random, pool)));
        records.push(record);
    }
    let line_end = if random.chance(10) { "\r\n" } else { "\n" };
    let mut file = written(random, &records, line_end);
    if random.chance(10) {
        file.truncate(file.len() - line_end.len());
    }
    file
}

fn by_present_names(cell: &str, renamed: &[[String; 2]]) -> String {
    let present = |tag: &str| {
        let line = renamed.iter().find(|[old, _]| old == tag.trim());
        line.map_or(tag.to_owned(), |[_, new]| new.clone())
    };
    cell.split(',').map(present).collect::<Vec<_>>().join(",")
}

fn cell(random: &mut Random, pool: &Pool) -> String {
    if pool.percent > 0 && random.chance(pool.percent) {
        return random.pick(&pool.misfits).clone();
    }
    if random.chance(25) {
        String::new()
    } else {
        random.pick(&pool.cells).clone()
    }
}

/// Somebody changes a few cells, drops a row, adds one; now and then tags stand there by their
/// present names.
pub(super) fn edited(
    random: &mut Random,
    pools: &[Pool],
    file: &str,
    renamed: &[[String; 2]],
) -> String {
    let mut records = records(file);
    let header = records[0].clone();
    for _ in 0..random.between(1, 12) {
        let row = random.between(1, records.len() - 1);
        let column = random.between(1, header.len() - 1);
        if let Some(pool) = pools.iter().find(|pool| pool.column == header[column]) {
            records[row][column] = cell(random, pool);
        }
    }
    if let Some(column) = header
        .iter()
        .position(|column| column == TAGS_COLUMN)
        .filter(|_| !renamed.is_empty())
    {
        for record in &mut records[1..] {
            if random.chance(30) {
                record[column] = by_present_names(&record[column], renamed);
            }
        }
    }
    if random.chance(40) {
        let row = random.between(1, records.len() - 1);
        records.remove(row);
    }
    if random.chance(40) {
        let mut added = vec![format!("n{}", random.below(1000))];
        for column in &header[1..] {
            let pool = pools.iter().find(|pool| pool.column == *column);
            added.push(pool.map_or(String::new(), |pool| cell(random, pool)));
        }
        if records.iter().all(|record| record[0] != added[0]) {
            records.push(added);
        }
    }
    written(random, &records, "\n")
}

/// Some cells stand in quotes without need, some have white space around them, and some that are
/// empty hold nothing else.
fn written(random: &mut Random, records: &[Vec<String>], line_end: &str) -> String {
    let mut file = String::new();
    for record in records {
        let cells: Vec<String> = record
            .iter()
            .map(|cell| {
                let cell = maybe_padded(random, cell);
                if cell.contains([',', '"', '\n', '\r']) || random.chance(5) {
                    format!("\"{}\"", cell.replace('"', "\"\""))
                } else {
                    cell
                }
            })
            .collect();
        file += &cells.join(",");
        file += line_end;
    }
    file
}

/// Now and then a cell with white space around it.
pub(super) fn maybe_padded(random: &mut Random, cell: &str) -> String {
    if !random.chance(4) {
        return cell.to_owned();
    }
    let mut side = || *random.pick(&["", " ", "   ", " ", "\u{a0} "]);
    let (before, behind) = (side(), side());
    format!("{before}{cell}{behind}")
}

/// The cells of a file, row by row, without the white space around them.
pub(crate) fn records(file: &str) -> Vec<Vec<String>> {
    let mut records = vec![vec![String::new()]];
    let mut quoted = false;
    for letter in file.replace("\r\n", "\n").trim_end_matches('\n').chars() {
        let record = records.last_mut().expect("a record");
        match letter {
            '"' => {
                quoted = !quoted;
                record.last_mut().expect("a cell").push('"');
            }
            ',' if !quoted => record.push(String::new()),
            '\n' if !quoted => records.push(vec![String::new()]),
            _ => record.last_mut().expect("a cell").push(letter),
        }
    }
    let unquoted = |cell: String| match cell
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    {
        Some(inner) => inner.replace("\"\"", "\"").trim().to_owned(),
        None => cell.trim().to_owned(),
    };
    records
        .into_iter()
        .map(|record| record.into_iter().map(unquoted).collect())
        .collect()
}
