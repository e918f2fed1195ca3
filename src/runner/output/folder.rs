//! The output folder: written beside its place and exchanged for what stands there in one step, so that a reader sees one whole run, old or new.
#![expect(clippy::disallowed_methods, reason = "this is where the output folder is made and exchanged")]

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, FlockOperation, RenameFlags, flock, renameat_with};
use thiserror::Error;

use super::file::HashedFile;
use super::manifest::Manifest;

/// The files of a run.
pub(crate) const FILES: [&str; 5] = ["actions.csv", "contacts.csv", "journal.csv", "metrics.json", MANIFEST];
/// Says which run a folder holds.
pub(crate) const MANIFEST: &str = "run.json";

/// Why a folder cannot be written.
#[derive(Debug, Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub(crate) enum FolderError {
    #[error("cannot write `{path}`: {error}")]
    Io { path: PathBuf, error: io::Error },
    #[error("`{path}` holds `{name}`, which is not part of a run, and would be lost")]
    Foreign { path: PathBuf, name: String },
    #[error("`{0}` is not a folder")]
    NotAFolder(PathBuf),
    #[error("`{0}` cannot be the output folder: it has no name")]
    NoName(PathBuf),
}

/// The folder beside `out`, or the nearest above that is there: what is written there lies on the same disk.
pub(crate) fn nearest(out: &Path) -> PathBuf {
    let target = resolved(out).unwrap_or_else(|_| out.to_path_buf());
    let beside = target.ancestors().skip(1).find(|folder| folder.is_dir());
    beside.unwrap_or(Path::new("/")).to_path_buf()
}

/// A folder being written. Dropped before it is committed, it leaves nothing.
#[derive(Debug)]
pub(crate) struct Folder {
    target: PathBuf,
    staging: PathBuf,
    /// Locked while we live, which tells others that it is no leftover.
    lock: File,
}

impl Folder {
    /// Starts a run whose place is `out`: absent, empty, or an earlier run. What killed runs left beside it is removed.
    pub(crate) fn begin(out: &Path) -> Result<Self, FolderError> {
        let target = resolved(out)?;
        refuse_foreign(&target)?;
        let name = target.file_name().ok_or_else(|| FolderError::NoName(out.to_path_buf()))?;
        let parent = target.parent().unwrap_or(Path::new("/"));
        fs::create_dir_all(parent).map_err(failed(parent))?;
        let mut prefix = OsString::from(".");
        prefix.push(name);
        prefix.push(".funnelc-");
        remove_leftovers(parent, &prefix).map_err(failed(parent))?;
        prefix.push(std::process::id().to_string());
        let staging = parent.join(prefix);
        fs::create_dir(&staging).map_err(failed(&staging))?;
        let lock = File::open(&staging).map_err(failed(&staging))?;
        let folder = Self { target, staging, lock };
        flock(&folder.lock, FlockOperation::NonBlockingLockExclusive).map_err(|error| failed(out)(error.into()))?;
        Ok(folder)
    }

    /// Makes a file of the run.
    pub(crate) fn file(&self, name: &str) -> Result<HashedFile, FolderError> {
        let path = self.staging.join(name);
        HashedFile::create(&path).map_err(failed(&self.target.join(name)))
    }

    /// Where the run will stand.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// What the place holds now, if that is a run.
    pub(crate) fn earlier(&self) -> Option<Manifest> {
        let text = fs::read_to_string(self.target.join(MANIFEST)).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// The metrics of that run.
    pub(crate) fn earlier_metrics(&self) -> Option<String> {
        fs::read_to_string(self.target.join("metrics.json")).ok()
    }

    /// Puts the folder, whose files are finished, in its place. If the power fails behind it, the old one or this one will be found.
    pub(crate) fn exchange(&self) -> Result<(), FolderError> {
        let here = failed(&self.target);
        self.lock.sync_all().map_err(&here)?;
        let there = self.target.symlink_metadata().is_ok();
        let flags = if there { RenameFlags::EXCHANGE } else { RenameFlags::NOREPLACE };
        renameat_with(CWD, &self.staging, CWD, &self.target, flags).map_err(|error| here(error.into()))
    }

    /// Waits until the exchange is on the disk.
    pub(crate) fn settle(&self) -> io::Result<()> {
        let parent = self.target.parent().unwrap_or(Path::new("/"));
        File::open(parent)?.sync_all()
    }
}

/// Removes what was written, or, behind the exchange, what stood there before.
impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is removed by the next run.
        let _ = fs::remove_dir_all(&self.staging);
    }
}

/// Follows links, so that it is the folder that is exchanged and not the link to it.
fn resolved(out: &Path) -> Result<PathBuf, FolderError> {
    if let Ok(existing) = fs::canonicalize(out) {
        return Ok(existing);
    }
    std::path::absolute(out).map_err(failed(out))
}

fn refuse_foreign(target: &Path) -> Result<(), FolderError> {
    let entries = match fs::read_dir(target) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            return Err(FolderError::NotAFolder(target.to_path_buf()));
        }
        Err(error) => return Err(failed(target)(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        names.push(entry.map_err(failed(target))?.file_name());
    }
    names.sort();
    let is_run = names.iter().any(|name| name == MANIFEST);
    let foreign = names.iter().find(|name| !is_run || !FILES.iter().any(|file| OsStr::new(file) == *name));
    match foreign {
        Some(name) => {
            let name = name.to_string_lossy().into_owned();
            Err(FolderError::Foreign { path: target.to_path_buf(), name })
        }
        None => Ok(()),
    }
}

/// A folder that nobody has locked belongs to a run that was killed.
fn remove_leftovers(parent: &Path, prefix: &OsStr) -> io::Result<()> {
    for entry in fs::read_dir(parent)? {
        let entry = entry?;
        let name = entry.file_name();
        if !name.as_encoded_bytes().starts_with(prefix.as_encoded_bytes()) {
            continue;
        }
        let dead = File::open(entry.path())
            .is_ok_and(|folder| flock(&folder, FlockOperation::NonBlockingLockExclusive).is_ok());
        if dead {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

fn failed(path: &Path) -> impl Fn(io::Error) -> FolderError {
    let path = path.to_path_buf();
    move |error| FolderError::Io { path: path.clone(), error }
}
