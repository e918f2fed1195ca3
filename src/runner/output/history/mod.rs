//! The history of runs: a folder in which each run has one of its own, put there whole and never
//! written again. A run is in it when the state knows of it, and once, however often it is
//! repeated.
//!
//! ```text
//!                                     history            a kill here leaves
//!   copied beside its place           .name              what the next run removes
//!   the run stands, the state knows   .name              what the next run puts in its place
//!   renamed                           name               the run in the history
//! ```
#![expect(
    clippy::disallowed_methods,
    reason = "this is where the history is kept"
)]

mod entry;

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use jiff::{Span, Timestamp};
use thiserror::Error;

pub(crate) use entry::{Entry, entries};

use super::access::{self, Readers};
use super::folder::MANIFEST;
use super::manifest::Manifest;
use super::place;
use super::staging::emptied;
use crate::model::Duration;
use crate::runner::notice::{Aftermath, NoticeCode};

/// Marks the folder as ours, and is locked while a run is put into it.
const MARK: &str = "funnelc-history";
/// What the mark holds before the number of the format.
const MARKED: &str = "funnelc keeps the history of runs here, format ";
/// The format that this funnelc writes.
const FORMAT: u32 = 1;
/// What the history keeps of a run; run.json comes last, so that without it nothing is whole.
const KEPT: [&str; 3] = ["journal.csv", "metrics.json", MANIFEST];
/// What a run becomes before it is removed, so that nobody reads half of it.
const GONE: &str = ".gone-";

/// Why a history cannot be kept or read.
#[derive(Debug, Error)]
pub(crate) enum HistoryError {
    #[error("cannot use the history in `{path}`: {error}")]
    Io { path: PathBuf, error: io::Error },
    #[error("`{path}` holds `{name}`, which is not part of a history")]
    Foreign { path: PathBuf, name: String },
    #[error("the history in `{0}` was written by a later funnelc")]
    Later(PathBuf),
}

impl HistoryError {
    /// Its kind.
    pub(crate) fn code(&self) -> NoticeCode {
        match self {
            Self::Io { .. } => NoticeCode::CannotUseHistory,
            Self::Foreign { .. } => NoticeCode::NotAHistory,
            Self::Later(_) => NoticeCode::LaterFormat,
        }
    }

    /// What it is about.
    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Io { path, .. } | Self::Foreign { path, .. } | Self::Later(path) => path,
        }
    }
}

/// Where a run is to be kept.
#[derive(Debug)]
pub(crate) struct History {
    folder: PathBuf,
    /// How long a run stays, until a later one is kept.
    keep: Option<Duration>,
}

impl History {
    /// A history in a folder: absent, empty, or one that is there already. Nothing is made yet.
    pub(crate) fn at(folder: &Path, keep: Option<Duration>) -> Result<Self, HistoryError> {
        let end = place::written_at(folder).map_err(failed(folder))?;
        refuse_foreign(&end)?;
        Ok(Self { folder: end, keep })
    }

