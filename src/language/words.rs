//! The words that stand for one of a few choices.

use schemars::JsonSchema;
use serde::Deserialize;

words! {
    /// What the end of a campaign's window does to contacts inside.
    AfterUntil { Pause = "pause", Exit = "exit" }
    /// What leaving the audience of a funnel means.
    AudienceLeft { Stay = "stay", Leave = "leave" }
    /// A way to reach a contact.
    Channel { Email = "email", Sms = "sms", Push = "push" }
    /// The kinds of content.
    ContentKind {
        Email = "email",
        Sms = "sms",
        Push = "push",
        Focus = "focus",
        Message = "message",
        Dynamic = "dynamic",
        Ad = "ad",
        Social = "social",
        Page = "page",
        Form = "form",
        Asset = "asset",
    }
    /// The kinds of destinations.
    DestinationKind { Webhook = "webhook", Crm = "crm" }
    /// What becomes of those who qualify when a campaign is first published.
    Existing { Enter = "enter", Skip = "skip" }
    /// What a date that is missing does.
    IfMissing { Continue = "continue", Exit = "exit", Skip = "skip" }
    /// What a moment that is over does.
    IfPast { Continue = "continue", Exit = "exit", Skip = "skip" }
    /// What becomes of a message that is over a limit.
    LimitThen { Delay = "delay", Drop = "drop" }
    /// Which moves a funnel allows.
    Moves { Forward = "forward", Free = "free" }
    /// What happens when no condition of `enter` holds any longer.
    OnLeave { Exit = "exit", Stay = "stay" }
    /// What a message that is not sent does.
    OnSkip { Continue = "continue", Exit = "exit" }
    /// Where conversions lead.
    Order { Strict = "strict", Loose = "loose" }
    /// How a campaign ends for a contact.
    Outcome { Completed = "completed", Exited = "exited", Converted = "converted" }
    /// The types that a parameter of a block may have.
    ParameterType {
        Text = "text",
        Email = "email",
        Integer = "integer",
        Number = "number",
        Boolean = "boolean",
        Date = "date",
        Datetime = "datetime",
        Choice = "choice",
        Choices = "choices",
        Duration = "duration",
        Content = "content",
        Segment = "segment",
        Stage = "stage",
        Campaign = "campaign",
    }
    /// The types that a property of an event may have.
    PropertyType {
        Text = "text",
        Integer = "integer",
        Number = "number",
        Boolean = "boolean",
        Date = "date",
        Datetime = "datetime",
    }
    /// What a segment is for besides the journey.
    Purpose { Reports = "reports" }
    /// Whether a contact has tags.
    TagsHeld { Any = "any", None = "none" }
    /// The types that a field may have.
    TypeName {
        Text = "text",
        Email = "email",
        Integer = "integer",
        Number = "number",
        Boolean = "boolean",
        Date = "date",
        Datetime = "datetime",
        Choice = "choice",
        Choices = "choices",
    }
    /// What becomes of contacts at a place that is gone.
    WhenRemoved { Exit = "exit", Next = "next", Leave = "leave" }
}

impl ContentKind {
    /// The channel on which it goes out, if it needs an address.
    pub fn channel(self) -> Option<Channel> {
        match self {
            Self::Email => Some(Channel::Email),
            Self::Sms => Some(Channel::Sms),
            Self::Push => Some(Channel::Push),
            Self::Focus | Self::Message | Self::Dynamic | Self::Ad | Self::Social => None,
            Self::Page | Self::Form | Self::Asset => None,
        }
    }

    /// Whether an experience shows it and hides it again; others are sent.
    pub fn is_shown(self) -> bool {
        matches!(self, Self::Focus | Self::Dynamic | Self::Ad)
    }

    /// Whether a `send` step may name it.
    pub fn can_be_sent(self) -> bool {
        !matches!(self, Self::Page | Self::Form | Self::Asset)
    }
}
