//! One file that is written beside its place and renamed there when it is whole; a device or a pipe is written directly, for nothing may take its place.
#![expect(clippy::disallowed_methods, reason = "this is where such a file is made and put in its place")]

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::file::HashedFile;

/// A file being written. Dropped before it is committed, it leaves nothing.
#[derive(Debug)]
pub(crate) struct Beside {
    target: PathBuf,
    part: Option<PathBuf>,
}

impl Beside {
    /// Starts a file whose place is `target`. Links are followed, so that they stay.
    pub(crate) fn begin(target: &Path) -> io::Result<(Self, HashedFile)> {
        let target = fs::canonicalize(target).unwrap_or_else(|_| target.to_path_buf());
        let is_device = fs::metadata(&target).is_ok_and(|metadata| !metadata.is_file());
        let part = if is_device { None } else { Some(part_of(&target)?) };
        let file = HashedFile::create(part.as_deref().unwrap_or(&target))?;
        Ok((Self { target, part }, file))
    }

    /// Where it will stand.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// Puts the file, which is finished, in its place.
    pub(crate) fn commit(self) -> io::Result<()> {
        self.part.as_ref().map_or(Ok(()), |part| fs::rename(part, &self.target))
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        if let Some(part) = &self.part {
            // Behind a commit there is none; what cannot be removed is written over by the next run.
            let _ = fs::remove_file(part);
        }
    }
}

fn part_of(target: &Path) -> io::Result<PathBuf> {
    let mut part = OsString::from(".");
    part.push(target.file_name().ok_or(io::ErrorKind::InvalidFilename)?);
    part.push(".funnelc-part");
    Ok(target.with_file_name(part))
}
