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
        store.current.as_deref().map_or(Ok(()), |current| store.sweep(current)).map_err(failed)?;
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

    /// Makes the new snapshot, which is finished, the one that counts, and removes the others.
    pub(crate) fn commit(&self, hash: &str) -> Result<(), StoreError> {
        self.replace(hash).map_err(|error| self.failed(error))
    }

    fn replace(&self, hash: &str) -> io::Result<()> {
        let name = snapshot(hash);
        fs::rename(self.folder.join(NEW), self.folder.join(&name))?;
        let part = self.folder.join(PART);
        let mut current = File::create(&part)?;
        writeln!(current, "{name}")?;
        current.sync_all()?;
        fs::rename(part, self.folder.join(CURRENT))?;
        File::open(&self.folder)?.sync_all()?;
        self.sweep(hash)
    }

    /// Removes all snapshots but the one that counts, and what a killed run left half.
    fn sweep(&self, hash: &str) -> io::Result<()> {
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_other = hash_of(&name).is_some_and(|other| other != hash);
            if is_other || name == NEW || name == PART {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
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

    fn failed(&self, error: io::Error) -> StoreError {
        StoreError::Io { path: self.folder.clone(), error }
    }

    fn damaged(&self, what: String) -> StoreError {
        StoreError::Damaged { path: self.folder.clone(), what }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // Behind a commit there is none; what cannot be removed is written over by the next run.
        let _ = fs::remove_file(self.folder.join(NEW));
        if self.made && !self.folder.join(CURRENT).exists() {
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

fn snapshot(hash: &str) -> String {
    format!("state-{hash}.jsonl")
}

fn hash_of(name: &str) -> Option<&str> {
    let hash = name.strip_prefix("state-")?.strip_suffix(".jsonl")?;
    (hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(hash)
}
