//! What a picture shows: boxes, lines and texts with their places, read back from its SVG; and what
//! is wrong with them. It shares nothing with what drew it, not even how wide a letter is.

use std::fmt::Write as _;

use quick_xml::events::{BytesStart, Event};

/// A picture as it is read.
#[derive(Debug, Default)]
pub(super) struct Picture {
    pub(super) width: i32,
    pub(super) height: i32,
    pub(super) boxes: Vec<Box>,
    pub(super) lines: Vec<Vec<(i32, i32)>>,
    pub(super) texts: Vec<Text>,
    /// Of the boxes that have some.
    pub(super) ids: Vec<String>,
    /// Each kind of element and attribute.
    pub(super) names: std::collections::BTreeSet<String>,
}

/// A rectangle, from its upper left corner to its lower right one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Box(i32, i32, i32, i32);

/// A text, and in which box it belongs.
#[derive(Debug)]
pub(super) struct Text {
    #[expect(dead_code, reason = "shown where a text is at a wrong place")]
    said: String,
    place: Box,
    inside: Option<usize>,
}

impl Box {
    /// Whether two have more in common than an edge.
    fn meets(self, other: Self) -> bool {
        self.0 < other.2 && other.0 < self.2 && self.1 < other.3 && other.1 < self.3
    }

    fn holds(self, other: Self) -> bool {
        self.0 <= other.0 && self.1 <= other.1 && self.2 >= other.2 && self.3 >= other.3
    }
}

impl Picture {
    pub(super) fn of(svg: &str) -> Self {
        let mut picture = Self::default();
        let mut reader = quick_xml::Reader::from_str(svg);
        // In which group which box is, and the text that is open.
        let mut groups: Vec<Option<usize>> = Vec::new();
        let mut open: Option<(Vec<(String, String)>, String)> = None;
        loop {
            match reader.read_event().expect("it is XML") {
                Event::Start(start) | Event::Empty(start) if start.name().as_ref() == "text" => {
                    open = Some((picture.attributes(&start), String::new()));
                }
                Event::Start(start) => {
                    if start.name().as_ref() == "g" {
                        groups.push(None);
                    }
                    picture.element(&start, &mut groups);
                }
                Event::Empty(start) => picture.element(&start, &mut groups),
                Event::Text(text) => {
                    if let Some((_, said)) = &mut open {
                        said.push_str(&text);
                    }
                }
                Event::GeneralRef(name) => {
                    if let Some((_, said)) = &mut open {
                        said.push(reference(&name));
                    }
                }
                Event::End(end) if end.name().as_ref() == "text" => {
                    let (attributes, said) = open.take().expect("a text is open");
                    picture.text(&attributes, said, groups.last().copied().flatten());
                }
                Event::End(end) if end.name().as_ref() == "g" => {
                    groups.pop();
                }
                Event::Eof => return picture,
                _ => {}
            }
        }
    }

    fn attributes(&mut self, start: &BytesStart<'_>) -> Vec<(String, String)> {
        let name = start.name().as_ref().to_owned();
        self.names.insert(name);
        let attributes = start.attributes().map(|attribute| {
            let attribute = attribute.expect("an attribute");
            let key = attribute.key.as_ref().to_owned();
            let value = quick_xml::escape::unescape(&attribute.value).expect("escapes are whole");
            (key, value.into_owned())
        });
        let attributes: Vec<_> = attributes.collect();
        let keys = attributes.iter().map(|(key, _)| format!("@{key}"));
        self.names.extend(keys);
        attributes
    }

    fn element(&mut self, start: &BytesStart<'_>, groups: &mut [Option<usize>]) {
        let attributes = self.attributes(start);
        let class = find(&attributes, "class");
        self.ids.extend(
            attributes
                .iter()
                .filter(|it| it.0 == "data-id")
                .map(|it| it.1.clone()),
        );
        match start.name().as_ref() {
            "svg" => {
                self.width = number(&attributes, "width");
                self.height = number(&attributes, "height");
            }
            "rect" if class == "box" => {
                let (x, y) = (number(&attributes, "x"), number(&attributes, "y"));
                let (right, bottom) = (
                    x + number(&attributes, "width"),
                    y + number(&attributes, "height"),
                );
                *groups.last_mut().expect("a box is in a group") = Some(self.boxes.len());
                self.boxes.push(Box(x, y, right, bottom));
            }
            "path" if class.starts_with("line") => {
                self.lines.push(points(find(&attributes, "d")));
            }
            _ => {}
        }
    }

