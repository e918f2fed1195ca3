//! What the guides show is right: the `yaml` blocks of a page are files of one project, and that
//! project compiles.
//!
//! Invariant: every page of docs whose first such block begins a project is held to this; a block
//! that is no part of it is marked `yaml fragment`.

use std::fs;
use std::path::Path;
use std::process::Command;

#[test]
fn the_blocks_of_each_guide_are_one_clean_project() {
    let mut pages = 0;
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")).unwrap() {
        let path = entry.unwrap().path();
        let is_page = path.extension().is_some_and(|extension| extension == "md");
        let blocks = if is_page {
            blocks(&fs::read_to_string(&path).unwrap())
        } else {
            Vec::new()
        };
        if blocks
            .first()
            .is_some_and(|first| first.starts_with("version: 1"))
        {
            pages += 1;
            assert_clean(&path, &blocks);
        }
    }
    assert!(pages >= 2, "the guides lost their blocks");
}

fn assert_clean(page: &Path, blocks: &[String]) {
    let place = tempfile::tempdir().unwrap();
    fs::create_dir(place.path().join("journeys")).unwrap();
    for (position, block) in blocks.iter().enumerate() {
        let name = if position == 0 {
            "funnelc.yaml".to_owned()
        } else {
            format!("journeys/block-{position}.yaml")
        };
        fs::write(place.path().join(name), block).unwrap();
    }
    for (name, text) in files(&fs::read_to_string(page).unwrap()) {
        fs::create_dir_all(place.path().join(&name).parent().unwrap()).unwrap();
        fs::write(place.path().join(name), text).unwrap();
    }
    let check = Command::new(env!("CARGO_BIN_EXE_funnelc"))
        .args(["check", "--deny-warnings"])
        .arg(place.path())
        .output()
        .unwrap();
    let told = [check.stdout, check.stderr].concat();
    assert!(
        check.status.success(),
        "{}:\n{}",
        page.display(),
        String::from_utf8_lossy(&told)
    );
}

/// The fenced blocks that name a file behind their kind, as in `html emails/hello.html`.
fn files(guide: &str) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = Vec::new();
    let mut inside = false;
    for line in guide.lines() {
        let name = line
            .strip_prefix("```")
            .and_then(|rest| rest.split_once(' '))
            .map(|(_, name)| name);
        match name.filter(|name| name.contains('.')) {
            Some(name) => {
                files.push((name.to_owned(), String::new()));
                inside = true;
            }
            None if line == "```" => inside = false,
            None if inside => files.last_mut().unwrap().1.extend([line, "\n"]),
            None => {}
        }
    }
    files
}

/// The fenced blocks marked `yaml` and nothing else.
fn blocks(guide: &str) -> Vec<String> {
    let mut blocks: Vec<String> = Vec::new();
    let mut inside = false;
    for line in guide.lines() {
        match line {
            "```yaml" => {
                inside = true;
                blocks.push(String::new());
            }
            "```" => inside = false,
            text if inside => blocks.last_mut().unwrap().extend([text, "\n"]),
            _ => {}
        }
    }
    blocks
}
