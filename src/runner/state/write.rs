//! What is remembered of a contact to its line: short keys, ids in their order, nothing that is as
//! if it had never been.
//!
//! | key | holds |
//! | --- | --- |
//! | `k` | the contact's key; always first |
//! | `s` | by funnel: `v` the stage, `t` since when, `r` what the file last showed where it does not agree, `b` what was written in between, `l` after a `leave`, `a` in an audience whose leaving means leaving the funnel |
//! | `i` | the instant to which the limits `e`, and `f` and `i` of a campaign, belong |
//! | `e` | by funnel: the stages entered in that instant |
//! | `x` | by stage with experiences: `n` the number of stays, `i` whether the last goes on, `c` what is shown, `w` its content where an earlier plan had another one there, `d` when one may be sent that hours put off, `v` by experience of the present stay how often it was shown or tried |
//! | `f` | by field that steps write: `v`, `r`, `b` as above |
//! | `a` | by field that events change: when it was last set (`t`) and by which event (`n`, `o`, `i` as in `o`; by none where a step or somebody outside did), and what was added since (`d`, each with `t`, `n`, `o`, `i` and `v`) |
//! | `d` | by content that others delivered and funnelc never sent: when (`t`), and whether that is only presumed (`p`) |
//! | `g`, `h` | the tags, and those of them about which the file does not agree yet |
//! | `p` | the points: `v`, `r`, `b` as above |
//! | `b` | by channel: why it must not be used: `v`, `r`, `b` as above |
//! | `u` | by segment: whether a step put the contact in it, or out of it |
//! | `o` | the events that conditions read, by time: `n` name, `t` moment, `i` identity, `o` content, `d` properties |
//! | `y` | the identities of all events that were taken in |
//! | `r` | by group: its points, the same |
//! | `l` | by channel with a limit: when it was used, as far as that still counts |
//! | `m` | by content: when it was last sent |
//! | `n` | by message: the channel on which it last went out |
//! | `z` | what is not remembered although the header says so, because it is new since the file last had the contact; another plan's state is read with it, and a run over the contact leaves it out |
//! | `c` | by campaign: `n` entries, `o` the last outcome, `t` since when, `p` the pending step, `d` when it is due, `w` what holds it (a wait where absent), `y` when a message that is kept back was due at first, `l` the wait whose windows hold for what comes, `m` how often hours put off the step ahead, `a` admitted by `entered`, `u` let in by an event, `x` paused since, `f` and `i` the limits of the instant, `q` entry conditions that must be seen false, `s` what this entry sent, `b` where it stands on the ways of forks, each as `p`, `d`, `w`, `y`, `l`, `m`, `v` how often steps ran where one may run more than once, `j` by `await` since when each way counts (`r`) and which one an event decided (`e`), `h` by content that an `await` asks about when it last went out (`t`) and whether it was skipped since (`k`) |

mod member;

use std::io::Write as _;

use super::{ContactState, START, Write};
use crate::model::ids::Id;
use crate::model::{Field, FieldType, StageId};
use crate::runner::contact::{Block, Kept};
use crate::runner::merge::Tracked;
use crate::runner::program::Program;

/// Appends the line.
pub(super) fn line(memory: &ContactState, program: &Program, key: &str, out: &mut Vec<u8>) {
    let mut line = Line { program, out };
    line.raw(START);
    line.text(key);
    line.stages(memory);
    line.stays(memory);
    line.values(memory);
    line.members(memory);
    line.raw("}");
}

struct Line<'a> {
    program: &'a Program,
    out: &'a mut Vec<u8>,
}

