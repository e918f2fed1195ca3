//! Who may read what is written: a new file with personal data is its owner's alone, and what takes
//! the place of something has the mode and the owner of that.
#![expect(
    clippy::disallowed_methods,
    reason = "this is where files and folders are made"
)]

use std::fs::{DirBuilder, File, Metadata, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::Path;

use rustix::fs::OFlags;

/// For whom a new file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Readers {
    /// Its owner alone: it holds personal data.
    Owner,
    /// Whoever the `umask` says: it holds a project, or what is drawn from it.
    All,
}

/// Opens a file to be read. A pipe in its place would wait for who writes into it, for ever.
pub(crate) fn regular(path: &Path) -> io::Result<File> {
    let file = flagged(OFlags::NONBLOCK).read(true).open(path)?;
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "it is no regular file",
        ))
    }
}

/// Makes a file that is not there; a link in its place is not followed.
pub(super) fn new_file(path: &Path, readers: Readers) -> io::Result<File> {
    let mode = match readers {
        Readers::Owner => 0o600,
        Readers::All => 0o666,
    };
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(path)
}

/// Makes a folder that is not there, for its owner alone.
pub(super) fn new_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(path)
}

/// Opens a file to be locked, and makes it where there is none. What it holds stays, and a link is
/// not followed.
pub(super) fn lock_file(path: &Path) -> io::Result<File> {
    lockable()
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
}

/// Opens a file that is there to be locked, for writing, without which NFS locks none.
pub(super) fn to_lock(path: &Path) -> io::Result<File> {
    lockable().open(path)
}

fn lockable() -> OpenOptions {
    let mut options = flagged(OFlags::NOFOLLOW);
    options.read(true).write(true);
    options
}

fn flagged(flags: OFlags) -> OpenOptions {
    #[expect(
        clippy::cast_possible_wrap,
        reason = "the flags of the system are an int"
    )]
    let flags = flags.bits() as i32;
    let mut options = OpenOptions::new();
    options.custom_flags(flags);
    options
}

/// Gives a new file or folder the mode and owner of what stood in its place. New ones are closed,
/// so what fails here leaves less access, never more.
pub(super) fn like(new: &File, before: &Metadata) {
    let Ok(now) = new.metadata() else { return };
    let owner = (now.uid() != before.uid()).then_some(before.uid());
    let group = (now.gid() != before.gid()).then_some(before.gid());
    // Only root gives files away; a group of one's own anybody may give.
    let kept = fchown(new, owner, group).or_else(|_| fchown(new, None, group));
    let others_only = if kept.is_ok() { 0o777 } else { 0o707 };
    // A folder that its owner cannot enter could never be replaced again.
    let own = if now.is_dir() { 0o700 } else { 0 };
    let mode = before.mode() & others_only | own;
    if mode != now.mode() & 0o777 {
        let _ = new.set_permissions(Permissions::from_mode(mode));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_new_is_closed_and_what_replaces_is_as_open_as_before() {
        let folder = tempfile::tempdir().unwrap();
        let mode = |file: &File| file.metadata().unwrap().mode() & 0o777;
        let new = new_file(&folder.path().join("new"), Readers::Owner).unwrap();
        assert_eq!(mode(&new), 0o600);
        assert!(
            new_file(&folder.path().join("new"), Readers::Owner).is_err(),
            "nothing is written over"
        );
        let before = new_file(&folder.path().join("before"), Readers::All).unwrap();
        before
            .set_permissions(Permissions::from_mode(0o640))
            .unwrap();
        like(&new, &before.metadata().unwrap());
        assert_eq!(mode(&new), 0o640);
    }

    #[test]
    fn a_lock_is_neither_followed_nor_emptied() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        std::fs::write(&file, "precious").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        assert!(lock_file(&link).is_err());
        lock_file(&file).unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), b"precious");
    }
}
