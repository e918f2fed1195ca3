//! Panels in columns of one width, each as high up as it can stand in the order in which they come;
//! one that is wider takes several columns.

use super::Panel;
use super::scene::{Anchor, Area, Item, Kind, Scene, Text};

/// The width of a column, and how far columns and panels are apart.
const COLUMN: i32 = 300;
const GAP: i32 = 16;

/// So many columns fill 1,280 pixels; a picture has more only where one panel needs them.
const COLUMNS: usize = 4;

/// The room between the edge of a panel and what is in it; at its top stands its heading.
pub(super) const PAD: i32 = 16;
pub(super) const HEAD: i32 = 40;

/// All panels in one scene, with their frames and headings; and its size.
pub(super) fn picture(panels: Vec<Panel>) -> (Scene, Area) {
    let most = panels.iter().map(spans).max().unwrap_or(1);
    let all: usize = panels.iter().map(spans).sum();
    let columns = most.max(all.min(COLUMNS));
    let mut bottoms = vec![GAP; columns];
    let mut scene = Scene::default();
    for panel in panels {
        let span = spans(&panel);
        let top = |column: &usize| {
            let taken = &bottoms[*column..column + span];
            taken.iter().copied().max().unwrap_or(GAP)
        };
        let column = (0..=columns - span).min_by_key(top).unwrap_or(0);
        let frame = Area {
            x: GAP + places(column) * (COLUMN + GAP),
            y: top(&column),
            width: places(span) * (COLUMN + GAP) - GAP,
            height: HEAD + panel.area.height + PAD,
        };
        bottoms[column..column + span].fill(frame.bottom() + GAP);
        scene.0.push(Item::Frame(frame));
        headings(&mut scene, &panel, frame);
        let right = frame.x + (frame.width - panel.area.width) / 2;
        scene.put(panel.scene.moved(right, frame.y + HEAD));
    }
    let size = Area {
        x: 0,
        y: 0,
        width: GAP + places(columns) * (COLUMN + GAP),
        height: bottoms.into_iter().max().unwrap_or(GAP),
    };
    (scene, size)
}

fn places(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX / (2 * COLUMN))
}

/// How many columns a panel takes.
fn spans(panel: &Panel) -> usize {
    let needed = panel.area.width + 2 * PAD + GAP;
    let columns = (needed + COLUMN + GAP - 1) / (COLUMN + GAP);
    usize::try_from(columns).unwrap_or(1).max(1)
}

/// What a panel shows, at its top left, and more about it at its top right, where there is room.
fn headings(scene: &mut Scene, panel: &Panel, frame: Area) {
    let (heading, note) = panel.headings(frame.width - 2 * PAD);
    let mut put = |x, anchor, kind, words| {
        scene.0.push(Item::Text(Text {
            x,
            y: frame.y + 25,
            anchor,
            kind,
            words,
        }));
    };
    put(frame.x + PAD, Anchor::Start, Kind::Heading, heading);
    if let Some(note) = note {
        put(frame.right() - PAD, Anchor::End, Kind::Muted, note);
    }
}
