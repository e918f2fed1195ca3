//! Puts a new folder in the place of an old one: in one step where the file system can, else in
//! steps, noted before the first, so that the next run carries on what a kill cut short.
//!
//! ```text
//!                          place   new   old    a kill here leaves
//!   (by folders)            old    new    -     the old run
//!   note `exchanging`       old    new    -     the old run
//!   place -> old             -     new   old    no run; the next one does the last step
//!   new -> place            new     -    old    the new run
//!
//!   (by files, where the folder itself cannot be renamed: a lower layer of an overlay, a mount)
//!   note `exchanging-files` old    new    -     the old run
//!   run.json -> old         mix    new   json   a folder without run.json, which nobody takes for a run; the next one goes on
//!   each file -> place      mix    new   json   the same
//!   run.json -> place       new     -    json   the new run
//! ```
//!
//! Each note is on the disk before the step that it announces; what is new was written and synced
//! before any of this.
#![expect(
    clippy::disallowed_methods,
    reason = "this is where folders are exchanged"
)]

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::access::{self, Readers};
use super::earlier;
use super::folder::{DRAWN, FILES, MANIFEST};
use super::place;

/// Notes that the old folder goes away, and the new one takes its place.
pub(super) const BY_FOLDERS: &str = "exchanging";
/// Notes that the old folder cannot be renamed, and gets the files of the new one, one by one.
pub(super) const BY_FILES: &str = "exchanging-files";

/// Renames; a test may take another.
type Rename = fn(&Path, &Path) -> io::Result<()>;

/// A new folder on the way to its place.
#[derive(Debug)]
pub(super) struct Exchange<'a> {
    /// Where the notes stand.
    pub(super) notes: &'a Path,
    /// The new folder, whole and on the disk.
    pub(super) new: PathBuf,
    /// Where the old one goes.
    pub(super) old: PathBuf,
    /// The place.
    pub(super) target: &'a Path,
}

