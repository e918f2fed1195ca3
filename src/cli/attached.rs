//! The files that a project names, bodies of content, members of segments and its baseline, read
//! beside its YAML; one that is not there is told when the project is resolved.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::files::Files;
use super::inside::{LARGEST, Unread, is_hidden, leaves};
use crate::source::{MOST_NAMED, Refused, Sources};
use crate::yaml::{self, Node, Value};

/// Reads what the YAML of a project in `folder` names; a file of which it has several names is read
/// once.
pub(super) fn attach(files: &dyn Files, folder: &Path, sources: &mut Sources) {
    let mut names = BTreeSet::new();
    for (id, file) in sources.files() {
        if let Some(root) = yaml::parse(id, &file.text).root {
            in_tree(&root, None, &mut names);
        }
    }
    let (mut held, mut left) = (BTreeMap::new(), MOST_NAMED);
    for name in names {
        if let Some(place) = files.on_disk(&folder.join(&name)) {
            sources.stands_at(place);
        }
        let real = match real(files, folder, &name) {
            Ok(real) => real,
            Err(why) => {
                refuse(sources, name, &why);
                continue;
            }
        };
        if let Some(file) = held.get(&real) {
            sources.attach_again(name, *file);
            continue;
        }
        match text(files, folder, &name, left) {
            Ok(text) => {
                left -= text.len() as u64;
                held.insert(real, sources.attach(name, text));
            }
            Err(why) => refuse(sources, name, &why),
        }
    }
}

fn refuse(sources: &mut Sources, name: String, unread: &Unread) {
    let why = unread.to_string();
    let help = match unread {
        Unread::Missing(_) => return,
        Unread::TooMuch(bytes) => return sources.refuse(name, Refused::too_much(*bytes)),
        Unread::TooLarge { .. } => "make it smaller",
        Unread::TooLong(_) => "name a file of the project by a short path: `mails/welcome.html`",
        Unread::Outside | Unread::Hidden | Unread::Special | Unread::Failed(_) => {
            "copy it into the folder of `funnelc.yaml` or one below, as a file of its own"
        }
    };
    sources.refuse(name, Refused { why, help });
}

fn real(files: &dyn Files, folder: &Path, name: &str) -> Result<PathBuf, Unread> {
    if leaves(Path::new(name)) {
        return Err(Unread::Outside);
    }
    if is_hidden(Path::new(name)) {
        return Err(Unread::Hidden);
    }
    files.real(folder, &folder.join(name))
}

fn text(files: &dyn Files, folder: &Path, name: &str, left: u64) -> Result<String, Unread> {
    let read = files.read(folder, &folder.join(name), LARGEST.min(left));
    if let Err(Unread::TooLarge { bytes, .. }) = read
        && bytes <= LARGEST
    {
        return Err(Unread::TooMuch(bytes));
    }
    String::from_utf8(read?).map_err(|_| Unread::Failed("it is not UTF-8".to_owned()))
}

/// Whatever stands where a path may stand; a variable may hold one, too.
fn in_tree(node: &Node, key: Option<&str>, names: &mut BTreeSet<String>) {
    match &node.value {
        Value::Scalar(scalar) => {
            if matches!(
                key,
                Some("body" | "include" | "exclude" | "baseline" | "variables")
            ) {
                names.insert(scalar.text.clone());
            }
        }
        Value::Sequence(items) => items.iter().for_each(|item| in_tree(item, key, names)),
        Value::Mapping(entries) => {
            for entry in entries {
                let inside = if key == Some("variables") {
                    "variables"
                } else {
                    entry.key.value.as_str()
                };
                in_tree(&entry.value, Some(inside), names);
            }
        }
    }
}
