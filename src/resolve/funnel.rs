//! Funnels and stages: targets by name, the default entry, windows.

use std::collections::BTreeMap;

use super::pattern::Scope;
use super::{Resolver, about, sorted};
use crate::diagnostic::{Diagnostic, codes, list};
use crate::language::{AudienceLeft, Moves, Order};
use crate::model::funnel::stage_column_of;
use crate::model::{
    Arena, Audience, Conversion, Funnel, FunnelId, Metadata, PlaceRule, Publish, Stage, StageId,
    Target,
};
use crate::schema::{self, Keyed, MapOrList, OneOrList, ScalarOr, Text};
use crate::source::Span;

impl Resolver {
    pub(super) fn funnel(
        &mut self,
        funnel: FunnelId,
        id: &Keyed<Text>,
        written: Option<&schema::Funnel>,
    ) -> Funnel {
        let column = written.and_then(|funnel| funnel.column.as_ref());
        let mut resolved = Funnel {
            id: id.value.0.clone(),
            span: id.span,
            about: Metadata::default(),
            priority: 0,
            column: column.map_or_else(
                || stage_column_of(&id.value.0),
                |column| column.value.0.clone(),
            ),
            audience: None,
            entry: None,
            entry_span: None,
            drops: false,
            free: false,
            loose: false,
            publish: Publish::default(),
            place: Vec::new(),
            stages: Arena::default(),
            broken: true,
        };
        let Some(written) = written else {
            return resolved;
        };
        let mistakes = self.errors;
        resolved.about = about(
            written.name.as_ref(),
            written.description.as_ref(),
            written.category.as_ref(),
            written.owner.as_ref(),
        );
        resolved.priority = written
            .priority
            .as_ref()
            .map_or(0, |priority| priority.value);
        resolved.free = written
            .moves
            .as_ref()
            .is_some_and(|moves| moves.value == Moves::Free);
        resolved.loose = written
            .order
            .as_ref()
            .is_some_and(|order| order.value == Order::Loose);
        resolved.drops = written
            .on_audience_left
            .as_ref()
            .is_some_and(|left| left.value == AudienceLeft::Leave);
        resolved.publish = self.publish(written.published.as_ref(), written.publish.as_ref());
        resolved.stages = sorted(&written.stages)
            .map(|(id, stage)| self.stage(funnel, id, stage.body.as_ref()))
            .collect();
        self.values_differ(&resolved);
        resolved.audience = written
            .audience
            .as_ref()
            .and_then(|audience| self.audience(audience));
        resolved.place = written
            .place
            .iter()
            .flat_map(|rules| &rules.value.0)
            .filter_map(|rule| self.place(funnel, &rule.value))
            .collect();
        resolved.entry_span = written.entry.as_ref().map(|entry| entry.span);
        resolved.entry = match &written.entry {
            Some(entry) => self.stage_id(funnel, entry),
            None => lightest(&resolved.stages),
        };
        let missing = written
            .stages
            .0
            .iter()
            .any(|(_, stage)| stage.body.is_none());
        resolved.broken = missing || self.errors > mistakes;
        resolved
    }

    fn stage(
        &mut self,
        funnel: FunnelId,
        id: &Keyed<Text>,
        written: Option<&schema::Stage>,
    ) -> Stage {
        let value = written.and_then(|stage| stage.value.as_ref());
        let mut stage = Stage {
            id: id.value.0.clone(),
            span: id.span,
            about: Metadata::default(),
            color: None,
            criteria: Vec::new(),
            weight: None,
            weight_span: id.span,
            value: value.map_or_else(|| id.value.0.clone(), |value| value.value.0.clone()),
            converts: Vec::new(),
            experiences: Vec::new(),
            back_to: Vec::new(),
            is_final: false,
            publish: Publish::default(),
            broken: true,
        };
        let Some(written) = written else { return stage };
        if let Some(value) = value {
            self.cell_text(&value.value.0, value.span, "value", None);
        }
        stage.experiences = self.within(Scope::STAGE, |this| this.experiences(written));
        stage.converts = self.within(Scope::STAGE, |this| this.converts(funnel, written));
        let mistakes = self.errors;
        stage.about = about(
            written.name.as_ref(),
            written.description.as_ref(),
            written.category.as_ref(),
            written.owner.as_ref(),
        );
        stage.color = written.color.as_ref().and_then(|color| self.color(color));
        stage.criteria = written
            .criteria
            .iter()
            .flat_map(|criteria| &criteria.0)
            .map(|text| text.0.clone())
            .collect();
        stage.weight = Some(written.weight.value);
        stage.weight_span = written.weight.span;
        stage.back_to = self.back_to(funnel, written);
        stage.is_final = written.final_.as_ref().is_some_and(|flag| flag.value);
        stage.publish = self.publish(written.published.as_ref(), written.publish.as_ref());
        stage.broken = self.errors > mistakes;
        stage
    }

