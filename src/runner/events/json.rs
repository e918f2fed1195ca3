//! An events file of JSON lines: one object a line, read in the order of the file.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::exact::{with_quoted_numbers, without_exponent};
use super::record::{Cells, Column, Reading, column_of};
use super::told::{Gathered, Part};
use crate::model::EventId;
use crate::runner::contact::trimmed;
use crate::runner::error::RunError;
use crate::runner::input::blocks::{Blocks, LONGEST_ROW, ReadError, Source};
use crate::runner::notice::{FileFault, Reason, RowError};
use crate::runner::threads::{Options, Watch};

/// Reads a file as each of `readings` says, and adds to what stands at the same place in `sums`.
pub(super) fn read<'a>(
    source: Source<'_>,
    readings: &[Reading<'_>],
    mut sums: Vec<Gathered<'a>>,
    options: Options,
    watch: &Watch<'_>,
) -> Result<Vec<Gathered<'a>>, RunError> {
    let blocks = Blocks::new(source, options.block_size);
    let mut lines = Lines {
        readings,
        parts: Vec::new(),
        line: 0,
        unread: vec![BTreeSet::new(); readings.len()],
    };
    let (mut block, mut rest, mut hasher) = (Vec::new(), Vec::new(), blake3::Hasher::new());
    while let Some(ticket) = blocks.next(&mut block).map_err(unreadable)? {
        if watch.interrupted.load(std::sync::atomic::Ordering::Relaxed) {
            return Err(RunError::Interrupted);
        }
        hasher.update(blake3::hash(&block).as_bytes());
        rest.extend_from_slice(&block);
        let end = if ticket.last {
            rest.len()
        } else {
            memchr::memrchr(b'\n', &rest).map_or(0, |feed| feed + 1)
        };
        let whole: Vec<u8> = rest.drain(..end).collect();
        for (sum, part) in sums.iter_mut().zip(lines.take(&whole)) {
            sum.told.bytes += block.len() as u64;
            sum.append(part)?;
        }
        if rest.len() > LONGEST_ROW {
            let line = lines.line + 1;
            return Err(RunError::Events(FileFault::LongLine {
                line,
                longest: LONGEST_ROW,
            }));
        }
        (watch.progress)(block.len() as u64);
    }
    let hash = hasher.finalize().to_hex().to_string();
    for (sum, unread) in sums.iter_mut().zip(lines.unread) {
        sum.told.hash.clone_from(&hash);
        sum.told.unread = unread.into_iter().collect();
    }
    Ok(sums)
}

/// A file of events that cannot be had.
pub(super) fn unreadable(error: ReadError) -> RunError {
    RunError::Events(match error {
        ReadError::Io(error) => FileFault::Io(error),
        ReadError::Short { byte, length } => FileFault::Short { byte, length },
        ReadError::NoHeader(size) => FileFault::NoHeader(size),
    })
}

/// The same for what the threads report.
pub(super) fn of_events(error: RunError) -> RunError {
    if let RunError::Read(error) = error {
        unreadable(error)
    } else if let RunError::LongRow { line } = error {
        RunError::Events(FileFault::LongRow {
            line,
            longest: LONGEST_ROW,
        })
    } else {
        error
    }
}

struct Lines<'a> {
    readings: &'a [Reading<'a>],
    parts: Vec<Part>,
    line: u64,
    /// By reading: the keys that nothing reads.
    unread: Vec<BTreeSet<String>>,
}

