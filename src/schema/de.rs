//! A serde deserializer over the span tree: a scalar is read by the type that its place expects,
//! and places reach the types that ask for them.
//!
//! It never guesses a type from the text: `007` is text where text is expected and no number where
//! a flag is.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::fmt::Display;

use serde::de::value::{StrDeserializer, U32Deserializer};
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error, IntoDeserializer,
    MapAccess, SeqAccess, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use repair::{REPAIRS, Repair};

use super::text::{LONGEST_ID, as_flag, as_integer, is_id, variable_name, without_escape};
use crate::source::Span;
use crate::yaml::node::{Entry, Node, Scalar, Value};

pub(super) mod repair;

/// The name under which [`super::Keyed`] asks for the place of a value and of its key.
pub(super) const PLACED: &str = "$funnelc::Placed";
/// The same for a key that must be an id.
pub(super) const ID: &str = "$funnelc::Id";
/// The name under which [`super::Recovered`] asks for the place of a value, and for its failure to
/// be remembered.
pub(super) const LENIENT: &str = "$funnelc::Lenient";
/// The name under which [`super::Literal`] asks for the scalar with its style.
pub(super) const LITERAL: &str = "$funnelc::Literal";
/// The name under which types of several shapes ask for the kind of the node: [`SCALAR`],
/// [`SEQUENCE`] or [`MAPPING`].
pub(super) const KIND: &str = "$funnelc::Kind";

const SCALAR: u32 = 0;
pub(super) const SEQUENCE: u32 = 1;
pub(super) const MAPPING: u32 = 2;

/// Reads a `T`, and tells every failure on the way: the one that made it impossible, and those that
/// only broke a part. What is cut off by one of the `unread` places breaks too, but that is no
/// failure of its shape.
pub(super) fn read<T: DeserializeOwned>(
    node: &Node,
    unread: &[Span],
) -> (Option<T>, Vec<ShapeError>) {
    let context = Context {
        unread,
        failures: RefCell::default(),
        repairs: Cell::new(REPAIRS),
    };
    let value = T::deserialize(TreeDeserializer {
        node,
        key: node.span,
        context: &context,
    });
    let value = value
        .map_err(|error| context.fail(error.within(node.span)))
        .ok();
    (value, context.failures.into_inner())
}

/// Whether a node ends where its file was not read any further.
pub(super) fn is_cut(span: Span, unread: &[Span]) -> bool {
    unread
        .iter()
        .any(|unread| unread.file == span.file && unread.start == span.end)
}

/// A shape that does not fit; where the schema finds more to say, only the fact counts.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub(super) struct ShapeError {
    /// What does not fit.
    pub(super) message: String,
    /// Where, once a node was left.
    pub(super) span: Option<Span>,
    /// The key of the outermost entry in which it happened, below the value that is being read.
    entry: Option<Span>,
    /// The key that the mapping lacks.
    lacks: Option<&'static str>,
}

impl ShapeError {
    fn at(span: Span, message: impl Display) -> Self {
        Self {
            span: Some(span),
            ..Self::custom(message)
        }
    }

    fn in_entry(self, key: Span) -> Self {
        Self {
            entry: Some(key),
            lacks: None,
            ..self
        }
    }

    fn within(self, span: Span) -> Self {
        Self {
            span: self.span.or(Some(span)),
            ..self
        }
    }
}

impl Error for ShapeError {
    fn custom<T: Display>(message: T) -> Self {
        Self {
            message: message.to_string(),
            span: None,
            entry: None,
            lacks: None,
        }
    }

    fn missing_field(field: &'static str) -> Self {
        Self {
            lacks: Some(field),
            ..Self::custom(format!("missing field `{field}`"))
        }
    }
}

struct Context<'a> {
    unread: &'a [Span],
    failures: RefCell<Vec<ShapeError>>,
    repairs: Cell<usize>,
}

impl Context<'_> {
    fn fail(&self, error: ShapeError) {
        self.failures.borrow_mut().push(error);
    }

    /// Whether one more value may be read again without what does not fit.
    fn may_repair(&self) -> bool {
        let left = self.repairs.get();
        self.repairs.set(left.saturating_sub(1));
        left > 0
    }
}

#[derive(Clone, Copy)]
struct TreeDeserializer<'a> {
    node: &'a Node,
    key: Span,
    context: &'a Context<'a>,
}

impl<'a> TreeDeserializer<'a> {
    fn item(self, node: &'a Node) -> Self {
        Self {
            node,
            key: node.span,
            ..self
        }
    }

