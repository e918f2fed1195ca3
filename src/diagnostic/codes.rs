//! The registry of findings: each code stands here once, with what its findings count as where a
//! project says nothing, and with its page.
//!
//! Invariant: there is no code but these. Reading and checking name them, `explain`, SARIF and the
//! baseline look them up.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use super::Severity;

/// The stable name of a kind of finding, such as `unknown-segment`; `funnelc explain` has a page
/// for each.
#[derive(Clone, Copy)]
pub struct Code(&'static Kind);

/// A kind of finding.
struct Kind {
    name: &'static str,
    standard: Standard,
    page: &'static str,
}

/// What the findings of a kind count as where a project says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standard {
    /// A certainty, which no project can make less of.
    Error,
    /// A warning; `checks` makes it an error, or turns it off.
    Warning,
    /// Nothing: an opinion, which `checks` turns on.
    Off,
}

impl Code {
    /// Its name.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// What its findings count as where a project says nothing.
    pub fn standard(self) -> Standard {
        self.0.standard
    }

    /// Its page of docs/checks, as Markdown.
    pub fn page(self) -> &'static str {
        self.0.page
    }

    /// How bad its findings are when they are made; whether they are told is for the project to
    /// say.
    pub fn severity(self) -> Severity {
        match self.0.standard {
            Standard::Error => Severity::Error,
            Standard::Warning | Standard::Off => Severity::Warning,
        }
    }

    /// Whether a project may say what its findings count as.
    pub fn may_change(self) -> bool {
        self.0.standard != Standard::Error
    }
}

/// All codes, by name.
pub fn all() -> impl Iterator<Item = Code> {
    let codes = ALL.iter().copied();
    #[cfg(test)]
    let codes = codes.chain([OPINION]);
    codes
}

/// Off, so that tests have such a one.
#[cfg(test)]
pub const OPINION: Code = Code(&Kind {
    name: "opinion",
    standard: Standard::Off,
    page: "# opinion
",
});

/// The code of a name.
pub fn find(name: &str) -> Option<Code> {
    all().find(|code| code.name() == name)
}

macro_rules! registry {
    ($($constant:ident = $standard:ident $name:literal)*) => {
        $(
            #[doc = concat!("`", $name, "`")]
            pub const $constant: Code = Code(&Kind {
                name: $name,
                standard: Standard::$standard,
                page: include_str!(concat!("../../docs/checks/", $name, ".md")),
            });
        )*

        const ALL: &[Code] = &[$($constant),*];
    };
}

