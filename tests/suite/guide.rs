//! What the guide to the language shows is right: its `yaml` blocks are files of one project, and that project compiles.

use std::fs;
use std::path::Path;
use std::process::Command;

#[test]
fn the_blocks_of_the_guide_are_one_clean_project() {
    let guide = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/language.md")).unwrap();
    let place = tempfile::tempdir().unwrap();
    fs::create_dir(place.path().join("journeys")).unwrap();
    let blocks = blocks(&guide);
    assert!(blocks.len() > 5, "the guide lost its blocks");
    for (position, block) in blocks.iter().enumerate() {
        let name = if position == 0 { "funnelc.yaml".to_owned() } else { format!("journeys/block-{position}.yaml") };
        fs::write(place.path().join(name), block).unwrap();
    }
    let check = Command::new(env!("CARGO_BIN_EXE_funnelc"))
        .args(["check", "--deny-warnings"])
        .arg(place.path())
        .output()
        .unwrap();
    assert!(
        check.status.success(),
        "{}{}",
        String::from_utf8_lossy(&check.stdout),
        String::from_utf8_lossy(&check.stderr)
    );
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
