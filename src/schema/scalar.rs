//! The smallest shapes of the language: text, literals, places, and values that may have one of several kinds; told apart by the kind of the YAML node, never by trying.

use crate::source::Span;
use crate::yaml::node::Scalar;

/// A scalar read as text, from its source characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(pub String);

/// A scalar whose type the place decides later: the operand of a comparison, the value of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal(pub Scalar);

/// A value with the place where it and its key stand.
#[derive(Clone, Debug)]
pub struct Placed<T> {
    /// The value.
    pub value: T,
    /// The place of the value.
    pub span: Span,
    /// The place of its key; of the value itself where it has none.
    pub key: Span,
}

/// A definition that may have come out broken: absent where its shape was wrong, which is reported already.
#[derive(Clone, Debug)]
pub struct Lenient<T> {
    /// The definition.
    pub body: Option<T>,
    /// The place of the whole definition, without its id.
    pub span: Span,
}

/// A list with at least one item.
#[derive(Clone, Debug)]
pub struct ListOf<T>(pub Vec<T>);

/// A mapping from names to values, in the order in which it is written; no name stands twice.
#[derive(Clone, Debug)]
pub struct Entries<V>(pub Vec<(Placed<Text>, V)>);

/// Definitions by id.
pub type Definitions<T> = Entries<Lenient<T>>;

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
