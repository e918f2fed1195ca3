//! Where a path leads: links are followed, also one whose end is not there yet, so that its end is
//! made or replaced and never the link.
#![expect(
    clippy::disallowed_methods,
    reason = "this is where links are followed"
)]

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

/// As many as the system follows.
const LINKS: usize = 40;

/// The absolute path at the end of all links.
pub(crate) fn end_of(path: &Path) -> io::Result<PathBuf> {
    let mut path = std::path::absolute(path)?;
    for _ in 0..LINKS {
        if let Ok(found) = fs::canonicalize(&path) {
            return Ok(found);
        }
        let Ok(next) = fs::read_link(&path) else {
            return Ok(path);
        };
        path = path.parent().unwrap_or(Path::new("/")).join(next);
    }
    Err(Errno::LOOP.into())
}

/// Waits until what was made, renamed and removed in a folder is on the disk, as far as its file
/// system knows of such a thing.
pub(super) fn settle(folder: &Path) -> io::Result<()> {
    match File::open(folder)?.sync_all() {
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported
            ) =>
        {
            Ok(())
        }
        result => result,
    }
}

/// Whether a file lies, or would lie, in a folder or below it.
pub(crate) fn lies_in(path: &Path, folder: &Path) -> bool {
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    fs::canonicalize(parent).is_ok_and(|parent| parent.starts_with(folder))
}
