//! What the parts of a run add up to, in the order of the file.

use std::io::Write;

use super::part::Part;
use super::{Job, RunError, Streams, Summary, failed};
use crate::runner::input::keys::Keys;
use crate::runner::input::problem::Problems;
use crate::runner::input::remembered::Remembered;
use crate::runner::metrics::Metrics;

/// What the parts add up to, in the order of the file.
pub(super) struct Gathered<W> {
    streams: Streams<W>,
    metrics: Metrics,
    problems: Problems,
    keys: Keys,
    remembered: Vec<bool>,
    hasher: blake3::Hasher,
    rows: u64,
    bytes: u64,
}

impl<W: Write> Gathered<W> {
    /// Writes the first rows.
    pub(super) fn begin(job: &Job<'_>, mut streams: Streams<W>, fingerprint: &str) -> Result<Self, RunError> {
        let files = job.writer.headers();
        let mut state = job.program.header(fingerprint).encode();
        state.push('\n');
        let header = job.layout.header.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&job.layout.header);
        let rejects = [b"line,column,value,reason,", header].concat();
        streams.write(&files, state.as_bytes(), &rejects)?;
        Ok(Self {
            streams,
            metrics: Metrics::new(job.program),
            problems: Problems::default(),
            keys: Keys::default(),
            remembered: vec![false; job.remembered.map_or(0, Remembered::len)],
            hasher: blake3::Hasher::new(),
            rows: 0,
            bytes: 0,
        })
    }

    /// Adds the next part.
    pub(super) fn add(&mut self, part: Part, bytes: usize, hash: blake3::Hash) -> Result<(), RunError> {
        self.hasher.update(hash.as_bytes());
        self.rows += part.rows;
        self.bytes += bytes as u64;
        self.metrics.add(&part.metrics);
        self.metrics.rejected += part.problems.rows;
        self.keys.add(part.keys);
        self.problems.append(part.problems);
        for position in part.remembered {
            self.remembered[position] = true;
        }
        let spoilt = self.problems.rows > 0 && self.streams.rejects.is_none();
        if spoilt {
            return Ok(());
        }
        self.streams.write(&part.files, &part.state, &part.rejects)
    }

    /// Contacts that the file lacks keep what is known of them.
    pub(super) fn end(mut self, job: &Job<'_>, mut warnings: Vec<String>) -> Result<(Summary, Streams<W>), RunError> {
        if let (Some(remembered), Some(state)) = (job.remembered, &mut self.streams.state) {
            let absent = self.remembered.iter().enumerate().filter(|(_, present)| !**present);
            for (position, _) in absent {
                writeln!(state, "{}", remembered.line(position)).map_err(failed("the state"))?;
            }
        }
        warnings.extend(unknown_companies(self.metrics.unknown_companies));
        let key = &job.layout.names[job.layout.key];
        let duplicates = self.keys.duplicates();
        self.problems.first.extend(duplicates.iter().take(Problems::SHOWN).map(|found| found.problem(key)));
        self.problems.first.sort_by_key(|problem| problem.line);
        let summary = Summary {
            metrics: self.metrics,
            problems: self.problems,
            duplicates: duplicates.len() as u64,
            rows: self.rows,
            bytes: self.bytes,
            hash: self.hasher.finalize().to_hex().to_string(),
            warnings,
        };
        Ok((summary, self.streams))
    }
}

fn unknown_companies(count: u64) -> Option<String> {
    let (contacts, so) = if count == 1 {
        ("1 contact names a company".to_owned(), "counts")
    } else {
        (format!("{count} contacts name companies"), "count")
    };
    (count > 0).then(|| format!("{contacts} that the companies file lacks, and so {so} as belonging to none"))
}
