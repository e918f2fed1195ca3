//! Finds and reads the files of a project; what is read is decided by `funnelc.yaml` alone, and the order of the file system never shows.

use std::io::Read;
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use super::Failure;
use crate::source::{FileId, Sources};
use crate::yaml::{self, Node, Value};

const ROOTS: [&str; 2] = ["funnelc.yaml", "funnelc.yml"];
const DEFAULT_INCLUDE: [&str; 2] = ["journeys/**/*.yaml", "journeys/**/*.yml"];

/// The sources of the project at a path: a folder in or below a project, a file, `-` for standard input; without a path the project around the current folder.
pub(crate) fn load(path: Option<&Path>) -> Result<Sources, Failure> {
    let here = PathBuf::from(".");
    let path = path.unwrap_or(&here);
    if path == Path::new("-") {
        return standard_input();
    }
    if path.is_dir() {
        return root_above(path).and_then(|root| with_includes(&root));
    }
    match path.file_name().and_then(|name| name.to_str()) {
        Some(name) if ROOTS.contains(&name) => with_includes(path),
        _ => single(path),
    }
}

fn standard_input() -> Result<Sources, Failure> {
    let mut bytes = Vec::new();
    std::io::stdin().lock().read_to_end(&mut bytes).map_err(|error| Failure::new(format!("cannot read: {error}")))?;
    let mut sources = Sources::default();
    sources.add("<stdin>", utf8(bytes, Path::new("<stdin>"))?);
    Ok(sources)
}

fn single(path: &Path) -> Result<Sources, Failure> {
    let mut sources = Sources::default();
    add(&mut sources, path)?;
    Ok(sources)
}

/// Walks upwards, as people know it from other tools.
fn root_above(folder: &Path) -> Result<PathBuf, Failure> {
    let absolute = std::path::absolute(folder)
        .map_err(|error| Failure::new(format!("cannot read `{}`: {error}", folder.display())))?;
    for (above, ancestor) in absolute.ancestors().enumerate() {
        for name in ROOTS {
            if ancestor.join(name).is_file() {
                // Below or at the folder that was named, its own spelling reads best.
                let near = if above == 0 { folder.join(name) } else { ancestor.join(name) };
                return Ok(near);
            }
        }
    }
    let message = format!("there is no `{}` in `{}` or above it", ROOTS[0], folder.display());
    Err(Failure::new(message).help("`funnelc init` starts a project"))
}

fn with_includes(root: &Path) -> Result<Sources, Failure> {
    let mut sources = Sources::default();
    let file = add(&mut sources, root)?;
    let text = sources.file(file).map(|file| file.text.as_str()).unwrap_or_default();
    let written = yaml::parse(file, text).root.as_ref().and_then(patterns);
    let folder = match root.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    for path in included(folder, root, written.as_deref())? {
        add(&mut sources, &path)?;
    }
    Ok(sources)
}

/// What `include` says, if it stands there as a list of text; anything else is reported when the file is checked.
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

fn included(folder: &Path, root: &Path, written: Option<&[String]>) -> Result<Vec<PathBuf>, Failure> {
    let set = match written {
        Some(patterns) => glob_set(patterns.iter().map(String::as_str))?,
        None => glob_set(DEFAULT_INCLUDE)?,
    };
    let mut found = Vec::new();
    let hidden = |entry: &walkdir::DirEntry| entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.');
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().filter_entry(|entry| !hidden(entry)) {
        let entry = entry.map_err(|error| Failure::new(format!("cannot read the project: {error}")))?;
        let inside = entry.path().strip_prefix(folder).unwrap_or(entry.path());
        if entry.file_type().is_file() && entry.path() != root && set.is_match(inside) {
            found.push(entry.path().to_path_buf());
        }
    }
    for pattern in written.into_iter().flatten() {
        let one = glob_set([pattern.as_str()])?;
        if !found.iter().any(|path| one.is_match(path.strip_prefix(folder).unwrap_or(path))) {
            let message = format!("`include` of `{}` names `{pattern}`, which matches no file", root.display());
            return Err(Failure::new(message).help("patterns start at the project's folder: `journeys/**/*.yaml`"));
        }
    }
    found.sort();
    Ok(found)
}

fn glob_set<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Result<GlobSet, Failure> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
        let glob = GlobBuilder::new(pattern).literal_separator(true).build();
        set.add(
            glob.map_err(|error| Failure::new(format!("the pattern `{pattern}` is not understood: {}", error.kind())))?,
        );
    }
    set.build().map_err(|error| Failure::new(format!("the patterns of `include` are too many: {error}")))
}

fn add(sources: &mut Sources, path: &Path) -> Result<FileId, Failure> {
    let cannot = |error: std::io::Error| Failure::new(format!("cannot read `{}`: {error}", path.display()));
    let bytes = std::fs::read(path).map_err(cannot)?;
    let shown = path.to_string_lossy().replace('\\', "/");
    let shown = shown.strip_prefix("./").unwrap_or(&shown).to_owned();
    Ok(sources.add(shown, utf8(bytes, path)?))
}

fn utf8(bytes: Vec<u8>, path: &Path) -> Result<String, Failure> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = memchr::memchr_iter(b'\n', &error.as_bytes()[..at]).count() + 1;
        let message = format!("`{}` is not UTF-8: byte {at}, in line {line}", path.display());
        Failure::new(message).help("save the file as UTF-8")
    })
}
