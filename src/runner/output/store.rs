//! The state folder: snapshots named by their hash, and `CURRENT`, which names the one that counts
//! and is replaced in one step.
#![expect(
    clippy::disallowed_methods,
    reason = "this is where the state is read and written"
)]

use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::access::{self, Readers};
use super::file::HashedFile;
use super::{claim, place};
use crate::runner::notice::{Aftermath, NoticeCode};

/// Names the snapshot that counts.
pub(super) const CURRENT: &str = "CURRENT";
/// Locked while a run lives.
pub(super) const LOCK: &str = "lock";
/// A snapshot being written.
pub(super) const NEW: &str = "new";
/// The next `CURRENT`.
pub(super) const PART: &str = "CURRENT.part";

/// Why a state cannot be read or written.
#[derive(Debug, Error)]
pub(crate) enum StoreError {
    #[error("cannot use the state in `{path}`: {error}")]
    Io { path: PathBuf, error: io::Error },
    #[error("another run uses the state in `{0}`")]
    Locked(PathBuf),
    #[error("the state in `{path}` is damaged: {what}")]
    Damaged { path: PathBuf, what: String },
    #[error("`{path}` holds `{name}`, which is not part of a state")]
    Foreign { path: PathBuf, name: String },
}

impl StoreError {
    /// Its kind.
    pub(crate) fn code(&self) -> NoticeCode {
        match self {
            Self::Io { .. } => NoticeCode::CannotUseState,
            Self::Locked(_) => NoticeCode::StateLocked,
            Self::Damaged { .. } => NoticeCode::StateDamaged,
            Self::Foreign { .. } => NoticeCode::NotAState,
        }
    }
}

/// A state folder, locked against other runs. A snapshot that is not committed leaves nothing.
#[derive(Debug)]
pub(crate) struct Store {
    folder: PathBuf,
    current: Option<String>,
    /// Whether the folder was not there before, so that a run which comes to nothing takes it away
    /// again.
    made: bool,
    _lock: File,
}

impl Store {
    /// Opens or makes the folder.
    pub(crate) fn open(folder: &Path) -> Result<Self, StoreError> {
        let failed = |error| StoreError::Io {
            path: folder.to_path_buf(),
            error,
        };
        let made = made_at(&place::written_at(folder).map_err(failed)?).map_err(failed)?;
        let lock = claim::locked(folder)?;
        // Before there is a store, whose end sweeps the folder.
        let current = named(folder)?;
        if current.is_none() {
            refuse_nameless(folder)?;
        }
        let store = Self {
            folder: folder.to_path_buf(),
            current,
            made,
            _lock: lock,
        };
        // What cannot be removed is told by the run that stands.
        store.sweep(store.current.as_deref());
        Ok(store)
    }

    /// The snapshot that counts in a folder, without a lock and without a trace; nothing where
    /// there is no state.
    pub(crate) fn peek(folder: &Path) -> Result<Option<File>, StoreError> {
        Ok(Self::peek_named(folder)?.map(|(file, _)| file))
    }

