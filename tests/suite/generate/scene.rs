//! The time and place of a case: zone, first run, and moments around it.
//!
//! Invariant: every moment is given so that both interpreters read it alike, whatever the zone
//! does.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::random::Random;

pub(super) struct Scene {
    pub(super) zone: Option<&'static str>,
    /// The first run, local.
    pub(super) base: DateTime,
    /// The times of the runs.
    pub(super) runs: Vec<String>,
}

const SCENES: [(&str, &str); 14] = [
    ("Europe/Warsaw", "2026-03-28T02:30"),
    ("Europe/Warsaw", "2026-03-28T23:15"),
    ("Europe/Warsaw", "2026-10-24T21:00"),
    ("Europe/Warsaw", "2026-10-24T02:30"),
    ("Europe/Warsaw", "2026-06-01T09:00"),
    ("America/New_York", "2026-03-07T02:15"),
    ("America/New_York", "2026-10-31T22:00"),
    ("Africa/Cairo", "2026-04-23T20:00"),
    ("Africa/Cairo", "2026-10-29T21:30"),
    ("Asia/Kolkata", "2026-12-31T23:45"),
    ("UTC", "2028-02-28T12:00"),
    ("UTC", "2026-01-31T08:00"),
    ("UTC", "2026-11-01T00:00"),
    ("Australia/Lord_Howe", "2026-10-03T20:00"),
];

const MINUTES_LATER: [i64; 12] = [
    0, 1, 60, 90, 150, 330, 720, 1440, 1441, 2880, 10_080, 43_200,
];

impl Scene {
    pub(super) fn new(random: &mut Random) -> Self {
        let (name, base) = *random.pick(&SCENES);
        let base: DateTime = base.parse().expect("a local time");
        let zone = TimeZone::get(name).expect("a known zone");
        let mut now = zone.to_timestamp(base).expect("a time in range");
        let mut runs = vec![now.to_string()];
        for _ in 0..random.between(1, 3) {
            now = later(now, *random.pick(&MINUTES_LATER));
            runs.push(now.to_string());
        }
        let unwritten = name == "UTC" && random.chance(50);
        Scene {
            zone: (!unwritten).then_some(name),
            base,
            runs,
        }
    }

    pub(super) fn day(&self, offset: i64) -> Date {
        self.base
            .date()
            .checked_add(offset.days())
            .expect("a day in range")
    }

    pub(super) fn hour(&self, offset: i64) -> DateTime {
        self.base
            .checked_add(offset.hours())
            .expect("a time in range")
    }

    /// Days around the first run, many of them at a border of something.
    pub(super) fn days(&self) -> Vec<String> {
        const OFFSETS: [i64; 19] = [
            -400, -91, -90, -89, -31, -30, -29, -8, -7, -6, -2, -1, 0, 1, 2, 3, 4, 7, 31,
        ];
        OFFSETS.map(|offset| self.day(offset).to_string()).to_vec()
    }

    /// Moments around the first run, in the order of time.
    pub(super) fn moments(&self) -> Vec<String> {
        let mut moments = Vec::new();
        for offset in [-90, -30, -7, -2, -1, 0, 1, 2, 3, 30] {
            for time in ["00:00", "02:30", "23:59:59"] {
                moments.push(format!("{}T{time}", self.day(offset)));
            }
        }
        for offset in [-24, -2, -1, 0, 1, 2, 25] {
            moments.push(self.hour(offset).strftime("%Y-%m-%dT%H:%M").to_string());
        }
        moments
    }
}

fn later(now: Timestamp, minutes: i64) -> Timestamp {
    now.checked_add(minutes.minutes()).expect("a time in range")
}
