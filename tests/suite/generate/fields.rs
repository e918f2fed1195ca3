//! The data contract of a case: one field or two of every type, with values that meet at borders.
//!
//! Invariant: every cell drawn from a pool is well formed.

use std::fmt::Write as _;

use super::bad::OnBadValue;
use super::points::Groups;
use super::random::Random;
use super::scene::Scene;

pub(super) struct Field {
    pub(super) id: &'static str,
    pub(super) kind: &'static str,
    pub(super) column: String,
    /// Whether the contacts file has the column.
    pub(super) in_file: bool,
    /// What cells may hold.
    pub(super) cells: Vec<String>,
    /// What conditions compare with and steps set, in ascending order where there is one.
    pub(super) operands: Vec<String>,
    written: String,
}

pub(super) const PLANS: [&str; 3] = ["free", "pro", "Pro max"];
pub(super) const HATS: [&str; 3] = ["top", "bowler", "cap"];
/// What `contacts` may say of words for no value.
pub(super) const MISSING: &str = "missing: [\"NULL\", \"(none)\"]";

const WAYS: [&str; 4] = ["email", "sms", "push", "letter"];
pub(super) const TAGS: [&str; 5] = ["vip", "warm", "hot", "cold", "new"];

const TEXTS: [&str; 14] = [
    "Anna",
    "anna",
    "ANNA",
    "Straße",
    "STRASSE",
    "STRAẞE",
    "Ąę",
    "ąĘ",
    "007",
    "NO",
    "a,b",
    "say \"hi\"",
    "ſum",
    "İz",
];
const WHOLE: [&str; 7] = ["0", "1", "2", "3", "5", "9", "10"];
const DECIMALS: [&str; 7] = ["0", "0.5", "9.99", "10", "10.01", "12.5", "500"];

pub(super) fn fields(random: &mut Random, scene: &Scene, bad: OnBadValue) -> Vec<Field> {
    let separator = *random.pick(&[";", "|"]);
    let mut fields = vec![
        Field::new(
            "email",
            "email",
            &["a@x.org", "A@X.org", "b@x.org", "c@y.org"],
        ),
        Field::new("boss", "email", &["boss@x.org", "B@y.org"]),
        Field::new("phone", "text", &["+48 1", "+48 2"]),
        Field::new("device", "text", &["d1", "d2"]),
        Field::new("name", "text", &TEXTS),
        Field::new("note", "text", &TEXTS),
        Field::new("orders", "integer", &WHOLE),
        Field::new("spent", "number", &DECIMALS).with_cells(&["0.50", "10.0", "9.990"]),
        Field::new("plan", "choice", &PLANS).with_cells(&[" pro", "free "]),
        Field::new("hats", "choices", &HATS).with_cells(&[
            &["top", "cap"].join(separator),
            &["bowler ", " top"].join(separator),
        ]),
        Field::new("opt-in", "boolean", &["true", "false"])
            .with_cells(&["TRUE", "Yes", "no", "1", "0"]),
        Field::new("firm", "text", &["acme", "beta", "gone"]).with_cells(&[" acme"]),
        Field::new(
            "zone",
            "text",
            &[
                "Asia/Tokyo",
                "America/New_York",
                "Europe/Warsaw",
                "Australia/Lord_Howe",
            ],
        ),
        Field::new("way", "choice", &WAYS),
        Field::from("seen", "date", scene.days())
            .with_cells(&[&scene.day(0).to_string(), &scene.day(1).to_string()]),
        Field::from("meeting", "datetime", scene.moments())
            .with_cells(&[&scene.moments()[0], &scene.moments()[0]]),
    ];
    fields[9].written = format!(
        ", values: [{}], separator: \"{separator}\"",
        HATS.join(", ")
    );
    fields[8].written = format!(", values: [{}]", PLANS.join(", "));
    fields[13].written = format!(", values: [{}]", WAYS.join(", "));
    vary(random, &mut fields);
    require(random, &mut fields, bad);
    fields
}

