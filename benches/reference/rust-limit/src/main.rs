//! `rust-limit INPUT.csv OUTDIR [fast|validate|csvcrate]`: the reference job of SPEC.md, by hand
//! and for nothing else.
//!
//! - `fast` (default): two threads, AVX2 scan for delimiters, untouched bytes copied, only the
//!   needed cells read
//! - `validate`: the same, and every cell of every row checked against its type
//! - `csvcrate`: one thread and the csv crate, ordinary good Rust; also the path for input with
//!   quotes
mod chunks;
mod plain;
mod rules;
mod scan;
mod texts;
mod valid;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let (Some(input), Some(out)) = (args.get(1), args.get(2)) else {
        die("usage: rust-limit INPUT.csv OUTDIR [fast|validate|csvcrate]".into())
    };
    let counts = match args.get(3).map_or("fast", String::as_str) {
        "fast" => chunks::run::<false>(input, out),
        "validate" => chunks::run::<true>(input, out),
        "csvcrate" => plain::run(input, out),
        other => die(format!("unknown mode: {other}")),
    };
    counts.write(out);
}

fn die(message: String) -> ! {
    eprintln!("{message}");
    std::process::exit(1)
}