    fn fail<T>(self, message: impl Display) -> Result<T, ShapeError> {
        Err(ShapeError::at(self.node.span, message))
    }

    /// The scalar that stands here, if it says something by itself.
    fn scalar(self, expected: &str) -> Result<&'a Scalar, ShapeError> {
        match &self.node.value {
            Value::Scalar(scalar) if scalar.is_null() => {
                self.fail(format!("expected {expected}, found nothing"))
            }
            Value::Scalar(scalar) if variable_name(&scalar.text).is_some() => {
                self.fail("a variable without a value")
            }
            Value::Scalar(scalar) => Ok(scalar),
            Value::Sequence(_) => self.fail(format!("expected {expected}, found a list")),
            Value::Mapping(_) => self.fail(format!("expected {expected}, found a mapping")),
        }
    }

    fn visit_items<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ShapeError> {
        let Value::Sequence(items) = &self.node.value else {
            return self.fail("expected a list");
        };
        let span = self.node.span;
        visitor
            .visit_seq(Items {
                items: items.iter(),
                parent: self,
            })
            .map_err(|error| error.within(span))
    }

    fn visit_entries<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ShapeError> {
        let Value::Mapping(entries) = &self.node.value else {
            return self.fail("expected a mapping");
        };
        let span = self.node.span;
        let access = Pairs {
            entries: entries.iter(),
            value: None,
            parent: self,
        };
        visitor
            .visit_map(access)
            .map_err(|error| error.within(span))
    }
}

