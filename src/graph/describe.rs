//! Conditions and steps in the words of the language, on one line; what cannot be understood reads
//! `…`.

use rust_decimal::Decimal;

use crate::language::Operator;
use crate::model::ids::Id;
use crate::model::operator::Compared;
use crate::model::{
    Action, Await, Call, ChoiceId, Condition, ConditionKind, Content, ContentKind, Duration, Enter,
    EventPattern, EventTest, EventType, Experience, Field, FieldId, FieldTest, FieldType, Give,
    Listing, Model, NewValue, NumberTest, Segment, Share, Since, StageRef, Step, StepKind, Subject,
    TagId, Tags, Threshold, Until, Update, UpdateChange, Value,
};

/// What stands for something that could not be understood.
pub const UNCLEAR: &str = "…";

/// A condition: `segment buyers and not orders at least 5`.
pub fn condition(model: &Model, condition: &Condition) -> String {
    Words { model }.condition(&condition.kind, Binding::Loose)
}

/// A way into a campaign: `segment lapsed-buyers`, `entered shop/loyal`.
pub fn enter(model: &Model, enter: &Enter) -> String {
    match enter {
        Enter::Condition(inner) => condition(model, inner),
        Enter::Entered { stage, .. } => format!("entered {}", self::stage(model, *stage)),
        Enter::Event(pattern) => self::pattern(model, pattern),
    }
}

/// Which occurrences: `event opened of hello`, `event purchased where amount at least 5`.
pub fn pattern(model: &Model, pattern: &EventPattern) -> String {
    let of = pattern
        .of
        .map(|content| format!(" of {}", model.content[content].id))
        .unwrap_or_default();
    // In brackets, since what follows may be about the contact again.
    let inner = pattern.where_.as_ref().map(|inner| {
        let words = Words { model }.condition(&inner.kind, Binding::Not);
        format!(" where {words}")
    });
    format!(
        "event {}{of}{}",
        model.events[pattern.event].id,
        inner.unwrap_or_default()
    )
}

/// A step: `send we-miss-you`, `wait 7 days`, `if orders at least 5`.
pub fn step(model: &Model, step: &Step) -> String {
    match &step.kind {
        StepKind::Action(action) => self::action(model, action),
        StepKind::Wait(wait) => format!("wait {}{}", wait.length, wait.windows),
        StepKind::WaitUntil { until, windows, .. } => {
            format!("wait until {}{windows}", moment(model, until))
        }
        StepKind::If { when, .. } => format!("if {}", condition(model, when)),
        StepKind::Split(shares) => format!("split {}", split(shares)),
        StepKind::Await(awaiting) => self::awaiting(model, awaiting),
        StepKind::Fork(ways) => {
            format!(
                "fork {}",
                ways.iter()
                    .map(|way| quoted(&way.label))
                    .collect::<Vec<_>>()
                    .join(" and ")
            )
        }
        StepKind::Goto { name, .. } => format!("go on at {name}"),
        StepKind::Exit(outcome) => format!("exit: {}", outcome.word()),
        StepKind::Broken => UNCLEAR.to_owned(),
    }
}

/// The words of an action.
fn action(model: &Model, action: &Action) -> String {
    match action {
        Action::Send { content, .. } => format!("send {}", model.content[*content].id),
        Action::Move(target) => format!("move to {}", stage(model, *target)),
        Action::Leave(funnel) => format!("leave {}", model.funnels[*funnel].id),
        Action::AddTag(id) => format!("add tag {}", tag(&model.contacts.tags, *id)),
        Action::RemoveTag(id) => format!("remove tag {}", tag(&model.contacts.tags, *id)),
        Action::Points(give) => self::give(model, *give),
        Action::Set { field, to } => set(model, *field, to),
        Action::Clear(field) => format!("clear {}", model.contacts.fields[*field].id),
        Action::Call(call) => self::call(model, call),
        Action::Note(text) => format!("note: {}", sentence(text)),
        Action::List(listing) => self::listing(model, *listing),
        Action::Enroll(campaign) => format!("enroll in {}", model.campaigns[*campaign].id),
        Action::Withdraw(campaign) => format!("withdraw from {}", model.campaigns[*campaign].id),
    }
}

/// `await opened of win-back-1 for 3 days`.
fn awaiting(model: &Model, awaiting: &Await) -> String {
    let events: Vec<_> = awaiting
        .ways
        .iter()
        .map(|way| pattern(model, &way.pattern))
        .collect();
    let events = events
        .iter()
        .map(|words| words.strip_prefix("event ").unwrap_or(words));
    let length = awaiting
        .length
        .map(|length| format!(", for {length}"))
        .unwrap_or_default();
    format!("await {}{length}", events.collect::<Vec<_>>().join(" or "))
}

