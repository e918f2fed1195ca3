//! Names to ids, with a suggestion where a name is unknown; a name that a file which could not be
//! read to its end may define raises nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::Resolver;
use crate::diagnostic::{Code, Diagnostic, Guesses, codes, list};
use crate::language::ParameterType;
use crate::model::ids::Id;
use crate::model::points::TRIGGERS;
use crate::model::{
    CampaignId, ContentId, EventId, EventType, FieldId, FunnelId, GroupId, SegmentId, StageId,
    StageRef, TagId,
};
use crate::schema::{Keyed, Project, Text};
use crate::source::{Sources, Span};

/// The ids of one kind, sorted, each with its place.
#[derive(Debug, Default)]
pub(super) struct Names(Vec<(String, Span)>);

impl Names {
    pub(super) fn of<'a>(ids: impl IntoIterator<Item = &'a Keyed<Text>>) -> Self {
        let mut names: Vec<_> = ids
            .into_iter()
            .map(|id| (id.value.0.clone(), id.span))
            .collect();
        names.sort();
        names.dedup_by(|later, first| later.0 == first.0);
        Self(names)
    }

    /// The same with names that need no declaration.
    pub(super) fn and_built_in(mut self, names: impl Iterator<Item = &'static str>) -> Self {
        let undeclared: Vec<_> = names
            .filter(|name| self.find::<EventId>(name).is_none())
            .collect();
        self.0.extend(
            undeclared
                .into_iter()
                .map(|name| (name.to_owned(), Span::NOWHERE)),
        );
        self.0.sort();
        self
    }

    pub(super) fn find<I: Id>(&self, name: &str) -> Option<I> {
        self.0
            .binary_search_by(|(id, _)| id.as_str().cmp(name))
            .ok()
            .map(I::from_index)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(id, _)| id.as_str())
    }

    pub(super) fn with_spans(&self) -> impl Iterator<Item = (&str, Span)> {
        self.0.iter().map(|(id, span)| (id.as_str(), *span))
    }

    fn help(&self, name: &str, guesses: &Guesses) -> Option<String> {
        guesses
            .did_you_mean(name, self.iter())
            .map(|meant| format!("did you mean `{meant}`?"))
    }
}

/// The names of a funnel and its stages.
#[derive(Debug, Default)]
pub(super) struct FunnelNames {
    pub(super) stages: Names,
    /// Whether the funnel's body could not be read, so that any stage may be in it.
    pub(super) broken: bool,
}

/// So many funnels are named where a stage stands without its own.
const MOST_FUNNELS: usize = 8;

/// All names of a project.
#[derive(Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says of another section that it could not be read"
)]
pub(super) struct Index {
    pub(super) fields: Names,
    pub(super) tags: Names,
    pub(super) open_tags: bool,
    pub(super) content: Names,
    /// The built-in ones are among them.
    pub(super) events: Names,
    /// Those whose body could not be read, so that they may have any property.
    pub(super) broken_events: BTreeSet<String>,
    pub(super) destinations: Names,
    pub(super) segments: Names,
    /// The triggers among them.
    pub(super) campaigns: Names,
    pub(super) groups: Names,
    /// Whether `points` could not be read, so that any group may be in it.
    pub(super) points_broken: bool,
    pub(super) funnels: Names,
    /// In order of the funnels' ids.
    pub(super) stages: Vec<FunnelNames>,
    /// By stage: the first funnels that have one of that name.
    funnels_by_stage: BTreeMap<String, Vec<String>>,
    /// Whether `contacts` could not be read, so that any field may be in it.
    pub(super) contacts_broken: bool,
    /// The same of `companies`.
    pub(super) companies_broken: bool,
    parameters: BTreeMap<(String, String), ParameterType>,
}

