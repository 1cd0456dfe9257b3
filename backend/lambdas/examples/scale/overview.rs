//! The overview of a very large team beside that of a small one.

use axum::{
    body::Body,
    http::{Request, header},
};
use testkit::grid;

/// Prints what the first page takes.
pub(crate) async fn print() {
    println!("overview: its first page, with one app of five released");
    for (apps, environments, released_in) in [(10, 3, 3), (500, 20, 2), (500, 20, 20)] {
        let portal = grid(apps, environments, released_in).await;
        for address in ["/", "/api/v1/overview"] {
            portal.meter.reset();
            let request = Request::get(address).header(header::ACCEPT_ENCODING, "gzip");
            let answer = portal.send(request.body(Body::empty()).unwrap()).await;
            let cost = portal.meter.reset();
            println!(
                "  {apps:>3} apps, {environments:>2} environments, {released_in:>2} of them used   {address:<18} {:>6} bytes \
                 compressed (budget 204800), {} requests, {:>6} bytes and {:>4.1} units read",
                answer.body.len(),
                cost.requests,
                cost.bytes_read,
                cost.read_units,
            );
        }
    }
}