/// The shares, in order of their labels: `50 / 50`, `short 20 / usual 80`.
fn split(shares: &[Share]) -> String {
    let mut shares: Vec<_> = shares.iter().collect();
    shares.sort_by(|one, other| one.label.cmp(&other.label));
    let word = |share: &&Share| {
        let number = share.share.to_string();
        if share.label.split('#').next() == Some(&number) {
            number
        } else {
            format!("{} {number}", quoted(&share.label))
        }
    };
    shares.iter().map(word).collect::<Vec<_>>().join(" / ")
}

/// An experience: `freebie: focus freebie-popup if country is PL`.
pub fn experience(model: &Model, experience: &Experience) -> String {
    let content = &model.content[experience.content];
    let who = experience
        .when
        .as_ref()
        .map(|when| format!(" if {}", condition(model, when)))
        .unwrap_or_default();
    let off = if experience.publish.published {
        ""
    } else {
        " (not published)"
    };
    format!(
        "{}: {} {}{who}{off}",
        experience.id,
        kind(content).unwrap_or(UNCLEAR),
        content.id
    )
}

/// Who belongs to a segment: `orders at least 1 or listed (3)`.
pub fn segment(model: &Model, segment: &Segment) -> String {
    let nobody = segment.condition.kind == ConditionKind::Any(Vec::new());
    let mut words = if nobody {
        String::new()
    } else {
        condition(model, &segment.condition)
    };
    if !segment.include.is_empty() {
        let or = if nobody { "" } else { " or " };
        words += &format!("{or}listed ({})", segment.include.keys().len());
    }
    if !segment.exclude.is_empty() {
        words += &format!(" but not listed ({})", segment.exclude.keys().len());
    }
    words
}

fn listing(model: &Model, listing: Listing) -> String {
    let subject = listing.subject(model);
    match listing {
        Listing::Unsubscribe(_) => format!("unsubscribe from {subject}"),
        Listing::Resubscribe(_) => format!("resubscribe to {subject}"),
        Listing::AddTo(_) => format!("add to segment {subject}"),
        Listing::RemoveFrom(_) => format!("remove from segment {subject}"),
    }
}

fn call(model: &Model, call: &Call) -> String {
    match call {
        Call::Notify { to, message } => {
            format!(
                "notify {}: {}",
                to.word(),
                sentence(&message.written(model))
            )
        }
        Call::Webhook { destination, .. } => {
            format!("call {}", model.destinations[*destination].id)
        }
        Call::PushTo(destination) => format!("push to {}", model.destinations[*destination].id),
    }
}

/// `give 10 points`, `take 5 points of loyalty`.
pub fn give(model: &Model, give: Give) -> String {
    let verb = if give.points < 0 { "take" } else { "give" };
    let points = counted(give.points.unsigned_abs(), "point");
    match give.group {
        Some(group) => format!("{verb} {points} of {}", model.points.groups[group].id),
        None => format!("{verb} {points}"),
    }
}

/// `at 100 points of loyalty`.
pub fn threshold(model: &Model, threshold: Threshold) -> String {
    match threshold.group {
        Some(group) => format!(
            "at {} points of {}",
            threshold.at, model.points.groups[group].id
        ),
        None => format!("at {} points", threshold.at),
    }
}

/// `shop/loyal`.
pub fn stage(model: &Model, stage: StageRef) -> String {
    let funnel = &model.funnels[stage.funnel];
    format!("{}/{}", funnel.id, funnel.stages[stage.stage].id)
}

/// The language's word for the kind of some content; absent where that is broken.
pub fn kind(content: &Content) -> Option<&'static str> {
    content.kind.map(ContentKind::word)
}

/// `1 step`, `2 steps`.
pub fn counted(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// How tightly the words around a condition bind, so that `(a or b) and c` gets its brackets.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Binding {
    Loose,
    And,
    Not,
}

struct Words<'a> {
    model: &'a Model,
}

