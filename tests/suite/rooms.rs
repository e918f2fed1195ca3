//! The rooms of the house and what they import from one another, drawn from the sources into
//! ARCHITECTURE.md.
//!
//! Invariant: a room uses only rooms that stand before it in the list, so there is no circle, and
//! in the drawing, which has them the other way round, every arrow runs down.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::{env, fs};

use crate::imports::{Place, imports_of, place_of, sources};
use crate::projects::root;

const PAGE: &str = "ARCHITECTURE.md";
const BEGIN: &str = "<!-- drawn from the sources by tests/suite/rooms.rs; mend with: FUNNELC_BLESS=1 cargo \
    test --test suite rooms:: -->\n";
const END: &str = "<!-- the end of the drawings -->\n";

#[test]
fn a_room_uses_only_rooms_before_it() {
    let rooms = Rooms::read();
    let imports = houses().into_iter().flat_map(|house| rooms.imports(&house));
    let wrong: Vec<_> = imports
        .filter(|import| import.to > import.from)
        .map(|import| import.told(&rooms))
        .collect();
    let mend = "move what is used to the lower of the two rooms, or the user to the higher";
    assert!(
        wrong.is_empty(),
        "{PAGE}, the list of rooms; {mend}:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn the_list_has_each_room_and_no_other() {
    let listed: BTreeSet<Place> = Rooms::read().0.into_iter().collect();
    let room = |place: Place| -> Place {
        let depth = if place.first().is_some_and(|house| house == "runner") {
            2
        } else {
            1
        };
        place.into_iter().take(depth).collect()
    };
    let folders: BTreeSet<Place> = sources()
        .iter()
        .map(|file| room(place_of(file)))
        .filter(|it| !it.is_empty())
        .collect();
    assert_eq!(
        listed, folders,
        "{PAGE}, the list of rooms, beside the folders of src"
    );
}

#[test]
fn the_drawings_are_up_to_date() {
    let path = root().join(PAGE);
    let page = fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(BEGIN).expect("where the drawings begin");
    let (_, after) = rest.split_once(END).expect("where the drawings end");
    let drawn = format!("{before}{BEGIN}{}{END}{after}", drawings());
    if env::var_os("FUNNELC_BLESS").is_some() {
        fs::write(&path, &drawn).unwrap();
    } else {
        assert!(
            page == drawn,
            "the drawings are stale; mend with: FUNNELC_BLESS=1 cargo test --test suite rooms::"
        );
    }
}

#[test]
fn what_a_longer_way_says_is_not_drawn() {
    let uses: Uses = [(2, [0, 1].into()), (1, [0].into())].into();
    assert_eq!(direct(&uses), [(2, [1].into()), (1, [0].into())].into());
}

/// The rooms in the order of the list, each by its place: `["model"]`, `["runner", "batch"]`.
struct Rooms(Vec<Place>);

/// By room: those that it uses.
type Uses = BTreeMap<usize, BTreeSet<usize>>;

impl Rooms {
    /// From the block below the heading: a line each, the rooms of `runner` indented below it.
    fn read() -> Self {
        let page = fs::read_to_string(root().join(PAGE)).unwrap();
        let section = page
            .split("\n## The rooms\n")
            .nth(1)
            .expect("the section of the list");
        let block = section.split("```").nth(1).expect("the list of rooms");
        let mut rooms = Vec::new();
        for line in block.lines().filter(|line| !line.is_empty()) {
            let name = line.split_whitespace().next().unwrap();
            let name = name.strip_suffix('/').or_else(|| name.strip_suffix(".rs"));
            let Some(name) = name.filter(|name| *name != "main" && *name != "lib") else {
                continue;
            };
            match line.len() - line.trim_start().len() {
                0 => rooms.push(vec![name.to_owned()]),
                2 => rooms.push(vec!["runner".to_owned(), name.to_owned()]),
                _ => {}
            }
        }
        assert!(rooms.len() > 20, "found no list of rooms in {PAGE}");
        Self(rooms)
    }

    /// What the rooms of a house import from each other.
    fn imports(&self, house: &[String]) -> Vec<Import> {
        let room = |path: &[String]| {
            let inside = path.starts_with(house) && path.len() > house.len();
            self.0
                .iter()
                .position(|room| inside && path[..=house.len()] == **room)
        };
        let mut found = Vec::new();
        for file in sources() {
            let Some(from) = room(&place_of(&file)) else {
                continue;
            };
            for path in imports_of(&file) {
                let to = room(&path).filter(|to| *to != from);
                found.extend(to.map(|to| Import {
                    from,
                    to,
                    file: file.display().to_string(),
                    path: path.join("::"),
                }));
            }
        }
        found
    }
}

/// That a file of one room names something in another.
struct Import {
    from: usize,
    to: usize,
    file: String,
    path: String,
}

impl Import {
    fn told(&self, rooms: &Rooms) -> String {
        let [from, to] = [self.from, self.to].map(|room| rooms.0[room].join("/"));
        format!(
            "{}: `{from}` uses `{}`, and `{to}` stands after it",
            self.file, self.path
        )
    }
}

/// The places whose folders are rooms: the crate, and `runner` in it.
fn houses() -> [Place; 2] {
    [Vec::new(), vec!["runner".to_owned()]]
}

fn drawings() -> String {
    let rooms = Rooms::read();
    // What everybody may use is left out of the first: its arrows would hide the others.
    let [whole, runner] = houses().map(|house| {
        drawing(
            &rooms,
            &house,
            &["source", "diagnostic", "screen", "json_schema"],
        )
    });
    format!("```mermaid\n{whole}```\n\nThe rooms of `runner`:\n\n```mermaid\n{runner}```\n")
}

/// A line for each room with those that it uses, the last room of the list first.
fn drawing(rooms: &Rooms, house: &[String], left_out: &[&str]) -> String {
    let name = |room: usize| rooms.0[room].last().unwrap().as_str();
    let mut uses = Uses::new();
    for Import { from, to, .. } in rooms.imports(house) {
        if !left_out.contains(&name(from)) && !left_out.contains(&name(to)) {
            uses.entry(from).or_default().insert(to);
        }
    }
    let mut out = "flowchart TD\n".to_owned();
    for (room, used) in direct(&uses).iter().rev() {
        let used: Vec<_> = used.iter().rev().map(|used| node(name(*used))).collect();
        writeln!(out, "    {} --> {}", node(name(*room)), used.join(" & ")).unwrap();
    }
    out
}

/// Mermaid takes a bare `graph` for the beginning of another drawing.
fn node(name: &str) -> String {
    if name == "graph" {
        "graphs[graph]".to_owned()
    } else {
        name.to_owned()
    }
}

/// Without the arrows that a longer way implies.
fn direct(uses: &Uses) -> Uses {
    let beyond = |used: &BTreeSet<usize>| -> BTreeSet<usize> {
        let mut reached = BTreeSet::new();
        let mut open: Vec<usize> = used.iter().copied().collect();
        while let Some(room) = open.pop() {
            open.extend(
                uses.get(&room)
                    .into_iter()
                    .flatten()
                    .filter(|next| reached.insert(**next)),
            );
        }
        reached
    };
    uses.iter()
        .map(|(room, used)| (*room, used.difference(&beyond(used)).copied().collect()))
        .collect()
}