    /// Copies a run, whose files are finished, beside its place; nothing where the history has it.
    /// `current` is the state that counts, from which the run began.
    pub(crate) fn prepare(
        &self,
        manifest: &Manifest,
        run: &Path,
        current: Option<&str>,
    ) -> Result<Option<Prepared<'_>>, HistoryError> {
        let lock = self.locked()?;
        let begun = self.settle_killed(current);
        begun
            .and_then(|()| self.copied(manifest, run, lock))
            .map_err(failed(&self.folder))
    }

    fn copied(
        &self,
        manifest: &Manifest,
        run: &Path,
        lock: File,
    ) -> io::Result<Option<Prepared<'_>>> {
        let kept = entries(&self.folder)?;
        let Some(entry) = Entry::next(manifest, &kept)? else {
            return Ok(None);
        };
        let part = self.folder.join(entry.hidden());
        emptied(&part)?;
        access::new_folder(&part)?;
        let prepared = Prepared {
            history: self,
            entry,
            part,
            is_kept: false,
            _lock: lock,
        };
        for name in KEPT {
            copy(&run.join(name), &prepared.part.join(name))?;
        }
        place::settle(&prepared.part)?;
        Ok(Some(prepared))
    }

    /// Makes the folder, unless it is there, and waits until no other run is put into it.
    fn locked(&self) -> Result<File, HistoryError> {
        let here = failed(&self.folder);
        if !self.folder.exists() {
            fs::create_dir_all(self.folder.parent().unwrap_or(Path::new("/"))).map_err(&here)?;
            match access::new_folder(&self.folder) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                result => result.map_err(&here)?,
            }
        }
        refuse_foreign(&self.folder)?;
        let mut mark = access::lock_file(&self.folder.join(MARK)).map_err(&here)?;
        mark.lock().map_err(&here)?;
        if words(&mark).map_err(&here)?.is_empty() {
            mark.write_all(format!("{MARKED}{FORMAT}\n").as_bytes())
                .and_then(|()| mark.sync_all())
                .and_then(|()| place::settle(&self.folder))
                .map_err(&here)?;
        }
        Ok(mark)
    }

    /// What killed runs left: what the state knows of is put in its place, the rest is removed.
    /// One that another state may know of is left to the next run with that. What cannot be
    /// removed is seen by no reader, and tried again by the next run.
    fn settle_killed(&self, current: Option<&str>) -> io::Result<()> {
        let kept = entries(&self.folder)?;
        for entry in entry::hidden(&self.folder)? {
            let part = self.folder.join(entry.hidden());
            let state = manifest_in(&part).map(|manifest| manifest.state);
            let is_kept = kept.iter().any(|other| other.id == entry.id);
            match state.filter(|state| !is_kept && state.after.is_some()) {
                Some(state) if state.after.as_deref() == current => {
                    fs::rename(&part, self.folder.join(entry.name()))?;
                }
                Some(state) if current.is_none() || state.before.as_deref() != current => {}
                Some(_) | None => drop(emptied(&part)),
            }
        }
        let names = entry::names(&self.folder)?;
        let is_gone = |name: &&String| name.strip_prefix(GONE).is_some_and(Entry::is_name);
        for name in names.iter().filter(is_gone) {
            let _ = emptied(&self.folder.join(name));
        }
        Ok(())
    }

    /// Removes what is older than is kept; says what is in the way.
    fn prune(&self, now: Timestamp) -> Vec<Aftermath> {
        let Some(from) = self.keep.and_then(|keep| before(now, keep)) else {
            return Vec::new();
        };
        let Ok(kept) = entries(&self.folder) else {
            return Vec::new();
        };
        let left = entry::hidden(&self.folder).unwrap_or_default();
        for entry in left.iter().filter(|entry| entry.at < from) {
            // Of a state that is gone; what cannot be removed is seen by no reader.
            let _ = emptied(&self.folder.join(entry.hidden()));
        }
        let old = kept.into_iter().filter(|entry| entry.at < from);
        old.filter_map(|entry| self.removed(&entry.name()))
            .collect()
    }

    fn removed(&self, name: &str) -> Option<Aftermath> {
        let (folder, gone) = (
            self.folder.join(name),
            self.folder.join(format!("{GONE}{name}")),
        );
        let removed = only_ours(&folder)
            .and_then(|()| fs::rename(&folder, &gone))
            .and_then(|()| emptied(&gone));
        let error = removed.err()?;
        Some(Aftermath::FolderLeft { folder, error })
    }
}

/// A run that is whole beside its place in the history, which is locked. Dropped before it is
/// committed, it leaves nothing.
#[derive(Debug)]
pub(crate) struct Prepared<'h> {
    history: &'h History,
    entry: Entry,
    part: PathBuf,
    is_kept: bool,
    _lock: File,
}

impl Prepared<'_> {
    /// Puts the run, of which the state knows, into the history, and removes what is too old.
    /// What goes wrong here the next run mends, and it is told.
    pub(crate) fn commit(mut self) -> Vec<Aftermath> {
        self.is_kept = true;
        let folder = &self.history.folder;
        let kept = fs::rename(&self.part, folder.join(self.entry.name()))
            .and_then(|()| place::settle(folder));
        let mut warnings: Vec<_> = kept
            .err()
            .map(|error| self.history.late(error))
            .into_iter()
            .collect();
        warnings.extend(self.history.prune(self.entry.at));
        warnings
    }
}

