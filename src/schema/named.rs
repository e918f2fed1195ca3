//! What is said of each section's types though it is not of their shape: whose names are ids, and
//! how an enum is told by the kind of its node.
//!
//! It stands above the sections, so that the scalars and lists that all of them are made of know
//! none of them.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{EnumAccess, VariantAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::contacts::DoNotContact;
use super::de::{KIND, MAPPING, SEQUENCE};
use super::scalar::{Keyed, ListOf, Literal, Named, by_kind};
use super::test::Given;
use super::{
    Block, Campaign, Change, Content, Destination, Environment, Event, Field, Funnel, PointRule,
    PointTrigger, Segment, SetTo, Stage, Test,
};
use crate::language::PropertyType;

macro_rules! have_ids {
    ($($definition:ty),*) => {$(
        impl Named for $definition {
            const IDS: bool = true;
        }
    )*};
}

have_ids!(
    Block,
    Field,
    Content,
    Destination,
    Environment,
    Event,
    PropertyType,
    Segment,
    Funnel,
    Stage,
    Campaign,
    PointRule,
    PointTrigger
);

impl Named for DoNotContact {
    const IDS: bool = false;
}

impl Named for Test {
    const IDS: bool = false;
}

by_kind!(SetTo[], "a value, a list of choices, or a change", |kind, node| match kind {
    SEQUENCE => SetTo::List(node.newtype_variant::<ListOf<Keyed<Literal>>>()?.0),
    MAPPING => SetTo::Change(node.newtype_variant::<Change>()?),
    _ => SetTo::Literal(node.newtype_variant()?),
});

by_kind!(Given[], "a value, a list of values, or stages by funnel", |kind, node| match kind {
    SEQUENCE => Given::List(node.newtype_variant::<ListOf<Keyed<Literal>>>()?.0),
    MAPPING => Given::Map(node.newtype_variant()?),
    _ => Given::Literal(node.newtype_variant()?),
});
