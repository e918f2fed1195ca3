//! `--companies FILE` as people meet it: what is refused, what is warned of, and what run.json says
//! was read.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

const PROJECT: &str = "
version: 1
contacts: { key: id, tags: { values: [large] }, fields: { company-id: { type: text } } }
companies: { key: id, contact-field: company-id, fields: { employees: { type: integer }, name: { type: text } } }
campaigns: { big: { enter: { company: employees, more-than: 50 }, steps: [ { add-tag: large } ] } }
";

fn place() -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("funnelc.yaml"), PROJECT).unwrap();
    fs::write(
        folder.path().join("contacts.csv"),
        "id,company_id\n1,acme\n2,gone\n",
    )
    .unwrap();
    fs::write(
        folder.path().join("companies.csv"),
        "id,employees\nacme,51\n",
    )
    .unwrap();
    fs::write(
        folder.path().join("bad.csv"),
        "id,employees\nacme,many\nacme,1\n",
    )
    .unwrap();
    folder
}

fn funnelc(folder: &Path, words: &str) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_funnelc"));
    let Output {
        status,
        stdout,
        stderr,
    } = command
        .current_dir(folder)
        .args(words.split(' '))
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

const RUN: &str = "run . --contacts contacts.csv --out out --now 2026-11-21T09:00";

#[test]
fn a_run_joins_the_file_and_says_so() {
    let place = place();
    let (code, _, told) = funnelc(place.path(), &format!("{RUN} --companies companies.csv"));
    assert_eq!(code, 0, "{told}");
    assert!(
        told.contains(
            "`companies.csv`: the column `name` is missing, so no company has a value for it"
        ),
        "{told}"
    );
    assert!(
        told.contains("1 contact names a company that the companies file lacks"),
        "{told}"
    );
    let read = |name: &str| fs::read_to_string(place.path().join("out").join(name)).unwrap();
    assert_eq!(
        read("contacts.csv"),
        "id,company_id,tags\n1,acme,large\n2,gone,\n"
    );
    let run: serde_json::Value = serde_json::from_str(&read("run.json")).unwrap();
    assert_eq!(
        (
            &run["inputs"]["companies"]["bytes"],
            &run["inputs"]["companies"]["rows"]
        ),
        (&21.into(), &1.into())
    );
}

#[test]
fn a_missing_or_a_bad_file_leaves_nothing_behind() {
    let place = place();
    for (file, exit, words) in [
        ("", 3, "no companies file was given"),
        (" --companies none.csv", 3, "cannot read `none.csv`"),
        (
            " --companies bad.csv",
            1,
            "line 2, column `employees`, `many`: not an integer",
        ),
    ] {
        let (code, _, told) = funnelc(place.path(), &format!("{RUN}{file}"));
        assert!(told.contains(words), "{told}");
        assert_eq!(code, exit, "{told}");
        assert!(!place.path().join("out").exists());
    }
}

#[test]
fn a_comparison_takes_the_file_too() {
    let place = place();
    fs::write(
        place.path().join("base.yaml"),
        PROJECT.replace("more-than: 50", "more-than: 60"),
    )
    .unwrap();
    let words = "diff base.yaml funnelc.yaml --contacts contacts.csv --now 2026-11-21T09:00";
    let (code, told, wrong) = funnelc(place.path(), &format!("{words} --companies companies.csv"));
    assert_eq!(code, 0, "{wrong}");
    assert!(told.contains("big"), "{told}");
    let (code, _, wrong) = funnelc(place.path(), words);
    assert_eq!(code, 3, "{wrong}");
    assert!(wrong.contains("--companies FILE"), "{wrong}");
}
