//! The `OpenAPI` document: that it is there, complete and true.

use serde_json::{Map, Value};
use testkit::TestPortal;

/// The document, as clients get it.
pub(crate) struct Document(Value);

impl Document {
    pub(crate) async fn of(site: &TestPortal) -> Self {
        Self(site.json("/api/openapi.json").await)
    }

    /// Asserts that an answer is what the document says of it: nothing of another type, nothing missing, nothing more.
    pub(crate) fn check(&self, method: &str, path: &str, status: u16, answer: &Value) {
        let response = &self.0["paths"][path][method]["responses"][status.to_string()];
        let schema = &response["content"]["application/json"]["schema"];
        assert!(schema.is_object(), "{method} {path} documents {status}");
        if let Err(why) = self.fits(schema, answer) {
            panic!("{method} {path}: {why}\nin {answer:#}");
        }
    }

    fn fits(&self, schema: &Value, value: &Value) -> Result<(), String> {
        let schema = self.resolved(schema);
        for all in ["oneOf", "anyOf"] {
            if let Some(options) = schema[all].as_array() {
                let failures: Vec<String> = options
                    .iter()
                    .map_while(|option| self.fits(option, value).err())
                    .collect();
                return if failures.len() < options.len() {
                    Ok(())
                } else {
                    Err(failures.join("\n  or "))
                };
            }
        }
        let flat = self.flattened(schema);
        let types: Vec<&str> = match &flat["type"] {
            Value::String(one) => vec![one],
            Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
            _ => return Ok(()),
        };
        if !types.iter().any(|kind| is(kind, value)) {
            return Err(format!("{value} is not {types:?}"));
        }
        if let Some(words) = flat["enum"].as_array()
            && !words.contains(value)
        {
            return Err(format!("{value} is not one of {words:?}"));
        }
        match value {
            Value::Array(items) => items.iter().enumerate().try_for_each(|(at, item)| {
                self.fits(&flat["items"], item)
                    .map_err(|why| format!("[{at}] {why}"))
            }),
            Value::Object(fields) => self.object(&flat, fields),
            _ => Ok(()),
        }
    }

    fn object(&self, schema: &Value, fields: &Map<String, Value>) -> Result<(), String> {
        for required in schema["required"].as_array().into_iter().flatten() {
            if !fields.contains_key(required.as_str().unwrap()) {
                return Err(format!("lacks {required}"));
            }
        }
        for (name, value) in fields {
            let Some(property) = schema["properties"].get(name) else {
                return Err(format!("has {name}, which is not documented"));
            };
            self.fits(property, value)
                .map_err(|why| format!(".{name} {why}"))?;
        }
        Ok(())
    }

    fn resolved<'v>(&'v self, schema: &'v Value) -> &'v Value {
        match schema["$ref"].as_str() {
            Some(reference) => self
                .0
                .pointer(reference.trim_start_matches('#'))
                .unwrap_or_else(|| panic!("{reference} is missing")),
            None => schema,
        }
    }

    /// A schema with the properties of all that it consists of.
    fn flattened(&self, schema: &Value) -> Value {
        let Some(parts) = schema["allOf"].as_array() else {
            return schema.clone();
        };
        let mut flat = serde_json::json!({"type": "object", "properties": {}, "required": []});
        for part in parts {
            let part = self.flattened(self.resolved(part));
            for (name, property) in part["properties"].as_object().into_iter().flatten() {
                flat["properties"][name] = property.clone();
            }
            for required in part["required"].as_array().into_iter().flatten() {
                flat["required"]
                    .as_array_mut()
                    .unwrap()
                    .push(required.clone());
            }
        }
        flat
    }
}

fn is(kind: &str, value: &Value) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}

