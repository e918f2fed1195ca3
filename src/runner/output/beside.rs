//! One file that is written beside its place and renamed there when it is whole.
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
    part: PathBuf,
}

impl Beside {
    /// Starts a file whose place is `target`.
    pub(crate) fn begin(target: &Path) -> io::Result<(Self, HashedFile)> {
        let name = target.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
        let mut part = OsString::from(".");
        part.push(name);
        part.push(".funnelc-part");
        let part = target.with_file_name(part);
        let file = HashedFile::create(&part)?;
        Ok((Self { target: target.to_path_buf(), part }, file))
    }

    /// Where it will stand.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// Puts the file, which is finished, in its place.
    pub(crate) fn commit(self) -> io::Result<()> {
        fs::rename(&self.part, &self.target)
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        // Behind a commit there is none; what cannot be removed is written over by the next run.
        let _ = fs::remove_file(&self.part);
    }
}
