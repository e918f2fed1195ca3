//! Finds and reads the files of a project; what is read is decided by `funnelc.yaml` alone, and the
//! order of the file system never shows.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use super::CliError;
use super::attached::attach;
use super::files::{Disk, Files};
use super::inside::Unread;
use crate::runner::notice::NoticeCode;
use crate::screen::shortened;
use crate::source::{FileId, Sources};
use crate::yaml::{self, Node, Value};

const ROOTS: [&str; 2] = ["funnelc.yaml", "funnelc.yml"];
const DEFAULT_INCLUDE: [&str; 2] = ["journeys/**/*.yaml", "journeys/**/*.yml"];

/// The sources of the project at a path: a folder in or below a project, a file, `-` for standard
/// input; without a path the project around the current folder.
pub(crate) fn load(path: Option<&Path>) -> Result<Sources, CliError> {
    let here = PathBuf::from(".");
    let path = path.unwrap_or(&here);
    if path == Path::new("-") {
        return standard_input();
    }
    load_from(&Disk::default(), path)
}

/// The sources of the project at a path of the disk or of a revision.
pub(crate) fn load_from(files: &dyn Files, path: &Path) -> Result<Sources, CliError> {
    if files.is_folder(path) {
        return root_above(files, path).and_then(|root| alone(files, &root));
    }
    if is_root(path) {
        alone(files, path)
    } else {
        single(files, path)
    }
}

/// The sources of the project whose mark stands in this folder of the disk, or above it, as they
/// are elsewhere: in the same folder, and in none around it, which has another project.
pub(crate) fn load_same(
    files: &dyn Files,
    folder: &Path,
    place_of: impl Fn(&Path) -> Result<PathBuf, CliError>,
) -> Result<Sources, CliError> {
    let Ok(here) = root_above(&Disk::default(), folder) else {
        return load_from(files, &place_of(folder)?);
    };
    let place = place_of(folder_of(&here))?;
    // One that stood nearer is gone, and what stands around it is another one.
    for nearer in files.ancestors(&place_of(folder)?)? {
        if nearer == place {
            break;
        }
        if let Some(gone) = root_in(files, &nearer)? {
            let message = format!(
                "`{}` is gone, and what stands around it is another project",
                files.shown(&gone)
            );
            return Err(CliError::new(message)
                .coded(NoticeCode::NoProject)
                .help("name the folder of a project that is there to compare that"));
        }
    }
    match root_in(files, &place)? {
        Some(root) => alone(files, &root),
        None => Err(
            CliError::new(format!("there is no project at `{}`", files.shown(&place)))
                .coded(NoticeCode::NoProject)
                .help("one that is new since then has nothing to be compared with"),
        ),
    }
}

/// The sources of every project at a path: of a folder, those in and below it; of anything else,
/// the one that it is.
pub(crate) fn load_all(path: &Path) -> Result<Vec<Sources>, CliError> {
    let disk = Disk::default();
    let found = if path != Path::new("-") && disk.is_folder(path) {
        disk.below(path, None)?
    } else {
        Vec::new()
    };
    let roots = roots_of(&found);
    if roots.is_empty() {
        return load(Some(path)).map(|sources| vec![sources]);
    }
    let mut own = by_project(
        found,
        roots
            .iter()
            .map(|root| folder_of(root).to_path_buf())
            .collect(),
    );
    roots
        .iter()
        .map(|root| with_includes(&disk, root, own.remove(folder_of(root)).unwrap_or_default()))
        .collect()
}

/// The marks of projects in and below a folder, in the order of their paths.
fn roots_below(files: &dyn Files, folder: &Path) -> Result<Vec<PathBuf>, CliError> {
    Ok(roots_of(&files.below(folder, None)?))
}

/// Whether this is the mark of a project, by its name.
pub(super) fn is_root(path: &Path) -> bool {
    ROOTS
        .iter()
        .any(|name| path.file_name() == Some(name.as_ref()))
}