#[tokio::test]
async fn every_operation_says_how_it_fails_and_what_it_takes() {
    let site = TestPortal::new().await;
    let Document(document) = Document::of(&site).await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut operations = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        assert!(
            path.starts_with("/api/v1/") && !path.contains('*'),
            "{path}"
        );
        for (method, operation) in item.as_object().unwrap() {
            operations += 1;
            assert!(
                operation["responses"]["default"].is_object(),
                "{method} {path}"
            );
            assert!(operation["summary"].is_string(), "{method} {path}");
            let named = |parameter: &&Value| parameter["in"] == "path";
            let parameters = operation["parameters"].as_array();
            let named = parameters.map_or(0, |list| list.iter().filter(named).count());
            assert_eq!(named, path.matches('{').count(), "{method} {path}");
        }
    }
    assert!(operations >= 35);
}

#[tokio::test]
async fn every_operation_is_routed_and_no_other() {
    let site = TestPortal::new().await;
    let Document(document) = Document::of(&site).await;
    for (path, item) in document["paths"].as_object().unwrap() {
        let address = path
            .replace("{app}", "wallet")
            .replace("{environment}", "dev")
            .replace("{digest}", &"0".repeat(64))
            .replace("runs/{id}", "runs/codepipeline/x")
            .replace("{id}", "01JD0000000000000000000000");
        let request = axum::http::Request::patch(&address)
            .body(axum::body::Body::empty())
            .unwrap();
        let answer = site.send(request).await;
        answer.problem(405);
        let mut allowed: Vec<String> = answer
            .header("allow")
            .split(',')
            .map(str::to_lowercase)
            .collect();
        allowed.retain(|method| method != "head");
        let mut documented: Vec<String> = item.as_object().unwrap().keys().cloned().collect();
        allowed.sort();
        documented.sort();
        assert_eq!(allowed, documented, "{path}");
    }
}

#[tokio::test]
async fn every_operation_has_a_line_in_the_roles_of_the_api_tests() {
    let roles = include_str!("../../../../tests/api/access.py");
    let Document(document) = Document::of(&TestPortal::new().await).await;
    let paths = document["paths"].as_object().unwrap().values();
    for operation in paths.flat_map(|path| path.as_object().unwrap().values()) {
        let id = &operation["operationId"];
        assert!(roles.contains(&id.to_string()), "tests/api/access.py: {id}");
    }
}

#[tokio::test]
async fn every_operation_says_that_wrong_tokens_lock_out_and_it_is_so() {
    let site = TestPortal::signed_in().await;
    let Document(document) = Document::of(&site).await;
    let wrong = format!("towpath_01JD0000000000000000000000_{}", "A".repeat(43));
    let shows = async |method: &str, address: &str| {
        let request = axum::http::Request::builder()
            .method(method.to_uppercase().as_str())
            .uri(address)
            .header("authorization", format!("Bearer {wrong}"));
        site.send(request.body(axum::body::Body::empty()).unwrap())
            .await
    };
    for _ in 0..10 {
        shows("get", "/api/v1/me").await.problem(401);
    }
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let locked = shows(method, &path.replace(['{', '}'], "")).await;
            locked.problem(429);
            let seconds: i64 = locked.header("retry-after").parse().unwrap();
            assert!((1..=900).contains(&seconds), "{seconds}");
            let documented = &operation["responses"]["429"];
            assert!(
                documented["headers"]["Retry-After"].is_object(),
                "{method} {path}"
            );
            let what = documented["description"].as_str().unwrap();
            assert!(what.contains("wrong tokens"), "{method} {path}: {what}");
            let gives = operation["responses"]["302"].is_object();
            assert_eq!(what.contains("downloads of the day"), gives, "{path}");
        }
    }
}

#[tokio::test]
async fn every_reference_leads_somewhere() {
    let site = TestPortal::new().await;
    let document = Document::of(&site).await;
    let text = document.0.to_string();
    for part in text.split("\"$ref\":\"").skip(1) {
        let reference = part.split('"').next().unwrap();
        assert!(
            document
                .0
                .pointer(reference.trim_start_matches('#'))
                .is_some(),
            "{reference}"
        );
    }
}

#[test]
fn the_document_can_be_had_without_a_portal() {
    assert!(web::openapi().paths.paths.len() >= 33);
}
