//! The folder beside `--out` in which a run is written. It is known by its exact name, its owner and the mark in it, and only files of a run are ever removed from it.
#![expect(clippy::disallowed_methods, reason = "this is where such a folder is made and removed")]

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::access;
use super::folder::FILES;

/// Marks the folder as ours, and is locked while its run lives.
const MARK: &str = "funnelc-run";
const MARKED: &str = "funnelc writes a run here; the next run to the same place clears it away.\n";
/// The run that is written; behind the exchange what stood in its place.
const RUN: &str = "run";

/// Such a folder, locked. Dropped, it is removed.
#[derive(Debug)]
pub(super) struct Staging {
    folder: PathBuf,
    _lock: File,
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
                let staging = Self { folder, _lock: lock };
                access::new_folder(&staging.run())?;
                return Ok(staging);
            }
        }
    }

    /// Those that killed runs to `target` left. What is not ours, and what a live run has locked, is none of them.
    pub(super) fn left_behind(target: &Path) -> Vec<Self> {
        let parent = target.parent().unwrap_or(Path::new("/"));
        let Ok(entries) = fs::read_dir(parent) else { return Vec::new() };
        let prefix = name(target, "");
        let mut found: Vec<_> = entries
            .flatten()
            .filter(|entry| is_numbered(&entry.file_name(), &prefix))
            .map(|entry| entry.path())
            .collect();
        found.sort();
        found.into_iter().filter_map(Self::dead).collect()
    }

    fn dead(folder: PathBuf) -> Option<Self> {
        let metadata = folder.symlink_metadata().ok()?;
        if !metadata.is_dir() || !access::is_own(&metadata) {
            return None;
        }
        let mark = folder.join(MARK);
        if !mark.symlink_metadata().is_ok_and(|mark| mark.is_file()) {
            // A run that was killed before its mark leaves an empty folder; nothing else goes this way.
            let _ = fs::remove_dir(&folder);
            return None;
        }
        let lock = File::open(&mark).ok().filter(|lock| lock.try_lock().is_ok())?;
        // A mark that is half written is one too.
        let text = fs::read(&mark).ok().filter(|text| MARKED.as_bytes().starts_with(text))?;
        drop(text);
        Some(Self { folder, _lock: lock })
    }

    /// Where the run is written.
    pub(super) fn run(&self) -> PathBuf {
        self.folder.join(RUN)
    }

    /// Removes it; says what is in the way.
    pub(super) fn clear(&self) -> Option<String> {
        let cleared = emptied(&self.run())
            .and_then(|()| removed(&self.folder.join(MARK)))
            .and_then(|()| gone(fs::remove_dir(&self.folder)));
        let error = cleared.err()?;
        Some(format!("`{}`, which nothing needs any more, cannot be removed: {error}", self.folder.display()))
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // What cannot be removed is tried again by the next run.
        let _ = self.clear();
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
    let number = name.as_encoded_bytes().strip_prefix(prefix.as_encoded_bytes());
    number.is_some_and(|number| !number.is_empty() && number.iter().all(u8::is_ascii_digit))
}

/// Removes a folder with the files of a run, and nothing else.
fn emptied(folder: &Path) -> io::Result<()> {
    FILES.iter().try_for_each(|name| removed(&folder.join(name)))?;
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
