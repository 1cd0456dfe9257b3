//! Addresses as codes that a phone's camera reads.

use fast_qr::{
    ECL, QRBuilder,
    convert::{Builder as _, svg::SvgBuilder},
};
use leptos::prelude::*;

/// An address as a code; `label` says to those who do not see it what it is.
pub(crate) fn code(address: &str, label: &'static str, caption: AnyView) -> Option<AnyView> {
    let code = QRBuilder::new(address).ecl(ECL::M).build().ok()?;
    let drawing = SvgBuilder::default().margin(3).to_str(&code);
    let figure = view! {
        <figure class="code">
            <div role="img" aria-label=label inner_html=drawing></div>
            <figcaption>{caption}</figcaption>
        </figure>
    };
    Some(figure.into_any())
}
