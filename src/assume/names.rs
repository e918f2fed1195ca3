//! Names in a file of assumptions to ids of the model, with what was probably meant.

use super::Reader;
use crate::diagnostic::{Code, codes, did_you_mean};
use crate::model::{CampaignId, ContentId, EventId, EventType, PropertyId, StageRef};
use crate::source::{Span, Spanned};
use crate::yaml::Node;

impl Reader<'_> {
    pub(super) fn content(&mut self, node: &Node) -> Option<ContentId> {
        let (name, model) = (self.text(node, "a content")?, self.model);
        let found = model.content.find(|it| it.id == name);
        if found.is_none() {
            let known = model.content.values().map(|it| it.id.as_str());
            self.unknown((codes::UNKNOWN_CONTENT, "content"), node.span, name, known);
        }
        found
    }

    pub(super) fn campaign(&mut self, node: &Node) -> Option<CampaignId> {
        let (name, model) = (self.text(node, "a campaign")?, self.model);
        let found = model.campaigns.find(|it| it.id == name);
        if found.is_none() {
            let known = model.campaigns.values().map(|it| it.id.as_str());
            self.unknown(
                (codes::UNKNOWN_CAMPAIGN, "campaign"),
                node.span,
                name,
                known,
            );
        }
        found
    }

    /// `funnel/stage`.
    pub(super) fn stage(&mut self, node: &Node) -> Option<StageRef> {
        let (name, model) = (self.text(node, "a stage")?, self.model);
        let found = name.split_once('/').and_then(|(of, stage)| {
            let funnel = model.funnels.find(|it| it.id == of)?;
            let stage = model.funnels[funnel].stages.find(|it| it.id == stage)?;
            Some(StageRef { funnel, stage })
        });
        if found.is_none() {
            let names = model.funnels.values().flat_map(|funnel| {
                let stages = funnel.stages.values();
                stages.map(|stage| format!("{}/{}", funnel.id, stage.id))
            });
            let names: Vec<String> = names.collect();
            let known = names.iter().map(String::as_str);
            self.unknown((codes::UNKNOWN_STAGE, "stage"), node.span, name, known);
        }
        found
    }

    pub(super) fn event(&mut self, node: &Node) -> Option<EventId> {
        let (name, model) = (self.text(node, "an event")?, self.model);
        let found = model.events.find(|it| it.id == name);
        if found.is_none() {
            let known = model.events.values().map(|it| it.id.as_str());
            self.unknown((codes::UNKNOWN_EVENT, "event"), node.span, name, known);
        }
        found
    }

    pub(super) fn property(
        &mut self,
        event: &EventType,
        name: &Spanned<String>,
    ) -> Option<PropertyId> {
        let found = event.property(&name.value);
        if found.is_none() {
            let known = event.properties.values().map(|it| it.id.as_str());
            let what = (codes::UNKNOWN_PROPERTY, "property");
            self.unknown(what, name.span, &name.value, known);
        }
        found
    }

    fn unknown<'a>(
        &mut self,
        (code, what): (Code, &str),
        at: Span,
        name: &str,
        known: impl Iterator<Item = &'a str> + Clone,
    ) {
        let help = match did_you_mean(name, known.clone()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => match known.take(SHOWN).collect::<Vec<_>>().as_slice() {
                [] => format!("there is no {what} to name here"),
                some => format!(
                    "write one that is declared, such as `{}`",
                    some.join("`, `")
                ),
            },
        };
        self.wrong(
            (code, at, &format!("unknown {what}")),
            format!("there is no {what} `{name}`"),
            help,
        );
    }
}

/// So many names are shown where none is near.
const SHOWN: usize = 5;
