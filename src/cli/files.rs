//! Where a project's files come from: the disk, or the tree of a git revision, which is read
//! without touching the work tree.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::FileType;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use super::CliError;
use super::inside::{self, Folders, Unread};
use super::project::is_root;
use crate::runner::notice::NoticeCode;

/// Files that can be found and read.
pub(crate) trait Files {
    /// What a file of the project in `folder` is called, however it is named.
    fn real(&self, folder: &Path, path: &Path) -> Result<PathBuf, Unread>;
    /// The bytes of a file of the project in `folder`, if it has `most` at most.
    fn read(&self, folder: &Path, path: &Path, most: u64) -> Result<Vec<u8>, Unread>;
    /// Where it is on the disk, if these files are there.
    fn on_disk(&self, path: &Path) -> Option<PathBuf>;
    /// Whether there is such a file, which is found and was not named: a link is an error, for it
    /// would be a project that nobody compares and that no walk sees.
    fn is_found(&self, path: &Path) -> Result<bool, CliError>;
    /// Whether there is such a folder.
    fn is_folder(&self, path: &Path) -> bool;
    /// The folder and those above it, each as it reads best.
    fn ancestors(&self, folder: &Path) -> Result<Vec<PathBuf>, CliError>;
    /// All files below a folder, in any order; links and what is hidden are left out, but for a link
    /// where a project's mark stands, which is an error unless it is the one that was named.
    fn below(&self, folder: &Path, named: Option<&Path>) -> Result<Vec<PathBuf>, CliError>;
    /// The name of a file for people.
    fn shown(&self, path: &Path) -> String;
}

/// The disk.
#[derive(Clone, Debug, Default)]
pub(crate) struct Disk {
    folders: Folders,
}

impl Disk {
    /// What has the name of a project's file and is none: passed over, it would hide the project
    /// that stood there, or one around it would be taken for it.
    fn no_mark(&self, root: &Path, kind: FileType) -> CliError {
        let root = self.shown(root);
        let (message, help) = if kind.is_symlink() {
            (
                format!("`{root}` is a link, and no project is found through one"),
                "put the file itself in its place, or take the link away",
            )
        } else if kind.is_dir() {
            (
                format!("`{root}` is a folder, and has the name of a project's file"),
                "give the folder another name",
            )
        } else {
            (
                format!("`{root}` is no regular file, and has the name of a project's"),
                "put a file in its place, or take it away",
            )
        };
        CliError::new(message)
            .coded(NoticeCode::NoProject)
            .help(help)
    }
}

impl Files for Disk {
    fn real(&self, folder: &Path, path: &Path) -> Result<PathBuf, Unread> {
        inside::real(&self.folders, folder, path)
    }

    fn read(&self, folder: &Path, path: &Path, most: u64) -> Result<Vec<u8>, Unread> {
        inside::read(&self.folders, folder, path, most)
    }

    fn on_disk(&self, path: &Path) -> Option<PathBuf> {
        Some(path.to_path_buf())
    }

    fn is_found(&self, path: &Path) -> Result<bool, CliError> {
        match path.symlink_metadata() {
            Ok(metadata) if metadata.is_file() => Ok(true),
            Ok(metadata) => Err(self.no_mark(path, metadata.file_type())),
            Err(_) => Ok(false),
        }
    }

    fn is_folder(&self, path: &Path) -> bool {
        path.is_dir()
    }

    fn ancestors(&self, folder: &Path) -> Result<Vec<PathBuf>, CliError> {
        let absolute = std::path::absolute(folder).map_err(|error| {
            CliError::new(format!("cannot read `{}`: {error}", folder.display()))
        })?;
        // Below or at the folder that was named, its own spelling reads best.
        let above = absolute.ancestors().skip(1).map(Path::to_path_buf);
        Ok(std::iter::once(folder.to_path_buf()).chain(above).collect())
    }