/// Defaults, limits, column names, columns that the file lacks.
fn vary(random: &mut Random, fields: &mut [Field]) {
    for field in fields {
        field.in_file = random.chance(85);
        if random.chance(20) {
            field.column = format!("{} of it", field.id.replace('-', " "));
            field.written += &format!(", column: {}", field.column);
        }
        if field.kind == "text" && random.chance(30) {
            field.written += ", match-case: true";
        }
        if field.kind == "integer" && random.chance(50) {
            field.written += ", min: 0, max: 10";
        }
        let has_default = !matches!(field.kind, "email" | "choices") && random.chance(15);
        if has_default {
            let default = quoted(field.kind, &random.pick(&field.operands).clone());
            field.written += &format!(", default: {default}");
        }
        // Without these columns a run is refused, unless the project says what that means.
        field.in_file |= !has_default && ["email", "phone", "device", "opt-in"].contains(&field.id);
        if random.chance(15) {
            field.written += ", missing: [\"-\", \"n/a\"]";
            field.cells.extend(["-".to_owned(), "n/a".to_owned()]);
        }
    }
}

/// One field at most that each contact must have, where nobody is lacking it or may be left out.
fn require(random: &mut Random, fields: &mut [Field], bad: OnBadValue) {
    let place = random.below(fields.len());
    let field = &mut fields[place];
    let nobody_lacks_it = field.written.contains("default");
    if field.in_file && (nobody_lacks_it || bad == OnBadValue::SkipContact && random.chance(50)) {
        field.written += ", required: true";
    }
}

/// An operand as YAML: text and choices in quotes, so that no reader takes them for something else.
pub(super) fn quoted(kind: &str, operand: &str) -> String {
    match kind {
        "text" | "email" | "choice" | "choices" => format!("\"{}\"", operand.replace('"', "\\\"")),
        _ => operand.to_owned(),
    }
}

impl Field {
    pub(super) fn new(id: &'static str, kind: &'static str, operands: &[&str]) -> Self {
        Field::from(
            id,
            kind,
            operands.iter().map(|&operand| operand.to_owned()).collect(),
        )
    }

    pub(super) fn from(id: &'static str, kind: &'static str, operands: Vec<String>) -> Self {
        let column = id.replace('-', "_");
        Field {
            id,
            kind,
            column,
            in_file: true,
            cells: operands.clone(),
            operands,
            written: String::new(),
        }
    }

    fn with_cells(mut self, more: &[&str]) -> Self {
        self.cells.extend(more.iter().map(|&cell| cell.to_owned()));
        self
    }
}

/// The section `contacts`.
pub(super) fn contacts_section(random: &mut Random, fields: &[Field], groups: &Groups) -> String {
    let mut yaml = String::from("contacts:\n  key: id\n");
    let tags = if random.chance(30) {
        "open".to_owned()
    } else {
        format!("[{}]", TAGS.join(", "))
    };
    writeln!(
        yaml,
        "  tags: {{ values: {tags}, column: labels, separator: \",\" }}"
    )
    .expect("a string takes it");
    if random.chance(20) {
        writeln!(yaml, "  {MISSING}").expect("a string takes it");
    }
    yaml += groups.in_contacts();
    yaml += "  fields:\n";
    for Field {
        id, kind, written, ..
    } in fields
    {
        writeln!(yaml, "    {id}: {{ type: {kind}{written} }}").expect("a string takes it");
    }
    yaml += "  addresses: { email: email, sms: phone, push: device }\n  owner: boss\n";
    if random.chance(50) {
        yaml += "  timezone: zone\n";
    }
    if random.chance(70) {
        yaml += "  consent: { email: { field: opt-in, is: true } }\n";
    }
    if random.chance(50) {
        yaml += "  preferred-channel: way\n";
    }
    match random.below(4) {
        0 => yaml += "  do-not-contact: { email: { column: dnc, default: false } }\n",
        1 => yaml += "  do-not-contact: { email: { column: dnc } }\n",
        2 => yaml += "  do-not-contact: { email: { column: dnc }, sms: { column: dnc sms } }\n",
        _ => {}
    }
    yaml
}
