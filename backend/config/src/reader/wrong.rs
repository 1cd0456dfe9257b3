//! What is said of keys and values that do not fit.

use toml::{
    Spanned,
    de::{DeString, DeValue},
};

use super::{Reader, Unread, section::Section};
use crate::{
    names::suggest,
    schema::{Kind, Property},
};

impl Reader<'_> {
    pub(super) fn unknown(
        &self,
        section: &Section,
        key: &Spanned<DeString<'_>>,
        fields: &[&'static str],
    ) {
        let known =
            |field: &&str| Property::of(self.schema, &section.definition, field).is_current();
        let known: Vec<&str> = fields.iter().copied().filter(known).collect();
        let name = key.get_ref();
        self.document.problem(
            key.span(),
            format!("unknown key \"{name}\" in {}", section.title),
            suggest(name, &known),
        );
    }

    pub(super) fn missing(&self) -> Unread {
        if let Some(place) = self.place {
            self.document.problem(
                self.span(),
                format!("{} has no \"{}\"", place.section.title, place.key),
                format!("add {} = {}", place.key, self.property().example()),
            );
        }
        Unread::Noted
    }

    /// Refuses lists that are longer than what a promotion can keep of them, and empty ones of texts: anyone who writes none
    /// hardly means all.
    pub(super) fn count(&self, value: &Spanned<DeValue<'_>>, length: usize) {
        let (property, key) = (self.property(), self.key());
        let (least, most) = property.entries();
        if length < least && matches!(property.item().kind(), Kind::Text) {
            self.document.problem(
                value.span(),
                format!("\"{key}\" is an empty list"),
                format!(
                    "write at least one, such as {key} = {}, or remove the entry",
                    property.example()
                ),
            );
        }
        if length > most {
            self.document.problem(
                value.span(),
                format!("\"{key}\" has {length} entries"),
                format!("keep at most {most}"),
            );
        }
    }

    /// A value of another type than the key takes, or a number out of its range.
    pub(super) fn unfit(&self, value: &Spanned<DeValue<'_>>) -> Unread {
        let key = self.key();
        let property = self.property();
        let (subject, taken) = if self.is_listed() {
            (format!("an entry of \"{key}\""), property.item())
        } else {
            (format!("\"{key}\""), property)
        };
        let what = match (taken.kind(), value.get_ref()) {
            (Kind::Number, DeValue::Integer(_)) => format!("{subject} is out of range"),
            (kind, found) => format!("{subject} is {}, not {}", article(found), kind.words()),
        };
        let fix = if self.is_listed() {
            self.fix_of_entry(taken, &property.example())
        } else {
            self.fix(taken, value.get_ref())
        };
        self.document.problem(value.span(), what, fix);
        Unread::Noted
    }

    fn fix_of_entry(&self, taken: Property<'_>, list: &str) -> String {
        let key = self.key();
        match taken.kind() {
            Kind::Table if self.is_at_the_top() => format!("write [[{key}]] with its keys below"),
            Kind::Text => format!("write texts in quotes, such as {key} = {list}"),
            Kind::Table | Kind::Truth | Kind::Number | Kind::Texts | Kind::Tables => {
                format!("write {key} = {list}")
            }
        }
    }

    fn fix(&self, taken: Property<'_>, found: &DeValue<'_>) -> String {
        let (key, example) = (self.key(), taken.example());
        match (taken.kind(), found) {
            (Kind::Text, DeValue::Integer(_)) if taken.is_duration() => {
                format!("write a number and its unit in quotes, such as {key} = {example}")
            }
            (Kind::Text, DeValue::Integer(number)) => {
                format!("write it in quotes: {key} = \"{number}\"")
            }
            (Kind::Text, _) => format!("write it in quotes, such as {key} = {example}"),
            (Kind::Truth, _) => {
                format!("write {key} = {example}, without quotes, or leave it out")
            }
            (Kind::Number, _) => {
                let range = taken.range();
                let (least, most) = (range.start(), range.end());
                format!("write a number of {least} to {most}, such as {key} = {example}")
            }
            (Kind::Texts, DeValue::String(text)) => {
                format!("write it in brackets: {key} = [\"{text}\"]")
            }
            (Kind::Texts, _) => format!("write a list, such as {key} = {example}"),
            (Kind::Tables, _) if self.is_at_the_top() => {
                format!("write [[{key}]] with double brackets, once for each")
            }
            (Kind::Tables | Kind::Table, _) => format!("write {key} = {example}"),
        }
    }

    fn key(&self) -> &str {
        self.place.map_or("", |place| place.key)
    }

    fn is_listed(&self) -> bool {
        self.place.is_some_and(|place| place.listed)
    }

    fn is_at_the_top(&self) -> bool {
        self.place.is_some_and(|place| place.section.depth == 0)
    }
}

fn article(value: &DeValue<'_>) -> String {
    let kind = value.type_str();
    let article = if kind.starts_with(['a', 'i']) {
        "an"
    } else {
        "a"
    };
    format!("{article} {kind}")
}