    fn color(&mut self, color: &Keyed<Text>) -> Option<String> {
        let text = &color.value.0;
        let digits = text
            .strip_prefix('#')
            .filter(|digits| matches!(digits.len(), 3 | 6));
        if digits.is_some_and(|digits| digits.chars().all(|c| c.is_ascii_hexdigit())) {
            return Some(text.to_lowercase());
        }
        let message = format!("`{text}` is no colour");
        self.report(
            Diagnostic::new(codes::BAD_COLOR, color.span, message)
                .at("no colour")
                .help("write it as red, green and blue in quotes: `\"#4c78a8\"`"),
        );
        None
    }

    fn converts(&mut self, funnel: FunnelId, written: &schema::Stage) -> Vec<Conversion> {
        match written
            .converts
            .as_ref()
            .map(|converts| (&converts.value, converts.span))
        {
            None => Vec::new(),
            Some((MapOrList::Map(condition), span)) => {
                let when = self.condition_at(condition, span);
                vec![Conversion {
                    span,
                    when,
                    to: Target::Next,
                }]
            }
            Some((MapOrList::List(moves), _)) => moves
                .iter()
                .filter_map(|rule| self.conversion(funnel, rule))
                .collect(),
        }
    }

    fn conversion(&mut self, funnel: FunnelId, rule: &Keyed<schema::Move>) -> Option<Conversion> {
        let when = self.condition(&rule.value.when);
        let (span, to) = match &rule.value.to {
            Some(to) => (to.span, self.stage_id(funnel, to).map(Target::Stage)),
            None => (rule.span, Some(Target::Next)),
        };
        to.map(|to| Conversion { span, when, to })
    }

    fn back_to(&mut self, funnel: FunnelId, written: &schema::Stage) -> Vec<(StageId, Span)> {
        let names = match written.back_to.as_ref().map(|back_to| &back_to.value) {
            None => return Vec::new(),
            Some(OneOrList::One(name)) => std::slice::from_ref(name),
            Some(OneOrList::List(names)) => names.as_slice(),
        };
        names
            .iter()
            .filter_map(|name| self.stage_id(funnel, name).map(|stage| (stage, name.span)))
            .collect()
    }

    fn audience(&mut self, written: &Keyed<ScalarOr<schema::Condition>>) -> Option<Audience> {
        match &written.value {
            ScalarOr::Scalar(word) if word.0 == "everyone" => Some(Audience::Everyone),
            ScalarOr::Scalar(segment) => {
                let name = Keyed {
                    value: segment.clone(),
                    span: written.span,
                    key: written.key,
                };
                let segment = self.segment_or_everyone(&name)?;
                let kind = crate::model::ConditionKind::Segment(segment);
                Some(Audience::Of(crate::model::Condition {
                    span: written.span,
                    kind,
                }))
            }
            ScalarOr::Other(condition) => {
                Some(Audience::Of(self.condition_at(condition, written.span)))
            }
        }
    }

    /// The segment of an audience, which may be a misspelt `everyone`.
    fn segment_or_everyone(&mut self, name: &Keyed<Text>) -> Option<crate::model::SegmentId> {
        let found = self.index.segments.find(&name.value.0);
        if found.is_none() {
            let known = self.index.segments.iter().chain(["everyone"]);
            let meant = self
                .guesses
                .did_you_mean(&name.value.0, known)
                .map(|meant| format!("did you mean `{meant}`?"));
            let help = meant.unwrap_or_else(|| {
                "write `everyone`, the id of a segment, or a condition".to_owned()
            });
            self.unknown("segment", codes::UNKNOWN_SEGMENT, name, Some(help));
        }
        found
    }

    fn place(&mut self, funnel: FunnelId, rule: &schema::Place) -> Option<PlaceRule> {
        let stage = self.stage_id(funnel, &rule.stage);
        let when = self.condition(&rule.when);
        stage.map(|stage| PlaceRule {
            stage,
            span: rule.stage.span,
            when,
        })
    }

    /// Two stages with one text in the file could not be told apart when they are read.
    fn values_differ(&mut self, funnel: &Funnel) {
        let mut earlier: BTreeMap<&str, &Stage> = BTreeMap::new();
        for stage in funnel.stages.values() {
            let other = *earlier.entry(stage.value.as_str()).or_insert(stage);
            if other.id != stage.id {
                let message = format!(
                    "the stages {} are both `{}` in the contacts file",
                    list([other.id.as_str(), stage.id.as_str()]),
                    stage.value
                );
                self.report(
                    Diagnostic::new(codes::DUPLICATE_VALUE, stage.span, message)
                        .at("the same value")
                        .label(other.span, "the same value")
                        .help("give each its own `value`"),
                );
            }
        }
    }
}

/// The stage with the lowest weight, if it is a single one.
fn lightest(stages: &Arena<StageId, Stage>) -> Option<StageId> {
    let least = stages.values().filter_map(|stage| stage.weight).min()?;
    let mut lightest = stages
        .iter()
        .filter(|(_, stage)| stage.weight == Some(least));
    match (lightest.next(), lightest.next()) {
        (Some((id, _)), None) => Some(id),
        _ => None,
    }
}
