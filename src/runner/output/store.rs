//! The state folder: snapshots named by their hash, and `CURRENT`, which names the one that counts and is replaced in one step.
#![expect(clippy::disallowed_methods, reason = "this is where the state is read and written")]

use std::fs::{self, File};
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use thiserror::Error;

use super::file::HashedFile;

const CURRENT: &str = "CURRENT";
const LOCK: &str = "lock";
const NEW: &str = "new";
const PART: &str = "CURRENT.part";

/// Why a state cannot be read or written.
#[derive(Debug, Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub(crate) enum StoreError {
    #[error("cannot use the state in `{path}`: {error}")]
    Io { path: PathBuf, error: io::Error },
    #[error("another run uses the state in `{0}`")]
    Locked(PathBuf),
    #[error("the state in `{path}` is damaged: {what}")]
    Damaged { path: PathBuf, what: String },
}

/// A state folder, locked against other runs. A snapshot that is not committed leaves nothing.
#[derive(Debug)]
pub(crate) struct Store {
    folder: PathBuf,
    current: Option<String>,
    /// Whether the folder was not there before, so that a run which comes to nothing takes it away again.
    made: bool,
    _lock: File,
}

impl Store {
    /// Opens or makes the folder.
    pub(crate) fn open(folder: &Path) -> Result<Self, StoreError> {
        let failed = |error| StoreError::Io { path: folder.to_path_buf(), error };
        let made = !folder.exists();
        fs::create_dir_all(folder).map_err(failed)?;
        let lock = File::create(folder.join(LOCK)).map_err(failed)?;
        match flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(rustix::io::Errno::WOULDBLOCK) => return Err(StoreError::Locked(folder.to_path_buf())),
            Err(error) => return Err(failed(error.into())),
        }
        let mut store = Self { folder: folder.to_path_buf(), current: None, made, _lock: lock };
        store.current = store.named()?;
        // What cannot be removed is told by the run that stands.
        store.sweep(store.current.as_deref());
        Ok(store)
    }

    /// The snapshot that counts in a folder, without a lock and without a trace; nothing where there is no state.
    pub(crate) fn peek(folder: &Path) -> Result<Option<File>, StoreError> {
        let path = folder.to_path_buf();
        let read = |file: &str| match fs::read(folder.join(file)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StoreError::Io { path: path.clone(), error }),
        };
        let damaged = |what: String| StoreError::Damaged { path: path.clone(), what };
        // A run that commits meanwhile takes the old snapshot away; then the new one is named.
        for _ in 0..3 {
            let Some(current) = read(CURRENT)? else { return Ok(None) };
            let name = String::from_utf8_lossy(&current);
            let hash = hash_of(name.trim_end()).ok_or_else(|| damaged(format!("`{CURRENT}` names no snapshot")))?;
            match verified(&folder.join(snapshot(hash)), hash) {
                Ok(Some(file)) => return Ok(Some(file)),
                Ok(None) => return Err(damaged(format!("`{}` is not what was written", snapshot(hash)))),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(StoreError::Io { path, error }),
            }
        }
        Err(damaged("the snapshot is missing".to_owned()))
    }

    /// The hash of the snapshot that counts.
    pub(crate) fn current(&self) -> Option<&str> {
        self.current.as_deref()
    }

    /// Reads the snapshot that counts.
    pub(crate) fn read(&self) -> Result<Option<File>, StoreError> {
        let Some(hash) = &self.current else { return Ok(None) };
        let name = snapshot(hash);
        match verified(&self.folder.join(&name), hash) {
            Ok(Some(file)) => Ok(Some(file)),
            Ok(None) => Err(self.damaged(format!("`{name}` is not what was written"))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(self.damaged(format!("`{name}` is missing"))),
            Err(error) => Err(self.failed(error)),
        }
    }

    /// Makes the file of a new snapshot.
    pub(crate) fn begin(&self) -> Result<HashedFile, StoreError> {
        HashedFile::create(&self.folder.join(NEW)).map_err(|error| self.failed(error))
    }

    /// Puts the new snapshot, which is finished, beside the one that counts.
    pub(crate) fn prepare(&self, hash: &str) -> Result<(), StoreError> {
        self.named_next(hash).map_err(|error| self.failed(error))
    }

    fn named_next(&self, hash: &str) -> io::Result<()> {
        let name = snapshot(hash);
        let mut part = File::create(self.folder.join(PART))?;
        writeln!(part, "{name}")?;
        part.sync_all()?;
        fs::rename(self.folder.join(NEW), self.folder.join(name))
    }

    /// Makes the snapshot that was prepared the one that counts, and removes the others. Behind the rename it counts, whatever else is amiss, which is told.
    pub(crate) fn commit(&self, hash: &str) -> Result<Vec<String>, StoreError> {
        fs::rename(self.folder.join(PART), self.folder.join(CURRENT)).map_err(|error| self.failed(error))?;
        let shown = self.folder.display();
        let settled = File::open(&self.folder).and_then(|folder| folder.sync_all());
        let unsure = |error| format!("the disk did not confirm the new state in `{shown}`: {error}");
        Ok(settled.err().map(unsure).into_iter().chain(self.sweep(Some(hash))).collect())
    }

    /// Removes all snapshots but the one that counts, and what a killed run left half; tells what it cannot remove.
    fn sweep(&self, current: Option<&str>) -> Vec<String> {
        let Ok(entries) = fs::read_dir(&self.folder) else { return Vec::new() };
        let mut left = Vec::new();
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_other = hash_of(&name).is_some_and(|hash| Some(hash) != current);
            if is_other || name == NEW || name == PART {
                let removed = fs::remove_file(entry.path());
                left.extend(removed.err().map(|error| still_there(&entry.path(), &error)));
            }
        }
        left
    }

    fn named(&self) -> Result<Option<String>, StoreError> {
        match fs::read_to_string(self.folder.join(CURRENT)) {
            Ok(text) => match hash_of(text.trim_end()) {
                Some(hash) => Ok(Some(hash.to_owned())),
                None => Err(self.damaged(format!("`{CURRENT}` names no snapshot"))),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.failed(error)),
        }
    }

    pub(super) fn failed(&self, error: io::Error) -> StoreError {
        StoreError::Io { path: self.folder.clone(), error }
    }

    fn damaged(&self, what: String) -> StoreError {
        StoreError::Damaged { path: self.folder.clone(), what }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // What cannot be removed is tried again by the next run.
        let Ok(current) = self.named() else { return };
        self.sweep(current.as_deref());
        if self.made && current.is_none() {
            let _ = fs::remove_file(self.folder.join(LOCK));
            let _ = fs::remove_dir(&self.folder);
        }
    }
}

/// A snapshot from its first byte on, if it is what was written. Nobody changes it; that it may lose its name meanwhile does not matter.
fn verified(path: &Path, hash: &str) -> io::Result<Option<File>> {
    let mut file = File::open(path)?;
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(&file)?;
    file.rewind()?;
    Ok((hasher.finalize().to_hex().as_str() == hash).then_some(file))
}

fn still_there(path: &Path, error: &io::Error) -> String {
    format!("`{}`, which nothing needs any more, cannot be removed: {error}", path.display())
}

fn snapshot(hash: &str) -> String {
    format!("state-{hash}.jsonl")
}

fn hash_of(name: &str) -> Option<&str> {
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
        assert!(warnings[0].contains("which nothing needs any more, cannot be removed"), "{warnings:?}");
        drop(store);
        assert_eq!(Store::open(place.path()).unwrap().current(), Some(hash.as_str()));
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
        assert_eq!(store.current(), Some(old.as_str()), "prepared is not committed");
        assert!(!place.path().join(snapshot(&new)).exists() && store.read().unwrap().is_some());
    }
}
