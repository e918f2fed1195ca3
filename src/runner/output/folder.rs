//! The output folder: written beside its place and exchanged for what stands there, in one step
//! wherever the file system can, so that a reader sees one whole run, old or new.
#![expect(
    clippy::disallowed_methods,
    reason = "this is where the output folder is made and exchanged"
)]

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::access::{self, Readers};
use super::earlier;
use super::file::HashedFile;
use super::manifest::Manifest;
use super::place;
use super::staging::Staging;
use crate::runner::notice::{Aftermath, NoticeCode};

/// The files of a run; all but [`DRAWN`] are always there.
pub(crate) const FILES: [&str; 6] = [
    "actions.csv",
    "contacts.csv",
    DRAWN,
    "journal.csv",
    "metrics.json",
    MANIFEST,
];
/// What people did in a simulation as it was assumed; only there.
pub(crate) const DRAWN: &str = "events.csv";
/// Says which run a folder holds.
pub(crate) const MANIFEST: &str = "run.json";

/// Why a folder cannot be written.
#[derive(Debug, Error)]
pub(crate) enum FolderError {
    #[error("cannot write `{path}`: {error}")]
    Io { path: PathBuf, error: io::Error },
    #[error("`{path}` holds `{name}`, which is not part of a run, and would be lost")]
    Foreign { path: PathBuf, name: String },
    #[error("`{path}` holds an earlier run whose `{name}` was changed since, and would be lost")]
    Changed { path: PathBuf, name: String },
    #[error("`{0}` is not that of a run of funnelc, so what lies beside it would be lost")]
    NotOurs(PathBuf),
    #[error("`{path}` holds a run of a later funnelc, of format {format}")]
    Later { path: PathBuf, format: u32 },
    #[error("`{0}` is not a folder")]
    NotAFolder(PathBuf),
    #[error("`{0}` cannot be replaced: another disk is mounted there")]
    Mounted(PathBuf),
    #[error("`{0}` cannot be the output folder: it has no name")]
    NoName(PathBuf),
}

impl FolderError {
    /// Its kind.
    pub(crate) fn code(&self) -> NoticeCode {
        match self {
            Self::Io { .. } => NoticeCode::CannotWrite,
            Self::Foreign { .. } | Self::NotOurs(_) => NoticeCode::NotARun,
            Self::Changed { .. } => NoticeCode::RunChanged,
            Self::Later { .. } => NoticeCode::LaterFormat,
            Self::NotAFolder(_) | Self::Mounted(_) | Self::NoName(_) => NoticeCode::NotReplaceable,
        }
    }

    /// What it is about.
    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Io { path, .. } | Self::Foreign { path, .. } | Self::Changed { path, .. } => path,
            Self::Later { path, .. } | Self::NotOurs(path) | Self::NotAFolder(path) => path,
            Self::Mounted(path) | Self::NoName(path) => path,
        }
    }

    /// The folder that would be lost.
    pub(crate) fn precious(&self) -> Option<&Path> {
        match self {
            Self::Foreign { path, .. } | Self::Changed { path, .. } | Self::Later { path, .. } => {
                Some(path)
            }
            Self::NotOurs(manifest) => manifest.parent(),
            Self::Io { .. } | Self::NotAFolder(_) | Self::Mounted(_) | Self::NoName(_) => None,
        }
    }
}

/// The folder beside `out`, or the nearest above that is there: what is written there lies on the
/// same disk.
pub(crate) fn nearest(out: &Path) -> PathBuf {
    let target = target(out).unwrap_or_else(|_| out.to_path_buf());
    let beside = target.ancestors().skip(1).find(|folder| folder.is_dir());
    beside.unwrap_or(Path::new("/")).to_path_buf()
}

/// Where the run of `out` will stand: links are followed, so that it is the folder that is
/// exchanged and not the link to it.
pub(crate) fn target(out: &Path) -> Result<PathBuf, FolderError> {
    place::written_at(out).map_err(failed(out))
}

