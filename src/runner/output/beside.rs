//! One file that is written beside its place and renamed there when it is whole; a device or a pipe
//! is written directly, for nothing may take its place, and a link is refused, for it leads to
//! where whoever put it there wants.
#![expect(
    clippy::disallowed_methods,
    reason = "this is where such a file is made and put in its place"
)]

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::access::{self, Readers};
use super::file::HashedFile;
use super::place;

/// A file being written. Dropped before it is committed, it leaves nothing.
#[derive(Debug)]
pub(crate) struct AtomicFile {
    target: PathBuf,
    part: Option<Part>,
}

/// The file that will take the place, locked.
#[derive(Debug)]
struct Part {
    path: PathBuf,
    lock: File,
}

impl AtomicFile {
    /// Starts a file whose place is `target`.
    pub(crate) fn begin(target: &Path, readers: Readers) -> io::Result<(Self, HashedFile)> {
        place::allow_file(target)?;
        let target = std::path::absolute(target)?;
        let is_link = target.is_symlink();
        if is_link && !is_of_system(&target) {
            return Err(io::Error::other(
                "it is a link, which could lead anywhere; name the file itself, or remove the link",
            ));
        }
        let is_device = fs::metadata(&target).is_ok_and(|metadata| !metadata.is_file());
        if is_device || is_link {
            // Where `/dev/stdout` leads to a file, that may hold something already.
            let file = OpenOptions::new().append(true).open(&target)?;
            return Ok((Self { target, part: None }, HashedFile::new(file)));
        }
        let path = part_of(&target)?;
        remove_leftover(&path)?;
        let file = access::new_file(&path, readers)?;
        let part = Part {
            path,
            lock: file.try_clone()?,
        };
        part.lock
            .try_lock()
            .map_err(|error| taken(error, &part.path))?;
        Ok((
            Self {
                target,
                part: Some(part),
            },
            HashedFile::new(file),
        ))
    }

    /// Where it will stand.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// Puts the file, which is finished, in its place.
    pub(crate) fn commit(mut self) -> io::Result<()> {
        let Some(part) = &self.part else {
            return Ok(());
        };
        if let Ok(before) = self.target.symlink_metadata() {
            access::like(&part.lock, &before);
        }
        fs::rename(&part.path, &self.target)?;
        // From here on the name may be that of somebody else's part.
        self.part = None;
        Ok(())
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        if let Some(part) = &self.part {
            // What cannot be removed is tried again by the next run.
            let _ = fs::remove_file(&part.path);
        }
    }
}

/// Whether the system made what stands here, such as `/dev/stdout`.
pub(crate) fn is_of_system(path: &Path) -> bool {
    ["/dev", "/proc"]
        .iter()
        .any(|folder| path.starts_with(folder))
}

/// Removes what a killed run left; a live one keeps it locked.
fn remove_leftover(path: &Path) -> io::Result<()> {
    let metadata = match path.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        result => result?,
    };
    if !metadata.is_file() || metadata.nlink() != 1 {
        return Err(io::Error::other(format!(
            "`{}` is in the way",
            path.display()
        )));
    }
    access::to_lock(path)?
        .try_lock()
        .map_err(|error| taken(error, path))?;
    fs::remove_file(path)
}

fn taken(error: TryLockError, path: &Path) -> io::Error {
    match error {
        TryLockError::WouldBlock => io::Error::other(format!(
            "another funnelc is writing it, as `{}`",
            path.display()
        )),
        TryLockError::Error(error) => error,
    }
}

fn part_of(target: &Path) -> io::Result<PathBuf> {
    let mut part = OsString::from(".");
    part.push(target.file_name().ok_or(io::ErrorKind::InvalidFilename)?);
    part.push(".funnelc-part");
    Ok(target.with_file_name(part))
}
