//! One thread and the csv crate: ordinary good Rust, and right for every RFC 4180 file.
use std::fs::File;
use std::io::BufWriter;

use crate::die;
use crate::rules::*;

pub fn run(input: &str, out: &str) -> Counts {
    let mut reader = csv::ReaderBuilder::new().buffer_capacity(1 << 20).from_path(input).unwrap();
    let (mut contacts, mut actions) = (writer(out, "contacts"), writer(out, "actions"));
    contacts.write_byte_record(reader.byte_headers().unwrap()).unwrap();
    actions.write_record(["id", "action", "campaign"]).unwrap();
    let mut counts = Counts::new();
    let mut row = csv::ByteRecord::new();
    while reader.read_byte_record(&mut row).unwrap() {
        let (bits, hot) = facts(&row);
        let old = stage_code(&row[10]);
        if old == UNKNOWN_STAGE {
            die("unknown stage".into())
        }
        let new = counts.contact(bits, hot, old);
        if new == old {
            contacts.write_byte_record(&row).unwrap();
            continue;
        }
        let stage = STAGES[new as usize - 1].as_bytes();
        contacts.write_record((0..12).map(|i| if i == 10 { stage } else { &row[i] })).unwrap();
        if bits & MAIL != 0 && &row[11] == b"true" {
            actions.write_record([&row[0], b"send email", campaign(new, hot).as_bytes()]).unwrap()
        }
    }
    contacts.flush().unwrap();
    actions.flush().unwrap();
    counts
}

fn writer(out: &str, name: &str) -> csv::Writer<BufWriter<File>> {
    let file = File::create(format!("{out}/{name}.csv")).unwrap();
    csv::WriterBuilder::new().from_writer(BufWriter::with_capacity(1 << 20, file))
}

fn facts(row: &csv::ByteRecord) -> (usize, bool) {
    let active = &row[4];
    let known = !active.is_empty();
    let recent = active >= &CUT[..];
    let whole = row[7].len().saturating_sub(3);
    let bits = bits(
        !row[1].is_empty(),
        number(&row[6]) > 0,
        known && recent,
        known && !recent,
        number(&row[7][..whole]) >= 500,
    );
    (bits, number(&row[8]) >= 50 && has_webinar(&row[9]))
}

fn number(cell: &[u8]) -> u64 {
    std::str::from_utf8(cell).ok().and_then(|text| text.parse().ok()).unwrap_or_else(|| die("bad number".into()))
}
