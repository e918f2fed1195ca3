//! The steps `wait` and `wait-until`, with the times of day and the days on which they may end.
//!
//! Invariant: times of day and weekdays are those of the contact's zone.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde_yaml::Value;

use super::clock::{Clock, When, duration, is_exact};
use super::contact::{Doing, Step};
use super::flow::{Path, Then, inside};
use super::instant::Instant;
use super::project::{get, items, text, word};
use super::steps::verb_of;
use super::value::Datum;

impl Instant<'_> {
    /// A wait counts from when the step before it really ran: section 7, "Clock".
    pub(super) fn wait(&mut self, id: &str, path: &Path, step: &Step) -> Then {
        self.thread(id, path).closed = 0;
        let long = duration(&word(&step.body["wait"]));
        let moment = self.clock.add(self.clock.now, long);
        let until = self.windows(step).on(moment, is_exact(long));
        self.begin_wait(id, path, step, until)
    }

    fn begin_wait(&mut self, id: &str, path: &Path, step: &Step, until: Timestamp) -> Then {
        let place = self.here(id, &step.name);
        let to = self.clock.spell(until);
        self.note("wait", &place, ["", "", &to, ""]);
        self.thread(id, path).came_from = None;
        self.keep_step(id, path, Doing::Waiting, Some(until));
        Then::Stop
    }

    /// Only the opening is waited for now: section 6, "The contact's clock".
    fn wait_for_opening(&mut self, id: &str, path: &Path, step: &Step, until: Timestamp) -> Then {
        self.coverage.count("wait for an opening");
        self.thread(id, path).opening = true;
        self.begin_wait(id, path, step, until)
    }

    /// Section 6, `wait-until` with `if-past`: `continue`, `exit` or `skip`.
    pub(super) fn wait_until(&mut self, id: &str, path: &Path, step: &Step) -> Then {
        self.thread(id, path).closed = 0;
        let moment = self.moment_of(step);
        if let Some(moment) = moment.filter(|moment| *moment >= self.clock.now) {
            return self.begin_wait(id, path, step, moment);
        }
        self.past(id, path, step, moment)
    }

    /// Section 6, "`if-past` and `if-missing`".
    fn past(&mut self, id: &str, path: &Path, step: &Step, moment: Option<Timestamp>) -> Then {
        self.thread(id, path).closed = 0;
        let policy = match moment {
            Some(_) => text(&step.body, "if-past").unwrap_or("continue".into()),
            None => text(&step.body, "if-missing").unwrap_or("exit".into()),
        };
        let to = moment.map_or(String::new(), |moment| self.clock.spell(moment));
        let place = self.here(id, &step.name);
        self.note("past", &place, ["", "", &to, &policy]);
        self.coverage.count(&format!(
            "date {} {policy}",
            if moment.is_some() { "over" } else { "missing" }
        ));
        if policy == "exit" {
            self.done(id, step);
            self.end(id, &step.name, "exited", "exit");
            return Then::Stop;
        }
        if self.is_outdated(id, path, step) {
            return Then::GoOn;
        }
        if policy == "continue" {
            let open = self.windows(step).on(self.clock.now, true);
            if open > self.clock.now {
                return self.wait_for_opening(id, path, step, open);
            }
        }
        self.thread(id, path).came_from = Some(step.name.clone());
        self.done(id, step);
        match policy.as_str() {
            "continue" => {}
            "skip" => {
                self.leave_out_next(id, path, if moment.is_some() { "past" } else { "missing" });
            }
            other => panic!("no policy: `{other}`"),
        }
        Then::GoOn
    }

    /// `skip` leaves out the next step of the list.
    fn leave_out_next(&mut self, id: &str, path: &Path, why: &str) {
        let frame = self
            .thread(id, path)
            .frames
            .last_mut()
            .expect("the list of the wait");
        let Some(left_out) = frame.steps.get(frame.next).cloned() else {
            return;
        };
        frame.next += 1;
        self.leave_out(id, &left_out, why);
    }

    fn leave_out(&mut self, id: &str, left_out: &Step, why: &str) {
        let content = text(&left_out.body, "send").unwrap_or_default();
        let place = self.here(id, &left_out.name);
        self.note("skip", &place, [&content, "", "", why]);
        self.skipped(id, left_out, why);
        if !content.is_empty() {
            self.entry(id).went_out.insert(content, false);
        }
    }

    /// Section 6, "Several waits for one date": of those that are over only the last one's steps
    /// run.
    fn is_outdated(&mut self, id: &str, path: &Path, step: &Step) -> bool {
        if text(&step.body, "if-past").as_deref() == Some("continue")
            || get(&step.body, "wait-until").is_none()
        {
            return false;
        }
        let mut frames = self.thread(id, path).frames.clone();
        let mut between = Vec::new();
        let later = loop {
            let Some(ahead) = frames
                .iter()
                .rev()
                .find_map(|frame| frame.steps.get(frame.next))
                .cloned()
            else {
                return false;
            };
            let (verb, about) = verb_of(&ahead.body);
            let branch = match verb {
                "wait-until" => break ahead,
                "wait" | "await" | "fork" | "goto" | "exit" => return false,
                "if" if self.holds_within(id, about) => Some("then".to_owned()),
                "if" => Some("else".to_owned()),
                "split" => Some(self.share_of(id, &ahead)),
                _ => None,
            };
            while frames
                .last()
                .is_some_and(|frame| frame.next == frame.steps.len())
            {
                frames.pop();
            }
            frames.last_mut().expect("a list").next += 1;
            frames.extend(branch.and_then(|branch| inside(&ahead, &branch)));
            between.push(ahead);
        };
        let field = |step: &Step| text(&step.body["wait-until"], "field");
        if field(step) != field(&later) || !self.would_go_on(&later) {
            return false;
        }
        self.done(id, step);
        self.thread(id, path).frames = frames;
        between
            .iter()
            .for_each(|step| self.leave_out(id, step, "outdated"));
        true
    }

    fn would_go_on(&self, later: &Step) -> bool {
        match self.moment_of(later) {
            Some(moment) => moment <= self.clock.now,
            None => text(&later.body, "if-missing").as_deref() == Some("continue"),
        }
    }

    /// The step, if the contact waits for a field.
    pub(super) fn awaited_field(&mut self, id: &str, path: &Path) -> Option<Step> {
        let thread = self.thread(id, path);
        if !matches!(thread.doing, Doing::Waiting) || thread.opening {
            return None;
        }
        let step = thread.ahead()?;
        get(&step.body, "wait-until").filter(|until| until.is_mapping())?;
        Some(step.clone())
    }

    /// The moment for which the contact waited has come. One that was changed to lie in the past,
    /// or taken away, is past. A run that comes late looks at the times of day again.
    pub(super) fn end_wait(&mut self, id: &str, path: &Path) -> Then {
        match &self.thread(id, path).doing {
            Doing::Awaiting(_) => return self.end_await(id, path),
            Doing::Waiting => {}
            Doing::Ready | Doing::Held | Doing::Forked(_) | Doing::Over => return Then::GoOn,
        }
        let field = self.awaited_field(id, path);
        let due = self.thread(id, path).due;
        self.thread(id, path).opening = false;
        let now = self.clock.now;
        // The campaign was paused until this instant, and the end of the wait came before.
        let is_late = due.is_some_and(|due| due < now);
        let in_a_pause = self.entry(id).resumed == Some(now) && is_late;
        self.coverage.count(if is_late {
            "wait that ends late"
        } else {
            "wait that ends in time"
        });
        self.thread(id, path).doing = Doing::Ready;
        let step = self.take_step(id, path).expect("the wait");
        if let Some(field) = field {
            let moment = self.moment_of(&field);
            if (moment != due || in_a_pause) && moment != Some(self.clock.now) {
                return self.past(id, path, &step, moment);
            }
        } else if in_a_pause
            && get(&step.body, "wait-until").is_some_and(|until| !until.is_mapping())
        {
            let moment = self.moment_of(&step);
            return self.past(id, path, &step, moment);
        }
        if self.is_outdated(id, path, &step) {
            return Then::GoOn;
        }
        let open = self.windows(&step).open(self.clock.now);
        if open > self.clock.now {
            self.thread(id, path).closed += 1;
            let times = self.thread(id, path).closed;
            self.records.tally.closed_again(times);
            return self.wait_for_opening(id, path, &step, open);
        }
        self.thread(id, path).closed = 0;
        self.thread(id, path).came_from = Some(step.name.clone());
        self.done(id, &step);
        Then::GoOn
    }

    /// The moment of a `wait-until`: a date, a datetime, or a field with an offset.
    pub(super) fn moment_of(&self, step: &Step) -> Option<Timestamp> {
        let until = &step.body["wait-until"];
        let moment = self.moment_before_windows(until)?;
        Some(self.windows(step).on(moment, false))
    }

    /// A day begins on the contact's clock; everything else counts on the project's.
    fn moment_before_windows(&self, until: &Value) -> Option<Timestamp> {
        let Some(field) = text(until, "field") else {
            return Some(match self.clock.when(&word(until)) {
                When::Day(day) => self.contact_clock().start(day),
                When::Exact(moment) => moment,
            });
        };
        let (moment, clock) = match self.look().value(&field)? {
            Datum::Day(day) => (self.contact_clock().start(day), self.contact_clock()),
            Datum::At(moment) => (
                moment,
                Clock {
                    zone: self.clock.zone.clone(),
                    now: self.clock.now,
                },
            ),
            other => panic!("no time: {other:?}"),
        };
        let offset = text(until, "offset");
        Some(offset.map_or(moment, |offset| clock.add(moment, duration(&offset))))
    }

    fn windows(&self, step: &Step) -> Windows {
        self.windows_of(&step.body)
    }

    /// Of a wait or a channel.
    pub(super) fn windows_of(&self, body: &Value) -> Windows {
        let time = |text: String| text.parse().expect("a time of day");
        let between = get(body, "between").map(|ends| {
            let ends: Vec<Time> = items(ends).into_iter().map(|end| time(word(end))).collect();
            (ends[0], ends[1])
        });
        let days = get(body, "days").map(|days| {
            items(days)
                .into_iter()
                .flat_map(|day| days_of(&word(day)))
                .collect()
        });
        Windows {
            clock: self.contact_clock(),
            at: text(body, "at").map(time),
            between,
            days,
        }
    }

    /// The clock on the contact's wall.
    fn contact_clock(&self) -> Clock {
        let field = self.project.at(&["contacts", "timezone"]).map(word);
        let zone = match field.and_then(|field| self.look().value(&field)) {
            Some(Datum::Text(name)) => TimeZone::get(name.trim()).expect("a known time zone"),
            _ => self.clock.zone.clone(),
        };
        Clock {
            zone,
            now: self.clock.now,
        }
    }
}

