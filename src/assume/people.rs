//! One assumption: what people do, behind what, how many of them and how soon.

use rust_decimal::Decimal;

use super::{Reader, scalar};
use crate::diagnostic::{codes, list};
use crate::model::calendar::Sign;
use crate::model::{
    CampaignId, Content, ContentId, Duration, EventId, EventType, PropertyId, StageRef,
};
use crate::runner::events::property_value;
use crate::runner::simulate::{After, Assumption, PropertyValue};
use crate::yaml::{Entry, Node, Value};

/// What an event follows; how soon is said beside it.
enum Cause {
    Sent(Option<ContentId>),
    Stage(StageRef),
    Campaign(CampaignId),
}

impl Cause {
    fn behind(self, within: Duration) -> After {
        match self {
            Self::Sent(content) => After::Sent(content, within),
            Self::Stage(stage) => After::Stage(stage, within),
            Self::Campaign(campaign) => After::Campaign(campaign, within),
        }
    }
}

/// In seconds.
const HOUR: i64 = 3600;

/// Whether the event can happen to this content when it was sent.
fn is_sent(event: &EventType, content: &Content) -> bool {
    event.happens_to(content) && !content.channels().is_empty()
}

const KEYS: [&str; 7] = [
    "after",
    "every",
    "event",
    "of",
    "properties",
    "chance",
    "within",
];