impl Words<'_> {
    fn condition(&self, kind: &ConditionKind, around: Binding) -> String {
        match kind {
            ConditionKind::All(inner) => {
                self.joined(inner, " and ", Binding::And, around > Binding::And)
            }
            ConditionKind::Any(inner) => {
                self.joined(inner, " or ", Binding::And, around > Binding::Loose)
            }
            ConditionKind::Not(inner) => {
                format!("not {}", self.condition(&inner.kind, Binding::Not))
            }
            ConditionKind::Field { subject, test } => self.field(*subject, test),
            ConditionKind::Tag(id) => format!("tag {}", tag(&self.model.contacts.tags, *id)),
            ConditionKind::Stage {
                stage: target,
                at_least: None,
            } => format!("stage {}", stage(self.model, *target)),
            ConditionKind::Stage {
                stage: target,
                at_least: Some(duration),
            } => {
                format!("stage {} for {duration}", stage(self.model, *target))
            }
            ConditionKind::Reached(target) => format!("reached {}", stage(self.model, *target)),
            ConditionKind::InFunnel(funnel) => {
                format!("in funnel {}", self.model.funnels[*funnel].id)
            }
            ConditionKind::Segment(segment) => {
                format!("segment {}", self.model.segments[*segment].id)
            }
            ConditionKind::Reachable(channel) => format!("reachable by {}", channel.word()),
            ConditionKind::Campaign { campaign, state } => {
                let name = &self.model.campaigns[*campaign].id;
                state.map_or_else(
                    || format!("ever in campaign {name}"),
                    |it| format!("campaign {name} {}", it.word()),
                )
            }
            ConditionKind::Event(test) => self.event(test),
            ConditionKind::Broken => UNCLEAR.to_owned(),
        }
    }

    /// `event opened of hello`, `event purchased at least 2 within 90 days`, `sum of amount of
    /// event purchased more than 5`.
    fn event(&self, test: &EventTest) -> String {
        let mut words = pattern(self.model, &test.pattern);
        if let Some(property) = test.sum {
            words = format!(
                "sum of {} of {words}",
                self.model.events[test.pattern.event].properties[property].id
            );
        }
        if test.sum.is_some() || test.test != NumberTest::AtLeast(Decimal::ONE) {
            words = format!("{words} {}", compared(test.test.compared()));
        }
        if let Some(length) = test.within {
            words = format!("{words} within {length}");
        }
        match test.since {
            Since::Ever => words,
            Since::Entry | Since::Stage => format!("{words} since {}", test.since.word()),
        }
    }

    fn joined(&self, inner: &[Condition], word: &str, binding: Binding, brackets: bool) -> String {
        let binding = if inner.len() == 1 {
            Binding::Loose
        } else {
            binding
        };
        let parts: Vec<_> = inner
            .iter()
            .map(|inner| self.condition(&inner.kind, binding))
            .collect();
        let words = parts.join(word);
        if brackets {
            format!("({words})")
        } else {
            words
        }
    }

    fn field(&self, subject: Subject, test: &FieldTest) -> String {
        let name = match subject {
            Subject::Property(event, property) => {
                self.model.events[event].properties[property].id.clone()
            }
            Subject::Field(field) => self.model.contacts.fields[field].id.clone(),
            Subject::Company(_) => {
                format!(
                    "company {}",
                    self.company_field(subject)
                        .map_or(UNCLEAR, |field| field.id.as_str())
                )
            }
            Subject::Points => "points".to_owned(),
            Subject::Tags => "tags".to_owned(),
            Subject::Group(group) => format!("points of {}", self.model.points.groups[group].id),
        };
        match test.compared(|id| self.choice(subject, id)) {
            Some((operator, mut operands)) => {
                if let FieldTest::Text(_) = test {
                    for operand in &mut operands {
                        *operand = quoted(operand);
                    }
                }
                format!("{name} {}", compared((operator, operands)))
            }
            None => format!(
                "has {}{name}",
                if *test == FieldTest::Exists(true) {
                    ""
                } else {
                    "no "
                }
            ),
        }
    }

    fn choice(&self, subject: Subject, id: ChoiceId) -> String {
        match subject {
            Subject::Points | Subject::Group(_) | Subject::Tags | Subject::Property(..) => {
                UNCLEAR.to_owned()
            }
            Subject::Field(field) => choice(&self.model.contacts.fields[field], id),
            Subject::Company(_) => self
                .company_field(subject)
                .map_or(UNCLEAR.to_owned(), |field| choice(field, id)),
        }
    }

    fn company_field(&self, subject: Subject) -> Option<&Field> {
        match (subject, &self.model.companies) {
            (Subject::Company(field), Some(companies)) => Some(&companies.fields[field]),
            (Subject::Company(_) | Subject::Field(_) | Subject::Points, _) => None,
            (Subject::Group(_) | Subject::Tags | Subject::Property(..), _) => None,
        }
    }
}

