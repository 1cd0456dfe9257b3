//! What the identifiers in addresses, queries and bodies are of, and requests to be filled with them.
//!
//! The endpoints come from the router's own list, their parameters from the `OpenAPI` document and the pages' forms. A
//! name that is not known here fails the tests that walk them: say what it is in [`Kind::in_path`] or [`meaning`].

use axum::http::Method;
use domain::id::{RESERVED_APPS, RESERVED_ENVIRONMENTS};
use serde_json::{Map, Value, json};
use testkit::{apk::apk, promise};
use url::form_urlencoded;
use web::endpoints;

use crate::html::Form;

/// What an identifier names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    App,
    Environment,
    /// A build that is current in the environment.
    Build,
    /// A build that was withdrawn.
    Withdrawn,
    /// The digest of the build's file.
    Digest,
    /// The digest that the promotion is of.
    Promoted,
    Run,
    Promotion,
    Upload,
    /// Where a page of the app's builds starts.
    Cursor,
    Asset,
    Token,
    Link,
    Session,
    Share,
}

impl Kind {
    const ALL: [Self; 15] = [
        Self::App,
        Self::Environment,
        Self::Build,
        Self::Withdrawn,
        Self::Digest,
        Self::Promoted,
        Self::Run,
        Self::Promotion,
        Self::Upload,
        Self::Cursor,
        Self::Asset,
        Self::Token,
        Self::Link,
        Self::Session,
        Self::Share,
    ];

    /// What the parameter `name` is of that stands behind `before` in a pattern.
    fn in_path(pattern: &str, before: &str, name: &str) -> Self {
        match (before, name) {
            (_, "app") => Self::App,
            (_, "environment") => Self::Environment,
            (_, "digest") => Self::Digest,
            ("builds", "id") if pattern.ends_with("/restore") => Self::Withdrawn,
            ("builds", "id") => Self::Build,
            ("runs", "id" | "*id") => Self::Run,
            ("promotions", "id") => Self::Promotion,
            ("uploads", "id") => Self::Upload,
            ("assets", "name") => Self::Asset,
            ("tokens", "id") => Self::Token,
            ("links", "id") => Self::Link,
            ("sessions", "id") => Self::Session,
            ("share", _) => Self::Share,
            _ => panic!("{pattern}: say in patterns.rs what {name} is of"),
        }
    }

    fn hole(self) -> String {
        format!("@{self:?}@")
    }

    /// Whether it belongs to one app.
    pub(crate) fn is_of_an_app(self) -> bool {
        !matches!(
            self,
            Self::Environment | Self::Asset | Self::Cursor | Self::Digest | Self::Promoted
        )
    }
}

/// What a field of a query, a form or a body holds.
enum Meaning {
    Of(Kind),
    /// Several of them, of which one is enough.
    Several(Kind),
    /// An environment, or an app in it.
    Place,
    /// No identifier: always this.
    Is(Value),
    /// No identifier: what the form says.
    Given,
    /// No identifier, and not needed.
    Left,
}

fn meaning(pattern: &str, name: &str) -> Meaning {
    match name {
        "to" | "from" if pattern.ends_with("/compare") => Meaning::Of(Kind::Build),
        "app" => Meaning::Of(Kind::App),
        "environment" | "to" => Meaning::Of(Kind::Environment),
        "build" => Meaning::Of(Kind::Build),
        "digest" => Meaning::Of(Kind::Promoted),
        "run" => Meaning::Of(Kind::Run),
        "cursor" => Meaning::Of(Kind::Cursor),
        "place" => Meaning::Place,
        "reason" | "comment" => Meaning::Is(json!("a test")),
        "files" => Meaning::Is(json!([promise("app.apk", &apk(b"another"))])),
        "attempt" => Meaning::Is(json!(9)),
        "hours" => Meaning::Is(json!(24)),
        "apps" => Meaning::Several(Kind::App),
        "environments" => Meaning::Several(Kind::Environment),
        "may" if pattern.starts_with("/api/") => Meaning::Is(json!(["promote"])),
        "may" => Meaning::Is(json!("promote")),
        "label" => Meaning::Is(json!("ci")),
        "days" => Meaning::Is(json!(30)),
        "person" => Meaning::Is(json!("nobody")),
        "sure" => Meaning::Is(json!("yes")),
        "version" => Meaning::Is(json!("1.0")),
        "revision" => Meaning::Is(json!({"commit": "0a1b2c3d4e5f"})),
        "what" | "kind" | "tap" => Meaning::Given,
        "issuer" | "password" | "everyones" | "groups" | "withdraw" | "bypass"
        | "bypass-reason" | "limit" | "per_day" | "bytes_per_day" | "failed" | "month"
        | "format" | "abi" | "action" | "by" | "return" | "code" | "state" | "error"
        | "error_description" | "android" => Meaning::Left,
        _ => panic!("{pattern}: say in patterns.rs what the field {name} holds"),
    }
}

/// What a body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Body {
    Nothing,
    Form,
    Json,
}

