//! Whether a folder may hold a state: it is absent, empty, or holds nothing but a state. What is
//! somebody else's is named, and never emptied, removed or written over.
#![expect(
    clippy::disallowed_methods,
    reason = "this is where one looks at what stands in the folder of a state"
)]

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Write};
use std::path::Path;

use super::access;
use super::store::{CURRENT, LOCK, NEW, PART, StoreError, hash_of};

/// What our lock holds: beside it, whatever has the name of a half-written file is one.
const LOCKED: &str = "funnelc keeps a state here\n";

/// Locks the folder against other runs, if it may hold a state.
pub(super) fn locked(folder: &Path) -> Result<File, StoreError> {
    let failed = |error| StoreError::Io {
        path: folder.to_path_buf(),
        error,
    };
    refuse_foreign(folder)?;
    let mut lock = access::lock_file(&folder.join(LOCK)).map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(StoreError::Locked(folder.to_path_buf())),
        Err(TryLockError::Error(error)) => return Err(failed(error)),
    }
    match start(&lock).map_err(failed)? {
        Words::Ours => {}
        Words::None => lock
            .write_all(LOCKED.as_bytes())
            .and_then(|()| lock.sync_all())
            .map_err(failed)?,
        Words::Others => return Err(foreign(folder, LOCK)),
    }
    Ok(lock)
}

fn refuse_foreign(folder: &Path) -> Result<(), StoreError> {
    let failed = |error| StoreError::Io {
        path: folder.to_path_buf(),
        error,
    };
    let mut entries = fs::read_dir(folder)
        .and_then(Iterator::collect::<io::Result<Vec<_>>>)
        .map_err(failed)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    // Read behind the list: a first run that begins meanwhile writes its lock before anything else.
    let words = own_words(&folder.join(LOCK));
    let is_ours = words == Words::Ours || names_snapshot(&folder.join(CURRENT));
    for entry in &entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        // What NFS and FUSE call a file that was removed while somebody reads it.
        if name.starts_with(".nfs") || name.starts_with(".fuse_hidden") {
            continue;
        }
        let is_part = match name.as_str() {
            LOCK => words != Words::Others,
            NEW | PART => is_ours,
            CURRENT => true,
            name => hash_of(name).is_some(),
        };
        if !is_part || !is_file(&entry.path()) {
            return Err(foreign(folder, &name));
        }
    }
    Ok(())
}

/// What the start of a file says of who wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Words {
    None,
    Ours,
    Others,
}

fn own_words(lock: &Path) -> Words {
    if !is_file(lock) {
        return Words::None;
    }
    File::open(lock)
        .and_then(|file| start(&file))
        .unwrap_or(Words::Others)
}

fn start(lock: &File) -> io::Result<Words> {
    let mut text = Vec::new();
    lock.take(LOCKED.len() as u64 + 1).read_to_end(&mut text)?;
    Ok(match text.as_slice() {
        text if text == LOCKED.as_bytes() => Words::Ours,
        [] => Words::None,
        _ => Words::Others,
    })
}

fn names_snapshot(current: &Path) -> bool {
    is_file(current)
        && fs::read_to_string(current).is_ok_and(|text| hash_of(text.trim_end()).is_some())
}

/// Links are none.
fn is_file(path: &Path) -> bool {
    path.symlink_metadata()
        .is_ok_and(|metadata| metadata.is_file())
}

fn foreign(folder: &Path, name: &str) -> StoreError {
    StoreError::Foreign {
        path: folder.to_path_buf(),
        name: name.to_owned(),
    }
}