registry! {
    ALWAYS_TRUE = Warning "always-true"
    AMBIGUOUS_ENTRY = Error "ambiguous-entry"
    AMBIGUOUS_NEXT = Error "ambiguous-next"
    AMBIGUOUS_NUMBER = Warning "ambiguous-number"
    AWAITED_BEFORE_SENT = Off "awaited-before-sent"
    BACKWARD_MOVE = Error "backward-move"
    BAD_BASELINE = Error "bad-baseline"
    BAD_CHECK = Error "bad-check"
    BAD_COLOR = Error "bad-color"
    BAD_DATE = Error "bad-date"
    BAD_DURATION = Error "bad-duration"
    BAD_ID = Error "bad-id"
    BAD_MEMBERS = Error "bad-members"
    BAD_PATTERN = Error "bad-pattern"
    BAD_SHARE = Error "bad-share"
    BAD_TEST = Error "bad-test"
    BAD_VERSION = Error "bad-version"
    BLOCK_ARGUMENTS = Error "block-arguments"
    BLOCK_CYCLE = Error "block-cycle"
    BROKEN_TOKEN = Error "broken-token"
    CAMPAIGNS_COMPETE = Warning "campaigns-compete"
    CHANGES_NOTHING = Warning "changes-nothing"
    CLEARS_REQUIRED = Error "clears-required"
    CLOSED_HOURS = Warning "closed-hours"
    CONDITION_KEYS = Error "condition-keys"
    CONSENT_MISSING = Warning "consent-missing"
    CONTENT_KEYS = Error "content-keys"
    CUT_VALUE = Warning "cut-value"
    DEAD_BRANCH = Warning "dead-branch"
    DEAD_END = Warning "dead-end"
    DUPLICATE_CHOICE = Error "duplicate-choice"
    DUPLICATE_COLUMN = Error "duplicate-column"
    DUPLICATE_KEY = Error "duplicate-key"
    DUPLICATE_STEP = Error "duplicate-step"
    DUPLICATE_VALUE = Error "duplicate-value"
    DUPLICATE_WEIGHT = Warning "duplicate-weight"
    EMPTY_LIST = Error "empty-list"
    EMPTY_VALUE = Error "empty-value"
    EMPTY_WINDOW = Error "empty-window"
    ENDLESS_LOOP = Error "endless-loop"
    EQUAL_SEGMENTS = Off "equal-segments"
    EVENT_CONTENT = Error "event-content"
    EVENT_KEYS = Error "event-keys"
    EVENTS_AS_CONDITION = Warning "events-as-condition"
    EXACT_MOMENT = Off "exact-moment"
    FAILED_TEST = Error "failed-test"
    FIELD_KEYS = Error "field-keys"
    FINAL_EXIT = Error "final-exit"
    FOREIGN_TOKEN = Warning "foreign-token"
    GOAL_AT_ENTRY = Warning "goal-at-entry"
    IN_FLIGHT_KEYS = Error "in-flight-keys"
    LEAVES_ITSELF = Warning "leaves-itself"
    MISSING_DATE = Warning "missing-date"
    MISSING_FILE = Error "missing-file"
    MISSING_KEY = Error "missing-key"
    MISSING_ON_LEAVE = Error "missing-on-leave"
    MISSING_REENTER = Off "missing-reenter"
    MOVE_MAY_BE_REFUSED = Warning "move-may-be-refused"
    MOVE_WITHOUT_EFFECT = Warning "move-without-effect"
    NEVER_AGAIN = Warning "never-again"
    NEVER_AT_REST = Warning "never-at-rest"
    NEVER_SENT = Warning "never-sent"
    NEVER_TRUE = Warning "never-true"
    NO_ADDRESS = Error "no-address"
    NO_CONVERSION = Warning "no-conversion"
    NO_NEXT_STAGE = Error "no-next-stage"
    NO_OWNER = Error "no-owner"
    NOT_SENDABLE = Error "not-sendable"
    OPERATOR_TYPE = Error "operator-type"
    ORDER_AGAINST_WEIGHT = Warning "order-against-weight"
    OUTSIDE_AUDIENCE = Warning "outside-audience"
    OVERLAP = Off "overlap"
    PLAIN_SECRET = Warning "plain-secret"
    REDUNDANT = Off "redundant"
    RESERVED_ID = Error "reserved-id"
    SAME_BRANCHES = Warning "same-branches"
    SEGMENT_CYCLE = Error "segment-cycle"
    SENT_TWICE = Off "sent-twice"
    SETS_THE_KEY = Error "sets-the-key"
    SEVERAL_DOCUMENTS = Error "several-documents"
    SHADOWED_EXPERIENCE = Warning "shadowed-experience"
    SHADOWED_RULE = Warning "shadowed-rule"
    STALE_BASELINE = Warning "stale-baseline"
    STEP_KEYS = Error "step-keys"
    STILL_THERE = Error "still-there"
    TOKEN_WITHOUT_DEFAULT = Warning "token-without-default"
    UNKNOWN_BLOCK = Error "unknown-block"
    UNKNOWN_CAMPAIGN = Error "unknown-campaign"
    UNKNOWN_CHOICE = Error "unknown-choice"
    UNKNOWN_CONTENT = Error "unknown-content"
    UNKNOWN_DESTINATION = Error "unknown-destination"
    UNKNOWN_EVENT = Error "unknown-event"
    UNKNOWN_FIELD = Error "unknown-field"
    UNKNOWN_FUNNEL = Error "unknown-funnel"
    UNKNOWN_GROUP = Error "unknown-group"
    UNKNOWN_KEY = Error "unknown-key"
    UNKNOWN_OVERRIDE = Error "unknown-override"
    UNKNOWN_PROPERTY = Error "unknown-property"
    UNKNOWN_SEGMENT = Error "unknown-segment"
    UNKNOWN_STAGE = Error "unknown-stage"
    UNKNOWN_STEP = Error "unknown-step"
    UNKNOWN_TAG = Error "unknown-tag"
    UNKNOWN_TIMEZONE = Error "unknown-timezone"
    UNKNOWN_VALUE = Error "unknown-value"
    UNKNOWN_VARIABLE = Error "unknown-variable"
    UNNAMED_BRANCH = Warning "unnamed-branch"
    UNNAMED_WAIT = Warning "unnamed-wait"
    UNQUOTED_VALUE = Error "unquoted-value"
    UNREACHABLE_STAGE = Warning "unreachable-stage"
    UNREACHABLE_STEP = Warning "unreachable-step"
    UNSENT_CONTENT = Warning "unsent-content"
    UNUSED_BLOCK = Warning "unused-block"
    UNUSED_CAMPAIGN = Warning "unused-campaign"
    UNUSED_CONTENT = Warning "unused-content"
    UNUSED_DESTINATION = Warning "unused-destination"
    UNUSED_EVENT = Warning "unused-event"
    UNUSED_SEGMENT = Warning "unused-segment"
    UNUSED_TAG = Warning "unused-tag"
    UNUSED_VARIABLE = Warning "unused-variable"
    WINDOW_OVER = Warning "window-over"
    WRONG_TYPE = Error "wrong-type"
    WRONG_VALUE = Error "wrong-value"
    YAML_LIMIT = Error "yaml-limit"
    YAML_SYNTAX = Error "yaml-syntax"
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Code").field(&self.name()).finish()
    }
}

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Code {}

impl PartialOrd for Code {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Code {
    fn cmp(&self, other: &Self) -> Ordering {
        self.name().cmp(other.name())
    }
}

impl Hash for Code {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name().hash(state);
    }
}
