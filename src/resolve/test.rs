//! Tests: the example contact becomes a row of the contacts file, with every value held against the
//! type of its field.

use super::{Resolver, sorted};
use crate::diagnostic::{Diagnostic, codes};
use crate::model::contacts::column_of;
use crate::model::ids::{Arena, Id};
use crate::model::template::Token;
use crate::model::test::{Cell, Edit, Ended, Expectation, Happening, Test};
use crate::model::{ContentId, FieldId, FieldType, Funnel, FunnelId, Moment};
use crate::schema::test::{self as written, Given};
use crate::schema::{self, Definitions, Entries, Keyed, ListOf, Literal, OneOrList, Text};
use crate::source::Span;

/// The funnels of the project, which say how a stage stands in the file.
type Funnels = Arena<FunnelId, Funnel>;

impl Resolver {
    pub(super) fn tests(
        &mut self,
        tests: &Definitions<schema::Test>,
        funnels: &Funnels,
    ) -> Vec<Test> {
        let read =
            sorted(tests).filter_map(|(name, test)| test.body.as_ref().map(|body| (name, body)));
        read.map(|(name, body)| self.test(name, body, funnels))
            .collect()
    }

    fn test(&mut self, name: &Keyed<Text>, written: &schema::Test, funnels: &Funnels) -> Test {
        let mistakes = self.errors;
        let from = self.moment(&written.from.value.0, written.from.span);
        let mut contact = self.cells(&written.contact.value, funnels, true);
        if contact.iter().all(|cell| cell.column != self.contacts.key) {
            contact.insert(
                0,
                Cell {
                    column: self.contacts.key.clone(),
                    text: "1".to_owned(),
                },
            );
        }
        let company = self.company_of(written, &mut contact);
        let outcome = match written.outcome.as_ref().map(|outcome| &outcome.value) {
            None => Vec::new(),
            Some(OneOrList::One(one)) => self.ended(one).into_iter().collect(),
            Some(OneOrList::List(list)) => list.iter().filter_map(|one| self.ended(one)).collect(),
        };
        let mut test = Test {
            name: name.value.0.clone(),
            span: name.span,
            contact,
            company,
            from: from.unwrap_or(Moment::Day(jiff::civil::Date::ZERO)),
            events: written
                .events
                .iter()
                .filter_map(|event| self.happening(&event.value))
                .collect(),
            changes: written
                .changes
                .iter()
                .filter_map(|edit| self.edit(&edit.value, funnels))
                .collect(),
            expect: written
                .expect
                .iter()
                .filter_map(|expected| self.expectation(expected))
                .collect(),
            outcome,
            broken: false,
        };
        if let Some(from) = from {
            self.in_time(written, from);
        }
        test.broken = self.errors > mistakes;
        if test.expect.is_empty() && test.outcome.is_empty() && !test.broken {
            let message = format!("the test `{}` expects nothing", test.name);
            self.report(
                Diagnostic::new(codes::BAD_TEST, test.span, message)
                    .at("cannot fail")
                    .help("add `expect` or `outcome`"),
            );
        }
        test
    }

    /// Nothing of a test happens before its first run.
    fn in_time(&mut self, test: &schema::Test, from: Moment) {
        let happens = test
            .events
            .iter()
            .map(|event| &event.value.at)
            .chain(test.changes.iter().map(|edit| &edit.value.at));
        let times = happens.chain(test.expect.iter().map(|expected| &expected.value.at));
        let early =
            times.filter(|at| Moment::parse(&at.value.0).is_ok_and(|at| start(at) < start(from)));
        for at in early {
            self.report(
                Diagnostic::new(
                    codes::BAD_TEST,
                    at.span,
                    format!("`{}` lies before the test begins", at.value.0),
                )
                .at("too early")
                .label(test.from.span, "the first run")
                .help("let `from` be earlier, or this time later"),
            );
        }
    }

    /// The cells of a row; the key may stand there only at the start.
    fn cells(
        &mut self,
        values: &Entries<Keyed<Given>>,
        funnels: &Funnels,
        with_key: bool,
    ) -> Vec<Cell> {
        let mut cells = Vec::new();
        for (name, value) in &values.0 {
            cells.extend(self.cell(name, value, funnels, with_key));
        }
        cells
    }

