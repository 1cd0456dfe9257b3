//! The JSON Schema of the file, and what it says of a key.

use std::ops::RangeInclusive;

use schemars::{
    JsonSchema, Schema, SchemaGenerator,
    transform::{RecursiveTransform, Transform},
};
use serde_json::{Value, json};

/// The schema of a type. TOML has no null: what may be left out is left out.
pub(crate) fn of<T: JsonSchema>() -> Value {
    let mut schema = SchemaGenerator::default().into_root_schema_for::<T>();
    RecursiveTransform(without_null).transform(&mut schema);
    schema.to_value()
}

/// For `extend("items" = …)`: one of these words.
pub(crate) fn one_of(words: &[&str]) -> Value {
    json!({"type": "string", "enum": words})
}

/// For `example = …`: a list of this.
pub(crate) fn listed(text: &str) -> [&str; 1] {
    [text]
}

fn without_null(schema: &mut Schema) {
    let Some(object) = schema.as_object_mut() else {
        return;
    };
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|kind| kind != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(mut kinds)) = object.remove("anyOf") {
        kinds.retain(|kind| kind["type"] != "null");
        match kinds.pop() {
            Some(Value::Object(only)) if kinds.is_empty() => object.extend(only),
            last => {
                kinds.extend(last);
                object.insert("anyOf".to_owned(), kinds.into());
            }
        }
    }
}

/// What a key takes, in messages.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Text,
    Truth,
    Number,
    Table,
    Texts,
    Tables,
}

impl Kind {
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Truth => "true or false",
            Self::Number => "a whole number",
            Self::Table => "a table",
            Self::Texts => "a list of texts",
            Self::Tables => "a list of tables",
        }
    }
}

/// What the schema says of a key, or of the entries of its list.
#[derive(Clone, Copy)]
pub(crate) struct Property<'s> {
    schema: &'s Value,
    own: &'s Value,
}

impl Default for Property<'_> {
    fn default() -> Self {
        Self {
            schema: &Value::Null,
            own: &Value::Null,
        }
    }
}

impl<'s> Property<'s> {
    /// That of a key in the table which the schema has under this name; without a name, in the file itself.
    pub(crate) fn of(schema: &'s Value, table: &str, key: &str) -> Self {
        let table = match table {
            "" => schema,
            table => &schema["$defs"][table],
        };
        Self {
            schema,
            own: &table["properties"][key],
        }
    }

    /// Whether the schema has it, and not as one that is to go.
    pub(crate) fn is_current(self) -> bool {
        self.own.is_object() && self.own["deprecated"] != true
    }

    pub(crate) fn item(self) -> Self {
        let own = &self.own["items"];
        Self { own, ..self }
    }

    pub(crate) fn kind(self) -> Kind {
        match self.own["type"].as_str() {
            Some("boolean") => Kind::Truth,
            Some("integer") => Kind::Number,
            Some("array") if matches!(self.item().kind(), Kind::Text) => Kind::Texts,
            Some("array") => Kind::Tables,
            Some("object") => Kind::Table,
            _ if self.own["$ref"].is_string() => Kind::Table,
            _ => Kind::Text,
        }
    }

    pub(crate) fn is_duration(self) -> bool {
        self.own["pattern"] == domain::duration::PATTERN
    }

    pub(crate) fn range(self) -> RangeInclusive<u32> {
        let number = |key: &str| u32::try_from(self.own[key].as_u64()?).ok();
        number("minimum").unwrap_or(0)..=number("maximum").unwrap_or(u32::MAX)
    }

    /// The least and the most entries of a list.
    pub(crate) fn entries(self) -> (usize, usize) {
        let number = |key: &str| usize::try_from(self.own[key].as_u64()?).ok();
        (
            number("minItems").unwrap_or(0),
            number("maxItems").unwrap_or(usize::MAX),
        )
    }

    /// A value that it may have, as TOML.
    pub(crate) fn example(self) -> String {
        if let Some(example) = self.own["examples"].get(0).or(self.own["enum"].get(0)) {
            return toml(example);
        }
        match self.kind() {
            Kind::Text => "\"…\"".to_owned(),
            Kind::Truth => "true".to_owned(),
            Kind::Number => self.range().start().max(&1).to_string(),
            Kind::Texts | Kind::Tables => format!("[{}]", self.item().example()),
            Kind::Table => self.example_of_table(),
        }
    }

    /// The table's own example, else the keys that it must have.
    fn example_of_table(self) -> String {
        let pointer = self.own["$ref"].as_str().unwrap_or_default();
        let pointer = pointer.trim_start_matches('#');
        let table = self.schema.pointer(pointer).unwrap_or(&Value::Null);
        if let Some(example) = table["examples"].get(0) {
            return toml(example);
        }
        let required = table["required"].as_array().into_iter().flatten();
        let keys = required.filter_map(Value::as_str).map(|key| {
            let own = &table["properties"][key];
            format!("{key} = {}", Self { own, ..self }.example())
        });
        let keys: Vec<String> = keys.collect();
        format!("{{ {} }}", keys.join(", "))
    }
}

fn toml(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(toml).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(keys) => {
            let keys = keys
                .iter()
                .map(|(key, value)| format!("{key} = {}", toml(value)));
            let keys: Vec<String> = keys.collect();
            format!("{{ {} }}", keys.join(", "))
        }
        plain => plain.to_string(),
    }
}
