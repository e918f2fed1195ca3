//! Windows of waits on a clock: a moment moves to the first one at which the wait may end, and never back.

use jiff::civil::Date;

use super::zone::Zone;
use crate::model::Windows;

impl Zone {
    /// `at` on the day reached, or, for what is counted in hours, the next such time; then the next moment that is open.
    pub(crate) fn within(&self, windows: &Windows, moment: i64, exact: bool) -> i64 {
        let Some(at) = windows.at else { return self.open(windows, moment) };
        let day = self.wall(moment).date();
        let reached = self.moment(day.to_datetime(at));
        let next = if exact && reached < moment { self.on_next(day, at) } else { reached };
        self.open(windows, next)
    }

    /// The first moment from this one on at which the hours and then the days are open.
    pub(crate) fn open(&self, windows: &Windows, moment: i64) -> i64 {
        let mut moment = moment;
        let wall = self.wall(moment);
        if let Some((from, _)) = windows.between.filter(|_| !windows.has_time(wall.time())) {
            let is_over = from < wall.time();
            moment = if is_over { self.on_next(wall.date(), from) } else { self.moment(wall.date().to_datetime(from)) };
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

    fn on_next(&self, day: Date, time: jiff::civil::Time) -> i64 {
        day.tomorrow().map_or(i64::MAX, |next| self.moment(next.to_datetime(time)))
    }
}
