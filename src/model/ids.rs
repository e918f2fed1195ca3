//! Ids: small numbers that index an arena; one can only come from the arena that it indexes.

use std::marker::PhantomData;
use std::ops::{Index, IndexMut};

/// An index into an [`Arena`].
pub trait Id: Copy {
    /// The id of the `index`-th thing.
    fn from_index(index: usize) -> Self;
    /// Its position.
    fn index(self) -> usize;
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u32);

        impl Id for $name {
            fn from_index(index: usize) -> Self {
                Self(u32::try_from(index).unwrap_or(u32::MAX))
            }

            fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids! {
    /// A field of the contact.
    FieldId;
    /// A group of points.
    GroupId;
    /// A rule that gives points.
    RuleId;
    /// A field of the company.
    CompanyFieldId;
    /// A tag that the project knows.
    TagId;
    /// One of the values of a choice field; counts within its field.
    ChoiceId;
    /// Content.
    ContentId;
    /// An event.
    EventId;
    /// A property of an event; counts within its event.
    PropertyId;
    /// A destination.
    DestinationId;
    /// A segment.
    SegmentId;
    /// A funnel.
    FunnelId;
    /// A stage; counts within its funnel.
    StageId;
    /// A campaign.
    CampaignId;
    /// A step; counts within its campaign, in the order of the text.
    StepId;
}

/// Things of one kind, in order of their ids' names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arena<I, T> {
    items: Vec<T>,
    ids: PhantomData<I>,
}

impl<I: Id, T> Arena<I, T> {
    /// The things with their ids.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (I, &T)> + ExactSizeIterator {
        self.items
            .iter()
            .enumerate()
            .map(|(index, item)| (I::from_index(index), item))
    }

    /// The things alone.
    pub fn values(&self) -> std::slice::Iter<'_, T> {
        self.items.iter()
    }

    /// The ids alone.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = I> + ExactSizeIterator + use<I, T> {
        (0..self.items.len()).map(I::from_index)
    }

    /// The first thing that satisfies `test`.
    pub fn find(&self, test: impl Fn(&T) -> bool) -> Option<I> {
        self.items.iter().position(test).map(I::from_index)
    }

    /// A thing that `order` calls equal, among things that stand in this order.
    pub fn search(&self, order: impl Fn(&T) -> std::cmp::Ordering) -> Option<I> {
        self.items.binary_search_by(order).ok().map(I::from_index)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

impl<I, T> Default for Arena<I, T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            ids: PhantomData,
        }
    }
}

impl<I, T> FromIterator<T> for Arena<I, T> {
    fn from_iter<It: IntoIterator<Item = T>>(items: It) -> Self {
        Self {
            items: items.into_iter().collect(),
            ids: PhantomData,
        }
    }
}

impl<I: Id, T> Index<I> for Arena<I, T> {
    type Output = T;

    fn index(&self, id: I) -> &T {
        &self.items[id.index()]
    }
}

impl<I: Id, T> IndexMut<I> for Arena<I, T> {
    fn index_mut(&mut self, id: I) -> &mut T {
        &mut self.items[id.index()]
    }
}
