//! From what is written to what is meant: names to ids, text to values, defaults filled in. The
//! only module that sees both, and it reports every mistake, not the first.

mod attached;
mod await_event;
mod block;
mod calendar;
mod call;
mod campaign;
mod cells;
mod checks;
mod columns;
mod companies;
mod comparison;
mod condition;
mod contacts;
mod elsewhere;
mod event;
mod experience;
mod fork;
mod funnel;
mod in_flight;
mod members;
mod moved_other;
mod names;
mod pattern;
mod points;
mod roles;
mod send;
mod split;
mod step;
mod step_name;
mod tags;
mod template;
mod test;
mod test_company;
mod value;
mod windows;

use std::collections::HashMap;

use crate::diagnostic::{Diagnostic, Guesses, Severity, codes, list};
use crate::model::{
    Arena, Campaign, Companies, Condition, ConditionKind, Contacts, Content, FunnelId, Members,
    Metadata, Model, Segment, ids::Id,
};
use crate::schema::{self, Definitions, Keyed, Project, Text};
use crate::source::{MOST_NAMED, Sources, Span};

use comparison::Rejected;
use names::{Index, Unread};

/// The meaning of a project, as far as it has one; `unread` are the parts of files that could not
/// be parsed.
pub(crate) fn resolve(
    project: &Project,
    sources: &Sources,
    unread: &[Span],
) -> (Model, Vec<Diagnostic>) {
    let mut resolver = Resolver {
        index: Index::new(project),
        contacts: contacts::none(),
        companies: None,
        content: Arena::default(),
        events: Arena::default(),
        groups: Vec::new(),
        scope: pattern::Scope::default(),
        unread: Unread::new(sources, unread),
        guesses: Guesses::default(),
        named_left: MOST_NAMED,
        patterns: HashMap::new(),
        patterns_left: crate::model::pattern::MOST,
        diagnostics: Vec::new(),
        errors: 0,
        present: None,
        holes: 0,
    };
    let mut model = resolver.project(project, sources);
    model.mark_by_hand();
    (model, resolver.diagnostics)
}

/// What is known while a project is resolved.
struct Resolver {
    index: Index,
    contacts: Contacts,
    companies: Option<Companies>,
    content: Arena<crate::model::ContentId, Content>,
    events: Arena<crate::model::EventId, crate::model::EventType>,
    /// By group of points: its column.
    groups: Vec<String>,
    /// What event conditions may ask where the text at hand stands.
    scope: pattern::Scope,
    unread: Unread,
    guesses: Guesses,
    /// So many bytes of files may still be used.
    named_left: u64,
    /// What was said of each pattern, by its text and whether it folds.
    patterns: HashMap<(String, bool), Result<(), Rejected>>,
    /// So much may other patterns still cost.
    patterns_left: u64,
    diagnostics: Vec<Diagnostic>,
    /// How many of them are errors: a warning breaks nothing, and may hide nothing.
    errors: usize,
    /// The campaign whose steps are being read.
    present: Option<String>,
    /// How many conditions and steps were met of which something could not be read.
    holes: usize,
}

impl Resolver {
    fn report(&mut self, diagnostic: Diagnostic) {
        self.errors += usize::from(diagnostic.severity == Severity::Error);
        self.diagnostics.push(diagnostic);
    }

