//! Colours; text on them is always readable.

/// A fill and the colours that go with it, as `#rrggbb`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Paint {
    pub(super) fill: String,
    pub(super) stroke: String,
    pub(super) text: &'static str,
}

/// The paint of a stage: its own colour, or else a blue that deepens from the lightest stage to the
/// heaviest.
pub(super) fn stage(color: Option<&str>, rank: usize, of: usize) -> Paint {
    let rgb = color
        .and_then(parse)
        .unwrap_or_else(|| between(PALE, DEEP, rank, of.saturating_sub(1)));
    Paint {
        fill: hex(rgb),
        stroke: hex(between(rgb, BLACK, 1, 3)),
        text: readable(rgb),
    }
}

type Rgb = [u8; 3];

const PALE: Rgb = [0xdb, 0xe9, 0xf6];
const DEEP: Rgb = [0x1f, 0x5f, 0xa8];
const BLACK: Rgb = [0, 0, 0];

/// `#rrggbb`, or the short `#rgb`.
fn parse(color: &str) -> Option<Rgb> {
    let digits = color.strip_prefix('#')?;
    let digit = |at: usize| {
        digits
            .get(at..=at)
            .and_then(|digit| u8::from_str_radix(digit, 16).ok())
    };
    let pair = |at: usize| Some(digit(at)? * 16 + digit(at + 1)?);
    match digits.len() {
        3 => Some([digit(0)? * 17, digit(1)? * 17, digit(2)? * 17]),
        6 => Some([pair(0)?, pair(2)?, pair(4)?]),
        _ => None,
    }
}

fn between(from: Rgb, to: Rgb, part: usize, of: usize) -> Rgb {
    let mix = |from: u8, to: u8| {
        let (from, to, of) = (usize::from(from), usize::from(to), of.max(1));
        u8::try_from((from * (of - part.min(of)) + to * part.min(of)) / of).unwrap_or(u8::MAX)
    };
    [
        mix(from[0], to[0]),
        mix(from[1], to[1]),
        mix(from[2], to[2]),
    ]
}

fn hex([r, g, b]: Rgb) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// Black or white, by the perceived brightness of what is behind.
fn readable([r, g, b]: Rgb) -> &'static str {
    let brightness = 299 * u32::from(r) + 587 * u32::from(g) + 114 * u32::from(b);
    if brightness > 140_000 {
        "#1b1b1b"
    } else {
        "#ffffff"
    }
}
