//! A value and where it stands.

use std::{borrow::Cow, marker::PhantomData, ops::Range};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{
    Deserialize, Deserializer,
    de::{SeqAccess, Visitor},
};

use crate::document::Text;

/// What a key has, and where that stands: the table where the key is not there. There is no value after a problem with it,
/// which the document has then.
#[derive(Debug)]
pub(crate) struct Given<T> {
    span: Range<usize>,
    value: Option<T>,
}

/// A list, of texts or of tables, that may be left out.
pub(crate) type List<T> = Option<Given<Vec<Given<T>>>>;

/// A key of a table, whether it has to be there or not.
pub(crate) trait Leaf<T> {
    /// What is given, unless the key is left out.
    fn given(&self) -> Option<&Given<T>>;

    fn value(&self) -> Option<&T> {
        self.given()?.value.as_ref()
    }

    fn span(&self) -> Option<Range<usize>> {
        Some(self.given()?.span.clone())
    }

    /// Where it stands, else where its table does.
    fn span_or(&self, table: &Range<usize>) -> Range<usize> {
        self.span().unwrap_or_else(|| table.clone())
    }

    fn text(&self) -> Option<Text>
    where
        T: AsRef<str>,
    {
        Some(Text {
            value: self.value()?.as_ref().to_owned(),
            span: self.span()?,
        })
    }
}

impl<T> Leaf<T> for Given<T> {
    fn given(&self) -> Option<&Self> {
        Some(self)
    }
}

impl<T> Leaf<T> for Option<Given<T>> {
    fn given(&self) -> Option<&Given<T>> {
        self.as_ref()
    }
}

/// A list, whether it has to be there or not.
pub(crate) trait Entries<T>: Leaf<Vec<Given<T>>> {
    /// Those that could be read, and where each stands.
    fn entries<'a>(&'a self) -> impl Iterator<Item = (&'a T, &'a Range<usize>)>
    where
        T: 'a,
    {
        let entries = self.value().into_iter().flatten();
        entries.filter_map(|entry| Some((entry.value.as_ref()?, &entry.span)))
    }

    /// The same of a list of texts; none where it is left out.
    fn texts(&self) -> Option<Vec<Text>>
    where
        T: AsRef<str>,
    {
        let texts = self.value()?.iter();
        Some(texts.filter_map(Leaf::text).collect())
    }
}

impl<T, L: Leaf<Vec<Given<T>>>> Entries<T> for L {}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Given<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_tuple_struct("Given", 3, Parts(PhantomData))
    }
}

struct Parts<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Parts<T> {
    type Value = Given<T>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a value and its place")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Given<T>, A::Error> {
        let start = parts.next_element()?.unwrap_or_default();
        let end = parts.next_element()?.unwrap_or_default();
        Ok(Given {
            span: start..end,
            // The keys beside one with a problem are read all the same.
            value: parts.next_element().ok().flatten(),
        })
    }
}

/// As the value's own.
impl<T: JsonSchema> JsonSchema for Given<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}
