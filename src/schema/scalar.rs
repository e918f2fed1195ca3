//! The smallest shapes of the language: text, literals, places, and values that may have one of
//! several kinds; told apart by the kind of the YAML node, never by trying.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::de::{ID, KIND, LENIENT, LITERAL, MAPPING, PLACED, SEQUENCE};
use crate::source::{FileId, Span};
use crate::yaml::node::Scalar;

/// A scalar read as text, from its source characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(pub String);

/// A scalar whose type the place decides later: the operand of a comparison, the value of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal(pub Scalar);

impl Literal {
    /// That of a scalar which was read as text already.
    pub fn plain(text: &Text) -> Self {
        Self(Scalar {
            text: text.0.clone(),
            plain: true,
        })
    }
}

/// A value with the place where it and its key stand.
#[derive(Clone, Debug)]
pub struct Keyed<T> {
    /// The value.
    pub value: T,
    /// The place of the value.
    pub span: Span,
    /// The place of its key; of the value itself where it has none.
    pub key: Span,
}

/// A definition that may have come out broken: absent where its shape was wrong, which is reported
/// already.
#[derive(Clone, Debug)]
pub struct Recovered<T> {
    /// The definition.
    pub body: Option<T>,
    /// The place of the whole definition, without its id.
    pub span: Span,
}

/// Whatever says something; what it must be is looked at elsewhere.
#[derive(Clone, Copy, Debug)]
pub struct Anything;

/// A list with at least one item.
#[derive(Clone, Debug)]
pub struct ListOf<T>(pub Vec<T>);

/// A mapping from names to values, in the order in which it is written; no name stands twice.
#[derive(Clone, Debug)]
pub struct Entries<V>(pub Vec<(Keyed<Text>, V)>);

/// Definitions by id.
pub type Definitions<T> = Entries<Recovered<T>>;

/// A scalar, or something else.
#[derive(Clone, Debug)]
pub enum ScalarOr<T> {
    /// A scalar.
    Scalar(Text),
    /// A list or mapping.
    Other(T),
}

/// One, or a list of them.
#[derive(Clone, Debug)]
pub enum OneOrList<T> {
    /// A scalar or mapping.
    One(T),
    /// A list.
    List(Vec<T>),
}

/// A mapping of one type, or a list of another.
#[derive(Clone, Debug)]
pub enum MapOrList<M, L> {
    /// A mapping.
    Map(Box<M>),
    /// A list.
    List(Vec<L>),
}

/// What may stand as a value of [`Entries`], and whether the names are then ids, which have a form.
pub(super) trait Named {
    /// Whether the names are ids.
    const IDS: bool;
}

impl<T> Named for Keyed<T> {
    const IDS: bool = false;
}

impl<T: Named> Named for Recovered<T> {
    const IDS: bool = T::IDS;
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;

        impl Visitor<'_> for TextVisitor {
            type Value = Text;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Text, E> {
                Ok(Text(text.to_owned()))
            }
        }

        deserializer.deserialize_str(TextVisitor)
    }
}

impl<'de> Deserialize<'de> for Anything {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde::de::IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

impl<'de> Deserialize<'de> for Literal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct LiteralVisitor;

        impl<'de> Visitor<'de> for LiteralVisitor {
            type Value = Literal;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Literal, A::Error> {
                Ok(Literal(Scalar {
                    text: element(&mut seq)?,
                    plain: element(&mut seq)?,
                }))
            }
        }

        deserializer.deserialize_tuple_struct(LITERAL, 2, LiteralVisitor)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Keyed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_tuple_struct(PLACED, 7, PlacedVisitor(PhantomData))
    }
}

struct PlacedVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for PlacedVisitor<T> {
    type Value = Keyed<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value with its place")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Keyed<T>, A::Error> {
        let span = place(&mut seq)?;
        let key = place(&mut seq)?;
        Ok(Keyed {
            value: what_fits(&mut seq)?,
            span,
            key,
        })
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Recovered<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct LenientVisitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for LenientVisitor<T> {
            type Value = Recovered<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a definition")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Recovered<T>, A::Error> {
                let span = place(&mut seq)?;
                Ok(Recovered {
                    body: what_fits(&mut seq).ok(),
                    span,
                })
            }
        }

        deserializer.deserialize_tuple_struct(LENIENT, 4, LenientVisitor(PhantomData))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for ListOf<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let items = Vec::deserialize(deserializer)?;
        if items.is_empty() {
            Err(D::Error::custom("expected at least one item"))
        } else {
            Ok(Self(items))
        }
    }
}

