//! One run in a history, known by the name of its folder: the moment in UTC, a number among those
//! of that moment, and what makes it the run that it is. So names sort by time.
#![expect(
    clippy::disallowed_methods,
    reason = "this is where one looks at what stands in a history"
)]

use std::fs;
use std::io;
use std::path::Path;

use jiff::Timestamp;

use crate::runner::output::manifest::Manifest;

/// How a moment is written in a name, without what some systems take for something else.
const MOMENT: &str = "%Y-%m-%dT%H%M%SZ";
/// How many digits of the hash a name has.
const DIGITS: usize = 16;

/// A run in a history.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    /// The moment of the run.
    pub(crate) at: Timestamp,
    /// Which run of that moment it is, counted from 1.
    number: u32,
    /// What makes it the run that it is: plan, moment, inputs and state.
    pub(super) id: String,
}

impl Entry {
    /// The place of a run behind those that are kept; none where it is one of them.
    pub(super) fn next(manifest: &Manifest, kept: &[Self]) -> io::Result<Option<Self>> {
        let at: Timestamp = manifest
            .now
            .parse()
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        let id = id_of(manifest);
        if kept.iter().any(|entry| entry.id == id) {
            return Ok(None);
        }
        let of_moment = kept.iter().filter(|entry| entry.at == at);
        let last = of_moment.map(|entry| entry.number).max().unwrap_or(0);
        Ok(Some(Self {
            at,
            number: last.saturating_add(1),
            id,
        }))
    }

    /// The name of its folder.
    pub(crate) fn name(&self) -> String {
        let moment = self.at.strftime(MOMENT);
        format!("{moment}-{:03}-{}", self.number, self.id)
    }

    /// The name of its folder until it is kept.
    pub(super) fn hidden(&self) -> String {
        format!(".{}", self.name())
    }

    pub(super) fn is_name(name: &str) -> bool {
        Self::of(name).is_some()
    }

    fn of(name: &str) -> Option<Self> {
        let (rest, id) = name.rsplit_once('-')?;
        let (moment, number) = rest.rsplit_once('-')?;
        let moment = jiff::fmt::strtime::parse(MOMENT, moment).ok()?;
        let entry = Self {
            at: jiff::tz::TimeZone::UTC
                .to_timestamp(moment.to_datetime().ok()?)
                .ok()?,
            number: number.parse().ok()?,
            id: id.to_owned(),
        };
        let is_hash = id.len() == DIGITS && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        // A name that is written otherwise is somebody else's.
        (is_hash && entry.name() == name).then_some(entry)
    }
}

/// What is run is the same where these are, whatever the journal holds and how it is written.
fn id_of(manifest: &Manifest) -> String {
    let what = (
        &manifest.plan,
        &manifest.now,
        &manifest.inputs,
        (&manifest.state.before, &manifest.state.after),
    );
    let text = serde_json::to_string(&what).expect("a manifest is plain data");
    let hash = blake3::hash(text.as_bytes()).to_hex();
    hash[..DIGITS].to_owned()
}

/// The runs in a history, the earliest first; links and what is not ours are none.
pub(crate) fn entries(folder: &Path) -> io::Result<Vec<Entry>> {
    named_so(folder, Entry::of)
}

/// Those that are not kept yet.
pub(super) fn hidden(folder: &Path) -> io::Result<Vec<Entry>> {
    named_so(folder, |name| Entry::of(name.strip_prefix('.')?))
}

fn named_so(folder: &Path, of: impl Fn(&str) -> Option<Entry>) -> io::Result<Vec<Entry>> {
    let mut found = Vec::new();
    for name in names(folder)? {
        let Some(entry) = of(&name) else { continue };
        if folder.join(&name).symlink_metadata()?.is_dir() {
            found.push(entry);
        }
    }
    found.sort();
    Ok(found)
}

/// What a folder holds, sorted; names that are not UTF-8 are nobody's of ours.
pub(super) fn names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<io::Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_named_as_a_run_is_one_and_names_sort_by_time() {
        let name = "2026-11-21T080000Z-001-0123456789abcdef";
        let entry = Entry::of(name).unwrap();
        assert_eq!(entry.name(), name);
        assert_eq!(entry.at.to_string(), "2026-11-21T08:00:00Z");
        for other in [
            "2026-11-21T080000Z-1-0123456789abcdef",
            "2026-11-21T080000Z-001-0123456789ABCDEF-",
            "2026-11-21T080000Z-001-0123456789abcde",
            "2026-13-21T080000Z-001-0123456789abcdef",
            "2026-11-21T080000Z-000000001-0123456789abcdef",
            ".2026-11-21T080000Z-001-0123456789abcdef",
            "notes",
        ] {
            assert_eq!(Entry::of(other), None, "{other}");
        }
    }
}