    fn below(&self, folder: &Path, root: Option<&Path>) -> Result<Vec<PathBuf>, CliError> {
        let hidden = |entry: &walkdir::DirEntry| {
            entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.')
        };
        let mut found = Vec::new();
        let named = !folder.as_os_str().is_empty();
        let start = if named { folder } else { Path::new(".") };
        for entry in walkdir::WalkDir::new(start)
            .into_iter()
            .filter_entry(|entry| !hidden(entry))
        {
            let entry = entry
                .map_err(|error| CliError::new(format!("cannot read the project: {error}")))?;
            let (kind, depth) = (entry.file_type(), entry.depth());
            let path = if named {
                entry.into_path()
            } else {
                entry.path().components().skip(1).collect()
            };
            if !kind.is_file() && is_root(&path) && root != Some(&path) && depth > 0 {
                return Err(self.no_mark(&path, kind));
            }
            if kind.is_file() {
                found.push(path);
            }
        }
        Ok(found)
    }

    fn shown(&self, path: &Path) -> String {
        let mut shown = path.to_string_lossy().into_owned();
        // Elsewhere a name may have a backslash, and with a slash it is that of another file.
        if std::path::MAIN_SEPARATOR == '\\' {
            shown = shown.replace('\\', "/");
        }
        shown.strip_prefix("./").unwrap_or(&shown).to_owned()
    }
}

/// The tree of a git revision; paths start at the root of the repository.
#[derive(Debug)]
pub(crate) struct Revision {
    name: String,
    /// A folder of the repository, where git is started.
    start: PathBuf,
    /// By path.
    files: BTreeMap<PathBuf, Blob>,
}

/// A file of a revision.
#[derive(Debug)]
struct Blob {
    hash: String,
    /// Absent where the clone was made without it.
    bytes: Option<u64>,
}

impl Revision {
    /// The revision of that name in the repository around `start`; nothing if there is no such
    /// repository or revision.
    pub(crate) fn find(name: &str, start: &Path) -> Result<Option<Self>, CliError> {
        let commit = format!("{name}^{{commit}}");
        let Ok(hash) = git(
            start,
            &[
                "rev-parse",
                "--verify",
                "--quiet",
                "--end-of-options",
                &commit,
            ],
        ) else {
            return Ok(None);
        };
        let hash = String::from_utf8_lossy(&hash).trim().to_owned();
        let list = |options: &[&str]| {
            git(
                start,
                &[&["ls-tree", "-r"], options, &["-z", "--full-tree", &hash]].concat(),
            )
        };
        // A git before 2.45 tells no sizes where an object is missing and may not be fetched.
        let tree = list(&["-l"]).or_else(|_| list(&[]))?;
        let files = tree.split(|byte| *byte == 0).filter_map(file).collect();
        Ok(Some(Self {
            name: name.to_owned(),
            start: start.to_path_buf(),
            files,
        }))
    }

    /// The branches and tags of the repository around `start`, those of other repositories too;
    /// nothing if there is no repository.
    pub(crate) fn names(start: &Path) -> Option<Vec<String>> {
        let format = "--format=%(refname:short)";
        let names = git(
            start,
            &[
                "for-each-ref",
                format,
                "refs/heads",
                "refs/tags",
                "refs/remotes",
            ],
        )
        .ok()?;
        Some(
            String::from_utf8_lossy(&names)
                .lines()
                .map(str::to_owned)
                .collect(),
        )
    }

    /// Where a folder of the work tree stands in the repository.
    pub(crate) fn place(folder: &Path) -> Result<PathBuf, CliError> {
        let prefix = git(folder, &["rev-parse", "--show-prefix"])?;
        let prefix = String::from_utf8_lossy(&prefix)
            .trim_end_matches('\n')
            .to_owned();
        Ok(Path::new(&prefix).components().collect())
    }
}