impl Lines<'_> {
    /// By reading: what these lines give.
    fn take(&mut self, bytes: &[u8]) -> Vec<Part> {
        self.parts.clear();
        self.parts.resize_with(self.readings.len(), Part::default);
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line += 1;
            let line = line.trim_ascii();
            if !line.is_empty() {
                self.line(line);
            }
        }
        std::mem::take(&mut self.parts)
    }

    fn line(&mut self, line: &[u8]) {
        let Ok(object) = serde_json::from_slice::<Map<String, Value>>(line) else {
            let value = String::from_utf8_lossy(line).into_owned();
            let problem = RowError {
                line: self.line,
                column: None,
                value,
                reason: Reason::NotAnObject,
            };
            for part in &mut self.parts {
                part.problems.add_row([problem.clone()]);
                part.told.rows += 1;
            }
            return;
        };
        let texts = texts(line, object);
        for (number, reading) in self.readings.iter().enumerate() {
            let (mut problems, mut strange) = (Vec::new(), Vec::new());
            for (key, text) in texts.iter().filter(|(key, _)| is_read(reading, key)) {
                let reason = match text {
                    Ok(text) if text.contains('\0') => Reason::Nul,
                    Ok(_) => continue,
                    Err(Nested) => Reason::NotA("single value"),
                };
                problems.push(RowError {
                    line: self.line,
                    column: Some(key.clone()),
                    value: String::new(),
                    reason,
                });
            }
            let cells = ObjectCells {
                reading,
                texts: &texts,
            };
            let found = reading.row(self.line, &cells, &mut problems, &mut strange);
            self.parts[number].add(found);
            self.parts[number].take(&mut problems, &mut strange);
            let unread = &mut self.unread[number];
            for (key, _) in &texts {
                if !unread.contains(key) && !is_read(reading, key) {
                    unread.insert(key.clone());
                }
            }
        }
    }
}

/// A list or an object where one value stands.
struct Nested;

/// The values of an object by key, as a cell would hold them; `null` is nothing.
type Texts = Vec<(String, Result<String, Nested>)>;

fn texts(line: &[u8], object: Map<String, Value>) -> Texts {
    let is_exact = |value: &Value| value.as_number().is_none_or(|number| !number.is_f64());
    let numbers = if object.values().all(is_exact) {
        None
    } else {
        written_numbers(line)
    };
    let text = |(key, value): (String, Value)| {
        let written = numbers
            .as_ref()
            .and_then(|numbers| numbers.get(&key)?.as_str());
        let text = match value {
            Value::Null => return None,
            Value::String(text) => Ok(text),
            Value::Bool(flag) => Ok(flag.to_string()),
            Value::Number(number) => Ok(written.map_or_else(
                || number.to_string(),
                |written| without_exponent(written).into_owned(),
            )),
            Value::Array(_) | Value::Object(_) => Err(Nested),
        };
        Some((key, text))
    };
    object.into_iter().filter_map(text).collect()
}

/// The same object with its numbers as they are written.
fn written_numbers(line: &[u8]) -> Option<Map<String, Value>> {
    serde_json::from_str(&with_quoted_numbers(std::str::from_utf8(line).ok()?)).ok()
}

/// Whether a key is a column of events or of a property.
fn is_read(reading: &Reading<'_>, key: &str) -> bool {
    let mut properties = reading
        .events
        .values()
        .flat_map(|event| event.properties.values());
    Column::ALL.iter().any(|column| column.word() == key)
        || properties.any(|property| column_of(property) == key)
}

struct ObjectCells<'a> {
    reading: &'a Reading<'a>,
    texts: &'a Texts,
}

impl<'a> ObjectCells<'a> {
    fn find(&self, name: &str) -> &'a str {
        let text = self
            .texts
            .iter()
            .find(|(key, _)| key == name)
            .and_then(|(_, text)| text.as_deref().ok());
        trimmed(text.unwrap_or_default())
    }
}

impl<'a> Cells<'a> for ObjectCells<'a> {
    fn text(&self, column: Column) -> &'a str {
        self.find(column.word())
    }

    fn property(&self, event: EventId, property: usize) -> &'a str {
        self.find(&self.name(event, property))
    }

    fn name(&self, event: EventId, property: usize) -> String {
        self.reading.events[event]
            .properties
            .values()
            .nth(property)
            .map(column_of)
            .unwrap_or_default()
    }
}
