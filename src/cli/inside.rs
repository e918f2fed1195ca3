//! The one rule for what a project may have read and written over: regular files that really lie
//! below its folder, none of them hidden, each of a size that is asked before it is read.
//!
//! A project may come from anybody. What it names must not make funnelc show, copy, wait for or
//! write over anything that is not its own.
#![expect(
    clippy::disallowed_methods,
    reason = "this is where it is decided which files are looked at"
)]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};

use rustix::fs::{Mode, OFlags};

use crate::source::Refused;

/// The most bytes of a file that a project names: a text, or the members of a segment.
pub(super) const LARGEST: u64 = 64 << 20;

/// The most bytes of the path of a file; Linux opens none that has more.
const LONGEST_PATH: usize = 4096;

/// Why a file is not read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unread {
    /// Nothing is there.
    #[error("{0}")]
    Missing(io::Error),
    /// It is elsewhere, or a link leads there.
    #[error("it lies outside of the project's folder")]
    Outside,
    /// Its name, or that of a folder around it, begins with a dot.
    #[error("it is hidden, as is what begins with `.`")]
    Hidden,
    /// A folder, a device, a pipe.
    #[error("it is no regular file")]
    Special,
    /// No system has a file of such a name, and its folders are looked at one by one.
    #[error("its path has {0} bytes, {LONGEST_PATH} are allowed")]
    TooLong(usize),
    /// It has more bytes than are allowed.
    #[error("it has {bytes} bytes, {most} ({} MiB) are allowed", most >> 20)]
    TooLarge {
        /// How many it has.
        bytes: u64,
        /// How many it may have.
        most: u64,
    },
    /// With its bytes the files that the project names would have more than are allowed.
    #[error("{}", Refused::too_much(*.0).why)]
    TooMuch(u64),
    /// It cannot be read.
    #[error("{0}")]
    Failed(String),
}

/// The bytes of a file of the project in `folder`, of which there may be `most`.
pub(super) fn read(
    folders: &Folders,
    folder: &Path,
    path: &Path,
    most: u64,
) -> Result<Vec<u8>, Unread> {
    let real = real(folders, folder, path)?;
    let file = open(&real)?;
    let metadata = file.metadata().map_err(failed)?;
    if !metadata.is_file() {
        return Err(Unread::Special);
    }
    if metadata.len() > most {
        return Err(Unread::TooLarge {
            bytes: metadata.len(),
            most,
        });
    }
    let mut bytes = Vec::new();
    // It may grow meanwhile.
    file.take(most + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    match bytes.len() as u64 {
        read if read > most => Err(Unread::TooLarge { bytes: read, most }),
        _ => Ok(bytes),
    }
}

/// Where a file of the project in `folder` really is.
pub(super) fn real(folders: &Folders, folder: &Path, path: &Path) -> Result<PathBuf, Unread> {
    let length = path.as_os_str().len();
    if length > LONGEST_PATH {
        return Err(Unread::TooLong(length));
    }
    let named = path.strip_prefix(folder).unwrap_or(path);
    if leaves(named) {
        return Err(Unread::Outside);
    }
    let folder = folders.resolved(folder)?;
    let real = folders.resolved(path)?;
    let inside = real.strip_prefix(&folder).map_err(|_| Unread::Outside)?;
    // Whoever names a hidden file by itself means it; a link to one is another matter.
    if is_hidden(inside) && !is_hidden(named) {
        return Err(Unread::Hidden);
    }
    Ok(real)
}

/// Where folders really are, each asked for once: of hundreds that lie in one another the system
/// would walk the whole way for each part of each way. A path is followed on the stack, folder by
/// folder, so it has a longest.
#[derive(Clone, Debug, Default)]
pub(super) struct Folders(RefCell<BTreeMap<PathBuf, PathBuf>>);

impl Folders {
    fn resolved(&self, path: &Path) -> Result<PathBuf, Unread> {
        let found = match (path.parent(), path.file_name()) {
            (Some(folder), Some(name)) => {
                let at = self.folder(folder)?.join(name);
                match at.symlink_metadata() {
                    Ok(metadata) if !metadata.is_symlink() => Ok(at),
                    Ok(_) => at.canonicalize(),
                    Err(error) => Err(error),
                }
            }
            _ if path.as_os_str().is_empty() => Path::new(".").canonicalize(),
            _ => path.canonicalize(),
        };
        found.map_err(|error| {
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) {
                Unread::Missing(error)
            } else {
                failed(error)
            }
        })
    }

    fn folder(&self, path: &Path) -> Result<PathBuf, Unread> {
        if let Some(known) = self.0.borrow().get(path) {
            return Ok(known.clone());
        }
        let real = self.resolved(path)?;
        self.0.borrow_mut().insert(path.to_path_buf(), real.clone());
        Ok(real)
    }
}

/// Opens nothing that would wait, and follows no link that was put there meanwhile.
fn open(real: &Path) -> Result<File, Unread> {
    if !std::fs::symlink_metadata(real).map_err(failed)?.is_file() {
        return Err(Unread::Special);
    }
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    rustix::fs::open(real, flags, Mode::empty())
        .map(File::from)
        .map_err(failed)
}

fn failed(error: impl Into<io::Error>) -> Unread {
    Unread::Failed(error.into().to_string())
}

/// Whether a path leads out of the folder at which it starts, as far as its text says.
pub(super) fn leaves(path: &Path) -> bool {
    let mut depth = 0_usize;
    path.components().any(|part| match part {
        Component::Prefix(_) | Component::RootDir => true,
        Component::ParentDir => depth.checked_sub(1).map(|less| depth = less).is_none(),
        Component::Normal(_) => {
            depth += 1;
            false
        }
        Component::CurDir => false,
    })
}

/// Whether a part of a path begins with a dot.
pub(super) fn is_hidden(path: &Path) -> bool {
    path.components().any(|part| match part {
        Component::Normal(name) => name.to_string_lossy().starts_with('.'),
        Component::Prefix(_) | Component::RootDir | Component::CurDir | Component::ParentDir => {
            false
        }
    })
}

/// Whether a file of the project in `folder` may be written: there is none yet, or what is there is
/// `ours`.
pub(super) fn may_write(
    folder: &Path,
    path: &Path,
    ours: impl FnOnce(&str) -> bool,
) -> Result<(), Unread> {
    let named = path.strip_prefix(folder).unwrap_or(path);
    if leaves(named) {
        return Err(Unread::Outside);
    }
    // What is hidden belongs to others: `.git`, the workflows.
    if is_hidden(named) {
        return Err(Unread::Hidden);
    }
    let folders = Folders::default();
    match read(&folders, folder, path, LARGEST) {
        Ok(bytes) if std::str::from_utf8(&bytes).is_ok_and(ours) => Ok(()),
        Ok(_) => Err(Unread::Failed(
            "there is a file, and it is no baseline".to_owned(),
        )),
        Err(Unread::Missing(_)) if std::fs::symlink_metadata(path).is_ok() => Err(Unread::Outside),
        // Its folder must be inside too, or a link to a folder would lead out.
        Err(Unread::Missing(_)) => {
            real(&folders, folder, path.parent().unwrap_or(Path::new(""))).map(drop)
        }
        Err(other) => Err(other),
    }
}