fn roots_of(found: &[PathBuf]) -> Vec<PathBuf> {
    let roots = found.iter().filter(|path| is_root(path));
    let mut roots: Vec<PathBuf> = roots.cloned().collect();
    roots.sort();
    roots.dedup_by(|later, first| later.parent() == first.parent());
    roots
}

/// Files by the folder of the project to which they belong: the innermost around each. What belongs
/// to none is left out.
fn by_project(found: Vec<PathBuf>, projects: BTreeSet<PathBuf>) -> BTreeMap<PathBuf, Vec<PathBuf>> {
    let mut owners: BTreeMap<PathBuf, Option<PathBuf>> = projects
        .into_iter()
        .map(|folder| (folder.clone(), Some(folder)))
        .collect();
    let mut own: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
    for file in found {
        let known = file
            .ancestors()
            .skip(1)
            .find(|folder| owners.contains_key(*folder));
        let owner = known.and_then(|folder| owners[folder].clone());
        let new: Vec<&Path> = file
            .ancestors()
            .skip(1)
            .take_while(|folder| Some(*folder) != known)
            .collect();
        owners.extend(
            new.into_iter()
                .map(|folder| (folder.to_path_buf(), owner.clone())),
        );
        if let Some(owner) = owner {
            own.entry(owner).or_default().push(file);
        }
    }
    own
}

/// The folders of projects below one that belongs to none itself; none where it does.
pub(crate) fn only_below(folder: &Path) -> Result<Vec<String>, CliError> {
    let disk = Disk::default();
    if !disk.is_folder(folder) || root_above(&disk, folder).is_ok() {
        return Ok(Vec::new());
    }
    let roots = roots_below(&disk, folder)?;
    Ok(roots
        .iter()
        .filter_map(|root| root.parent())
        .map(|at| disk.shown(at))
        .collect())
}

fn standard_input() -> Result<Sources, CliError> {
    let mut bytes = Vec::new();
    std::io::stdin()
        .lock()
        .read_to_end(&mut bytes)
        .map_err(|error| {
            CliError::new(format!("cannot read: {error}")).coded(NoticeCode::CannotRead)
        })?;
    let mut sources = Sources::default();
    sources.add("<stdin>", utf8(bytes, Path::new("<stdin>"))?);
    Ok(sources)
}

fn single(files: &dyn Files, path: &Path) -> Result<Sources, CliError> {
    if path
        .extension()
        .is_some_and(|extension| extension == "json")
    {
        let message = format!("`{}` is no project", path.display());
        return Err(CliError::usage(message)
            .help("a project is YAML; plans (*.json) go to `funnelc run` and `funnelc diff`"));
    }
    let mut sources = Sources::default();
    add(files, &mut sources, folder_of(path), path)?;
    attach(files, folder_of(path), &mut sources);
    Ok(sources)
}

/// The mark of the project in a folder.
fn root_in(files: &dyn Files, folder: &Path) -> Result<Option<PathBuf>, CliError> {
    for root in ROOTS.map(|name| folder.join(name)) {
        if files.is_found(&root)? {
            return Ok(Some(root));
        }
    }
    Ok(None)
}

/// Whether a file below the folder of a project belongs to another one, which stands between.
pub(super) fn is_of_another(folder: &Path, file: &Path) -> Result<bool, CliError> {
    let mut between = file
        .ancestors()
        .skip(1)
        .take_while(|at| *at != folder && at.starts_with(folder));
    between.try_fold(false, |found, at| {
        Ok(found || root_in(&Disk::default(), at)?.is_some())
    })
}

/// Walks upwards, as people know it from other tools.
fn root_above(files: &dyn Files, folder: &Path) -> Result<PathBuf, CliError> {
    for ancestor in files.ancestors(folder)? {
        if let Some(root) = root_in(files, &ancestor)? {
            return Ok(root);
        }
    }
    let shown = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let message = format!(
        "there is no `{}` in `{}` or above it",
        ROOTS[0],
        shown.display()
    );
    let below = roots_below(files, folder).unwrap_or_default();
    let below: Vec<_> = below
        .iter()
        .filter_map(|root| root.parent())
        .map(|at| format!("`{}`", files.shown(at)))
        .collect();
    let help = match below.as_slice() {
        [] => {
            "`funnelc init` starts a project; for a git revision `--project PATH` says where it is"
                .to_owned()
        }
        some => format!("name one of the projects below it: {}", some.join(", ")),
    };
    Err(CliError::new(message)
        .coded(NoticeCode::NoProject)
        .help(help))
}