/// A request whose identifiers are holes.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    pub(crate) method: Method,
    pub(crate) pattern: String,
    address: String,
    /// JSON as text, or what a form sends.
    body: String,
    kind: Body,
}

impl Template {
    fn new(method: Method, pattern: &str, query: &str, body: &Value) -> Self {
        let mut parts = pattern.split(['{', '}']);
        let mut address = parts.next().unwrap().to_owned();
        while let (Some(name), Some(after)) = (parts.next(), parts.next()) {
            let before = address
                .trim_end_matches('/')
                .rsplit('/')
                .next()
                .unwrap()
                .to_owned();
            address += &Kind::in_path(pattern, &before, name).hole();
            address += after;
        }
        if !query.is_empty() {
            address = format!("{address}?{query}");
        }
        let (body, kind) = match body {
            Value::Null => (String::new(), Body::Nothing),
            Value::String(form) => (form.clone(), Body::Form),
            json => (json.to_string(), Body::Json),
        };
        Self {
            method,
            pattern: pattern.to_owned(),
            address,
            body,
            kind,
        }
    }

    /// The same request at an address that ends otherwise.
    pub(crate) fn at(&self, end: &str, other: &str) -> Self {
        Self {
            method: self.method.clone(),
            pattern: self.pattern.replace(end, other),
            address: self.address.replace(end, other),
            body: self.body.clone(),
            kind: self.kind,
        }
    }

    /// What its holes are for, in their order.
    pub(crate) fn kinds(&self) -> Vec<Kind> {
        let text = format!("{}\n{}", self.address, self.body);
        let names = text.split('@').skip(1).step_by(2);
        names
            .map(|name| {
                Kind::ALL
                    .into_iter()
                    .find(|kind| format!("{kind:?}") == name)
                    .unwrap()
            })
            .collect()
    }

    /// How many of its holes are in the path.
    pub(crate) fn in_path(&self) -> usize {
        self.address.split('?').next().unwrap().matches('@').count() / 2
    }

    /// The address and the body with values in their holes.
    pub(crate) fn filled(&self, values: &[&str]) -> (String, Value) {
        let text = format!("{}\n{}", self.address, self.body);
        let mut values = values.iter();
        let parts = text.split('@').enumerate();
        let text: String = parts
            .map(|(at, part)| {
                if at % 2 == 0 {
                    part
                } else {
                    values.next().unwrap()
                }
            })
            .collect();
        let (address, body) = text.split_once('\n').unwrap();
        let body = match self.kind {
            Body::Nothing => Value::Null,
            Body::Form => json!(body),
            Body::Json => serde_json::from_str(body).unwrap(),
        };
        (address.to_owned(), body)
    }
}

/// A query or a form, of its fields' names and what stands in them.
fn encoded(pattern: &str, fields: &[(String, String)]) -> String {
    let mut pairs = Vec::new();
    for (name, given) in fields {
        let value = match meaning(pattern, name) {
            Meaning::Of(kind) | Meaning::Several(kind) => kind.hole(),
            Meaning::Place => {
                let (app, environment) = (Kind::App.hole(), Kind::Environment.hole());
                match pattern {
                    "/settings/links/new" => format!("{app}/{environment}"),
                    _ => format!("{environment}/{app}"),
                }
            }
            Meaning::Is(value) => value
                .as_str()
                .map_or(value.to_string(), |text| text.replace(' ', "+")),
            Meaning::Given => given.clone(),
            Meaning::Left => continue,
        };
        pairs.push(format!("{name}={value}"));
    }
    pairs.join("&")
}

/// The pattern that a path of ours fits: the one with the most words of its own.
pub(crate) fn pattern_of(method: &Method, path: &str) -> Option<String> {
    let fits = |pattern: &str| {
        let mut parts = path.split('/');
        for word in pattern.split('/') {
            if word.starts_with("{*") {
                return parts.next().is_some();
            }
            let Some(part) = parts.next() else {
                return false;
            };
            if part != word && (!word.starts_with('{') || part.is_empty()) {
                return false;
            }
        }
        parts.next().is_none()
    };
    let known = endpoints()
        .into_iter()
        .filter(|(known, pattern)| known == method && fits(pattern));
    known
        .map(|(_, pattern)| pattern)
        .min_by_key(|pattern| pattern.matches('{').count())
}

/// What a form of a page sends.
pub(crate) fn of_form(form: &Form) -> Template {
    let method: Method = form.method.to_uppercase().parse().unwrap();
    let path = form.action.split(['?', '#']).next().unwrap();
    let pattern = pattern_of(&method, path)
        .unwrap_or_else(|| panic!("{method} {path} is no endpoint of ours"));
    let fields = encoded(&pattern, &form.fields);
    if method == Method::GET {
        Template::new(method, &pattern, &fields, &Value::Null)
    } else {
        Template::new(method, &pattern, "", &json!(fields))
    }
}