    /// The same with its hash.
    pub(crate) fn peek_named(folder: &Path) -> Result<Option<(File, String)>, StoreError> {
        let path = folder.to_path_buf();
        let damaged = |what: String| StoreError::Damaged {
            path: path.clone(),
            what,
        };
        let mut nameless = Ok(());
        // A run that commits meanwhile takes the old snapshot away; then the new one is named.
        for _ in 0..3 {
            let Some(hash) = named(folder)? else {
                nameless = refuse_nameless(folder);
                match nameless {
                    Ok(()) => return Ok(None),
                    // Or a first run ended just now.
                    Err(_) => continue,
                }
            };
            match verified(&folder.join(snapshot(&hash)), &hash) {
                Ok(Some(file)) => return Ok(Some((file, hash))),
                Ok(None) => {
                    return Err(damaged(format!(
                        "`{}` is not what was written",
                        snapshot(&hash)
                    )));
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(StoreError::Io { path, error }),
            }
        }
        nameless.and(Err(damaged("the snapshot is missing".to_owned())))
    }

    /// The hash of the snapshot that counts.
    pub(crate) fn current(&self) -> Option<&str> {
        self.current.as_deref()
    }

    /// Reads the snapshot that counts.
    pub(crate) fn read(&self) -> Result<Option<File>, StoreError> {
        let Some(hash) = &self.current else {
            return Ok(None);
        };
        let name = snapshot(hash);
        match verified(&self.folder.join(&name), hash) {
            Ok(Some(file)) => Ok(Some(file)),
            Ok(None) => Err(self.damaged(format!("`{name}` is not what was written"))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(self.damaged(format!("`{name}` is missing")))
            }
            Err(error) => Err(self.failed(error)),
        }
    }

    /// Makes the file of a new snapshot.
    pub(crate) fn begin(&self) -> Result<HashedFile, StoreError> {
        let file = access::new_file(&self.folder.join(NEW), Readers::Owner);
        file.map(HashedFile::new)
            .map_err(|error| self.failed(error))
    }

    /// Puts the new snapshot, which is finished, beside the one that counts.
    pub(crate) fn prepare(&self, hash: &str) -> Result<(), StoreError> {
        self.named_next(hash).map_err(|error| self.failed(error))
    }

    fn named_next(&self, hash: &str) -> io::Result<()> {
        let name = snapshot(hash);
        let mut part = access::new_file(&self.folder.join(PART), Readers::Owner)?;
        writeln!(part, "{name}")?;
        if let Some(before) = &self.current {
            self.as_open_as(CURRENT, &part)?;
            self.as_open_as(&snapshot(before), &File::open(self.folder.join(NEW))?)?;
        }
        part.sync_all()?;
        fs::rename(self.folder.join(NEW), self.folder.join(name))
    }

    fn as_open_as(&self, before: &str, new: &File) -> io::Result<()> {
        access::like(new, &self.folder.join(before).metadata()?);
        Ok(())
    }

    /// Makes the snapshot that was prepared the one that counts, and removes the others. Behind the
    /// rename it counts, whatever else is amiss, which is told.
    pub(crate) fn commit(&self, hash: &str) -> Result<Vec<Aftermath>, StoreError> {
        fs::rename(self.folder.join(PART), self.folder.join(CURRENT))
            .map_err(|error| self.failed(error))?;
        let settled = place::settle(&self.folder);
        let unsure = |error| Aftermath::StateUnconfirmed {
            folder: self.folder.clone(),
            error,
        };
        Ok(settled
            .err()
            .map(unsure)
            .into_iter()
            .chain(self.sweep(Some(hash)))
            .collect())
    }

    /// Removes all snapshots but the one that counts, and what a killed run left half; tells what
    /// it cannot remove.
    fn sweep(&self, current: Option<&str>) -> Vec<Aftermath> {
        let Ok(entries) = fs::read_dir(&self.folder) else {
            return Vec::new();
        };
        let mut left = Vec::new();
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_other = hash_of(&name).is_some_and(|hash| Some(hash) != current);
            if is_other || name == NEW || name == PART {
                let removed = fs::remove_file(entry.path());
                left.extend(removed.err().map(|error| Aftermath::SnapshotLeft {
                    file: entry.path(),
                    error,
                }));
            }
        }
        left
    }

    pub(crate) fn failed(&self, error: io::Error) -> StoreError {
        StoreError::Io {
            path: self.folder.clone(),
            error,
        }
    }

    fn damaged(&self, what: String) -> StoreError {
        StoreError::Damaged {
            path: self.folder.clone(),
            what,
        }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // What cannot be removed is tried again by the next run.
        let Ok(current) = named(&self.folder) else {
            return;
        };
        let current = current.or(self.current.take());
        self.sweep(current.as_deref());
        if self.made && current.is_none() {
            let _ = fs::remove_file(self.folder.join(LOCK));
            let _ = fs::remove_dir(&self.folder);
        }
    }
}

/// More than the name of a snapshot is none.
const LONGEST_NAME: u64 = 1_000;

