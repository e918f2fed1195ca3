//! Where a path leads: links are followed, also one whose end is not there yet, so that its end is
//! made or replaced and never the link.
//!
//! What is written by a relative path stays in the working folder, which may be a checkout that
//! holds a stranger's links. Whoever means another place names it.
#![expect(
    clippy::disallowed_methods,
    reason = "this is where links are followed"
)]

use std::fs::{self, File};
use std::io;
use std::path::{Component, Path, PathBuf};

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

/// The end of all links of a folder that is written. A relative path is refused where a link in
/// the working folder leads it out of that.
pub(crate) fn written_at(folder: &Path) -> io::Result<PathBuf> {
    let end = end_of(folder)?;
    leading_out(folder)?.map_or(Ok(()), |link| Err(led_out(&link, &real(&end))))?;
    Ok(end)
}

/// Refuses the same of a file: of the folders above it, for a link in its own place is another
/// matter.
pub(crate) fn allow_file(path: &Path) -> io::Result<()> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return Ok(());
    };
    match leading_out(folder)? {
        None => Ok(()),
        Some(link) => Err(led_out(&link, &real(&end_of(folder)?).join(name))),
    }
}

fn led_out(link: &Path, end: &Path) -> io::Error {
    let (link, end) = (link.display(), end.display());
    io::Error::other(format!(
        "`{link}` is a link and leads out of the working folder; write `{end}` if you mean that"
    ))
}

/// The path without links, also where its end does not exist yet.
pub(crate) fn real(path: &Path) -> PathBuf {
    for above in path.ancestors() {
        if let (Ok(found), Ok(rest)) = (fs::canonicalize(above), path.strip_prefix(above)) {
            return if rest.as_os_str().is_empty() {
                found
            } else {
                found.join(rest)
            };
        }
    }
    path.to_path_buf()
}

/// The first link in the working folder by which a relative path leaves it.
fn leading_out(path: &Path) -> io::Result<Option<PathBuf>> {
    if path.is_absolute() {
        return Ok(None);
    }
    let working = fs::canonicalize(".")?;
    // A `..` behind what is not there yet may lead anywhere.
    let is_inside = |path: &Path| {
        end_of(path).map(|end| {
            let end = real(&end);
            end.starts_with(&working) && !end.components().any(|part| part == Component::ParentDir)
        })
    };
    let mut so_far = PathBuf::new();
    for part in path.components() {
        let within = so_far.as_os_str().is_empty() || is_inside(&so_far)?;
        so_far.push(part);
        if within && so_far.is_symlink() && !is_inside(&so_far)? {
            return Ok(Some(so_far));
        }
    }
    Ok(None)
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