    fn project(&mut self, project: &Project, sources: &Sources) -> Model {
        self.version(project.version.as_ref(), sources);
        self.tags(project);
        self.columns(project);
        self.contacts = self.contacts(project.contacts.as_ref());
        self.companies = self.companies(project.companies.as_ref());
        self.content = sorted(&project.content)
            .map(|(id, written)| self.content(id, written.body.as_ref()))
            .collect();
        self.texts(project, sources);
        self.events = self.events(project);
        let limits = self.send_limits(&project.limits);
        for (rules, (limit, hours, span)) in self.contacts.channels.iter_mut().zip(limits) {
            (rules.limit, rules.hours, rules.hours_span) = (limit, hours, span);
        }
        let consent = self.consent(project.contacts.as_ref());
        for (rules, consent) in self.contacts.channels.iter_mut().zip(consent) {
            rules.consent = consent;
        }
        let destinations = sorted(&project.destinations)
            .map(|(id, written)| self.destination(id, written.body.as_ref()))
            .collect();
        let members = self.members(project, sources);
        let segments = sorted(&project.segments)
            .zip(members)
            .map(|((id, written), members)| self.segment(id, written.body.as_ref(), members))
            .collect();
        let funnels = sorted(&project.funnels).enumerate();
        let funnels: Arena<FunnelId, _> = funnels
            .map(|(at, (id, written))| {
                self.funnel(FunnelId::from_index(at), id, written.body.as_ref())
            })
            .collect();
        let points = self.scoring(project);
        self.groups = points
            .groups
            .values()
            .map(|group| group.column.clone())
            .collect();
        let campaigns = sorted(&project.campaigns)
            .map(|(id, written)| self.campaign(id, written.body.as_ref()));
        let mut campaigns: Vec<Campaign> = campaigns.collect();
        campaigns.extend(self.triggers(project));
        self.with_tags_of_blocks(project, |this| this.unused_blocks(project));
        campaigns.sort_by(|a, b| a.id.cmp(&b.id));
        let campaigns = campaigns.into_iter().collect();
        let in_flight = self.in_flight(project, &campaigns, &funnels);
        let tests = self.tests(&project.tests, &funnels);
        Model {
            project: project.project.as_ref().map(|name| name.value.0.clone()),
            timezone: self.timezone(project.timezone.as_ref()),
            every: self.every(project.runs.as_ref()),
            contacts: std::mem::replace(&mut self.contacts, contacts::none()),
            companies: self.companies.take(),
            content: std::mem::take(&mut self.content),
            events: std::mem::take(&mut self.events),
            destinations,
            segments,
            funnels,
            points,
            campaigns,
            in_flight,
            checks: self.checks(project),
            run_at_most: self.run_at_most(project),
            baseline: self.baseline(project),
            tests,
        }
    }

    fn version(&mut self, version: Option<&Keyed<Text>>, sources: &Sources) {
        let code = codes::BAD_VERSION;
        match version {
            Some(version) if version.value.0 == "1" => {}
            Some(version) => {
                let message = format!(
                    "version `{}` of the language is not understood",
                    version.value.0
                );
                self.report(
                    Diagnostic::new(code, version.span, message)
                        .at("unknown version")
                        .help("this funnelc understands `version: 1`"),
                );
            }
            // It may stand in what was not read.
            None if !self.unread.is_empty() => {}
            None => {
                let Some((file, _)) = sources.files().next() else {
                    return;
                };
                let start = Span::new(file, 0..0);
                self.report(
                    Diagnostic::new(code, start, "the version of the language is missing")
                        .at("starts here")
                        .help("begin with `version: 1`"),
                );
            }
        }
    }

    fn timezone(&mut self, zone: Option<&Keyed<Text>>) -> String {
        let Some(zone) = zone else {
            return "UTC".to_owned();
        };
        match jiff::tz::TimeZone::get(&zone.value.0) {
            Ok(found) => found.iana_name().unwrap_or("UTC").to_owned(),
            Err(_) => {
                let message = format!("there is no time zone `{}`", zone.value.0);
                let names: Vec<String> = jiff::tz::db()
                    .available()
                    .map(|name| name.to_string())
                    .collect();
                let help = crate::diagnostic::did_you_mean(
                    &zone.value.0,
                    names.iter().map(String::as_str),
                );
                let help = help.map_or(
                    "write an IANA name, such as `Europe/Warsaw`".to_owned(),
                    |meant| format!("did you mean `{meant}`?"),
                );
                self.report(
                    Diagnostic::new(codes::UNKNOWN_TIMEZONE, zone.span, message)
                        .at("unknown zone")
                        .help(help),
                );
                "UTC".to_owned()
            }
        }
    }

