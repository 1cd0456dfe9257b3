//! JSON whose objects have each member once.
//!
//! Of a member that is there twice, most readers take the last and some the first (RFC 8259, section 4), so that two of them
//! can understand one text differently. Where JSON decides something, such a text is refused. Derived structs refuse it by
//! themselves; `serde_json::Value`, maps, `flatten` and `untagged` do not.

pub mod canonical;

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error as _, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value};

/// A value in which no object, at any depth, has a member twice.
#[derive(Clone, Debug, PartialEq)]
pub struct Unique(pub Value);

/// Reads a value that has no member twice.
pub fn value(text: &[u8]) -> serde_json::Result<Value> {
    serde_json::from_slice(text).map(|Unique(value)| value)
}

/// Reads what is described by a type, from text that has no member twice.
pub fn from_slice<T: DeserializeOwned>(text: &[u8]) -> serde_json::Result<T> {
    value(text)?;
    serde_json::from_slice(text)
}

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Once).map(Self)
    }
}

struct Once;

impl<'de> Visitor<'de> for Once {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut read = Vec::new();
        while let Some(Unique(item)) = items.next_element()? {
            read.push(item);
        }
        Ok(Value::Array(read))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut read = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if read.contains_key(&name) {
                let name: String = name.chars().take(80).collect();
                return Err(A::Error::custom(format_args!(
                    "the member {name:?} is there twice"
                )));
            }
            let Unique(value) = members.next_value()?;
            read.insert(name, value);
        }
        Ok(Value::Object(read))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_text_with_each_member_once_is_read_as_serde_json_reads_it() {
        let text = r#"{"a":[null,true,-1,18446744073709551615,0.5,"\u00e9"],"b":{"a":{}},"c":[{"a":1},{"a":2}]}"#;
        let expected: Value = serde_json::from_str(text).unwrap();
        assert_eq!(value(text.as_bytes()).unwrap(), expected);
    }

    #[test]
    fn a_member_that_is_there_twice_is_refused_at_any_depth_and_however_it_is_spelt() {
        for text in [
            r#"{"app":"wallet","app":"wallet"}"#,
            r#"{"app":"wallet","\u0061pp":"shop"}"#,
            r#"[{"b":{"c":[{"app":1,"d":2,"app":null}]}}]"#,
            r#"{"":1,"":2}"#,
        ] {
            let error = value(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains("is there twice"), "{text}: {error}");
            assert!(error.contains("line 1 column"), "{error}");
            assert!(from_slice::<Value>(text.as_bytes()).is_err(), "{text}");
        }
        let map = from_slice::<BTreeMap<String, u8>>(br#"{"a":1,"b":2,"a":3}"#);
        assert!(map.is_err());
    }

    #[test]
    fn what_is_no_json_is_refused_as_ever() {
        for text in ["", "{", r#"{"a":1}x"#, r#"{"a":}"#, &"[".repeat(100_000)] {
            assert!(value(text.as_bytes()).is_err());
        }
    }
}
