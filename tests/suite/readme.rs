//! What the README shows is what the program prints: its console blocks are run one after the
//! other, and the picture is drawn anew.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use crate::projects::{funnelc, root};

const MEND: &str =
    "the README is stale; mend with: FUNNELC_BLESS=1 cargo test --test suite readme::";

#[test]
fn the_readme_shows_what_the_program_prints() {
    let path = root().join("README.md");
    let written = std::fs::read_to_string(&path).expect("there is a README");
    let shown = with_output(&written);
    if std::env::var_os("FUNNELC_BLESS").is_some() {
        std::fs::write(&path, &shown).expect("the README can be written");
    } else {
        assert!(shown == written, "{MEND}\n{shown}");
    }
}

#[test]
fn the_picture_of_the_web_shop_is_drawn_from_it() {
    let path = root().join("docs/webshop.svg");
    let drawn = funnelc(&["graph", "examples/webshop", "--format", "svg"]).out;
    if std::env::var_os("FUNNELC_BLESS").is_some() {
        std::fs::write(&path, &drawn).expect("the picture can be written");
    } else {
        let written = std::fs::read_to_string(&path).expect("there is a picture");
        assert!(drawn == written, "{MEND}\n{drawn}");
    }
}

#[test]
fn the_page_on_tests_shows_what_the_program_prints() {
    shows_what_the_program_prints("docs/testing.md");
}

#[test]
fn the_page_on_one_contact_shows_what_the_program_prints() {
    shows_what_the_program_prints("docs/why.md");
}

#[test]
fn the_page_on_simulations_shows_what_the_program_prints() {
    shows_what_the_program_prints("docs/simulating.md");
}

#[test]
fn the_page_on_drawings_shows_what_the_program_prints() {
    shows_what_the_program_prints("docs/drawings.md");
}

#[test]
fn the_page_on_reports_shows_what_the_program_prints() {
    shows_what_the_program_prints("docs/reports.md");
}

/// Its scripts run a project by the hour and deliver what goes out.
#[test]
fn the_page_on_operating_shows_what_the_program_prints() {
    shows_what_the_program_prints("docs/operating.md");
}

fn shows_what_the_program_prints(page: &str) {
    let path = root().join(page);
    let written = std::fs::read_to_string(&path).expect("there is such a page");
    let shown = with_output(&written);
    if std::env::var_os("FUNNELC_BLESS").is_some() {
        std::fs::write(&path, &shown).expect("the page can be written");
    } else {
        assert!(shown == written, "{MEND}\n{shown}");
    }
}

#[test]
fn the_table_of_commands_has_every_command_and_option() {
    let readme = std::fs::read_to_string(root().join("README.md")).expect("there is a README");
    let told = |args: &[&str]| funnelc(args).out;
    let commands: Vec<String> = names(&told(&["--help"]), "Commands:");
    assert!(commands.len() > 8, "{commands:?}");
    for command in commands.iter().filter(|command| *command != "help") {
        let rows: Vec<&str> = readme
            .lines()
            .filter(|line| line.contains(&format!("`funnelc {command}")))
            .collect();
        let row = rows
            .iter()
            .find(|row| row.starts_with("| `"))
            .unwrap_or_else(|| panic!("no row for {command}"));
        let help = told(&[command, "--help"]);
        let options: BTreeSet<&str> = options(&help)
            .filter(|option| !["--color", "--help"].contains(option))
            .collect();
        let shown: BTreeSet<&str> = options_in(row).collect();
        // A row for several commands shows none.
        let expected = if row.matches("`funnelc ").count() > 1 {
            BTreeSet::new()
        } else {
            options
        };
        assert_eq!(
            row.contains("[-o FILE]"),
            expected.contains("--output"),
            "`-o` of `funnelc {command}` in the README"
        );
        let expected = expected
            .into_iter()
            .filter(|option| *option != "--output")
            .collect();
        assert_eq!(
            shown, expected,
            "the options of `funnelc {command}` in the README"
        );
    }
}

/// The first words of the lines of a section of a help text.
fn names(help: &str, section: &str) -> Vec<String> {
    let lines = help
        .lines()
        .skip_while(|line| *line != section)
        .skip(1)
        .take_while(|line| !line.is_empty());
    lines
        .filter_map(|line| line.split_whitespace().next().map(str::to_owned))
        .collect()
}

/// The long options that a help text explains.
fn options(help: &str) -> impl Iterator<Item = &str> {
    let lines = help
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with('-'));
    lines.filter_map(|line| line.split_whitespace().find(|word| word.starts_with("--")))
}

fn options_in(row: &str) -> impl Iterator<Item = &str> {
    row.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
        .filter(|word| word.starts_with("--"))
}

/// The text with the output of every console block as it is today; the blocks share one folder.
fn with_output(text: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    write_files(folder.path(), text);
    let mut shown = String::new();
    let mut rest = text;
    while let Some((before, block)) = rest.split_once("```console\n") {
        let (block, after) = block.split_once("```\n").expect("the block ends");
        shown.push_str(before);
        shown.push_str("```console\n");
        for command in block.lines().filter_map(|line| line.strip_prefix("$ ")) {
            shown.push_str(&format!("$ {command}\n{}", output(folder.path(), command)));
        }
        shown.push_str("```\n");
        rest = after;
    }
    shown + rest
}

/// A block of YAML or of a shell that begins with a file's name in a comment is that file, and so
/// is one of CSV that is named.
fn write_files(folder: &Path, text: &str) {
    for block in text.split("```csv ").skip(1) {
        let (name, rest) = block.split_once('\n').expect("a name");
        let (body, _) = rest.split_once("```\n").expect("the block ends");
        std::fs::write(folder.join(name), body).expect("the file can be written");
    }
    let begins = ["```yaml\n# ", "```sh\n# "];
    for block in begins.iter().flat_map(|begin| text.split(begin).skip(1)) {
        let (name, rest) = block.split_once('\n').expect("a name");
        let (body, _) = rest.split_once("```\n").expect("the block ends");
        std::fs::write(folder.join(name), format!("# {name}\n{body}"))
            .expect("the file can be written");
    }
}

/// Both streams of a command line, as somebody at a terminal of 100 columns sees them.
fn output(folder: &Path, command: &str) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_funnelc"))
        .parent()
        .expect("the program is in a folder");
    let path = std::env::var("PATH").unwrap_or_default();
    let run = Command::new("sh")
        .args(["-c", &format!("{command} 2>&1")])
        .current_dir(folder)
        .env("PATH", format!("{}:{path}", program.display()))
        .output()
        .expect("the shell starts");
    String::from_utf8(run.stdout).expect("the program writes UTF-8")
}