/// `at`, `between` and `days` of a wait.
pub(super) struct Windows {
    clock: Clock,
    at: Option<Time>,
    between: Option<(Time, Time)>,
    days: Option<Vec<String>>,
}

impl Windows {
    /// The moment, then `at`: on the day reached, or after exact units the next such time.
    fn on(&self, moment: Timestamp, next: bool) -> Timestamp {
        let Some(at) = self.at else {
            return self.open(moment);
        };
        let day = self.clock.local(moment).date();
        let mut reached = self.clock.resolve(day.to_datetime(at));
        if next && reached < moment {
            reached = self.clock.resolve(later(day).to_datetime(at));
        }
        self.open(reached)
    }

    /// Then `between` moves to its next opening, then `days` to the next such day.
    fn open(&self, moment: Timestamp) -> Timestamp {
        let mut moment = moment;
        let local = self.clock.local(moment);
        if let Some((from, _)) = self.between
            && !self.is_inside(local.time())
        {
            moment = self.clock.resolve(local.date().to_datetime(from));
            if from < local.time() {
                moment = self.clock.resolve(later(local.date()).to_datetime(from));
            }
        }
        let local = self.clock.local(moment);
        if self.is_listed(local.date()) {
            return moment;
        }
        let mut day = later(local.date());
        while !self.is_listed(day) {
            day = later(day);
        }
        self.clock.resolve(self.time_on(day, local))
    }