fn alone(files: &dyn Files, root: &Path) -> Result<Sources, CliError> {
    let folder = folder_of(root);
    let found = files.below(folder, Some(root))?;
    let inside = roots_of(&found)
        .iter()
        .map(|root| folder_of(root).to_path_buf())
        .collect::<BTreeSet<_>>();
    let mut own = by_project(
        found,
        inside.into_iter().chain([folder.to_path_buf()]).collect(),
    );
    with_includes(files, root, own.remove(folder).unwrap_or_default())
}

/// The project of a root, with what it includes of the files that are its own.
fn with_includes(files: &dyn Files, root: &Path, own: Vec<PathBuf>) -> Result<Sources, CliError> {
    let mut sources = Sources::default();
    let folder = folder_of(root);
    let file = add(files, &mut sources, folder, root)?;
    let text = sources
        .file(file)
        .map(|file| file.text.as_str())
        .unwrap_or_default();
    let written = yaml::parse(file, text).root.as_ref().and_then(patterns);
    for path in included(files, root, own, written.as_deref())? {
        add(files, &mut sources, folder, &path)?;
    }
    attach(files, folder, &mut sources);
    Ok(sources)
}

/// What `include` says, if it stands there as a list of text; anything else is reported when the
/// file is checked.
fn patterns(root: &Node) -> Option<Vec<String>> {
    match &root.get("include")?.value {
        Value::Sequence(items) => items.iter().map(text).collect(),
        Value::Scalar(_) | Value::Mapping(_) => None,
    }
}

fn text(node: &Node) -> Option<String> {
    match &node.value {
        Value::Scalar(scalar) => Some(scalar.text.clone()),
        Value::Sequence(_) | Value::Mapping(_) => None,
    }
}

fn included(
    files: &dyn Files,
    root: &Path,
    own: Vec<PathBuf>,
    written: Option<&[String]>,
) -> Result<Vec<PathBuf>, CliError> {
    let set = match written {
        Some(written) => Includes::of(written.iter().map(String::as_str))?,
        None => Includes::of(DEFAULT_INCLUDE)?,
    };
    let folder = folder_of(root);
    let inside = |path: &Path| path.strip_prefix(folder).unwrap_or(path).to_path_buf();
    let names = own
        .iter()
        .map(|path| inside(path).as_os_str().len())
        .sum::<usize>();
    set.pay(names)?;
    let (mut found, mut matching) = (Vec::new(), BTreeSet::new());
    for path in own.into_iter().filter(|path| path != root) {
        let patterns = set.matches(&inside(&path));
        if !patterns.is_empty() {
            matching.extend(patterns);
            found.push(path);
        }
    }
    if let Some((_, pattern)) = written
        .into_iter()
        .flatten()
        .enumerate()
        .find(|(at, _)| !matching.contains(at))
    {
        let root = files.shown(root);
        let pattern = shortened(pattern, LONGEST_SHOWN);
        let message = format!("`include` of `{root}` names `{pattern}`, which matches no file");
        return Err(CliError::new(message)
            .help("patterns start at the project's folder: `journeys/**/*.yaml`"));
    }
    found.sort();
    Ok(found)
}

/// What `include` says: paths, which are looked up, and patterns, each of which is held against
/// each file.
struct Includes<'a> {
    paths: BTreeMap<&'a str, Vec<usize>>,
    /// The patterns, and where each stands in the list.
    patterns: (GlobSet, Vec<usize>),
    /// How many bytes the patterns have.
    bytes: usize,
}

/// How many bytes the patterns may have together.
const MOST_PATTERNS: usize = 4096;

/// What the bytes of the patterns times those of the paths of all files may come to: there are
/// patterns of which all bytes are looked at for each byte of a path.
const MOST_STEPS: usize = 1 << 30;