impl Reader<'_> {
    /// An assumption, if nothing is wrong with it.
    pub(super) fn assumption(&mut self, node: &Node) -> Option<Assumption> {
        let before = self.found.len();
        let entries = self.mapping(node, "what people do")?;
        self.only(entries, &KEYS);
        let after = self.when(node);
        let event = self.required(node, "event").and_then(|it| self.event(it));
        let of = node.get("of").map(|it| (it, self.content(it)));
        let chance = self.required(node, "chance").and_then(|it| self.chance(it));
        match (event, of) {
            (Some(event), Some((at, Some(content)))) => self.can_happen(event, content, at),
            (Some(event), None) => {
                if let Some(after) = after {
                    self.fits(after, event, node.get("event").unwrap_or(node));
                }
            }
            (Some(_), Some((_, None))) | (None, _) => {}
        }
        let properties = event.zip(node.get("properties"));
        let properties = properties.map_or_else(Vec::new, |(event, it)| self.properties(event, it));
        let (after, event, chance) = (after?, event?, chance?);
        let of = of.and_then(|(_, content)| content);
        (self.found.len() == before).then_some(Assumption {
            after,
            event,
            of,
            properties,
            chance,
        })
    }

    fn required<'n>(&mut self, node: &'n Node, key: &str) -> Option<&'n Node> {
        let found = node.get(key);
        if found.is_none() {
            self.missing(node, key);
        }
        found
    }

    /// What it follows and how soon, or how often it may happen.
    fn when(&mut self, node: &Node) -> Option<After> {
        match (node.entry("after"), node.entry("every")) {
            (Some(after), None) => {
                let of = self.after(&after.value);
                let within = self.required(node, "within").and_then(|it| self.length(it));
                Some(of?.behind(within?))
            }
            (None, Some(every)) => {
                if let Some(within) = node.entry("within") {
                    self.wrong(
                        (codes::UNKNOWN_KEY, within.key.span, "not beside `every`"),
                        "`within` says how soon something follows, and nothing comes before it",
                        "remove it: what comes `every 7 days` comes on any second of them",
                    );
                }
                let length = self.length(&every.value)?;
                let is_short = length.months == 0 && length.days == 0 && length.seconds < HOUR;
                if is_short {
                    self.wrong(
                        (codes::BAD_DURATION, every.value.span, "too short"),
                        format!("`{length}` is too short for `every`"),
                        "write an hour or more, and a smaller chance",
                    );
                }
                Some(After::Nothing(length))
            }
            (Some(_), Some(every)) => {
                self.wrong(
                    (codes::UNKNOWN_KEY, every.key.span, "not beside `after`"),
                    "what people do follows something or comes over the time, not both",
                    "remove `after` or `every`, or write two items",
                );
                None
            }
            (None, None) => {
                self.missing(node, "after");
                None
            }
        }
    }

    /// `{ sent: any }`, `{ sent: welcome }`, `{ stage: shop/lead }` or `{ campaign: win-back }`.
    fn after(&mut self, node: &Node) -> Option<Cause> {
        let entries = self.mapping(node, "`after`")?;
        let [Entry { key, value }] = entries else {
            self.wrong(
                (codes::WRONG_TYPE, node.span, "not one cause"),
                "`after` names one thing that it follows",
                "write `after: { sent: any }`, or one item for each",
            );
            return None;
        };
        match key.value.as_str() {
            "sent" if scalar(value) == Some("any") => Some(Cause::Sent(None)),
            "sent" => self.content(value).map(|it| Cause::Sent(Some(it))),
            "stage" => self.stage(value).map(Cause::Stage),
            "campaign" => self.campaign(value).map(Cause::Campaign),
            _ => {
                self.only(entries, &["sent", "stage", "campaign"]);
                None
            }
        }
    }

    /// An event of content follows what was sent only if it can happen to that.
    fn fits(&mut self, after: After, event: EventId, at: &Node) {
        let (event, model) = (&self.model.events[event], self.model);
        let After::Sent(content, _) = after else {
            return;
        };
        if !event.is_of_content() {
            return;
        }
        let message = match content.map(|content| &model.content[content]) {
            Some(content) if event.happens_to(content) => return,
            Some(content) => format!("`{}` does not happen to `{}`", event.id, content.id),
            None if model.content.values().any(|it| is_sent(event, it)) => return,
            None => format!("`{}` happens to nothing that is sent here", event.id),
        };
        self.wrong(
            (codes::WRONG_VALUE, at.span, "cannot happen to it"),
            message,
            format!(
                "say with `of` to which content it happens: {}",
                self.of(event)
            ),
        );
    }

    /// Whether the event can happen to the content that is named with `of`.
    fn can_happen(&mut self, event: EventId, content: ContentId, at: &Node) {
        let (event, content) = (&self.model.events[event], &self.model.content[content]);
        if event.happens_to(content) {
            return;
        }
        let help = if event.is_of_content() {
            format!("name content to which it happens: {}", self.of(event))
        } else {
            format!("remove `of`: `{}` is of no content", event.id)
        };
        self.wrong(
            (codes::WRONG_VALUE, at.span, "cannot happen to it"),
            format!("`{}` does not happen to `{}`", event.id, content.id),
            help,
        );
    }

    /// The content to which an event can happen, in words.
    fn of(&self, event: &EventType) -> String {
        let model = self.model;
        let known: Vec<&str> = model
            .content
            .values()
            .filter(|content| event.happens_to(content))
            .map(|content| content.id.as_str())
            .collect();
        if known.is_empty() {
            "the project has none".to_owned()
        } else {
            list(known)
        }
    }

    /// In millionths.
    fn chance(&mut self, node: &Node) -> Option<u32> {
        let text = self.text(node, "a chance")?;
        let number = text.strip_suffix('%').map(str::trim);
        let percent = number.and_then(|it| it.parse::<Decimal>().ok());
        let millionths = percent
            .and_then(|it| it.checked_mul(Decimal::from(10_000)))
            .filter(Decimal::is_integer)
            .and_then(|it| u32::try_from(it).ok())
            .filter(|it| *it <= 1_000_000);
        if millionths.is_none() {
            self.wrong(
                (codes::WRONG_VALUE, node.span, "not a chance"),
                format!("`{text}` is no chance"),
                "write `30 %` or `0.5 %`, from 0 % to 100 %, in steps of 0.0001 %",
            );
        }
        millionths
    }

    fn length(&mut self, node: &Node) -> Option<Duration> {
        let text = self.text(node, "a length of time")?;
        match Duration::parse(text, Sign::Positive) {
            Ok(length) => Some(length),
            Err(reason) => {
                self.wrong(
                    (codes::BAD_DURATION, node.span, "not a duration"),
                    format!("`{text}` is no length of time: {reason}"),
                    "write `2 hours` or `5 days`",
                );
                None
            }
        }
    }

    fn properties(&mut self, event: EventId, node: &Node) -> Vec<(PropertyId, Vec<PropertyValue>)> {
        let event = &self.model.events[event];
        let mut read = Vec::new();
        for entry in self.mapping(node, "`properties`").unwrap_or_default() {
            if let Some(property) = self.property(event, &entry.key) {
                let values = self.values(event, property, &entry.value);
                read.push((property, values));
            }
        }
        read
    }

    /// One value, or some of which one is drawn.
    fn values(
        &mut self,
        event: &EventType,
        property: PropertyId,
        node: &Node,
    ) -> Vec<PropertyValue> {
        let items = match &node.value {
            Value::Sequence(items) => items.as_slice(),
            Value::Scalar(_) | Value::Mapping(_) => std::slice::from_ref(node),
        };
        let values: Vec<_> = items
            .iter()
            .filter_map(|item| self.value(event, property, item))
            .collect();
        if items.is_empty() {
            self.wrong(
                (codes::EMPTY_LIST, node.span, "no values"),
                "of no values none can be drawn",
                "write a value, or some in a list",
            );
        }
        values
    }

    fn value(
        &mut self,
        event: &EventType,
        property: PropertyId,
        node: &Node,
    ) -> Option<PropertyValue> {
        let property = &event.properties[property];
        let text = self.text(node, "the value of a property")?;
        let type_ = property.type_.as_ref()?;
        let value = Some(text)
            .filter(|text| !text.is_empty())
            .and_then(|text| property_value(type_, text, &self.zone));
        let Some(value) = value else {
            self.wrong(
                (codes::WRONG_VALUE, node.span, "not of its type"),
                format!("`{text}` is no `{}` for `{}`", type_.word(), property.id),
                format!(
                    "`{}` of `{}` is declared as `{}`",
                    property.id,
                    event.id,
                    type_.word()
                ),
            );
            return None;
        };
        Some(PropertyValue {
            text: text.to_owned(),
            value,
        })
    }
}
