//! Reads a TOML document into types that derive `Deserialize`, and notes every problem on the way rather than stop at the
//! first.
//!
//! A field `Given<T>` is a key that must be there, an `Option<Given<T>>` one that may be left out. Both say where the value
//! stands, and have none after a problem. Which keys a table may have comes from the type itself, and what a message says that
//! a key takes, from the type's JSON Schema.

mod given;
mod section;
#[cfg(test)]
mod tests;
mod wrong;

use std::ops::Range;

use serde::{
    Deserializer,
    de::{
        DeserializeOwned, DeserializeSeed, Error, IntoDeserializer, MapAccess, SeqAccess, Visitor,
        value::StrDeserializer,
    },
    forward_to_deserialize_any,
};
use serde_json::Value;
use toml::{Spanned, de::DeValue};

use super::{document::Document, schema::Property};

pub(crate) use given::{Entries, Given, Leaf, List};
use section::{Place, Section};

/// The whole document as its type; none after a problem that left nothing to go on with.
pub(crate) fn read<T: DeserializeOwned>(
    document: &Document<'_>,
    root: &Spanned<DeValue<'_>>,
    schema: &Value,
) -> Option<T> {
    let reader = Reader {
        document,
        schema,
        place: None,
        value: Some(root),
    };
    reader.noted(T::deserialize(reader)).ok()
}

/// One value of the document; none for a key that is not there.
#[derive(Clone, Copy)]
struct Reader<'a> {
    document: &'a Document<'a>,
    schema: &'a Value,
    /// None for the document itself.
    place: Option<Place<'a>>,
    value: Option<&'a Spanned<DeValue<'a>>>,
}

/// Why there is no value.
#[derive(Debug, thiserror::Error)]
enum Unread {
    /// The document has the problem already.
    #[error("noted")]
    Noted,
    /// A type of the file says so itself.
    #[error("{0}")]
    Refused(String),
}

impl Error for Unread {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self::Refused(message.to_string())
    }
}

impl<'a> Reader<'a> {
    fn span(&self) -> Range<usize> {
        let table = self.place.map(|place| place.section.span.clone());
        let value = self.value.map(Spanned::span);
        value.or(table).unwrap_or_default()
    }

    /// What the schema says of it.
    fn property(&self) -> Property<'a> {
        self.place.map_or_else(Property::default, |place| {
            Property::of(self.schema, &place.section.definition, place.key)
        })
    }

    fn present(&self) -> Result<&'a Spanned<DeValue<'a>>, Unread> {
        self.value.ok_or_else(|| self.missing())
    }

    /// The same after a problem, which the document has then.
    fn noted<T>(&self, read: Result<T, Unread>) -> Result<T, Unread> {
        if let Err(Unread::Refused(message)) = &read {
            let fix = "write another value";
            self.document.problem(self.span(), message, fix);
        }
        read.map_err(|_| Unread::Noted)
    }
}

impl<'de> Deserializer<'de> for Reader<'_> {
    type Error = Unread;

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        let value = self.present()?;
        match value.get_ref().as_str() {
            Some(text) => visitor.visit_str(text),
            None => Err(self.unfit(value)),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        let value = self.present()?;
        match value.get_ref().as_bool() {
            Some(flag) => visitor.visit_bool(flag),
            None => Err(self.unfit(value)),
        }
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        let value = self.present()?;
        let number = value
            .get_ref()
            .as_integer()
            .and_then(|number| u32::from_str_radix(number.as_str(), number.radix()).ok())
            .filter(|number| self.property().range().contains(number));
        match number {
            Some(number) => visitor.visit_u32(number),
            None => Err(self.unfit(value)),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        let value = self.present()?;
        let items = value.get_ref().as_array();
        let (Some(items), Some(place)) = (items, self.place) else {
            return Err(self.unfit(value));
        };
        self.count(value, items.len());
        let place = Place {
            listed: true,
            ..place
        };
        visitor.visit_seq(Items {
            reader: Reader {
                place: Some(place),
                ..self
            },
            items: items.iter(),
        })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unread> {
        let value = self.present()?;
        let Some(table) = value.get_ref().as_table() else {
            return Err(self.unfit(value));
        };
        let section = Section::open(self.place, name, value.span());
        for (key, _) in table {
            if !fields.contains(&key.get_ref().as_ref()) {
                self.unknown(&section, key, fields);
            }
        }
        let mut rest = fields.iter();
        visitor.visit_map(Keys {
            value_of: |key| {
                let place = Place {
                    section: &section,
                    key,
                    listed: false,
                };
                Reader {
                    place: Some(place),
                    value: table.get(key),
                    ..self
                }
            },
            next: rest.next(),
            rest,
        })
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        match self.value {
            Some(_) => visitor.visit_some(self),
            None => visitor.visit_none(),
        }
    }

    /// A [`Given`]: start and end of the place, and the value.
    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Unread> {
        let span = self.span();
        visitor.visit_seq(Parts {
            numbers: [span.start, span.end].into_iter(),
            reader: Some(self),
        })
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        visitor.visit_unit()
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        self.deserialize_string(visitor)
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u64 u128 f32 f64 char str bytes byte_buf unit unit_struct
        newtype_struct tuple map enum identifier
    }
}

/// The entries of a list.
struct Items<'a> {
    reader: Reader<'a>,
    items: std::slice::Iter<'a, Spanned<DeValue<'a>>>,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Unread;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Unread> {
        let Some(item) = self.items.next() else {
            return Ok(None);
        };
        let reader = Reader {
            value: Some(item),
            ..self.reader
        };
        seed.deserialize(reader).map(Some)
    }
}

/// All keys that a table may have, also those that it has not.
struct Keys<F> {
    value_of: F,
    next: Option<&'static &'static str>,
    rest: std::slice::Iter<'static, &'static str>,
}

impl<'a, 'de, F: Fn(&'static str) -> Reader<'a>> MapAccess<'de> for Keys<F> {
    type Error = Unread;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Unread> {
        let Some(key) = self.next else {
            return Ok(None);
        };
        let key: StrDeserializer<'_, Unread> = key.into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Unread> {
        let key = self.next.copied().unwrap_or_default();
        self.next = self.rest.next();
        seed.deserialize((self.value_of)(key))
    }
}

/// What a [`Given`] is made of.
struct Parts<'a> {
    numbers: std::array::IntoIter<usize, 2>,
    reader: Option<Reader<'a>>,
}

impl<'de> SeqAccess<'de> for Parts<'_> {
    type Error = Unread;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Unread> {
        if let Some(number) = self.numbers.next() {
            return seed.deserialize(number.into_deserializer()).map(Some);
        }
        let Some(reader) = self.reader.take() else {
            return Ok(None);
        };
        reader.noted(seed.deserialize(reader)).map(Some)
    }
}