impl Exchange<'_> {
    /// Puts the new folder in its place.
    pub(super) fn carry_out(&self) -> io::Result<()> {
        if in_one_step(&self.new, self.target)? {
            return Ok(());
        }
        self.in_steps(|from, to| fs::rename(from, to))
    }

    /// The same on any file system, with a moment in which nothing stands in the place.
    fn in_steps(&self, take_away: Rename) -> io::Result<()> {
        if !is_there(self.target)? {
            return fs::rename(&self.new, self.target);
        }
        self.note(BY_FOLDERS)?;
        let done = match take_away(self.target, &self.old) {
            Ok(()) => self.second_step(),
            // A folder that came with a lower layer of an overlay, or one in which another disk is
            // mounted.
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::CrossesDevices | ErrorKind::ResourceBusy
                ) =>
            {
                self.by_files()
            }
            Err(error) => Err(error),
        };
        if done.is_err() && self.is_as_before() {
            self.forget();
        }
        done
    }

    fn second_step(&self) -> io::Result<()> {
        place::settle(self.parent())?;
        fs::rename(&self.new, self.target).inspect_err(|_| {
            // Where even that fails the note stays, and with it the old folder, until a later run
            // can carry on.
            let _ = fs::rename(&self.old, self.target);
        })
    }

    /// Without its run.json, which goes first and comes last, the folder is no run, and nobody
    /// takes a mixture for one.
    fn by_files(&self) -> io::Result<()> {
        self.note(BY_FILES)?;
        fs::create_dir(&self.old)?;
        if is_there(&self.target.join(MANIFEST))? {
            fs::rename(self.target.join(MANIFEST), self.old.join(MANIFEST))?;
        }
        self.move_files()
    }

    fn move_files(&self) -> io::Result<()> {
        // The new run may have none; its run.json, which is moved last, says so.
        let has_drawn = is_there(&self.new.join(DRAWN))? || earlier::has_part(&self.new, DRAWN);
        if !has_drawn && is_there(&self.target.join(DRAWN))? {
            fs::rename(self.target.join(DRAWN), self.old.join(DRAWN))?;
        }
        for name in FILES {
            let new = self.new.join(name);
            // One that was moved before is gone; one of which that cannot be told is not left out.
            if is_there(&new)? {
                fs::rename(new, self.target.join(name))?;
            }
        }
        place::settle(self.target)
    }

    /// Carries on what a kill cut short between two steps; where nothing was begun, or all was
    /// done, there is nothing to do.
    pub(super) fn carry_on(&self) -> io::Result<()> {
        if is_there(&self.notes.join(BY_FILES))? {
            // With its run.json the folder is the old run, or one that came later.
            let is_mixture = is_folder(self.target)? && !is_there(&self.target.join(MANIFEST))?;
            return if is_mixture {
                self.move_files()
            } else {
                Ok(())
            };
        }
        let is_away =
            is_there(&self.notes.join(BY_FOLDERS))? && is_there(&self.new)? && is_there(&self.old)?;
        if !is_away {
            return Ok(());
        }
        if is_there(self.target)? {
            let old = self.old.display();
            return Err(io::Error::other(format!(
                "`{old}` holds the run that stood there before, and was put away by a run that was \
                    killed; look whether you need it"
            )));
        }
        fs::rename(&self.new, self.target)?;
        place::settle(self.parent())
    }

    fn note(&self, name: &str) -> io::Result<()> {
        access::new_file(&self.notes.join(name), Readers::Owner)?;
        place::settle(self.notes)?;
        place::settle(self.parent())
    }

    /// Whether nothing was moved, or all of it is where it was.
    fn is_as_before(&self) -> bool {
        let surely = |path: &Path| matches!(is_there(path), Ok(true));
        let untouched =
            matches!(is_there(&self.old), Ok(false)) || fs::remove_dir(&self.old).is_ok();
        let mut needed = FILES.iter().filter(|name| **name != DRAWN);
        untouched && surely(self.target) && needed.all(|name| surely(&self.new.join(name)))
    }

    fn forget(&self) {
        for name in [BY_FILES, BY_FOLDERS] {
            let _ = fs::remove_file(self.notes.join(name));
        }
    }

    fn parent(&self) -> &Path {
        self.target.parent().unwrap_or(Path::new("/"))
    }
}

/// Says whether the system and the file system can do it; where not, nothing was changed.
#[cfg(target_os = "linux")]
fn in_one_step(new: &Path, target: &Path) -> io::Result<bool> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;

    let flags = if is_there(target)? {
        RenameFlags::EXCHANGE
    } else {
        RenameFlags::NOREPLACE
    };
    match renameat_with(CWD, new, CWD, target, flags) {
        Ok(()) => Ok(true),
        // FUSE, NFS, 9p and exFAT do not know the flags; an overlay cannot rename what lies in a
        // lower layer; a mount point is busy.
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP | Errno::XDEV | Errno::BUSY) => {
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(target_os = "linux"))]
fn in_one_step(_new: &Path, _target: &Path) -> io::Result<bool> {
    Ok(false)
}

