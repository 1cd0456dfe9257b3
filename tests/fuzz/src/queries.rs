//! What stands behind a question mark, and the texts in it: cursors, limits, months, sides of a comparison.

use api::compare::Side;
use domain::page::Cursor;
use web::fuzzing::queries;

/// What is refused is refused with a field and a bounded message, never with a fault of the portal; a cursor is what it
/// was when it comes back.
pub fn target(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for problem in queries(&text).into_iter().flatten().flatten() {
        assert!((400..500).contains(&problem.body.status), "{problem:?}");
        let nameless = problem.body.detail.contains("without a name");
        assert!(problem.body.field.is_some() || nameless, "{problem:?}");
        assert!(problem.body.detail.len() <= 1000, "{problem:?}");
    }
    if let Ok(cursor) = text.parse::<Cursor>() {
        assert!(cursor.sort_key().len() <= 1024);
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
    }
    let cursor = Cursor::behind(&text);
    assert!(data.is_empty() || text.len() > 1024 || cursor.to_string().parse() == Ok(cursor));
    if let Ok(Side::Current(app, environment)) = text.parse() {
        assert_eq!(format!("{app}/{environment}"), text);
    }
}

/// One of each kind.
pub fn seeds() -> Vec<Vec<u8>> {
    let texts = [
        "limit=25&cursor=3031",
        "failed=true&limit=100",
        "abi=arm64-v8a",
        "app=wallet",
        "build=01KAH0W3V8ZZZZZZZZZZZZZZZZ",
        "month=2026-11&format=csv",
        "from=wallet/dev&to=01KAH0W3V8ZZZZZZZZZZZZZZZZ",
        "limit=%31&limit=+1",
    ];
    texts.map(|text| text.as_bytes().to_vec()).to_vec()
}