    fn cell(
        &mut self,
        name: &Keyed<Text>,
        value: &Keyed<Given>,
        funnels: &Funnels,
        with_key: bool,
    ) -> Vec<Cell> {
        let one = |column: &str, text: &str| {
            vec![Cell {
                column: column.to_owned(),
                text: text.to_owned(),
            }]
        };
        match (name.value.0.as_str(), &value.value) {
            ("stage", Given::Literal(stage))
                if self.index.fields.find::<FieldId>("stage").is_none() =>
            {
                self.stage_without_its_funnel(&stage.0.text, value.span);
                Vec::new()
            }
            ("stage", Given::Map(stages)) => stages
                .0
                .iter()
                .filter_map(|(funnel, stage)| self.stage_cell(funnel, stage, funnels))
                .collect(),
            ("tags", Given::List(tags)) => {
                let known = tags
                    .iter()
                    .filter_map(|tag| self.tag_text(&as_text(tag)))
                    .collect::<Vec<_>>();
                one(
                    &self.contacts.tags.column.clone(),
                    &known.join(&self.contacts.tags.separator),
                )
            }
            ("points", Given::Literal(points)) => {
                let points = Keyed {
                    value: points.clone(),
                    span: value.span,
                    key: value.key,
                };
                let text = self.integer(&points).map(|number| number.to_string());
                text.map(|text| one(&self.contacts.points.column.clone(), &text))
                    .unwrap_or_default()
            }
            ("do-not-contact", Given::Map(channels)) => channels
                .0
                .iter()
                .filter_map(|(channel, reason)| self.block_cell(channel, reason))
                .collect(),
            (group, Given::Literal(points)) if group.starts_with("points/") => {
                self.group_cell(name, points, value).into_iter().collect()
            }
            (key, Given::Literal(literal)) if with_key && key == self.contacts.key => {
                one(key, &literal.0.text)
            }
            _ => self.field_cell(name, value).into_iter().collect(),
        }
    }

    fn stage_without_its_funnel(&mut self, stage: &str, span: Span) {
        let (funnel, stage) = stage.split_once('/').unwrap_or(("funnel", stage));
        let help = format!("write `stage: {{ {funnel}: {stage} }}`; it has one in each funnel");
        let message = "the stage of a contact does not say of which funnel";
        self.report(
            Diagnostic::new(codes::BAD_TEST, span, message)
                .at("of which funnel")
                .help(help),
        );
    }

    fn stage_cell(
        &mut self,
        funnel: &Keyed<Text>,
        stage: &Keyed<Text>,
        funnels: &Funnels,
    ) -> Option<Cell> {
        let id = self.funnel_id(funnel)?;
        let stage = self.stage_id(id, stage)?;
        let funnel = &funnels[id];
        Some(Cell {
            column: funnel.column.clone(),
            text: funnel.stages[stage].value.clone(),
        })
    }

    /// Why a channel must not be used, as it stands in the column that the project names for it.
    fn block_cell(&mut self, name: &Keyed<Text>, reason: &Keyed<Text>) -> Option<Cell> {
        let channel = self.channel(name)?;
        let words = ["unsubscribed", "complained", "bounced"];
        if !words.contains(&reason.value.0.as_str()) {
            return self.unknown_word(&reason.value.0, reason.span, &words);
        }
        let column = self.contacts.channels[channel as usize]
            .do_not_contact
            .clone();
        if column.is_none() && !self.index.contacts_broken {
            let word = channel.word();
            let message = format!("no column says who must not be contacted by {word}");
            let help =
                format!("write `do-not-contact: {{ {word}: {{ column: … }} }}` in `contacts`");
            self.report(
                Diagnostic::new(codes::BAD_TEST, name.span, message)
                    .at("has no column")
                    .help(help),
            );
        }
        Some(Cell {
            column: column?,
            text: reason.value.0.clone(),
        })
    }

    /// The points of a group, `points/loyalty: 20`.
    fn group_cell(
        &mut self,
        name: &Keyed<Text>,
        points: &Literal,
        value: &Keyed<Given>,
    ) -> Option<Cell> {
        let Some(Token::Group(group)) = self.token(name) else {
            return None;
        };
        let number = self.integer(&Keyed {
            value: points.clone(),
            span: value.span,
            key: value.key,
        })?;
        Some(Cell {
            column: self.groups.get(group.index())?.clone(),
            text: number.to_string(),
        })
    }

    fn tag_text(&mut self, tag: &Keyed<Text>) -> Option<String> {
        self.tag_id(tag)
            .map(|id| self.contacts.tags.names[id].id.clone())
    }

    fn field_cell(&mut self, name: &Keyed<Text>, value: &Keyed<Given>) -> Option<Cell> {
        let (field, type_) = self.typed_field(name)?;
        let column = self.contacts.fields[field].column.clone();
        let text = self.given_text(name, value, &type_)?;
        Some(Cell { column, text })
    }