impl<'a> Includes<'a> {
    fn of(written: impl IntoIterator<Item = &'a str>) -> Result<Self, CliError> {
        let mut paths = BTreeMap::<_, Vec<usize>>::new();
        let (mut set, mut places, mut bytes) = (GlobSetBuilder::new(), Vec::new(), 0);
        for (at, pattern) in written.into_iter().enumerate() {
            let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
            if !pattern.contains(['*', '?', '[', ']', '{', '}', '\\']) {
                paths.entry(pattern).or_default().push(at);
                continue;
            }
            bytes += pattern.len();
            if bytes > MOST_PATTERNS {
                let message = format!(
                    "the patterns of `include` have more than {MOST_PATTERNS} bytes together"
                );
                return Err(CliError::new(message).help(
                    "write one for a whole folder, such as `journeys/**/*.yaml`, or the paths of the files, \
                        of which there may be any number",
                ));
            }
            let glob = GlobBuilder::new(pattern).literal_separator(true).build();
            set.add(glob.map_err(|error| {
                let pattern = shortened(pattern, LONGEST_SHOWN);
                CliError::new(format!(
                    "the pattern `{pattern}` is not understood: {}",
                    error.kind()
                ))
            })?);
            places.push(at);
        }
        let set = set.build().map_err(|error| {
            CliError::new(format!("the patterns of `include` are too many: {error}"))
        })?;
        Ok(Self {
            paths,
            patterns: (set, places),
            bytes,
        })
    }

    /// Whether the patterns may be held against names of so many bytes together.
    fn pay(&self, names: usize) -> Result<(), CliError> {
        if self.bytes.saturating_mul(names) <= MOST_STEPS {
            return Ok(());
        }
        let message = format!(
            "the patterns of `include` have {} bytes, and the paths of the files in the project's \
                folder {names}: that is too much to compare, together they may come to {MOST_STEPS}",
            self.bytes
        );
        Err(CliError::new(message).help(
            "write fewer and shorter patterns, such as `journeys/**/*.yaml`, or the paths of the files",
        ))
    }

    /// Which of the list take a file in the project's folder.
    fn matches(&self, path: &Path) -> Vec<usize> {
        let (set, places) = &self.patterns;
        let matching = set.matches(path).into_iter();
        let mut found: Vec<_> = matching.filter_map(|at| places.get(at).copied()).collect();
        let names: Vec<_> = path.iter().map(|name| name.to_string_lossy()).collect();
        found.extend(self.paths.get(&*names.join("/")).into_iter().flatten());
        found
    }
}

/// The most signs of a pattern in a message.
const LONGEST_SHOWN: usize = 80;

fn add(
    files: &dyn Files,
    sources: &mut Sources,
    folder: &Path,
    path: &Path,
) -> Result<FileId, CliError> {
    let shown = files.shown(path);
    if let Some(place) = files.on_disk(path) {
        sources.stands_at(place);
    }
    match files.read(folder, path, yaml::MAX_BYTES) {
        Ok(bytes) => {
            let text = utf8(bytes, Path::new(&shown))?;
            Ok(sources.add(shown, text))
        }
        Err(Unread::TooLarge { bytes, .. }) => Ok(sources.add_too_large(shown, bytes)),
        Err(why) => {
            let failure = CliError::new(format!("cannot read `{shown}`: {why}"))
                .coded(NoticeCode::CannotRead);
            Err(failure.about(Path::new(&shown)))
        }
    }
}

fn folder_of(file: &Path) -> &Path {
    file.parent().unwrap_or(Path::new(""))
}

fn utf8(bytes: Vec<u8>, path: &Path) -> Result<String, CliError> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = memchr::memchr_iter(b'\n', &error.as_bytes()[..at]).count() + 1;
        let message = format!(
            "`{}` is not UTF-8: byte {at}, in line {line}",
            path.display()
        );
        CliError::new(message)
            .coded(NoticeCode::NotUtf8)
            .about(path)
            .help("save the file as UTF-8")
    })
}