impl Line<'_> {
    fn raw(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn text(&mut self, text: &str) {
        serde_json::to_writer(&mut *self.out, text)
            .expect("text always serialises, and memory takes all bytes");
    }

    fn number(&mut self, number: i64) {
        write!(self.out, "{number}").expect("memory takes all bytes");
    }

    /// `,` between the members of an object or a list.
    fn separate(&mut self) {
        if !self.out.ends_with(b"{") && !self.out.ends_with(b"[") {
            self.raw(",");
        }
    }

    fn key(&mut self, key: &str) {
        self.separate();
        self.text(key);
        self.raw(":");
    }

    fn stages(&mut self, memory: &ContactState) {
        let program = self.program;
        self.object("s", &memory.stages, |line, (funnel, remembered)| {
            let funnel = &program.model().funnels[*funnel];
            line.key(&funnel.id);
            line.raw("{");
            line.known(
                &remembered.stage,
                |line, stage: &Option<StageId>| match stage {
                    Some(stage) => line.text(&funnel.stages[*stage].id),
                    None => line.raw("null"),
                },
            );
            line.time("t", remembered.since);
            line.flag("l", remembered.left);
            line.flag("a", remembered.in_audience);
            line.raw("}");
        });
        if let Some(instant) = memory.limited {
            self.key("i");
            self.number(instant);
        }
        if memory.entered.is_empty() {
            return;
        }
        self.key("e");
        self.raw("{");
        for of_funnel in memory.entered.chunk_by(|one, other| one.0 == other.0) {
            let funnel = &program.model().funnels[of_funnel[0].0];
            self.list(&funnel.id, of_funnel, |(_, stage)| {
                &funnel.stages[*stage].id
            });
        }
        self.raw("}");
    }

    fn stays(&mut self, memory: &ContactState) {
        let funnels = &self.program.model().funnels;
        self.object("x", &memory.stays, |line, (at, stay)| {
            let funnel = &funnels[at.funnel];
            let stage = &funnel.stages[at.stage];
            let name = |experience: usize| {
                stage
                    .experiences
                    .get(experience)
                    .map_or("", |it| it.id.as_str())
            };
            line.key(&format!("{}/{}", funnel.id, stage.id));
            line.raw("{\"n\":");
            line.number(i64::from(stay.number));
            line.flag("i", stay.inside);
            if let Some(shown) = stay.shown {
                line.key("c");
                line.text(name(shown));
            }
            if let Some(content) = stay.content {
                line.key("w");
                line.text(&line.program.model().content[content].id);
            }
            if let Some(until) = stay.until {
                line.key("d");
                line.number(until);
            }
            let visits: Vec<_> = memory
                .visits
                .iter()
                .filter(|(stage, _, _)| stage == at)
                .collect();
            line.object("v", &visits, |line, (_, experience, count)| {
                line.key(name(*experience));
                line.number(i64::from(*count));
            });
            line.raw("}");
        });
    }

    fn values(&mut self, memory: &ContactState) {
        let contacts = &self.program.model().contacts;
        self.object("f", &memory.fields, |line, (id, known)| {
            let field = &contacts.fields[*id];
            line.key(&field.id);
            line.raw("{");
            line.known(known, |line, value| line.value(field, value));
            line.raw("}");
        });
        self.as_of(memory);
        self.list("g", &memory.tags, |tag| &contacts.tags.names[*tag].id);
        self.list("h", &memory.pending_tags, |tag| {
            &contacts.tags.names[*tag].id
        });
        if memory.points != Tracked::default() {
            self.key("p");
            self.raw("{");
            self.known(&memory.points, |line, points| line.number(*points));
            self.raw("}");
        }
        self.object("b", &memory.blocks, |line, (channel, known)| {
            line.key(channel.word());
            line.raw("{");
            line.known(known, |line, block: &Option<Block>| match block {
                Some(block) => line.text(block.word()),
                None => line.raw("null"),
            });
            line.raw("}");
        });
        let segments = &self.program.model().segments;
        self.object("u", &memory.members_by_hand, |line, (segment, inside)| {
            line.key(&segments[*segment].id);
            line.raw(if *inside { "true" } else { "false" });
        });
        self.events(memory);
        let groups = &self.program.model().points.groups;
        self.object("r", &memory.groups, |line, (id, known)| {
            line.key(&groups[*id].id);
            line.raw("{");
            line.known(known, |line, points| line.number(*points));
            line.raw("}");
        });
        self.object("l", &memory.sent_on, |line, (channel, times)| {
            line.key(channel.word());
            line.raw("[");
            for time in times {
                line.separate();
                line.number(*time);
            }
            line.raw("]");
        });
        let content = &self.program.model().content;
        self.object("m", &memory.sent, |line, (id, at)| {
            line.key(&content[*id].id);
            line.number(*at);
        });
        self.object("d", &memory.delivered, |line, (id, delivery)| {
            line.key(&content[*id].id);
            line.raw("{\"t\":");
            line.number(delivery.at);
            line.flag("p", delivery.presumed);
            line.raw("}");
        });
        self.object("n", &memory.went_out, |line, (id, channel)| {
            line.key(&content[*id].id);
            line.text(channel.word());
        });
    }

    fn as_of(&mut self, memory: &ContactState) {
        let fields = &self.program.model().contacts.fields;
        self.object("a", &memory.as_of, |line, (id, as_of)| {
            line.key(&fields[*id].id);
            line.raw("{");
            if let Some(set) = &as_of.set {
                line.write(set);
            }
            if !as_of.added.is_empty() {
                line.key("d");
                line.raw("[");
                for (write, number) in &as_of.added {
                    line.separate();
                    line.raw("{");
                    line.write(write);
                    line.key("v");
                    line.text(&number.normalize().to_string());
                    line.raw("}");
                }
                line.raw("]");
            }
            line.raw("}");
        });
    }

    /// When, and by which event.
    fn write(&mut self, write: &Write) {
        let model = self.program.model();
        self.key("t");
        self.number(write.at);
        let Some((event, of, identity)) = write.by else {
            return;
        };
        self.key("n");
        self.text(&model.events[event].id);
        if let Some(of) = of {
            self.key("o");
            self.text(&model.content[of].id);
        }
        self.key("i");
        self.text(&super::events::identity(identity));
    }

    fn events(&mut self, memory: &ContactState) {
        let (program, model) = (self.program, self.program.model());
        let value_text = |field: &Field, value: &Kept| {
            let mut out = Vec::new();
            Line {
                program,
                out: &mut out,
            }
            .value(field, value);
            String::from_utf8(out).unwrap_or_default()
        };
        for (key, texts) in [
            (
                "o",
                memory
                    .events
                    .iter()
                    .map(|it| super::events::written(model, it, &value_text))
                    .collect::<Vec<_>>(),
            ),
            (
                "y",
                memory
                    .taken
                    .iter()
                    .map(|it| format!("\"{}\"", super::events::identity(*it)))
                    .collect(),
            ),
        ] {
            if !texts.is_empty() {
                self.key(key);
                self.raw(&format!("[{}]", texts.join(",")));
            }
        }
    }

    fn object<T>(&mut self, key: &str, items: &[T], write: impl Fn(&mut Self, &T)) {
        if items.is_empty() {
            return;
        }
        self.key(key);
        self.raw("{");
        for item in items {
            write(self, item);
        }
        self.raw("}");
    }

    fn list<'t, T>(&mut self, key: &str, items: &'t [T], text: impl Fn(&'t T) -> &'t String) {
        if items.is_empty() {
            return;
        }
        self.key(key);
        self.raw("[");
        for item in items {
            self.separate();
            self.text(text(item));
        }
        self.raw("]");
    }

    fn known<T>(&mut self, known: &Tracked<T>, write: impl Fn(&mut Self, &T)) {
        self.key("v");
        write(self, &known.value);
        if let Some(read) = &known.read {
            self.key("r");
            write(self, read);
        }
        if !known.earlier.is_empty() {
            self.key("b");
            self.raw("[");
            for value in &known.earlier {
                self.separate();
                write(self, value);
            }
            self.raw("]");
        }
    }

    fn time(&mut self, key: &str, moment: i64) {
        if moment != 0 {
            self.key(key);
            self.number(moment);
        }
    }

    fn flag(&mut self, key: &str, flag: bool) {
        if flag {
            self.key(key);
            self.raw("true");
        }
    }

    fn value(&mut self, field: &Field, value: &Kept) {
        match value {
            Kept::Missing => self.raw("null"),
            Kept::Text(text) => self.text(text),
            Kept::Integer(number) | Kept::Moment(number) => self.number(*number),
            Kept::Number(number) => self.text(&number.normalize().to_string()),
            Kept::Boolean(flag) => self.raw(if *flag { "true" } else { "false" }),
            Kept::Day(day) => self.number(i64::from(*day)),
            Kept::Choice(choice) => {
                self.text(values(field).get(choice.index()).map_or("", String::as_str));
            }
            Kept::Choices(set) => self.choices(values(field), *set),
        }
    }

    fn choices(&mut self, values: &[String], set: u64) {
        self.raw("[");
        for (_, value) in values
            .iter()
            .enumerate()
            .take(64)
            .filter(|(at, _)| set >> at & 1 == 1)
        {
            self.separate();
            self.text(value);
        }
        self.raw("]");
    }
}

fn values(field: &Field) -> &[String] {
    match &field.type_ {
        Some(FieldType::Choice(values) | FieldType::Choices { values, .. }) => values,
        _ => &[],
    }
}
