//! Whether a folder may be replaced: it is absent, empty, or holds an earlier run as that was
//! written. Whatever else it holds would be lost.
#![expect(
    clippy::disallowed_methods,
    reason = "this is where one looks at what stands in the place of a run"
)]

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::file::Content;
use super::folder::{FILES, FolderError, MANIFEST};
use super::manifest::Manifest;

/// What every format of run.json has.
#[derive(Deserialize)]
struct Outline {
    format: u32,
    outputs: BTreeMap<String, Content>,
}

/// Refuses a place that holds anything but a run.
pub(super) fn replaceable(place: &Path) -> Result<(), FolderError> {
    let failed = |error| FolderError::Io {
        path: place.to_path_buf(),
        error,
    };
    let names = match names(place) {
        Ok(names) => names,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            return Err(FolderError::NotAFolder(place.to_path_buf()));
        }
        Err(error) => return Err(failed(error)),
    };
    let Some(first) = names.first() else {
        return Ok(());
    };
    if !names.iter().any(|name| name == MANIFEST) {
        return Err(foreign(place, &first.to_string_lossy()));
    }
    let Some(run) = outline(&place.join(MANIFEST)) else {
        return Err(FolderError::NotOurs(place.join(MANIFEST)));
    };
    if run.format == 0 || run.format > Manifest::FORMAT {
        return Err(FolderError::Later {
            path: place.to_path_buf(),
            format: run.format,
        });
    }
    names
        .iter()
        .map(|name| name.to_string_lossy())
        .try_for_each(|name| part_of_run(place, &name, &run))
}

/// Whether a file of this name in a folder is a part of the run there.
pub(crate) fn has_part(place: &Path, name: &str) -> bool {
    outline(&place.join(MANIFEST))
        .is_some_and(|run| name == MANIFEST || run.outputs.contains_key(name))
}

/// What a folder holds, sorted.
fn names(place: &Path) -> io::Result<Vec<OsString>> {
    let mut names = fs::read_dir(place)?
        .map(|entry| Ok(entry?.file_name()))
        .collect::<io::Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}

fn outline(manifest: &Path) -> Option<Outline> {
    let is_file = manifest
        .symlink_metadata()
        .is_ok_and(|metadata| metadata.is_file());
    let text = is_file
        .then(|| fs::read_to_string(manifest).ok())
        .flatten()?;
    serde_json::from_str(&text).ok()
}

fn part_of_run(place: &Path, name: &str, run: &Outline) -> Result<(), FolderError> {
    if name == MANIFEST {
        return Ok(());
    }
    let written = run
        .outputs
        .get(name)
        .filter(|_| FILES.contains(&name))
        .ok_or_else(|| foreign(place, name))?;
    let path = place.join(name);
    let same = holds(&path, written).map_err(|error| FolderError::Io { path, error })?;
    if same {
        Ok(())
    } else {
        Err(FolderError::Changed {
            path: place.to_path_buf(),
            name: name.to_owned(),
        })
    }
}

/// Whether a file is what was written.
fn holds(path: &Path, written: &Content) -> io::Result<bool> {
    let metadata = path.symlink_metadata()?;
    if !metadata.is_file() || metadata.len() != written.bytes {
        return Ok(false);
    }
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(File::open(path)?)?;
    Ok(hasher.finalize().to_hex().as_str() == written.hash)
}

fn foreign(place: &Path, name: &str) -> FolderError {
    FolderError::Foreign {
        path: PathBuf::from(place),
        name: name.to_owned(),
    }
}
