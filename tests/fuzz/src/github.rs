//! Deliveries of GitHub's webhooks: two headers, the owner that the endpoint is for, and a body.

use sources::github::{Delivery, parse};

use crate::{
    events,
    input::{joined, now, parts},
    samples,
};

const HOST: &str = "github.com";

/// At the most one event, of the endpoint's host and owner, which can be written and read again.
pub fn target(data: &[u8]) {
    let [kind, id, owner, body] = parts(data);
    let text = |bytes| std::str::from_utf8(bytes).unwrap_or_default();
    let owner = Some(text(owner)).filter(|owner| !owner.is_empty());
    let delivery = Delivery {
        host: HOST,
        owner,
        repositories: None,
        kind: text(kind),
        id: Some(text(id)).filter(|id| !id.is_empty()),
        body,
    };
    let Ok(parsed) = parse(&delivery, now()) else {
        return;
    };
    assert_eq!(parsed.events.is_empty(), parsed.ignored.is_some());
    assert!(parsed.events.len() <= 1);
    for event in &parsed.events {
        events::check(event);
        assert!(event.run.as_str().starts_with("github/github.com/"));
        let repository_of = event.pipeline.name.split('/').next().unwrap_or_default();
        assert!(owner.is_none_or(|owner| owner.eq_ignore_ascii_case(repository_of)));
    }
}

/// The samples of the source, each with the header that its name begins with.
pub fn seeds() -> Vec<Vec<u8>> {
    let files = samples::json("backend/sources/src/github/samples");
    let delivered = files.into_iter().map(|(path, body)| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let kind = name.split('-').next().unwrap_or_default();
        let id = b"72d3162e-cc78-11e3-81ab-4c9367dc0958";
        joined([kind.as_bytes(), id, b"", &body])
    });
    delivered.collect()
}