    fn text(&mut self, attributes: &[(String, String)], said: String, inside: Option<usize>) {
        let (size, bold) = match find(attributes, "class") {
            "heading" => (14, 60),
            "name" | "figure" => (13, 60),
            _ => (12, 0),
        };
        let wide: i32 = said.chars().map(|c| thousandths(c) + bold).sum();
        let width = wide * size / 1000;
        let (x, y) = (number(attributes, "x"), number(attributes, "y"));
        let left = match find(attributes, "text-anchor") {
            "end" => x - width,
            "middle" => x - width / 2,
            _ => x,
        };
        self.texts.push(Text {
            said,
            place: Box(left, y - size * 3 / 4, left + width, y + size / 4),
            inside,
        });
    }

    /// All that is wrong with where things are; nothing where nothing is.
    pub(super) fn faults(&self) -> String {
        let mut faults = String::new();
        let mut fault = |words: String| writeln!(faults, "{words}").expect("a string");
        let whole = Box(0, 0, self.width, self.height);
        for (at, one) in self.boxes.iter().enumerate() {
            for other in &self.boxes[at + 1..] {
                if one.meets(*other) {
                    fault(format!("a card stands over another: {one:?} {other:?}"));
                }
            }
            if !whole.holds(*one) {
                fault(format!("a card is outside: {one:?}"));
            }
        }
        for line in &self.lines {
            for piece in line.windows(2) {
                let place = stretch(piece);
                if !whole.holds(place) {
                    fault(format!("a line is outside: {line:?}"));
                }
                for one in self.boxes.iter().filter(|one| one.meets(place)) {
                    fault(format!("a line goes through a card: {line:?} {one:?}"));
                }
                let free = self.texts.iter().filter(|text| text.inside.is_none());
                for text in free.filter(|text| text.place.meets(place)) {
                    fault(format!("a line goes through a text: {line:?} {text:?}"));
                }
            }
        }
        for (at, text) in self.texts.iter().enumerate() {
            let home = text.inside.map_or(whole, |at| self.boxes[at]);
            if !home.holds(text.place) {
                fault(format!("a text is wider than its place: {text:?} {home:?}"));
            }
            let others = self.texts[at + 1..].iter();
            for other in others.filter(|other| text.place.meets(other.place)) {
                fault(format!("a text stands over another: {text:?} {other:?}"));
            }
            let boxes = self.boxes.iter().filter(|_| text.inside.is_none());
            for one in boxes.filter(|one| one.meets(text.place)) {
                fault(format!("a text stands over a card: {text:?} {one:?}"));
            }
        }
        faults
    }
}

/// The piece of a line between two points, with half its width to both sides.
fn stretch(piece: &[(i32, i32)]) -> Box {
    let [(a, b), (c, d)] = [piece[0], piece[1]];
    assert!(a == c || b == d, "a line runs across: {piece:?}");
    if a == c {
        Box(a - 1, b.min(d), a + 1, b.max(d))
    } else {
        Box(a.min(c), b - 1, a.max(c), b + 1)
    }
}

/// The corners of a path; a round one is as if it were not.
fn points(path: &str) -> Vec<(i32, i32)> {
    let spaced = path.replace(['M', 'L', 'Q'], " ");
    let numbers: Vec<i32> = spaced
        .split_whitespace()
        .map(|number| number.parse().expect("a whole number"))
        .collect();
    let mut points: Vec<(i32, i32)> = numbers.chunks(2).map(|it| (it[0], it[1])).collect();
    points.dedup();
    points
}

fn reference(name: &str) -> char {
    match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "#39" => '\'',
        other => panic!("{other}"),
    }
}

fn find<'a>(attributes: &'a [(String, String)], key: &str) -> &'a str {
    let found = attributes.iter().find(|(name, _)| name == key);
    found.map_or("", |(_, value)| value)
}

fn number(attributes: &[(String, String)], key: &str) -> i32 {
    let value = find(attributes, key);
    value.parse().unwrap_or_else(|_| panic!("{key}: {value}"))
}

/// How wide a letter of `DejaVu` Sans is at least, in thousandths of its height.
fn thousandths(c: char) -> i32 {
    match c {
        'i' | 'j' | 'l' | '\'' | 'I' | ' ' | '.' | ',' | ':' | ';' | '|' | '/' | '!' => 275,
        'f' | 't' | 'r' | '-' | '(' | ')' => 350,
        'm' | 'w' | 'M' | 'W' => 810,
        _ => 520,
    }
}
