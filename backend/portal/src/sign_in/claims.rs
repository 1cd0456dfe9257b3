//! What a token says of a person.

use serde::{Deserialize, Deserializer};

use crate::oidc::Times;

/// The claims of an ID token, as far as they matter here. Issuers write some of them in more than one way.
#[derive(Debug, Deserialize)]
pub(super) struct Claims {
    pub(super) iss: String,
    pub(super) sub: String,
    #[serde(deserialize_with = "one_or_many")]
    pub(super) aud: Vec<String>,
    pub(super) azp: Option<String>,
    #[serde(flatten)]
    pub(super) times: Times,
    pub(super) nonce: Option<String>,
    name: Option<String>,
    email: Option<String>,
    #[serde(default, deserialize_with = "truth")]
    email_verified: bool,
    /// Entra's word for the same: the domain's owner has proved that it is theirs.
    #[serde(default, deserialize_with = "truth")]
    xms_edov: bool,
    #[serde(default, deserialize_with = "one_or_many")]
    groups: Vec<String>,
    #[serde(default, deserialize_with = "one_or_many")]
    roles: Vec<String>,
    #[serde(default, rename = "cognito:groups", deserialize_with = "one_or_many")]
    cognito_groups: Vec<String>,
}

/// A person, as their issuer knows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Person {
    /// What they are called in records: their address, if it is verified, else the issuer's name for them.
    pub(super) name: String,
    /// What they are called on pages.
    pub(super) shown: String,
    /// Their groups; a verified address is a group of one.
    pub(super) groups: Vec<String>,
}

impl Claims {
    pub(super) fn person(self) -> Person {
        let verified = self.email_verified || self.xms_edov;
        // An address is the same in capitals, and must be the same person to the rule of two people.
        let address = self.email.filter(|_| verified);
        let address = address.map(|email| email.trim().to_lowercase());
        let address = address.filter(|email| !email.is_empty());
        let mut groups = [self.groups, self.roles, self.cognito_groups].concat();
        groups.retain(|group| !group.contains('@'));
        groups.extend(address.clone());
        let name = address.unwrap_or(self.sub);
        let shown = self.name.map(|shown| plain(&shown));
        let shown = shown.filter(|shown| !shown.is_empty());
        Person {
            shown: shown.unwrap_or_else(|| name.clone()),
            name,
            groups,
        }
    }
}

/// On one line, and not too long for a page's head.
fn plain(text: &str) -> String {
    let printable = text.chars().filter(|c| !c.is_control()).take(80);
    printable.collect::<String>().trim().to_owned()
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

fn one_or_many<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    Ok(match Option::<OneOrMany>::deserialize(from)? {
        Some(OneOrMany::One(one)) => vec![one],
        Some(OneOrMany::Many(many)) => many,
        None => Vec::new(),
    })
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Truth {
    Plain(bool),
    Number(u8),
    Word(String),
}

fn truth<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    Ok(match Option::<Truth>::deserialize(from)? {
        Some(Truth::Plain(truth)) => truth,
        Some(Truth::Number(number)) => number == 1,
        Some(Truth::Word(word)) => matches!(word.as_str(), "true" | "1"),
        None => false,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn person(more: Value) -> Person {
        let mut claims = json!({"iss": "i", "sub": "s-1", "aud": "towpath", "exp": 2, "iat": 1});
        let Value::Object(more) = more else {
            panic!("{more}")
        };
        claims.as_object_mut().unwrap().extend(more);
        serde_json::from_value::<Claims>(claims).unwrap().person()
    }

    #[test]
    fn a_verified_address_names_a_person_and_is_a_group_of_one() {
        let ada =
            person(json!({"email": "Ada@Example.com", "email_verified": true, "name": "Ada"}));
        assert_eq!(ada.name, "ada@example.com");
        assert_eq!(ada.shown, "Ada");
        assert_eq!(ada.groups, ["ada@example.com"]);
    }

    #[test]
    fn an_address_that_is_not_verified_counts_for_nothing() {
        for verified in [json!(false), json!("false"), json!(null), json!(0)] {
            let eve = person(json!({"email": "ada@example.com", "email_verified": verified}));
            assert_eq!(eve.name, "s-1");
            assert_eq!(eve.groups, Vec::<String>::new());
        }
    }

    #[test]
    fn nobody_becomes_another_person_by_a_group_that_looks_like_an_address() {
        let eve = person(json!({"groups": ["ada@example.com", "testers"]}));
        assert_eq!(eve.groups, ["testers"]);
    }

    #[test]
    fn every_issuer_names_groups_in_its_own_way() {
        let cognito = person(json!({"cognito:groups": ["testers"], "email_verified": "true"}));
        assert_eq!(cognito.groups, ["testers"]);
        let okta = person(json!({"groups": ["testers", "leads"]}));
        assert_eq!(okta.groups, ["testers", "leads"]);
        let entra = person(json!({"roles": "testers", "email": "ada@example.com", "xms_edov": 1}));
        assert_eq!(entra.groups, ["testers", "ada@example.com"]);
    }
}
