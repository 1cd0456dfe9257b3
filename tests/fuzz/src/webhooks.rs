//! Deliveries of webhooks: two headers, the owner that the endpoint is for, and a body.

use sources::{Delivery, WEBHOOKS, WebhookSource};

use crate::{
    events,
    input::{joined, now, parts},
    samples,
};

/// Whichever system it is a delivery of: at the most one event, of the endpoint's host and owner, which can be written and read
/// again.
pub fn target(data: &[u8]) {
    for webhook in WEBHOOKS {
        of(webhook, data);
    }
}

fn of(webhook: &WebhookSource, data: &[u8]) {
    let [kind, id, owner, body] = parts(data);
    let text = |bytes| std::str::from_utf8(bytes).unwrap_or_default();
    let owner = Some(text(owner)).filter(|owner| !owner.is_empty());
    let delivery = Delivery {
        host: webhook.host,
        owner,
        repositories: None,
        kind: text(kind),
        id: Some(text(id)).filter(|id| !id.is_empty()),
        body,
    };
    let Ok(parsed) = webhook.parse(&delivery, now()) else {
        return;
    };
    assert_eq!(parsed.events.is_empty(), parsed.ignored.is_some());
    assert!(parsed.events.len() <= 1);
    let of_the_host = format!("{}/{}/", webhook.source.name, webhook.host);
    for event in &parsed.events {
        events::check(event);
        assert!(event.run.as_str().starts_with(&of_the_host));
        let repository_of = event.pipeline.name.split('/').next().unwrap_or_default();
        assert!(owner.is_none_or(|owner| owner.eq_ignore_ascii_case(repository_of)));
    }
}

/// The samples of the systems, each with the header that its name begins with.
pub fn seeds() -> Vec<Vec<u8>> {
    let files = WEBHOOKS
        .iter()
        .flat_map(|webhook| samples::of_source(webhook.source.name));
    let delivered = files.map(|(path, body)| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let kind = name.split('-').next().unwrap_or_default();
        let id = b"72d3162e-cc78-11e3-81ab-4c9367dc0958";
        joined([kind.as_bytes(), id, b"", &body])
    });
    delivered.collect()
}
