//! What pages take at one time of the history.

use axum::{
    body::Body,
    http::{Request, header},
};
use store::table::Reading;

use crate::team::Team;

/// The pages: what they are, and their addresses.
const PAGES: [(&str, &str); 9] = [
    ("overview", "/"),
    ("overview (API)", "/api/v1/overview"),
    ("app", "/wallet"),
    ("tester's page", "/wallet/dev"),
    ("tap", "/wallet/dev/latest.apk"),
    ("builds", "/wallet/builds"),
    ("runs", "/wallet/runs"),
    ("one run", ONE_RUN),
    ("audit log", "/audit"),
];

/// The run that has been there from the first measurement on.
const ONE_RUN: &str =
    "/runs/codepipeline/123456789012/us-west-2/wallet-dev/0f0e0d0c-0b0a-4908-8706-000000000000";

/// What one page took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shown {
    pub(crate) page: &'static str,
    compressed: usize,
    cost: Reading,
}

impl Shown {
    /// How many times the bytes it read then.
    #[expect(clippy::cast_precision_loss, reason = "some thousand bytes")]
    pub(crate) fn growth_since(&self, first: &Self) -> f64 {
        self.cost.bytes_read as f64 / first.cost.bytes_read.max(1) as f64
    }
}

/// What each page takes now.
pub(crate) async fn measure(team: &Team) -> Vec<Shown> {
    let mut shown = Vec::new();
    for (page, address) in PAGES {
        team.portal.meter.reset();
        let request = Request::get(address).header(header::ACCEPT_ENCODING, "gzip");
        let answer = team.portal.send(request.body(Body::empty()).unwrap()).await;
        assert!(answer.status.as_u16() < 400, "{address}: {}", answer.status);
        shown.push(Shown {
            page,
            compressed: answer.body.len(),
            cost: team.portal.meter.reset(),
        });
    }
    shown
}

/// Prints them beside one another.
pub(crate) fn print(measured: &[(u32, Vec<Shown>)]) {
    println!(
        "pages: requests to the table and bytes that they read; bytes of the answer, compressed"
    );
    print!("  {:<16}", "with events");
    for (events, _) in measured {
        print!("{events:>22}");
    }
    println!("   last to first");
    let (_, first) = &measured[0];
    for (place, page) in first.iter().enumerate() {
        print!("  {:<16}", page.page);
        for (_, shown) in measured {
            let Shown {
                compressed, cost, ..
            } = shown[place];
            print!("{:>4}{:>9}{compressed:>9}", cost.requests, cost.bytes_read);
        }
        let (_, last) = measured.last().unwrap();
        println!("   {:.3}", last[place].growth_since(page));
    }
}