/// `at least 5`, `is one of a, b`, `between 1 and 3`.
fn compared((operator, operands): Compared) -> String {
    let listed = operands.join(", ");
    match (operator, operands.as_slice()) {
        (Operator::In | Operator::Is, _) => format!("{} {listed}", among(&operands, false)),
        (Operator::NotIn | Operator::IsNot, _) => format!("{} {listed}", among(&operands, true)),
        (Operator::Between, [first, second]) => format!("between {first} and {second}"),
        (Operator::Anniversary, _) => format!("has its anniversary {listed}"),
        (Operator::HasAny | Operator::HasAll | Operator::HasNone, _) => {
            format!("{} of {listed}", operator.word().replace('-', " "))
        }
        _in_its_own_word => format!("{} {listed}", operator.word().replace('-', " ")),
    }
}

fn set(model: &Model, field: FieldId, to: &NewValue) -> String {
    let name = &model.contacts.fields[field].id;
    match to {
        NewValue::Value(value) => format!(
            "set {name} to {}",
            self::value(&model.contacts.fields[field], value)
        ),
        NewValue::Add(number) if number.is_sign_negative() => {
            format!("take {} from {name}", number.abs())
        }
        NewValue::Add(number) => format!("add {number} to {name}"),
        NewValue::Today => format!("set {name} to today"),
        NewValue::Now => format!("set {name} to now"),
    }
}

/// What an event does to a field: `add 1 to orders`, `set last-active to event-time`.
pub fn update(model: &Model, event: &EventType, update: &Update) -> String {
    let field = &model.contacts.fields[update.field].id;
    match &update.change {
        UpdateChange::Add(number) => format!("add {number} to {field}"),
        UpdateChange::AddProperty(property) => {
            format!("add {} to {field}", event.properties[*property].id)
        }
        UpdateChange::Set(to) => format!(
            "set {field} to {}",
            value(&model.contacts.fields[update.field], to)
        ),
        UpdateChange::SetProperty(property) => {
            format!("set {field} to {}", event.properties[*property].id)
        }
        UpdateChange::SetEventTime => format!("set {field} to event-time"),
    }
}

/// A value of a field.
pub fn value(field: &Field, value: &Value) -> String {
    match value {
        Value::Text(text) => quoted(text),
        Value::Integer(number) => number.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Boolean(is) => is.to_string(),
        Value::Date(date) => date.to_string(),
        Value::Datetime(moment) => moment.to_string(),
        Value::Choice(id) => choice(field, *id),
        Value::Choices(ids) => list(ids.iter().map(|id| choice(field, *id))),
    }
}

fn choice(field: &Field, id: ChoiceId) -> String {
    let Some(FieldType::Choice(values) | FieldType::Choices { values, .. }) = &field.type_ else {
        return UNCLEAR.to_owned();
    };
    values
        .get(id.index())
        .map_or_else(|| UNCLEAR.to_owned(), |value| quoted(value))
}

fn moment(model: &Model, until: &Until) -> String {
    match until {
        Until::Moment(moment) => moment.to_string(),
        Until::Field {
            field,
            offset,
            if_missing: _,
        } => {
            let name = &model.contacts.fields[*field].id;
            let written = offset.to_string();
            match written.strip_prefix('-') {
                _ if *offset == Duration::default() => name.clone(),
                Some(length) => format!("{length} before {name}"),
                None => format!("{written} after {name}"),
            }
        }
    }
}

fn tag(tags: &Tags, id: TagId) -> String {
    quoted(&tags.names[id].id)
}

/// A value as it stands where it cannot be taken for other words, and else in quotes.
pub fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./:@+#%&*$€'!?<>=|~^".contains(c);
    let is_word = matches!(text, "" | "and" | "or" | "not" | UNCLEAR);
    in_quotes_unless(!is_word && text.chars().all(is_plain), text)
}

/// A text at the end of what is said of a step; others may follow.
fn sentence(text: &str) -> String {
    in_quotes_unless(!text.contains([',', ';', '"', '(', ')']), text)
}

fn in_quotes_unless(is_plain: bool, text: &str) -> String {
    if is_plain {
        text.to_owned()
    } else {
        format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
    }
}

fn among<T>(values: &[T], negated: bool) -> &'static str {
    match (values.len(), negated) {
        (0 | 1, false) => "is",
        (0 | 1, true) => "is not",
        (_, false) => "is one of",
        (_, true) => "is none of",
    }
}

fn list(values: impl Iterator<Item = String>) -> String {
    values.collect::<Vec<_>>().join(", ")
}