/// A folder being written. Dropped before it is exchanged, it leaves nothing.
#[derive(Debug)]
pub(crate) struct Folder {
    target: PathBuf,
    staging: Staging,
    /// What killed runs left and could not be removed.
    left: Vec<Aftermath>,
}

impl Folder {
    /// Starts a run whose place is `target`: absent, empty, or an earlier run. What killed runs
    /// left beside it is removed.
    pub(crate) fn begin(target: PathBuf) -> Result<Self, FolderError> {
        if target.file_name().is_none() {
            return Err(FolderError::NoName(target));
        }
        let parent = target.parent().unwrap_or(Path::new("/"));
        fs::create_dir_all(parent).map_err(failed(parent))?;
        let staging = Staging::make(&target).map_err(failed(&target))?;
        let mut left = Vec::new();
        for killed in staging
            .left_behind()
            .map_err(|(path, error)| FolderError::Io { path, error })?
        {
            killed.carry_on().map_err(failed(&target))?;
            left.extend(killed.clear());
        }
        // Behind the leftovers: one of them may be an exchange to be carried on.
        earlier::replaceable(&target)?;
        Ok(Self {
            target,
            staging,
            left,
        })
    }

    /// Makes a file of the run.
    pub(crate) fn file(&self, name: &str) -> Result<HashedFile, FolderError> {
        let file = access::new_file(&self.staging.run().join(name), Readers::Owner);
        file.map(HashedFile::new)
            .map_err(failed(&self.target.join(name)))
    }

    /// Where the files of the run lie until the exchange.
    pub(crate) fn run(&self) -> PathBuf {
        self.staging.run()
    }

    /// Where the run will stand.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// What the place holds now, if that is a run.
    pub(crate) fn earlier(&self) -> Option<Manifest> {
        let text = fs::read_to_string(self.target.join(MANIFEST)).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// The metrics of that run.
    pub(crate) fn earlier_metrics(&self) -> Option<String> {
        fs::read_to_string(self.target.join("metrics.json")).ok()
    }

    /// Puts the folder, whose files are finished, in its place. If the power fails behind it, the
    /// old one or this one will be found.
    pub(crate) fn exchange(&self) -> Result<(), FolderError> {
        let (new, here) = (self.staging.run(), failed(&self.target));
        as_open_as_before(&new, &self.target).map_err(&here)?;
        self.staging.exchange().carry_out().map_err(|error| {
            if matches!(
                error.kind(),
                io::ErrorKind::CrossesDevices | io::ErrorKind::ResourceBusy
            ) {
                FolderError::Mounted(self.target.clone())
            } else {
                here(error)
            }
        })
    }

    /// Waits until the exchange is on the disk.
    pub(crate) fn settle(&self) -> io::Result<()> {
        place::settle(self.target.parent().unwrap_or(Path::new("/")))
    }

    /// Removes what stood in the place before; says what is left of that and of killed runs.
    pub(crate) fn clear(self) -> Vec<Aftermath> {
        self.left.into_iter().chain(self.staging.clear()).collect()
    }
}

/// Opens the new folder and its files to those who could read the old ones, and brings the folder
/// to the disk.
fn as_open_as_before(new: &Path, old: &Path) -> io::Result<()> {
    for name in FILES {
        let new = new.join(name);
        if let Ok(before) = old.join(name).symlink_metadata()
            && (name != DRAWN || new.try_exists()?)
        {
            access::like(&File::open(new)?, &before);
        }
    }
    if let Ok(before) = old.metadata() {
        access::like(&File::open(new)?, &before);
    }
    place::settle(new)
}

fn failed(path: &Path) -> impl Fn(io::Error) -> FolderError {
    let path = path.to_path_buf();
    move |error| FolderError::Io {
        path: path.clone(),
        error,
    }
}
