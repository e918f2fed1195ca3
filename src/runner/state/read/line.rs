//! A contact's line as it is written: what each key holds, see `write`; names stay text until a
//! plan is at hand.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use crate::runner::state::{Knows, Text, events};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line<'a> {
    #[serde(rename = "k", borrow)]
    pub(super) _key: Name<'a>,
    #[serde(default, borrow)]
    pub(super) s: Pairs<'a, StageLine<'a>>,
    #[serde(default)]
    pub(super) i: Option<i64>,
    #[serde(default, borrow)]
    pub(super) e: Pairs<'a, Vec<Name<'a>>>,
    #[serde(default, borrow)]
    pub(super) x: Pairs<'a, StayLine<'a>>,
    #[serde(default, borrow)]
    pub(super) f: Pairs<'a, KnownLine<Value>>,
    #[serde(default, borrow)]
    pub(super) a: Pairs<'a, AsOfLine<'a>>,
    #[serde(default, borrow)]
    pub(super) d: Pairs<'a, DeliveryLine>,
    #[serde(default, borrow)]
    pub(super) g: Vec<Name<'a>>,
    #[serde(default, borrow)]
    pub(super) h: Vec<Name<'a>>,
    #[serde(default)]
    pub(super) p: KnownLine<i64>,
    #[serde(default)]
    pub(super) o: Vec<events::EventLine>,
    #[serde(default, borrow)]
    pub(super) y: Vec<Name<'a>>,
    #[serde(default, borrow)]
    pub(super) b: Pairs<'a, StageLine<'a>>,
    #[serde(default, borrow)]
    pub(super) u: Pairs<'a, bool>,
    #[serde(default, borrow)]
    pub(super) r: Pairs<'a, KnownLine<i64>>,
    #[serde(default, borrow)]
    pub(super) l: Pairs<'a, Vec<i64>>,
    #[serde(default, borrow)]
    pub(super) m: Pairs<'a, i64>,
    #[serde(default, borrow)]
    pub(super) n: Pairs<'a, Name<'a>>,
    #[serde(default)]
    pub(super) z: Option<Knows>,
    #[serde(default, borrow)]
    pub(super) c: Pairs<'a, MemberLine<'a>>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StageLine<'a> {
    #[serde(default, borrow)]
    pub(super) v: Option<Name<'a>>,
    #[serde(default)]
    pub(super) t: i64,
    #[serde(default, borrow, deserialize_with = "present")]
    #[expect(
        clippy::option_option,
        reason = "a file that agrees is something else than one that shows no stage"
    )]
    pub(super) r: Option<Option<Name<'a>>>,
    #[serde(default, borrow)]
    pub(super) b: Vec<Option<Name<'a>>>,
    #[serde(default)]
    pub(super) l: bool,
    #[serde(default)]
    pub(super) a: bool,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StayLine<'a> {
    pub(super) n: u32,
    #[serde(default)]
    pub(super) i: bool,
    #[serde(default, borrow)]
    pub(super) c: Option<Name<'a>>,
    #[serde(default, borrow)]
    pub(super) w: Option<Name<'a>>,
    #[serde(default)]
    pub(super) d: Option<i64>,
    #[serde(default, borrow)]
    pub(super) v: Pairs<'a, u32>,
}

#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KnownLine<T> {
    pub(super) v: T,
    #[serde(default = "absent", deserialize_with = "present")]
    pub(super) r: Option<T>,
    #[serde(default = "Vec::new")]
    pub(super) b: Vec<T>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a key of the line")]
pub(super) struct MemberLine<'a> {
    #[serde(default)]
    pub(super) n: u32,
    #[serde(default, borrow)]
    pub(super) o: Option<Name<'a>>,
    #[serde(default)]
    pub(super) t: i64,
    #[serde(default, borrow)]
    pub(super) p: Option<Name<'a>>,
    #[serde(default)]
    pub(super) d: i64,
    #[serde(default, borrow)]
    pub(super) w: Option<Name<'a>>,
    #[serde(default)]
    pub(super) y: i64,
    #[serde(default, borrow)]
    pub(super) l: Option<Name<'a>>,
    #[serde(default)]
    pub(super) m: u32,
    #[serde(default)]
    pub(super) a: bool,
    #[serde(default)]
    pub(super) u: bool,
    #[serde(default)]
    pub(super) x: Option<i64>,
    #[serde(default)]
    pub(super) f: bool,
    #[serde(default)]
    pub(super) i: bool,
    #[serde(default, borrow)]
    pub(super) q: Vec<Name<'a>>,
    #[serde(default, borrow)]
    pub(super) s: Vec<Name<'a>>,
    #[serde(default, borrow)]
    pub(super) b: Vec<TokenLine<'a>>,
    #[serde(default, borrow)]
    pub(super) v: Option<Pairs<'a, u32>>,
    #[serde(default, borrow)]
    pub(super) j: Pairs<'a, AwaitLine>,
    #[serde(default, borrow)]
    pub(super) h: Pairs<'a, TryLine>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AsOfLine<'a> {
    #[serde(default)]
    pub(super) t: Option<i64>,
    #[serde(default, borrow)]
    pub(super) n: Option<Name<'a>>,
    #[serde(default, borrow)]
    pub(super) o: Option<Name<'a>>,
    #[serde(default, borrow)]
    pub(super) i: Option<Name<'a>>,
    #[serde(default, borrow)]
    pub(super) d: Vec<AddedLine<'a>>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AddedLine<'a> {
    pub(super) t: i64,
    #[serde(default, borrow)]
    pub(super) n: Option<Name<'a>>,
    #[serde(default, borrow)]
    pub(super) o: Option<Name<'a>>,
    #[serde(default, borrow)]
    pub(super) i: Option<Name<'a>>,
    #[serde(borrow)]
    pub(super) v: Name<'a>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DeliveryLine {
    pub(super) t: i64,
    #[serde(default)]
    pub(super) p: bool,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AwaitLine {
    pub(super) r: Vec<i64>,
    #[serde(default)]
    pub(super) e: Option<usize>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TryLine {
    #[serde(default)]
    pub(super) t: Option<i64>,
    #[serde(default)]
    pub(super) k: bool,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TokenLine<'a> {
    #[serde(borrow)]
    pub(super) p: Name<'a>,
    #[serde(default)]
    pub(super) d: i64,
    #[serde(default, borrow)]
    pub(super) w: Option<Name<'a>>,
    #[serde(default)]
    pub(super) y: i64,
    #[serde(default, borrow)]
    pub(super) l: Option<Name<'a>>,
    #[serde(default)]
    pub(super) m: u32,
}

#[derive(serde::Deserialize)]
#[serde(transparent)]
pub(super) struct Name<'a>(#[serde(borrow)] pub(super) Text<'a>);

/// A JSON object, in its order.
pub(super) struct Pairs<'a, T>(pub(super) Vec<(Name<'a>, T)>);

impl<T> Default for Pairs<'_, T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de: 'a, 'a, T: Deserialize<'de>> Deserialize<'de> for Pairs<'a, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PairsVisitor(PhantomData))
    }
}

struct PairsVisitor<'a, T>(PhantomData<(&'a (), T)>);

impl<'de: 'a, 'a, T: Deserialize<'de>> Visitor<'de> for PairsVisitor<'a, T> {
    type Value = Pairs<'a, T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut pairs = Vec::new();
        while let Some(pair) = map.next_entry()? {
            pairs.push(pair);
        }
        Ok(Pairs(pairs))
    }
}

/// A value that is there, be it `null`.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

fn absent<T>() -> Option<T> {
    None
}