    /// Seconds between runs: a day has a whole number of them, so that the schedule is the same
    /// every day.
    fn every(&mut self, runs: Option<&schema::Runs>) -> u32 {
        const DAY: i64 = 86_400;
        let Some(runs) = runs else { return 60 };
        let Some(duration) = self.placed_duration(&runs.every) else {
            return 60;
        };
        let seconds = if duration.months == 0 {
            duration.seconds + i64::from(duration.days) * DAY
        } else {
            0
        };
        if seconds < 60 || DAY % seconds != 0 {
            let (message, label) = if duration.months == 0 && seconds < 60 {
                (
                    format!(
                        "runs every `{duration}` are too many: the clock of a run has whole minutes"
                    ),
                    "below a minute",
                )
            } else {
                (
                    format!("runs every `{duration}` do not divide a day"),
                    "no part of a day",
                )
            };
            let help = "write a whole part of a day of a minute or more, such as `5 minutes`, `1 h`, \
                `1 day`";
            self.report(
                Diagnostic::new(codes::BAD_DURATION, runs.every.span, message)
                    .at(label)
                    .help(help),
            );
            return 60;
        }
        u32::try_from(seconds).unwrap_or(60)
    }

    fn content(&mut self, id: &Keyed<Text>, written: Option<&schema::Content>) -> Content {
        let kind = written.map(|content| content.kind.value);
        Content {
            id: id.value.0.clone(),
            span: id.span,
            about: written
                .map(|c| {
                    about(
                        c.name.as_ref(),
                        c.description.as_ref(),
                        c.category.as_ref(),
                        c.owner.as_ref(),
                    )
                })
                .unwrap_or_default(),
            kind,
            subject: None,
            body: None,
            url: written
                .and_then(|content| content.url.as_ref())
                .map(|url| url.0.clone()),
            prefer: written
                .map(|content| self.prefer(content))
                .unwrap_or_default(),
            rules: written
                .map(|content| self.content_rules(content))
                .unwrap_or_default(),
            publish: written
                .map(|c| self.publish(c.published.as_ref(), c.publish.as_ref()))
                .unwrap_or_default(),
        }
    }

    fn segment(
        &mut self,
        id: &Keyed<Text>,
        written: Option<&schema::Segment>,
        [include, exclude]: [Members; 2],
    ) -> Segment {
        Segment {
            id: id.value.0.clone(),
            span: id.span,
            about: written
                .map(|s| {
                    about(
                        s.name.as_ref(),
                        s.description.as_ref(),
                        s.category.as_ref(),
                        s.owner.as_ref(),
                    )
                })
                .unwrap_or_default(),
            condition: match written {
                Some(schema::Segment {
                    where_: Some(condition),
                    ..
                }) => self.condition(condition),
                Some(schema::Segment { hole: Some(_), .. }) => condition::broken(id.span),
                Some(segment) if self.names_somebody(id, segment) => Condition {
                    span: id.span,
                    kind: ConditionKind::Any(Vec::new()),
                },
                Some(_) | None => condition::broken(id.span),
            },
            for_reports: written.is_some_and(|segment| segment.for_.is_some()),
            by_hand: false,
            include,
            exclude,
        }
    }

    fn unknown_word<T>(&mut self, word: &str, span: Span, known: &[&str]) -> Option<T> {
        let meant = crate::diagnostic::did_you_mean(word, known.iter().copied())
            .map(|meant| format!("did you mean `{meant}`?"));
        let help = meant.unwrap_or_else(|| format!("write one of {}", list(known.iter().copied())));
        self.report(
            Diagnostic::new(
                codes::UNKNOWN_VALUE,
                span,
                format!("`{word}` is not understood here"),
            )
            .at("unknown word")
            .help(help),
        );
        None
    }
}

/// Definitions in order of their ids; of an id that stands twice, which is reported already, the
/// first.
fn sorted<T>(
    definitions: &Definitions<T>,
) -> impl Iterator<Item = (&Keyed<Text>, &schema::Recovered<T>)> + use<'_, T> {
    let mut entries: Vec<_> = definitions.0.iter().map(|(id, body)| (id, body)).collect();
    entries.sort_by(|a, b| a.0.value.cmp(&b.0.value));
    entries.dedup_by(|later, first| later.0.value == first.0.value);
    entries.into_iter()
}

fn about(
    name: Option<&Text>,
    description: Option<&Text>,
    category: Option<&Text>,
    owner: Option<&Text>,
) -> Metadata {
    let text = |text: Option<&Text>| text.map(|text| text.0.clone());
    Metadata {
        name: text(name),
        description: text(description),
        category: text(category),
        owner: text(owner),
    }
}