impl Index {
    pub(super) fn new(project: &Project) -> Self {
        let points = project
            .points
            .as_ref()
            .and_then(|points| points.body.as_ref());
        let triggers: Vec<Keyed<Text>> = points
            .iter()
            .flat_map(|points| &points.triggers.0)
            .map(|(id, _)| Keyed {
                value: Text(format!("{TRIGGERS}{}", id.value.0)),
                span: id.span,
                key: id.key,
            })
            .collect();
        let contacts = project.contacts.as_ref();
        let body = contacts.and_then(|contacts| contacts.body.as_ref());
        let mut funnels: Vec<_> = project.funnels.0.iter().collect();
        funnels.sort_by(|a, b| a.0.value.cmp(&b.0.value));
        funnels.dedup_by(|later, first| later.0.value == first.0.value);
        let mut funnels_by_stage: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (id, funnel) in &funnels {
            for (stage, _) in funnel.body.iter().flat_map(|funnel| &funnel.stages.0) {
                let known = funnels_by_stage.entry(stage.value.0.clone()).or_default();
                known.extend(
                    (known.len() < MOST_FUNNELS && known.last() != Some(&id.value.0))
                        .then(|| id.value.0.clone()),
                );
            }
        }
        let stages = funnels.iter().map(|(_, funnel)| FunnelNames {
            stages: Names::of(
                funnel
                    .body
                    .iter()
                    .flat_map(|funnel| &funnel.stages.0)
                    .map(|(id, _)| id),
            ),
            broken: funnel.body.is_none(),
        });
        let broken = project
            .events
            .0
            .iter()
            .filter(|(_, event)| event.body.is_none());
        Self {
            fields: Names::of(
                body.iter()
                    .flat_map(|contacts| &contacts.fields.0)
                    .map(|(id, _)| id),
            ),
            content: Names::of(project.content.0.iter().map(|(id, _)| id)),
            events: Names::of(project.events.0.iter().map(|(id, _)| id))
                .and_built_in(EventType::built_in()),
            broken_events: broken.map(|(id, _)| id.value.0.clone()).collect(),
            destinations: Names::of(project.destinations.0.iter().map(|(id, _)| id)),
            segments: Names::of(project.segments.0.iter().map(|(id, _)| id)),
            campaigns: Names::of(
                project
                    .campaigns
                    .0
                    .iter()
                    .map(|(id, _)| id)
                    .chain(&triggers),
            ),
            groups: Names::of(
                points
                    .iter()
                    .filter_map(|points| points.groups.as_ref())
                    .flat_map(|list| &list.value.0),
            ),
            points_broken: project
                .points
                .as_ref()
                .is_some_and(|points| points.body.is_none()),
            funnels: Names::of(project.funnels.0.iter().map(|(id, _)| id)),
            stages: stages.collect(),
            funnels_by_stage,
            companies_broken: project
                .companies
                .as_ref()
                .is_some_and(|companies| companies.body.is_none()),
            contacts_broken: contacts.is_some_and(|contacts| {
                contacts
                    .body
                    .as_ref()
                    .is_none_or(|body| body.hole.is_some() && body.fields.0.is_empty())
            }),
            parameters: super::block::parameters(project),
            ..Self::default()
        }
    }
}

impl Index {
    /// The type of a block's parameter.
    pub(super) fn parameter(&self, block: &str, parameter: &str) -> Option<ParameterType> {
        self.parameters
            .get(&(block.to_owned(), parameter.to_owned()))
            .copied()
    }
}

/// The words of the parts of files that could not be read; a reference to one of them may be right.
#[derive(Debug, Default)]
pub(super) struct Unread {
    words: Vec<String>,
    nothing: bool,
}

impl Unread {
    pub(super) fn new(sources: &Sources, spans: &[Span]) -> Self {
        let is_id = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        let words = spans
            .iter()
            .flat_map(|span| sources.text(*span).split(move |c| !is_id(c)));
        let mut words: Vec<String> = words
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect();
        words.sort();
        words.dedup();
        Self {
            words,
            nothing: spans.is_empty(),
        }
    }

    /// Whether everything was read.
    pub(super) fn is_empty(&self) -> bool {
        self.nothing
    }

