//! The folder beside `--out` in which a run is written. It is known by its exact name, its owner
//! and the mark in it, and only files of a run are ever removed from it.
#![expect(
    clippy::disallowed_methods,
    reason = "this is where such a folder is made and removed"
)]

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::access;
use super::exchange::{BY_FILES, BY_FOLDERS, Exchange};
use super::folder::FILES;
use crate::runner::notice::Aftermath;

/// Marks the folder as ours, and is locked while its run lives.
const MARK: &str = "funnelc-run";
const MARKED: &str = "funnelc writes a run here; the next run to the same place clears it away.\n";
/// The run that is written; behind an exchange in one step what stood in its place.
const RUN: &str = "run";
/// What stood in its place, if the exchange takes more steps.
const OLD: &str = "old";

/// Such a folder, locked. Dropped, it is removed.
#[derive(Debug)]
pub(super) struct Staging {
    folder: PathBuf,
    target: PathBuf,
    /// Until it is removed.
    lock: Option<File>,
}

impl Staging {
    /// Makes one for a run whose place is `target`.
    pub(super) fn make(target: &Path) -> io::Result<Self> {
        let mut number = std::process::id();
        loop {
            let folder = target.with_file_name(name(target, &number.to_string()));
            match access::new_folder(&folder) {
                Ok(()) => {}
                // Of a live run in another container, or of one that is not ours to remove.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    number = number.wrapping_add(1);
                    continue;
                }
                Err(error) => return Err(error),
            }
            if let Some(lock) = marked(&folder)? {
                let staging = Self {
                    folder,
                    target: target.to_path_buf(),
                    lock: Some(lock),
                };
                access::new_folder(&staging.run())?;
                return Ok(staging);
            }
        }
    }

    /// Those that killed runs to the same place left. What is not ours, and what a live run has
    /// locked, is none of them; what cannot be looked at is an error with its place, for it may
    /// hold the run that was put away.
    pub(super) fn left_behind(&self) -> Result<Vec<Self>, (PathBuf, io::Error)> {
        let parent = self.folder.parent().unwrap_or(Path::new("/"));
        // Who we are is who owns what we make, whatever a network or a mount makes of users.
        let here = |error| (parent.to_path_buf(), error);
        let own = self.folder.metadata().map_err(here)?;
        let prefix = name(&self.target, "");
        let mut found = Vec::new();
        for entry in fs::read_dir(parent).map_err(here)? {
            let entry = entry.map_err(here)?;
            found.extend(is_numbered(&entry.file_name(), &prefix).then(|| entry.path()));
        }
        found.sort();
        let mut dead = Vec::new();
        for folder in found {
            match Self::dead(&folder, &self.target, own.uid()) {
                Ok(staging) => dead.extend(staging),
                // Another run cleared it away just now.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err((folder, error)),
            }
        }
        Ok(dead)
    }

    fn dead(folder: &Path, target: &Path, own: u32) -> io::Result<Option<Self>> {
        let metadata = folder.symlink_metadata()?;
        if !metadata.is_dir() || metadata.uid() != own {
            return Ok(None);
        }
        let mark = folder.join(MARK);
        match mark.symlink_metadata() {
            Ok(metadata) if metadata.is_file() => {}
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(_) | Err(_) => {
                // A run that was killed before its mark leaves an empty folder; nothing else goes
                // this way.
                let _ = fs::remove_dir(folder);
                return Ok(None);
            }
        }
        let lock = access::to_lock(&mark)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        // A mark that is half written is one too.
        let is_ours = MARKED.as_bytes().starts_with(&fs::read(&mark)?);
        Ok(is_ours.then(|| Self {
            folder: folder.to_path_buf(),
            target: target.to_path_buf(),
            lock: Some(lock),
        }))
    }

    /// Where the run is written.
    pub(super) fn run(&self) -> PathBuf {
        self.folder.join(RUN)
    }

    /// The exchange of the run for what stands in its place.
    pub(super) fn exchange(&self) -> Exchange<'_> {
        Exchange {
            notes: &self.folder,
            new: self.run(),
            old: self.folder.join(OLD),
            target: &self.target,
        }
    }

    /// Brings its exchange to an end, so that nothing half stands in the place.
    pub(super) fn carry_on(&self) -> io::Result<()> {
        match self.exchange().carry_on() {
            // Another run stands there by now; that is told where this one is removed.
            Err(error) if error.kind() == io::ErrorKind::Other => Ok(()),
            result => result,
        }
    }

    /// Removes it, behind an exchange that is over; says what is in the way.
    pub(super) fn clear(mut self) -> Option<Aftermath> {
        self.cleared()
    }

    fn cleared(&mut self) -> Option<Aftermath> {
        let lock = self.lock.take()?;
        let error = self
            .exchange()
            .carry_on()
            .and_then(|()| self.removed(lock))
            .err()?;
        Some(Aftermath::FolderLeft {
            folder: self.folder.clone(),
            error,
        })
    }

    fn removed(&self, lock: File) -> io::Result<()> {
        emptied(&self.folder.join(OLD))?;
        emptied(&self.run())?;
        // FUSE and NFS keep a file that is open under another name, and with it the folder.
        drop(lock);
        [BY_FILES, BY_FOLDERS, MARK]
            .iter()
            .try_for_each(|name| removed(&self.folder.join(name)))?;
        gone(fs::remove_dir(&self.folder))
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // What cannot be removed is tried again by the next run.
        let _ = self.cleared();
    }
}

/// Writes and locks the mark; nothing if somebody took the folder for a leftover meanwhile.
fn marked(folder: &Path) -> io::Result<Option<File>> {
    let mut mark = match access::new_file(&folder.join(MARK), access::Readers::Owner) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        result => result?,
    };
    match mark.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(error)) => return Err(error),
    }
    mark.write_all(MARKED.as_bytes())?;
    Ok((mark.metadata()?.nlink() > 0).then_some(mark))
}

/// `.out.funnelc-` and a number.
fn name(target: &Path, number: &str) -> OsString {
    let mut name = OsString::from(".");
    name.push(target.file_name().unwrap_or_default());
    name.push(".funnelc-");
    name.push(number);
    name
}

fn is_numbered(name: &OsStr, prefix: &OsStr) -> bool {
    let number = name
        .as_encoded_bytes()
        .strip_prefix(prefix.as_encoded_bytes());
    number.is_some_and(|number| !number.is_empty() && number.iter().all(u8::is_ascii_digit))
}

/// Removes a folder with the files of a run, and nothing else.
pub(super) fn emptied(folder: &Path) -> io::Result<()> {
    FILES
        .iter()
        .try_for_each(|name| removed(&folder.join(name)))?;
    gone(fs::remove_dir(folder))
}

fn removed(file: &Path) -> io::Result<()> {
    gone(fs::remove_file(file))
}

/// What is not there is gone.
fn gone(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}