/// One entry of `git ls-tree`: `100644 blob HASH<tab>PATH`, with `-l` also the size before the
/// tab; a path need not be UTF-8. Links and other repositories are left out.
fn file(entry: &[u8]) -> Option<(PathBuf, Blob)> {
    let tab = memchr::memchr(b'\t', entry)?;
    let path = OsStr::from_bytes(&entry[tab + 1..]);
    let mut words = str::from_utf8(&entry[..tab]).ok()?.split_whitespace();
    let (mode, kind, hash) = (words.next()?, words.next()?, words.next()?);
    let blob = Blob {
        hash: hash.to_owned(),
        bytes: words.next().and_then(|bytes| bytes.parse().ok()),
    };
    (kind == "blob" && mode != "120000").then(|| (PathBuf::from(path), blob))
}

/// What git says, without the settings that a folder of the work tree could bring: one that looks
/// like a repository of its own is none. An object is what its hash says, and none that was put in
/// its place.
fn git(folder: &Path, arguments: &[&str]) -> Result<Vec<u8>, CliError> {
    let mut command = Command::new("git");
    command.args([
        "-c",
        "safe.bareRepository=explicit",
        "-c",
        "core.fsmonitor=false",
        "--no-optional-locks",
    ]);
    command.args(["--no-replace-objects", "-C"]);
    // A clone that lacks objects would fetch them, and who asks for a comparison has not asked for
    // the network. Before 2.45 git does not know the first; the second lets it speak no protocol
    // but one that there is not, whatever the repository's own settings allow.
    command
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_ALLOW_PROTOCOL", "none")
        .arg(folder)
        .args(arguments);
    let output = command
        .output()
        .map_err(|error| CliError::new(format!("cannot start git: {error}")))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(CliError::new(format!(
        "git {}: {}",
        arguments[0],
        said.trim()
    )))
}

impl Files for Revision {
    fn real(&self, _: &Path, path: &Path) -> Result<PathBuf, Unread> {
        Ok(path.components().collect())
    }

    fn read(&self, _: &Path, path: &Path, most: u64) -> Result<Vec<u8>, Unread> {
        let missing = || {
            Unread::Missing(std::io::Error::other(format!(
                "there is no `{}`",
                self.shown(path)
            )))
        };
        let Blob { hash, bytes } = self.files.get(path).ok_or_else(missing)?;
        let Some(bytes) = *bytes else {
            let lacks = format!(
                "this clone lacks `{}`: make it without `--filter`",
                self.shown(path)
            );
            return Err(Unread::Failed(lacks));
        };
        if bytes > most {
            return Err(Unread::TooLarge { bytes, most });
        }
        git(&self.start, &["cat-file", "blob", hash])
            .map_err(|error| Unread::Failed(error.to_string()))
    }

    fn on_disk(&self, _: &Path) -> Option<PathBuf> {
        None
    }

    fn is_found(&self, path: &Path) -> Result<bool, CliError> {
        Ok(self.files.contains_key(path))
    }

    fn is_folder(&self, path: &Path) -> bool {
        path.as_os_str().is_empty()
            || self
                .files
                .keys()
                .any(|file| file.starts_with(path) && file != path)
    }

    fn ancestors(&self, folder: &Path) -> Result<Vec<PathBuf>, CliError> {
        Ok(folder.ancestors().map(Path::to_path_buf).collect())
    }

    fn below(&self, folder: &Path, _: Option<&Path>) -> Result<Vec<PathBuf>, CliError> {
        let hidden = |part: Component<'_>| part.as_os_str().to_string_lossy().starts_with('.');
        let inside = |file: &&PathBuf| {
            file.strip_prefix(folder)
                .is_ok_and(|inside| !inside.components().any(hidden) && inside != Path::new(""))
        };
        Ok(self.files.keys().filter(inside).cloned().collect())
    }

    fn shown(&self, path: &Path) -> String {
        format!("{}:{}", self.name, path.display())
    }
}