    fn may_define(&self, name: &str) -> bool {
        name.split('/').any(|part| {
            self.words
                .binary_search_by(|word| word.as_str().cmp(part))
                .is_ok()
        })
    }
}

impl Resolver {
    pub(super) fn segment_id(&mut self, name: &Keyed<Text>) -> Option<SegmentId> {
        let found = self.index.segments.find(&name.value.0);
        if found.is_none() {
            let help = self.index.segments.help(&name.value.0, &self.guesses);
            self.unknown("segment", codes::UNKNOWN_SEGMENT, name, help);
        }
        found
    }

    pub(super) fn group_id(&mut self, name: &Keyed<Text>) -> Option<GroupId> {
        let found = self.index.groups.find(&name.value.0);
        if found.is_none() && !self.index.points_broken {
            let help = self.index.groups.help(&name.value.0, &self.guesses);
            let help =
                help.unwrap_or_else(|| "list it under `points: { groups: [ … ] }`".to_owned());
            self.unknown("group of points", codes::UNKNOWN_GROUP, name, Some(help));
        }
        found
    }

    pub(super) fn campaign_id(&mut self, name: &Keyed<Text>) -> Option<CampaignId> {
        let found = self.index.campaigns.find(&name.value.0);
        if found.is_none() {
            let help = self.index.campaigns.help(&name.value.0, &self.guesses);
            self.unknown("campaign", codes::UNKNOWN_CAMPAIGN, name, help);
        }
        found
    }

    pub(super) fn content_id(&mut self, name: &Keyed<Text>) -> Option<ContentId> {
        let found = self.index.content.find(&name.value.0);
        if found.is_none() {
            let help = self.index.content.help(&name.value.0, &self.guesses);
            self.unknown("content", codes::UNKNOWN_CONTENT, name, help);
        }
        found
    }

    pub(super) fn event_id(&mut self, name: &Keyed<Text>) -> Option<EventId> {
        let found = self.index.events.find(&name.value.0);
        if found.is_none() {
            let help = self.index.events.help(&name.value.0, &self.guesses);
            let help = help
                .unwrap_or_else(|| format!("declare it: `events: {{ {}: {{}} }}`", name.value.0));
            self.unknown("event", codes::UNKNOWN_EVENT, name, Some(help));
        }
        found
    }

    pub(super) fn field_id(&mut self, name: &Keyed<Text>) -> Option<FieldId> {
        let found = self.index.fields.find(&name.value.0);
        if found.is_none() && !self.index.contacts_broken {
            let help = self
                .index
                .fields
                .help(&name.value.0, &self.guesses)
                .or_else(|| self.field_by_column(&name.value.0));
            let help =
                help.unwrap_or_else(|| "declare it under `contacts: { fields: … }`".to_owned());
            self.unknown("field", codes::UNKNOWN_FIELD, name, Some(help));
        }
        found
    }

    /// People write the column's name for the field's id: `last_active` for `last-active`.
    fn field_by_column(&self, name: &str) -> Option<String> {
        if let Some(field) = self
            .contacts
            .fields
            .values()
            .find(|field| field.column == name)
        {
            return Some(format!(
                "the field of the column `{name}` is `{}`",
                field.id
            ));
        }
        // `contact.first_name`, as templates of other tools say.
        let last = name
            .rsplit('.')
            .next()
            .unwrap_or(name)
            .replace('_', "-")
            .to_lowercase();
        self.index
            .fields
            .find::<FieldId>(&last)
            .map(|_| format!("write `{last}`"))
    }

    pub(super) fn tag_id(&mut self, name: &Keyed<Text>) -> Option<TagId> {
        let found = self.index.tags.find(&name.value.0);
        if found.is_none() && !self.index.contacts_broken {
            let instead = if self.index.open_tags {
                "no condition and no step names it, so nothing is remembered of it: take the line away"
            } else {
                "add it to `values` of `contacts: { tags: … }`"
            };
            let meant = self.index.tags.help(&name.value.0, &self.guesses);
            let help = meant.unwrap_or_else(|| instead.to_owned());
            self.unknown("tag", codes::UNKNOWN_TAG, name, Some(help));
        }
        found
    }