impl<'de, V: Deserialize<'de> + Named> Deserialize<'de> for Entries<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntriesVisitor<V>(PhantomData<V>);

        impl<'de, V: Deserialize<'de> + Named> Visitor<'de> for EntriesVisitor<V> {
            type Value = Entries<V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a mapping")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<V>, A::Error> {
                let mut entries = Vec::new();
                while let Some(Name(name, _)) = map.next_key::<Name<V>>()? {
                    entries.push((name, map.next_value()?));
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(EntriesVisitor(PhantomData))
    }
}

/// A name of [`Entries`], read as an id where the values are definitions.
struct Name<V>(Keyed<Text>, PhantomData<V>);

impl<'de, V: Named> Deserialize<'de> for Name<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let kind = if V::IDS { ID } else { PLACED };
        let name = deserializer.deserialize_tuple_struct(kind, 7, PlacedVisitor(PhantomData))?;
        Ok(Self(name, PhantomData))
    }
}

impl<V> Default for Entries<V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// Reads an enum whose variants are kinds of nodes; gives the kind and a way to read the node as
/// whatever fits it.
macro_rules! by_kind {
    ($type:ident[$($parameter:ident),*], $expecting:literal, |$kind:ident, $node:ident| $read:expr) => {
        impl<'de, $($parameter: Deserialize<'de>),*> Deserialize<'de> for $type<$($parameter),*> {
            fn deserialize<De: Deserializer<'de>>(deserializer: De) -> Result<Self, De::Error> {
                struct KindVisitor<$($parameter),*>(PhantomData<($($parameter,)*)>);

                impl<'de, $($parameter: Deserialize<'de>),*> Visitor<'de> for KindVisitor<$($parameter),*> {
                    type Value = $type<$($parameter),*>;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($expecting)
                    }

                    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<Self::Value, A::Error> {
                        let ($kind, $node) = data.variant::<u32>()?;
                        Ok($read)
                    }
                }

                deserializer.deserialize_enum(KIND, &[], KindVisitor(PhantomData))
            }
        }
    };
}

pub(super) use by_kind;

by_kind!(
    ScalarOr[T],
    "a scalar, or something else",
    |kind, node| match kind {
        SEQUENCE | MAPPING => ScalarOr::Other(node.newtype_variant()?),
        _ => ScalarOr::Scalar(node.newtype_variant()?),
    }
);

by_kind!(OneOrList[T], "one, or a list", |kind, node| match kind {
    SEQUENCE => OneOrList::List(node.newtype_variant::<ListOf<T>>()?.0),
    _ => OneOrList::One(node.newtype_variant()?),
});

by_kind!(MapOrList[M, L], "a mapping or a list", |kind, node| match kind {
    SEQUENCE => MapOrList::List(node.newtype_variant::<ListOf<L>>()?.0),
    _ => MapOrList::Map(Box::new(node.newtype_variant()?)),
});

fn element<'de, T: Deserialize<'de>, A: SeqAccess<'de>>(seq: &mut A) -> Result<T, A::Error> {
    seq.next_element()?
        .ok_or_else(|| A::Error::custom("the value ends too early"))
}

/// The value; where it does not fit, what fits of it.
fn what_fits<'de, T: Deserialize<'de>, A: SeqAccess<'de>>(seq: &mut A) -> Result<T, A::Error> {
    let mut first = None;
    loop {
        match seq.next_element() {
            Ok(Some(value)) => return Ok(value),
            Ok(None) => {
                return Err(first.unwrap_or_else(|| A::Error::custom("the value ends too early")));
            }
            Err(error) => first = first.or(Some(error)),
        }
    }
}

fn place<'de, A: SeqAccess<'de>>(seq: &mut A) -> Result<Span, A::Error> {
    Ok(Span {
        file: FileId(element(seq)?),
        start: element(seq)?,
        end: element(seq)?,
    })
}