impl Drop for Prepared<'_> {
    fn drop(&mut self) {
        if !self.is_kept {
            // What cannot be removed is tried again by the next run.
            let _ = emptied(&self.part);
        }
    }
}

impl History {
    /// Keeps a run that stands already in its folder, unless the history has it.
    pub(crate) fn complete(&self, manifest: &Manifest, run: &Path) -> Vec<Aftermath> {
        match self.prepare(manifest, run, manifest.state.after.as_deref()) {
            Ok(prepared) => prepared.map(Prepared::commit).unwrap_or_default(),
            Err(HistoryError::Io { error, .. }) => vec![self.late(error)],
            Err(error) => vec![self.late(io::Error::other(error.to_string()))],
        }
    }

    fn late(&self, error: io::Error) -> Aftermath {
        Aftermath::HistoryLate {
            folder: self.folder.clone(),
            error,
        }
    }
}

/// Whether a folder holds a history that this funnelc reads.
pub(crate) fn is_history(folder: &Path) -> Result<bool, HistoryError> {
    let mark = match access::regular(&folder.join(MARK)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        result => result.map_err(failed(folder))?,
    };
    let text = words(&mark).map_err(failed(folder))?;
    allowed(folder, &text).map(|()| true)
}

/// Refuses a folder that holds other things, before anything is made in it.
fn refuse_foreign(folder: &Path) -> Result<(), HistoryError> {
    let names = match entry::names(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        names => names.map_err(failed(folder))?,
    };
    if names.iter().any(|name| name == MARK) {
        return is_history(folder).map(|_| ());
    }
    names.into_iter().next().map_or(Ok(()), |name| {
        Err(HistoryError::Foreign {
            path: folder.to_path_buf(),
            name,
        })
    })
}

/// What a mark begins with; one that a killed run left is empty.
fn words(mark: &File) -> io::Result<String> {
    let mut bytes = Vec::new();
    mark.take(MARKED.len() as u64 + 20)
        .read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn allowed(folder: &Path, text: &str) -> Result<(), HistoryError> {
    if text.is_empty() {
        return Ok(());
    }
    match text
        .strip_prefix(MARKED)
        .map(|format| format.trim().parse::<u32>())
    {
        Some(Ok(FORMAT)) => Ok(()),
        Some(Ok(_)) => Err(HistoryError::Later(folder.to_path_buf())),
        Some(Err(_)) | None => Err(HistoryError::Foreign {
            path: folder.to_path_buf(),
            name: MARK.to_owned(),
        }),
    }
}

/// Refuses to take a folder away in which something lies that a history did not put there.
fn only_ours(folder: &Path) -> io::Result<()> {
    let names = entry::names(folder)?;
    let other = names.iter().find(|name| !KEPT.contains(&name.as_str()));
    other.map_or(Ok(()), |name| {
        Err(io::Error::other(format!("it holds `{name}`")))
    })
}

/// The run.json in a folder that a killed run left; without it the folder is half.
fn manifest_in(folder: &Path) -> Option<Manifest> {
    let mut text = String::new();
    let mut file = access::regular(&folder.join(MANIFEST)).ok()?;
    file.read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let mut new = access::new_file(to, Readers::Owner)?;
    io::copy(&mut access::regular(from)?, &mut new)?;
    new.sync_all()
}

/// The moment so long before another one; none that a calendar reaches is none.
fn before(now: Timestamp, keep: Duration) -> Option<Timestamp> {
    let span = Span::new()
        .try_months(keep.months)
        .and_then(|span| span.try_days(keep.days))
        .and_then(|span| span.try_seconds(keep.seconds));
    let now = now.to_zoned(jiff::tz::TimeZone::UTC);
    now.checked_sub(span.ok()?)
        .ok()
        .map(|then| then.timestamp())
}

fn failed(folder: &Path) -> impl Fn(io::Error) -> HistoryError {
    let path = folder.to_path_buf();
    move |error| HistoryError::Io {
        path: path.clone(),
        error,
    }
}
