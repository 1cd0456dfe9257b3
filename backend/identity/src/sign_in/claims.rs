//! What a token says of a person.

use std::collections::HashMap;

use domain::{id::PersonId, text::may_stand};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::oidc::{Times, TokenError};

/// The claim that names a person at most issuers.
pub(super) const SUBJECT: &str = "sub";

/// The longest name of a person at their issuer, in bytes.
const LONGEST_SUBJECT: usize = 255;

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
    /// All others, of which one may name the person.
    #[serde(flatten)]
    others: HashMap<String, Value>,
}

/// Who a person is: the same at every sign-in, whatever address they have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Who vouches for them.
    pub issuer: String,
    /// The issuer's name for them.
    pub subject: String,
}

impl Identity {
    /// The identifier that records know them by.
    pub fn person(&self) -> PersonId {
        PersonId::of(&self.issuer, &self.subject)
    }
}

/// A person, as their issuer knows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Person {
    /// Who they are, whatever they are called.
    pub(super) identity: Identity,
    /// What they are called in records: their address, if it is verified, else the issuer's name for them.
    pub(super) name: String,
    /// What they are called on pages.
    pub(super) shown: String,
    /// Their groups; a verified address is a group of one.
    pub(super) groups: Vec<String>,
}

impl Claims {
    /// Who it is, by the claim that names a person there.
    pub(super) fn person(self, subject_claim: &str) -> Result<Person, TokenError> {
        let subject = self.subject(subject_claim)?;
        let verified = self.email_verified || self.xms_edov;
        // An address is the same in capitals, and must be the same person to the rule of two people.
        let address = self.email.filter(|_| verified);
        let address = address.map(|email| email.trim().to_lowercase());
        let address = address.filter(|email| !email.is_empty());
        let mut groups = [self.groups, self.roles, self.cognito_groups].concat();
        groups.retain(|group| !group.contains('@'));
        groups.extend(address.clone());
        let name = address.unwrap_or_else(|| subject.clone());
        let shown = self.name.map(|shown| plain(&shown));
        let shown = shown.filter(|shown| !shown.is_empty());
        Ok(Person {
            identity: Identity {
                issuer: self.iss,
                subject,
            },
            shown: shown.unwrap_or_else(|| name.clone()),
            name,
            groups,
        })
    }

    /// The issuer's name for the person. Entra's `sub` differs from one application to the next, its `oid` does not, and is
    /// one within the tenant `tid`.
    fn subject(&self, claim: &str) -> Result<String, TokenError> {
        if claim == SUBJECT {
            return Ok(self.sub.clone());
        }
        let said = |claim: &str| self.others.get(claim).and_then(Value::as_str);
        let subject = said(claim).filter(|subject| !subject.trim().is_empty());
        let subject = subject.ok_or(TokenError::Subject)?;
        let whole = match said("tid").filter(|_| claim == "oid") {
            Some(tenant) => format!("{tenant}/{subject}"),
            None => subject.to_owned(),
        };
        if whole.len() > LONGEST_SUBJECT {
            return Err(TokenError::Subject);
        }
        Ok(whole)
    }
}

/// On one line, and not too long for a page's head.
fn plain(text: &str) -> String {
    let printable = text.chars().filter(|c| may_stand(*c)).take(80);
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
        let claims = serde_json::from_value::<Claims>(claims).unwrap();
        claims.person(SUBJECT).unwrap()
    }

    #[test]
    fn a_person_is_issuer_and_subject_by_the_claim_that_is_configured() {
        let ada = person(json!({"email": "ada@example.com", "email_verified": true}));
        let renamed = person(json!({"email": "ada+2@example.com", "email_verified": true}));
        assert_eq!(ada.identity.person(), PersonId::of("i", "s-1"));
        assert_eq!(ada.identity, renamed.identity);
        assert_ne!(ada.name, renamed.name);

        let claims = |more: Value| {
            let mut claims =
                json!({"iss": "i", "sub": "s-1", "aud": "towpath", "exp": 2, "iat": 1});
            claims
                .as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            serde_json::from_value::<Claims>(claims).unwrap()
        };
        let entra = claims(json!({"oid": "o-1", "tid": "t-1"})).person("oid");
        assert_eq!(entra.unwrap().identity.subject, "t-1/o-1");
        let number = claims(json!({"employee": "77", "tid": "t-1"})).person("employee");
        assert_eq!(number.unwrap().identity.subject, "77");
        for without in [
            json!({}),
            json!({"oid": ""}),
            json!({"oid": 7}),
            json!({"oid": "x".repeat(256)}),
        ] {
            assert!(claims(without.clone()).person("oid").is_err(), "{without}");
        }
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