/// Links are something, too. What cannot be looked at is an error, and not taken for nothing: a
/// file that is left out would be lost.
fn is_there(path: &Path) -> io::Result<bool> {
    match path.symlink_metadata() {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// A link to one is one.
fn is_folder(path: &Path) -> io::Result<bool> {
    match path.metadata() {
        Ok(metadata) => Ok(metadata.is_dir()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    const SAYS_OLD: &str = "old";
    const SAYS_NEW: &str = "new";

    /// A whole new run beside a whole old one.
    struct Place {
        folder: TempDir,
    }

    impl Place {
        fn new() -> Self {
            let place = Self {
                folder: tempfile::tempdir().unwrap(),
            };
            fs::create_dir(place.staging()).unwrap();
            for (folder, says) in [(place.new_run(), SAYS_NEW), (place.target(), SAYS_OLD)] {
                fs::create_dir(&folder).unwrap();
                FILES
                    .iter()
                    .for_each(|name| fs::write(folder.join(name), says).unwrap());
            }
            place
        }

        fn staging(&self) -> PathBuf {
            self.folder.path().join("staging")
        }

        fn new_run(&self) -> PathBuf {
            self.staging().join("run")
        }

        fn target(&self) -> PathBuf {
            self.folder.path().join("out")
        }

        fn steps(&self, take_away: Rename) -> io::Result<()> {
            let (notes, target) = (self.staging(), self.target());
            Exchange {
                notes: &notes,
                new: self.new_run(),
                old: notes.join("old"),
                target: &target,
            }
            .in_steps(take_away)
        }

        /// What the files of the place say, if they all say the same.
        fn says(&self) -> String {
            let said: Vec<_> = FILES
                .iter()
                .map(|name| fs::read_to_string(self.target().join(name)).unwrap())
                .collect();
            assert!(said.iter().all(|says| *says == said[0]), "{said:?}");
            assert_eq!(fs::read_dir(self.target()).unwrap().count(), FILES.len());
            said[0].clone()
        }
    }

    fn rename(from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn crosses_devices(_: &Path, _: &Path) -> io::Result<()> {
        Err(ErrorKind::CrossesDevices.into())
    }

    fn denied(_: &Path, _: &Path) -> io::Result<()> {
        Err(ErrorKind::PermissionDenied.into())
    }

    #[test]
    fn steps_put_the_new_in_the_place_of_the_old() {
        for take_away in [rename, crosses_devices] {
            let place = Place::new();
            place.steps(take_away).unwrap();
            assert_eq!(place.says(), SAYS_NEW);
            assert!(
                is_there(&place.staging().join("old").join(MANIFEST)).unwrap(),
                "the old one was put away"
            );
        }
    }

    #[test]
    fn steps_need_nothing_in_the_place() {
        for take_away in [rename, crosses_devices] {
            let place = Place::new();
            FILES
                .iter()
                .for_each(|name| fs::remove_file(place.target().join(name)).unwrap());
            place.steps(take_away).unwrap();
            assert_eq!(place.says(), SAYS_NEW);
        }
        let place = Place::new();
        fs::remove_dir_all(place.target()).unwrap();
        place.steps(denied).unwrap();
        assert_eq!(place.says(), SAYS_NEW);
    }

    #[test]
    fn what_cannot_be_looked_at_is_not_left_out() {
        let place = Place::new();
        let (notes, target) = (place.staging(), place.target());
        fs::write(notes.join(BY_FILES), "").unwrap();
        fs::remove_file(target.join(MANIFEST)).unwrap();
        // Whatever lies behind a link to itself cannot be looked at.
        std::os::unix::fs::symlink("round", notes.join("round")).unwrap();
        let blocked = Exchange {
            notes: &notes,
            new: notes.join("round/run"),
            old: notes.join("old"),
            target: &target,
        };
        assert!(blocked.carry_on().is_err());
        let away = notes.join("round/out");
        let elsewhere = Exchange {
            new: place.new_run(),
            target: &away,
            ..blocked
        };
        assert!(elsewhere.carry_on().is_err());
        let open = Exchange {
            target: &target,
            ..elsewhere
        };
        open.carry_on().unwrap();
        assert_eq!(place.says(), SAYS_NEW);
    }

    #[test]
    fn steps_that_fail_leave_the_old() {
        let place = Place::new();
        assert!(place.steps(denied).is_err());
        assert_eq!(place.says(), SAYS_OLD);
        // The new one is gone when its turn comes.
        let place = Place::new();
        let lost = |from: &Path, to: &Path| {
            fs::remove_dir_all(to.with_file_name("run")).and_then(|()| fs::rename(from, to))
        };
        assert!(place.steps(lost).is_err());
        assert_eq!(place.says(), SAYS_OLD);
    }
}
