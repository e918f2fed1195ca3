//! The columns that stand before those of the contacts in the file of bad rows, under names that
//! the contacts do not use: mended, the file can be given again.

const ADDED: [&str; 4] = ["line", "column", "value", "reason"];
const FREE: &str = "reject_";

/// The names and the commas behind them.
pub(crate) fn added(names: &[String]) -> String {
    let mut prefix = String::new();
    while ADDED
        .iter()
        .any(|added| names.iter().any(|name| *name == format!("{prefix}{added}")))
    {
        prefix.push_str(FREE);
    }
    ADDED
        .iter()
        .map(|added| format!("{prefix}{added},"))
        .collect()
}

/// Whether a file that begins so is one of bad rows, or empty.
pub(crate) fn begins_so(start: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(start) else {
        return false;
    };
    let names = text.split(',').zip(ADDED);
    let bare = |name: &str| name.trim_start_matches(FREE).len();
    let prefix = text.len() - bare(text);
    let is_added = |(name, added): (&str, &str)| {
        name.len() - bare(name) == prefix && name.trim_start_matches(FREE) == added
    };
    text.is_empty() || text.matches(',').count() >= ADDED.len() && names.into_iter().all(is_added)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_free_and_known_again() {
        let of = |names: &[&str]| {
            added(
                &names
                    .iter()
                    .map(|&name| name.to_owned())
                    .collect::<Vec<_>>(),
            )
        };
        assert_eq!(of(&["id", "email"]), "line,column,value,reason,");
        let once = "reject_line,reject_column,reject_value,reject_reason,";
        assert_eq!(of(&["id", "reason"]), once);
        assert_eq!(
            of(&["line", "reject_value"]),
            once.replace("reject_", "reject_reject_")
        );
        for names in [
            of(&["id"]),
            of(&["id", "reason"]),
            of(&["line", "reject_value"]),
        ] {
            assert!(begins_so(format!("{names}id").as_bytes()), "{names}");
        }
        assert!(begins_so(b""));
        for other in [
            "id,email\n",
            "line,column\n",
            "reject_line,column,value,reason,id",
            "name,column,value,reason,id",
        ] {
            assert!(!begins_so(other.as_bytes()), "{other}");
        }
    }
}