impl<'de> Deserializer<'de> for TreeDeserializer<'_> {
    type Error = ShapeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ShapeError> {
        match &self.node.value {
            Value::Scalar(_) => self.deserialize_str(visitor),
            Value::Sequence(_) => self.visit_items(visitor),
            Value::Mapping(_) => self.visit_entries(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ShapeError> {
        match as_flag(self.scalar("`true` or `false`")?) {
            Some(flag) => visitor.visit_bool(flag),
            None => self.fail("expected `true` or `false`"),
        }
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ShapeError> {
        match as_integer(self.scalar("a whole number")?) {
            Some(number) => visitor.visit_i64(number),
            None => self.fail("expected a whole number"),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ShapeError> {
        visitor.visit_str(without_escape(&self.scalar("text")?.text))
    }

    /// Anything that says something.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ShapeError> {
        if self.node.is_null() {
            self.fail("expected a value, found nothing")
        } else {
            visitor.visit_unit()
        }
    }

    /// What is written as nothing is never the same as not written.
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ShapeError> {
        visitor.visit_some(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ShapeError> {
        self.visit_items(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ShapeError> {
        self.visit_entries(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ShapeError> {
        self.visit_entries(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _len: usize,
        visitor: V,
    ) -> Result<V::Value, ShapeError> {
        match name {
            PLACED => visitor.visit_seq(Repair::new(
                self,
                [Some(self.node.span), Some(self.key)],
                false,
            )),
            LENIENT => visitor.visit_seq(Repair::new(self, [Some(self.node.span), None], true)),
            LITERAL => {
                let scalar = self.scalar("a value")?;
                visitor.visit_seq(Style {
                    text: Some(without_escape(&scalar.text)),
                    plain: scalar.plain,
                })
            }
            _ => self.visit_items(visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ShapeError> {
        if name == KIND {
            return visitor.visit_enum(Kind(self));
        }
        let scalar = self.scalar("one of a few words")?;
        let variant: StrDeserializer<'_, ShapeError> = scalar.text.as_str().into_deserializer();
        visitor
            .visit_enum(variant)
            .map_err(|error| error.within(self.node.span))
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u16 u32 u64 u128 f32 f64 char string bytes byte_buf unit unit_struct newtype_struct tuple identifier
    }
}

/// The items of a list.
struct Items<'a> {
    items: std::slice::Iter<'a, Node>,
    parent: TreeDeserializer<'a>,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = ShapeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, ShapeError> {
        self.items
            .next()
            .map(|node| seed.deserialize(self.parent.item(node)))
            .transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

/// The entries of a mapping.
struct Pairs<'a> {
    entries: std::slice::Iter<'a, Entry>,
    value: Option<&'a Entry>,
    parent: TreeDeserializer<'a>,
}

impl<'de> MapAccess<'de> for Pairs<'_> {
    type Error = ShapeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, ShapeError> {
        self.value = self.entries.next();
        let Some(entry) = self.value else {
            return Ok(None);
        };
        let key = KeyDeserializer {
            entry,
            context: self.parent.context,
        };
        seed.deserialize(key)
            .map(Some)
            .map_err(|error| error.within(entry.key.span).in_entry(entry.key.span))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, ShapeError> {
        let entry = self
            .value
            .take()
            .ok_or_else(|| ShapeError::custom("a value was asked for before its key"))?;
        let value = TreeDeserializer {
            key: entry.key.span,
            ..self.parent.item(&entry.value)
        };
        seed.deserialize(value)
            .map_err(|error| error.within(entry.value.span).in_entry(entry.key.span))
    }
}

/// A key of a mapping: a field's name, or an id or name with its place.
struct KeyDeserializer<'a> {
    entry: &'a Entry,
    context: &'a Context<'a>,
}

impl<'de> Deserializer<'de> for KeyDeserializer<'_> {
    type Error = ShapeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ShapeError> {
        visitor.visit_str(&self.entry.key.value)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _len: usize,
        visitor: V,
    ) -> Result<V::Value, ShapeError> {
        let key = &self.entry.key;
        if name == ID && !is_id(&key.value) {
            self.context.fail(ShapeError::at(
                key.span,
                format!("`{}` cannot be an id", key.value),
            ));
        }
        let places = Places {
            spans: [Some(key.span), Some(key.span)],
            next: 0,
        };
        let read = if name == ID && key.value.len() > LONGEST_ID {
            Cow::Owned(stand_in(&key.value))
        } else {
            Cow::Borrowed(&key.value)
        };
        visitor.visit_seq(PlacedKey {
            places,
            key: Some(&read),
        })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct seq tuple map struct enum identifier ignored_any
    }
}

/// What is read on in place of an id that is too long, so that nothing multiplies it.
fn stand_in(id: &str) -> String {
    let beginning: String = id.chars().take(20).collect();
    format!("{beginning}…{}", blake3::hash(id.as_bytes()).to_hex())
}

/// Up to two places, as three numbers each.
struct Places {
    spans: [Option<Span>; 2],
    next: usize,
}

impl Places {
    fn next_number(&mut self) -> Option<u32> {
        let place = self.spans.iter().flatten().nth(self.next / 3)?;
        let number = [place.file.0, place.start, place.end][self.next % 3];
        self.next += 1;
        Some(number)
    }
}

/// The places of a key, then the key itself.
struct PlacedKey<'a> {
    places: Places,
    key: Option<&'a str>,
}

impl<'de> SeqAccess<'de> for PlacedKey<'_> {
    type Error = ShapeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, ShapeError> {
        if let Some(number) = self.places.next_number() {
            return seed.deserialize(U32Deserializer::new(number)).map(Some);
        }
        self.key
            .take()
            .map(|key| seed.deserialize(StrDeserializer::<ShapeError>::new(key)))
            .transpose()
    }
}

/// The text of a scalar, then whether it is plain.
struct Style<'a> {
    text: Option<&'a str>,
    plain: bool,
}

impl<'de> SeqAccess<'de> for Style<'_> {
    type Error = ShapeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, ShapeError> {
        match self.text.take() {
            Some(text) => seed.deserialize(text.into_deserializer()).map(Some),
            None => seed.deserialize(self.plain.into_deserializer()).map(Some),
        }
    }
}

/// The kind of the node as variant, the node itself as its content.
struct Kind<'a>(TreeDeserializer<'a>);

impl<'de> EnumAccess<'de> for Kind<'_> {
    type Error = ShapeError;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Self), ShapeError> {
        let kind = match &self.0.node.value {
            Value::Scalar(_) => SCALAR,
            Value::Sequence(_) => SEQUENCE,
            Value::Mapping(_) => MAPPING,
        };
        Ok((
            seed.deserialize(U32Deserializer::<ShapeError>::new(kind))?,
            self,
        ))
    }
}

impl<'de> VariantAccess<'de> for Kind<'_> {
    type Error = ShapeError;

    fn unit_variant(self) -> Result<(), ShapeError> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(
        self,
        seed: T,
    ) -> Result<T::Value, ShapeError> {
        seed.deserialize(self.0)
    }

    fn tuple_variant<V: Visitor<'de>>(
        self,
        _len: usize,
        visitor: V,
    ) -> Result<V::Value, ShapeError> {
        self.0.visit_items(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ShapeError> {
        self.0.visit_entries(visitor)
    }
}
