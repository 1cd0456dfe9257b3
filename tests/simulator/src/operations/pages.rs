//! Paging: a token is the place to go on from, wrapped so that nobody builds one.

use serde_json::Value;

use crate::protocol::error::ApiError;

const PREFIX: &str = "simulator-page-";

/// One page of `items` under `name`, beginning where `token` says.
pub(super) fn page(
    name: &str,
    items: Vec<Value>,
    token: Option<&str>,
    size: usize,
) -> Result<Value, ApiError> {
    let start = token.map_or(Ok(0), position)?;
    let rest = items.len().saturating_sub(start);
    let shown: Vec<Value> = items.into_iter().skip(start).take(size).collect();
    let mut answer = serde_json::Map::new();
    if rest > size {
        answer.insert(
            "nextToken".to_owned(),
            Value::from(format!("{PREFIX}{}", start + size)),
        );
    }
    answer.insert(name.to_owned(), Value::from(shown));
    Ok(Value::Object(answer))
}

fn position(token: &str) -> Result<usize, ApiError> {
    token
        .strip_prefix(PREFIX)
        .and_then(|number| number.parse().ok())
        .ok_or_else(|| {
            ApiError::new(
                "InvalidNextTokenException",
                "The next token was not given out by this API",
            )
        })
}
