//! Windows of waits on a clock: a moment moves to the first one at which the wait may end, and
//! never back.

use jiff::civil::{Date, Time};

use super::zone::Zone;
use crate::model::Windows;

/// As many days ahead as hours are looked for that are open together: any week, also where a clock
/// change takes an opening away.
const DAYS_AHEAD: usize = 15;

/// The first moment from this one on at which the hours of a channel are open and those of a wait
/// too; of the channel alone where they never are together.
pub(crate) fn first_open(
    clock: &Zone,
    channel: Option<&Windows>,
    wait: Option<&Windows>,
    from: i64,
) -> i64 {
    let both: Vec<&Windows> = channel.into_iter().chain(wait).collect();
    let alone = || clock.open_in_all(&both[..1], from);
    clock
        .open_in_all(&both, from)
        .or_else(alone)
        .unwrap_or(i64::MAX)
}

impl Zone {
    /// `at` on the day reached, or, for what is counted in hours, the next such time; then the next
    /// moment that is open.
    pub(crate) fn within(&self, windows: &Windows, moment: i64, exact: bool) -> i64 {
        let Some(at) = windows.at else {
            return self.open(windows, moment);
        };
        let day = self.wall(moment).date();
        let reached = self.moment(day.to_datetime(at));
        let next = if exact && reached < moment {
            self.on_next(day, at)
        } else {
            reached
        };
        self.open(windows, next)
    }

    /// The first moment from this one on at which the hours and then the days are open.
    pub(crate) fn open(&self, windows: &Windows, moment: i64) -> i64 {
        let mut moment = moment;
        let wall = self.wall(moment);
        if let Some((from, _)) = windows.between.filter(|_| !windows.has_time(wall.time())) {
            let is_over = from < wall.time();
            moment = if is_over {
                self.on_next(wall.date(), from)
            } else {
                self.moment(wall.date().to_datetime(from))
            };
        }
        let wall = self.wall(moment);
        let mut day = wall.date();
        if windows.has_day(day.weekday()) {
            return moment;
        }
        while !windows.has_day(day.weekday()) {
            match day.tomorrow() {
                Ok(next) => day = next,
                Err(_) => return i64::MAX,
            }
        }
        self.moment(day.to_datetime(windows.first_time(wall.time())))
    }

    /// The first moment at which all of these are open, on the days to come; at the same time of
    /// day where none has hours.
    fn open_in_all(&self, all: &[&Windows], from: i64) -> Option<i64> {
        let wall = self.wall(from);
        let is_open = |moment: i64| all.iter().all(|windows| windows.has(self.wall(moment)));
        if is_open(from) {
            return Some(from);
        }
        let mut begins: Vec<Time> = all
            .iter()
            .filter_map(|windows| windows.between)
            .map(|(from, _)| from)
            .collect();
        begins.push(if begins.is_empty() {
            wall.time()
        } else {
            Time::midnight()
        });
        begins.sort_unstable();
        let days =
            std::iter::successors(Some(wall.date()), |day| day.tomorrow().ok()).take(DAYS_AHEAD);
        let mut moments = days.flat_map(|day| {
            begins
                .iter()
                .map(move |time| self.moment(day.to_datetime(*time)))
        });
        moments.find(|moment| *moment > from && is_open(*moment))
    }

    fn on_next(&self, day: Date, time: jiff::civil::Time) -> i64 {
        day.tomorrow()
            .map_or(i64::MAX, |next| self.moment(next.to_datetime(time)))
    }
}