/// What a link of a page asks for; none for one that leads out of the portal.
pub(crate) fn of_link(address: &str) -> Option<Template> {
    let address = address.split('#').next().unwrap();
    if !address.starts_with('/') || address.starts_with("//") {
        return None;
    }
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let pattern =
        pattern_of(&Method::GET, path).unwrap_or_else(|| panic!("{path} is no page of ours"));
    let fields: Vec<_> = form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    let query = encoded(&pattern, &fields);
    Some(Template::new(Method::GET, &pattern, &query, &Value::Null))
}

/// Everything that can be asked of the API, in every form of its bodies, and every page that takes no form.
pub(crate) fn documented() -> Vec<Template> {
    let document = web::openapi().to_json().unwrap();
    let document: Value = serde_json::from_str(&document).unwrap();
    let mut templates = Vec::new();
    for (method, pattern) in endpoints() {
        let operation = &document["paths"][&pattern][method.as_str().to_lowercase()];
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let query = parameters.filter(|parameter| parameter["in"] == "query");
        let query: Vec<_> = query
            .map(|one| (one["name"].as_str().unwrap().to_owned(), String::new()))
            .collect();
        let query = encoded(&pattern, &query);
        let body = &operation["requestBody"]["content"]["application/json"]["schema"];
        if body.is_object() {
            let mut bodies = bodies(&document, &pattern, body);
            // A withdrawn build is restored, never lifted, no matter who asks.
            bodies.retain(|body| body["on"]["what"] != "build");
            for body in bodies {
                templates.push(Template::new(method.clone(), &pattern, &query, &body));
            }
        } else if operation.is_object() || method == Method::GET {
            templates.push(Template::new(method.clone(), &pattern, "", &Value::Null));
            if !query.is_empty() {
                templates.push(Template::new(method, &pattern, &query, &Value::Null));
            }
        }
    }
    templates
}

/// Bodies of a schema: one for each choice that it leaves.
fn bodies(document: &Value, pattern: &str, schema: &Value) -> Vec<Value> {
    if let Some(reference) = schema["$ref"].as_str() {
        let schema = document.pointer(reference.trim_start_matches('#')).unwrap();
        return bodies(document, pattern, schema);
    }
    for choice in ["oneOf", "anyOf"] {
        if let Some(options) = schema[choice].as_array() {
            let options = options.iter().filter(|option| option["type"] != "null");
            return options
                .flat_map(|option| bodies(document, pattern, option))
                .collect();
        }
    }
    let mut found = vec![Map::new()];
    let parts = schema["allOf"].as_array().into_iter().flatten();
    for part in parts {
        let part = bodies(document, pattern, part);
        found = combined(&found, &part);
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        found = combined(&found, &fields(document, pattern, name, property));
    }
    found.into_iter().map(Value::Object).collect()
}

/// What a property may be, each as an object of that property alone.
fn fields(document: &Value, pattern: &str, name: &str, property: &Value) -> Vec<Value> {
    let values = if is_object(document, property) && name != "revision" && name != "bypass" {
        bodies(document, pattern, property)
    } else {
        match meaning(pattern, name) {
            Meaning::Of(kind) => vec![json!(kind.hole())],
            Meaning::Several(kind) => vec![json!([kind.hole()])],
            Meaning::Is(value) => vec![value],
            Meaning::Given => vec![
                property
                    .get("const")
                    .or(property["enum"].get(0))
                    .unwrap()
                    .clone(),
            ],
            Meaning::Left => return vec![json!({})],
            Meaning::Place => panic!("{pattern}: a body names environment and app, not {name}"),
        }
    };
    values
        .into_iter()
        .map(|value| json!({name: value}))
        .collect()
}

fn is_object(document: &Value, schema: &Value) -> bool {
    if let Some(reference) = schema["$ref"].as_str() {
        return is_object(
            document,
            document.pointer(reference.trim_start_matches('#')).unwrap(),
        );
    }
    let options = ["oneOf", "anyOf", "allOf"]
        .map(|name| schema[name].as_array())
        .into_iter()
        .flatten()
        .flatten();
    schema["properties"].is_object()
        || options
            .into_iter()
            .any(|option| is_object(document, option))
}

fn combined(found: &[Map<String, Value>], more: &[Value]) -> Vec<Map<String, Value>> {
    let mut all = Vec::new();
    for found in found {
        for more in more {
            let mut found = found.clone();
            found.extend(more.as_object().unwrap().clone());
            all.push(found);
        }
    }
    all
}

#[test]
fn no_app_and_no_environment_can_take_an_address_of_the_portals_own() {
    for (_, path) in endpoints() {
        let mut parts = path.split('/').skip(1);
        match (parts.next(), parts.next()) {
            (Some("{app}"), Some(second)) if !second.starts_with('{') => {
                assert!(RESERVED_ENVIRONMENTS.contains(&second), "{path}");
            }
            (Some(first), _) if !first.is_empty() && first != "{app}" => {
                assert!(RESERVED_APPS.contains(&first), "{path}");
            }
            _ => {}
        }
    }
    // The router of webhooks stands beside the one whose addresses are listed.
    assert!(RESERVED_APPS.contains(&"hooks"));
}