    /// Section 6, "Hours of a channel": the first moment at which all are open, looked for half an
    /// hour by half an hour, or day by day at the same time where none has hours; of the first
    /// alone if there is none.
    pub(super) fn all_open(all: &[Windows], from: Timestamp) -> Timestamp {
        let Some(Windows { clock, .. }) = all.first() else {
            return from;
        };
        let is_open = |moment: &Timestamp| {
            let local = clock.local(*moment);
            all.iter()
                .all(|windows| windows.is_inside(local.time()) && windows.is_listed(local.date()))
        };
        // The time of day is that of the beginning, also behind a day that leaves it out.
        let (begin, by_day) = (
            clock.local(from),
            all.iter().all(|windows| windows.between.is_none()),
        );
        let next = |moment: &Timestamp| {
            let local = clock.local(*moment);
            if by_day {
                return Some(clock.resolve(later(local.date()).to_datetime(begin.time())));
            }
            let since = i64::from(local.minute() % 30) * 60 + i64::from(local.second());
            Some(*moment + (1800 - since).seconds())
        };
        let end = from + (15 * 24).hours();
        let found = std::iter::successors(Some(from), next)
            .take_while(|moment| *moment < end)
            .find(is_open);
        found.unwrap_or_else(|| Self::all_open(&all[..1], from))
    }

    /// `at` if written, else the first moment of the day inside `between`, else the same time.
    fn time_on(&self, day: Date, local: DateTime) -> DateTime {
        let time = match (self.at, self.between) {
            (Some(at), _) => at,
            (None, Some(_)) if self.is_inside(Time::midnight()) => Time::midnight(),
            (None, Some((from, _))) => from,
            (None, None) => local.time(),
        };
        day.to_datetime(time)
    }

    /// Both ends are inside; from later than to goes over midnight.
    fn is_inside(&self, time: Time) -> bool {
        self.between.is_none_or(|(from, to)| {
            if from <= to {
                from <= time && time <= to
            } else {
                time >= from || time <= to
            }
        })
    }

    fn is_listed(&self, day: Date) -> bool {
        let name = day.strftime("%a").to_string().to_lowercase();
        self.days.as_ref().is_none_or(|days| days.contains(&name))
    }
}

/// A day, or a range of them.
fn days_of(text: &str) -> Vec<String> {
    const WEEK: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    let place = |name: &str| {
        WEEK.iter()
            .position(|day| *day == name)
            .expect("a day of the week")
    };
    let (from, to) = (place(from), place(to));
    (from..=if to < from { to + 7 } else { to })
        .map(|day| WEEK[day % 7].to_owned())
        .collect()
}

fn later(day: Date) -> Date {
    day.checked_add(1.day()).expect("a day in range")
}
