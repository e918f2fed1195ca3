//! The campaigns of a contact to its line: where it stands in each, and what that needs to go on.

use super::Line;
use crate::model::CampaignId;
use crate::model::ids::Id;
use crate::runner::state::{Admission, ContactState, Enrollment, Phase, Position, WaitReason};

impl Line<'_> {
    pub(super) fn members(&mut self, memory: &ContactState) {
        let mut all: Vec<CampaignId> = memory.members.iter().map(|(id, _)| *id).collect();
        all.extend(memory.waiting.iter().map(|(id, _)| *id));
        all.sort_unstable();
        all.dedup();
        let campaigns = &self.program.model().campaigns;
        self.object("c", &all, |line, id| {
            line.key(&campaigns[*id].id);
            line.raw("{");
            let member = memory.members.iter().find(|(other, _)| other == id);
            if let Some((_, member)) = member {
                line.member(*id, member);
            }
            line.notes(*id, memory);
            line.ways(*id, memory);
            line.raw("}");
        });
    }

    fn member(&mut self, id: CampaignId, member: &Enrollment) {
        if member.entries > 0 {
            self.key("n");
            self.number(i64::from(member.entries));
        }
        match member.phase {
            Phase::Never => {}
            Phase::Ended(outcome) => {
                self.key("o");
                self.text(outcome.word());
            }
            Phase::Active => self.pending(id, member),
        }
        self.time("t", member.since);
        self.flag("f", member.arrived);
        self.flag("i", member.started);
    }

    fn pending(&mut self, id: CampaignId, member: &Enrollment) {
        self.token(id, member.token());
        self.flag("a", member.admission != Admission::Condition);
        self.flag("u", member.admission == Admission::Occurrence);
        if let Some(since) = member.paused {
            self.key("x");
            self.number(since);
        }
    }

    fn token(&mut self, id: CampaignId, token: Position) {
        self.key("p");
        self.text(self.program.step_name(id, token.step));
        // A moment that no calendar reaches is written as any other, so that it never comes.
        let is_endless = token.pending == WaitReason::Await && token.due == i64::MAX;
        self.time("d", if is_endless { 0 } else { token.due });
        let held = match token.pending {
            WaitReason::Start => Some("start"),
            WaitReason::Wait => None,
            WaitReason::Field => Some("field"),
            WaitReason::Deferred => Some("deferred"),
            WaitReason::Delayed(_) => Some("delayed"),
            WaitReason::Fork => Some("fork"),
            WaitReason::Await => Some("await"),
            WaitReason::Ready => Some("ready"),
            WaitReason::Removed => Some("removed"),
        };
        if let Some(word) = held {
            self.key("w");
            self.text(word);
        }
        if let WaitReason::Delayed(first) = token.pending {
            self.key("y");
            self.number(first);
        }
        if let Some(wait) = token.hours.after {
            self.key("l");
            self.text(self.program.step_name(id, wait as usize));
        }
        if token.hours.times > 0 {
            self.key("m");
            self.number(i64::from(token.hours.times));
        }
    }

    /// Where it stands on the ways of forks, and how often steps ran.
    fn ways(&mut self, id: CampaignId, memory: &ContactState) {
        let program = self.program;
        let ways: Vec<Position> = memory
            .ways
            .iter()
            .filter(|it| it.0 == id)
            .map(|it| it.1)
            .collect();
        if !ways.is_empty() {
            self.key("b");
            self.raw("[");
            for token in ways {
                self.separate();
                self.raw("{");
                self.token(id, token);
                self.raw("}");
            }
            self.raw("]");
        }
        let awaits: Vec<_> = memory.awaits.iter().filter(|it| it.0 == id).collect();
        self.object("j", &awaits, |line, (_, awaiting)| {
            line.key(line.program.step_name(id, awaiting.step));
            line.raw("{");
            line.key("r");
            line.raw("[");
            for from in &awaiting.from {
                line.separate();
                line.number(*from);
            }
            line.raw("]");
            if let Some(way) = awaiting.settled {
                line.key("e");
                line.number(i64::try_from(way).unwrap_or(i64::MAX));
            }
            line.raw("}");
        });
        let tries: Vec<_> = memory.tries.iter().filter(|it| it.0 == id).collect();
        let content = &self.program.model().content;
        self.object("h", &tries, |line, (_, of, tried)| {
            line.key(&content[*of].id);
            line.raw("{");
            if let Some(sent) = tried.sent {
                line.key("t");
                line.number(sent);
            }
            line.flag("k", tried.skipped);
            line.raw("}");
        });
        let visits: Vec<_> = memory.step_visits.iter().filter(|it| it.0 == id).collect();
        let counts =
            |(of, member): &(CampaignId, Enrollment)| *of == id && member.counts(program, id);
        if !visits.is_empty() || memory.members.iter().any(counts) {
            self.key("v");
            self.raw("{");
            for (_, step, count) in visits {
                self.key(program.step_name(id, *step));
                self.number(i64::from(*count));
            }
            self.raw("}");
        }
    }

    /// The entry conditions that must be seen false, and what was sent.
    fn notes(&mut self, id: CampaignId, memory: &ContactState) {
        let marks = &self.program.campaigns[id.index()].enter;
        let waiting: Vec<usize> = memory
            .waiting
            .iter()
            .filter(|it| it.0 == id)
            .map(|it| it.1)
            .collect();
        self.list("q", &waiting, |at| &marks[*at].mark);
        let content = &self.program.model().content;
        let sent: Vec<_> = memory
            .sent_in_entry
            .iter()
            .filter(|it| it.0 == id)
            .collect();
        self.list("s", &sent, |it| &content[it.1].id);
    }
}
