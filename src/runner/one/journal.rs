//! The rows of a journal that are about one contact; the others are only split.

use memchr::memmem;

use crate::runner::error::RunError;
use crate::runner::input::blocks::{Blocks, Source};
use crate::runner::input::row::{Rows, without_line_end};
use crate::runner::notice::{HeaderFault, Hint};
use crate::runner::output::rows::JOURNAL;
use crate::runner::threads::pool::{self, ChunkJob};
use crate::runner::threads::{Options, Watch};

/// Whose rows are looked for.
struct About<'k> {
    key: &'k str,
}

/// The rows about a contact, in their order, without the header.
pub(crate) fn rows_about(
    source: Source<'_>,
    key: &str,
    options: Options,
    watch: &Watch<'_>,
) -> Result<Vec<u8>, RunError> {
    let (blocks, header) = headed(source, options)?;
    let about = About { key };
    pool::run(
        &about,
        (&blocks, &header),
        Vec::new(),
        options.threads,
        watch,
    )
}

/// A journal and its header, which is that of every journal.
pub(super) fn headed(
    source: Source<'_>,
    options: Options,
) -> Result<(Blocks<'_>, Vec<u8>), RunError> {
    let blocks = Blocks::new(source, options.block_size);
    let header = blocks.header()?;
    if without_line_end(&header).0 != without_line_end(JOURNAL.as_bytes()).0 {
        return Err(RunError::Header(vec![HeaderFault::Missing {
            column: "contact".to_owned(),
            holds: Some("the contact of a row of a journal".to_owned()),
            hint: Hint::Nothing,
        }]));
    }
    Ok((blocks, header))
}

/// Whether a line of whole rows begins with a key: most have none, and are not split. Within quotes
/// a line may begin so, too, which costs nothing but the time.
fn may_be_in(chunk: &[u8], key: &str) -> bool {
    let cell = [key.as_bytes(), b","].concat();
    let quoted = [b"\"", key.replace('"', "\"\"").as_bytes(), b"\","].concat();
    [cell, quoted].iter().any(|start| {
        let behind_a_line =
            || memmem::find_iter(chunk, start).any(|at| at > 0 && chunk[at - 1] == b'\n');
        chunk.starts_with(start) || behind_a_line()
    })
}

impl ChunkJob for About<'_> {
    type Part = Vec<u8>;
    type Sum = Vec<u8>;

    fn part(&self, chunk: &[u8], line: u64) -> Result<Vec<u8>, RunError> {
        if !may_be_in(chunk, self.key) {
            return Ok(Vec::new());
        }
        let rows = Rows::split(chunk, line);
        let about = rows.iter().filter(|row| row.text(0) == self.key);
        Ok(about.flat_map(|row| row.whole().iter().copied()).collect())
    }

    fn add(
        &self,
        sum: &mut Vec<u8>,
        part: Vec<u8>,
        _: usize,
        _: blake3::Hash,
    ) -> Result<(), RunError> {
        sum.extend(part);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_no_line_is_not_looked_for() {
        let chunk = b"1,a,send\n17,7,send\n\"a \"\"b\"\"\",x,send\n";
        for key in ["1", "17", "a \"b\""] {
            assert!(may_be_in(chunk, key), "{key}");
        }
        for key in ["7", "a", "send", "a b"] {
            assert!(!may_be_in(chunk, key), "{key}");
        }
    }
}
