//! Whatever is generated and committed is up to date; `FUNNELC_BLESS=1` writes it anew.

use std::path::Path;
use std::{env, fs};

#[test]
fn generated_files_are_up_to_date() {
    let files = [
        ("schema/funnelc.schema.json", funnelc::schema::json_schema()),
        (
            "schema/findings.schema.json",
            funnelc::report::json::json_schema(),
        ),
        (
            "schema/diff.schema.json",
            funnelc::report::diff::json_schema(),
        ),
        ("schema/why.schema.json", funnelc::why::json_schema()),
        ("schema/status.schema.json", funnelc::status::json_schema()),
        (
            "schema/simulate.schema.json",
            funnelc::report::simulate::json_schema(),
        ),
        ("schema/assume.schema.json", funnelc::assume::json_schema()),
        ("schema/plan.schema.json", funnelc::plan::json_schema()),
        (
            "schema/run.schema.json",
            funnelc::report::run::json_schema(),
        ),
    ];
    let stale: Vec<_> = files
        .iter()
        .filter(|(path, text)| !is_current(path, text))
        .map(|(path, _)| *path)
        .collect();
    assert!(
        stale.is_empty(),
        "stale: {stale:?}; mend with: FUNNELC_BLESS=1 cargo test --test suite generated::"
    );
}

fn is_current(path: &str, text: &str) -> bool {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if env::var_os("FUNNELC_BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
    }
    fs::read_to_string(&path).is_ok_and(|committed| committed == text)
}