    /// The text of a value as it stands in a file.
    pub(super) fn given_text(
        &mut self,
        name: &Keyed<Text>,
        value: &Keyed<Given>,
        type_: &FieldType,
    ) -> Option<String> {
        match (&value.value, type_) {
            (Given::Literal(literal), _) => {
                let literal = Keyed {
                    value: literal.clone(),
                    span: value.span,
                    key: value.key,
                };
                self.value(type_, &literal)?;
                Some(literal.value.0.text)
            }
            (Given::List(list), FieldType::Choices { values, separator }) => {
                self.choices(values, &ListOf(list.clone()))?;
                Some(
                    list.iter()
                        .map(|item| item.value.0.text.as_str())
                        .collect::<Vec<_>>()
                        .join(separator),
                )
            }
            (Given::List(_) | Given::Map(_), _) => {
                let message = format!("`{}` takes one value", name.value.0);
                self.report(
                    Diagnostic::new(codes::WRONG_VALUE, value.span, message).at("more than one"),
                );
                None
            }
        }
    }

    fn happening(&mut self, event: &written::Happening) -> Option<Happening> {
        let at = self.moment(&event.at.value.0, event.at.span);
        let id = self.event_id(&event.event);
        let mut cells = vec![Cell {
            column: "event".to_owned(),
            text: event.event.value.0.clone(),
        }];
        if let (Some(of), Some(id)) = (&event.of, id) {
            self.content_of(id, of)?;
            cells.push(Cell {
                column: "of".to_owned(),
                text: of.value.0.clone(),
            });
        }
        let id = id?;
        for (name, value) in &event.properties.0 {
            let property = self.property_in(id, name)?;
            let property = self.events[id].properties[property].clone();
            self.value(property.type_.as_ref()?, value)?;
            cells.push(Cell {
                column: column_of(&property.id),
                text: value.value.0.text.clone(),
            });
        }
        Some(Happening { at: at?, cells })
    }

    fn edit(&mut self, edit: &written::Edit, funnels: &Funnels) -> Option<Edit> {
        let at = self.moment(&edit.at.value.0, edit.at.span);
        let set = self.cells(&edit.set, funnels, false);
        let company = edit
            .company
            .as_ref()
            .map(|company| self.company_cells(company, false))
            .unwrap_or_default();
        let add_tags = edit
            .add_tags
            .iter()
            .filter_map(|tag| self.tag_text(tag))
            .collect();
        let remove_tags = edit
            .remove_tags
            .iter()
            .filter_map(|tag| self.tag_text(tag))
            .collect();
        Some(Edit {
            at: at?,
            set,
            company,
            add_tags,
            remove_tags,
        })
    }

    fn expectation(&mut self, expected: &Keyed<written::Expectation>) -> Option<Expectation> {
        let written = &expected.value;
        let at = self.moment(&written.at.value.0, written.at.span);
        let that = written.that.as_ref().map(|that| self.condition(that));
        let (sent, not_sent) = (
            self.contents(&written.sent),
            self.contents(&written.not_sent),
        );
        if that.is_none() && written.sent.is_empty() && written.not_sent.is_empty() {
            let help = "add `that`, `sent` or `not-sent`";
            self.report(
                Diagnostic::new(codes::BAD_TEST, expected.span, "nothing is expected here")
                    .at("cannot fail")
                    .help(help),
            );
        }
        Some(Expectation {
            at: at?,
            that,
            sent,
            not_sent,
        })
    }

    fn contents(&mut self, names: &[Keyed<Text>]) -> Vec<(ContentId, Span)> {
        names
            .iter()
            .filter_map(|name| self.content_id(name).map(|id| (id, name.span)))
            .collect()
    }

    fn ended(&mut self, ended: &Keyed<written::Ended>) -> Option<Ended> {
        let campaign = self.campaign_id(&ended.value.campaign)?;
        Some(Ended {
            campaign,
            is: ended.value.is.value,
            span: ended.value.is.span,
        })
    }
}

fn as_text(literal: &Keyed<Literal>) -> Keyed<Text> {
    Keyed {
        value: Text(literal.value.0.text.clone()),
        span: literal.span,
        key: literal.key,
    }
}

/// The civil time at which a moment begins.
fn start(moment: Moment) -> jiff::civil::DateTime {
    match moment {
        Moment::Day(day) => day.to_datetime(jiff::civil::Time::midnight()),
        Moment::Time(time) => time,
    }
}