    pub(super) fn funnel_id(&mut self, name: &Keyed<Text>) -> Option<FunnelId> {
        let found = self.index.funnels.find(&name.value.0);
        if found.is_none() {
            let help = self.index.funnels.help(&name.value.0, &self.guesses);
            self.unknown("funnel", codes::UNKNOWN_FUNNEL, name, help);
        }
        found
    }

    /// A stage written as `funnel/stage`.
    pub(super) fn stage_ref(&mut self, name: &Keyed<Text>) -> Option<StageRef> {
        let Some((funnel, stage)) = name.value.0.split_once('/') else {
            self.stage_without_funnel(name);
            return None;
        };
        let Some(funnel) = self.index.funnels.find(funnel) else {
            let help = self
                .guesses
                .did_you_mean(funnel, self.index.funnels.iter())
                .map(|meant| format!("did you mean `{meant}/{stage}`?"));
            self.unknown("funnel", codes::UNKNOWN_FUNNEL, name, help);
            return None;
        };
        let stage = self.stage_of(funnel, stage, name)?;
        Some(StageRef { funnel, stage })
    }

    /// A stage of the funnel in which the reference stands; `funnel/stage` is understood too.
    pub(super) fn stage_id(&mut self, funnel: FunnelId, name: &Keyed<Text>) -> Option<StageId> {
        let Some((other, stage)) = name.value.0.split_once('/') else {
            return self.stage_of(funnel, &name.value.0, name);
        };
        if self.index.funnels.find(other) == Some(funnel) {
            return self.stage_of(funnel, stage, name);
        }
        let message = format!("`{}` is a stage of another funnel", name.value.0);
        self.report(
            Diagnostic::new(codes::UNKNOWN_STAGE, name.span, message)
                .at("not of this funnel")
                .help("name a stage of the funnel in which this stands"),
        );
        None
    }

    fn stage_of(&mut self, funnel: FunnelId, stage: &str, name: &Keyed<Text>) -> Option<StageId> {
        let names = &self.index.stages[funnel.index()];
        let found = names.stages.find(stage);
        if found.is_none() && !names.broken {
            let prefix = name.value.0.strip_suffix(stage).unwrap_or_default();
            let help = self
                .guesses
                .did_you_mean(stage, names.stages.iter())
                .map(|meant| format!("did you mean `{prefix}{meant}`?"));
            let help =
                help.or_else(|| Some(format!("the funnel has {}", list(names.stages.iter()))));
            self.unknown("stage", codes::UNKNOWN_STAGE, name, help);
        }
        found
    }

    fn stage_without_funnel(&mut self, name: &Keyed<Text>) {
        let stage = &name.value.0;
        let known = self.index.funnels_by_stage.get(stage);
        let known: Vec<_> = known
            .into_iter()
            .flatten()
            .map(|funnel| format!("`{funnel}/{stage}`"))
            .collect();
        let slashed = stage.replacen(['.', ':'], "/", 1);
        let help = match slashed.split_once('/') {
            Some((funnel, _)) if self.index.funnels.find::<FunnelId>(funnel).is_some() => {
                format!("write `{slashed}`")
            }
            _ if known.is_empty() => "write `funnel/stage`".to_owned(),
            _ => format!("write {}", known.join(" or ")),
        };
        self.unknown("stage", codes::UNKNOWN_STAGE, name, Some(help));
    }

    pub(super) fn unknown(
        &mut self,
        kind: &str,
        code: Code,
        name: &Keyed<Text>,
        help: Option<String>,
    ) {
        if !self.unread.may_define(&name.value.0) {
            let message = format!("there is no {kind} `{}`", name.value.0);
            self.report(
                Diagnostic::new(code, name.span, message)
                    .at(format!("unknown {kind}"))
                    .maybe_help(help),
            );
        }
    }
}
