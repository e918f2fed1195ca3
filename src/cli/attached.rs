//! The files that a project names, bodies of content, members of segments and its baseline, read beside its YAML; one that is not there is told when the project is resolved.

use std::collections::BTreeSet;
use std::path::Path;

use super::files::Files;
use super::inside::{LARGEST, Unread, is_hidden, leaves};
use crate::source::Sources;
use crate::yaml::{self, Node, Value};

/// Reads what the YAML of a project in `folder` names.
pub(super) fn attach(files: &dyn Files, folder: &Path, sources: &mut Sources) {
    let mut names = BTreeSet::new();
    for (id, file) in sources.files() {
        if let Some(root) = yaml::parse(id, &file.text).root {
            in_tree(&root, None, &mut names);
        }
    }
    for name in names {
        match text(files, folder, &name) {
            Ok(text) => drop(sources.attach(name, text)),
            Err(Unread::Missing(_)) => {}
            Err(why) => sources.refuse(name, why.to_string()),
        }
    }
}

fn text(files: &dyn Files, folder: &Path, name: &str) -> Result<String, Unread> {
    if leaves(Path::new(name)) {
        return Err(Unread::Outside);
    }
    if is_hidden(Path::new(name)) {
        return Err(Unread::Hidden);
    }
    let bytes = files.read(folder, &folder.join(name), LARGEST)?;
    String::from_utf8(bytes).map_err(|_| Unread::Failed("it is not UTF-8".to_owned()))
}

/// Whatever stands where a path may stand; a variable may hold one, too.
fn in_tree(node: &Node, key: Option<&str>, names: &mut BTreeSet<String>) {
    match &node.value {
        Value::Scalar(scalar) => {
            if matches!(key, Some("body" | "include" | "exclude" | "baseline" | "variables")) {
                names.insert(scalar.text.clone());
            }
        }
        Value::Sequence(items) => items.iter().for_each(|item| in_tree(item, key, names)),
        Value::Mapping(entries) => {
            for entry in entries {
                let inside = if key == Some("variables") { "variables" } else { entry.key.value.as_str() };
                in_tree(&entry.value, Some(inside), names);
            }
        }
    }
}