/// The hash of the snapshot that `CURRENT` names.
fn named(folder: &Path) -> Result<Option<String>, StoreError> {
    let path = folder.to_path_buf();
    let read = access::regular(&folder.join(CURRENT)).and_then(|file| {
        let mut bytes = Vec::new();
        file.take(LONGEST_NAME).read_to_end(&mut bytes)?;
        Ok(bytes)
    });
    match read {
        Ok(bytes) => match hash_of(String::from_utf8_lossy(&bytes).trim_end()) {
            Some(hash) => Ok(Some(hash.to_owned())),
            None => Err(StoreError::Damaged {
                path,
                what: format!("`{CURRENT}` names no snapshot"),
            }),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(StoreError::Io { path, error }),
    }
}

/// Whether a file of this name in a folder is a part of the state there.
pub(crate) fn has_part(folder: &Path, name: &str) -> bool {
    let is_file = folder
        .join(CURRENT)
        .symlink_metadata()
        .is_ok_and(|metadata| metadata.is_file());
    let is_part = [CURRENT, LOCK, NEW, PART].contains(&name) || hash_of(name).is_some();
    is_part && is_file && named(folder).is_ok_and(|current| current.is_some())
}

/// A state whose `CURRENT` is gone would pass for a new one, and everybody would get everything
/// again. A first run that was killed left the next `CURRENT` at least.
fn refuse_nameless(folder: &Path) -> Result<(), StoreError> {
    let path = folder.to_path_buf();
    if folder.join(PART).exists() {
        return Ok(());
    }
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(|error| StoreError::Io {
            path: path.clone(),
            error,
        })?,
    };
    let mut names: Vec<_> = entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let Some(name) = names.iter().find(|name| hash_of(name).is_some()) else {
        return Ok(());
    };
    let what = format!("`{CURRENT}` is missing, which names the snapshot that counts: `{name}`");
    Err(StoreError::Damaged { path, what })
}

/// A snapshot from its first byte on, if it is what was written. Nobody changes it; that it may
/// lose its name meanwhile does not matter.
fn verified(path: &Path, hash: &str) -> io::Result<Option<File>> {
    let mut file = access::regular(path)?;
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(&file)?;
    file.rewind()?;
    Ok((hasher.finalize().to_hex().as_str() == hash).then_some(file))
}

fn snapshot(hash: &str) -> String {
    format!("state-{hash}.jsonl")
}

/// Makes the folder, unless it is there; says whether it did.
fn made_at(folder: &Path) -> io::Result<bool> {
    if folder.exists() {
        return Ok(false);
    }
    fs::create_dir_all(folder.parent().unwrap_or(Path::new("/")))?;
    access::new_folder(folder)?;
    Ok(true)
}

pub(super) fn hash_of(name: &str) -> Option<&str> {
    let hash = name.strip_prefix("state-")?.strip_suffix(".jsonl")?;
    (hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OTHER: &str = "0000000000000000000000000000000000000000000000000000000000000000";

    fn written(store: &Store, text: &str) -> String {
        let mut file = store.begin().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file.finish().unwrap().hash
    }

    #[test]
    fn a_state_that_counts_is_no_failure_whatever_cannot_be_removed() {
        let place = tempfile::tempdir().unwrap();
        let store = Store::open(place.path()).unwrap();
        let hash = written(&store, "remembered");
        store.prepare(&hash).unwrap();
        // A folder in the place of an old snapshot stands for a file that cannot be removed.
        fs::create_dir(place.path().join(snapshot(OTHER))).unwrap();
        let warnings = store.commit(&hash).unwrap();
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert!(
            warnings[0]
                .to_string()
                .contains("which nothing needs any more, cannot be removed"),
            "{warnings:?}"
        );
        drop(store);
        fs::remove_dir(place.path().join(snapshot(OTHER))).unwrap();
        assert_eq!(
            Store::open(place.path()).unwrap().current(),
            Some(hash.as_str())
        );
    }

    #[test]
    fn a_state_that_cannot_be_prepared_or_committed_is_the_old_one() {
        let place = tempfile::tempdir().unwrap();
        let store = Store::open(place.path()).unwrap();
        let old = written(&store, "old");
        store.prepare(&old).unwrap();
        store.commit(&old).unwrap();
        let new = written(&store, "new");
        fs::create_dir(place.path().join(PART)).unwrap();
        assert!(matches!(store.prepare(&new), Err(StoreError::Io { .. })));
        fs::remove_dir(place.path().join(PART)).unwrap();
        store.prepare(&new).unwrap();
        drop(store);
        let store = Store::open(place.path()).unwrap();
        assert_eq!(
            store.current(),
            Some(old.as_str()),
            "prepared is not committed"
        );
        assert!(!place.path().join(snapshot(&new)).exists() && store.read().unwrap().is_some());
    }
}
