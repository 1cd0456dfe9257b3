//! Which months of the log there are, and their entries.

use domain::audit::Seal;
use portal::audit::SealsView;
use store::table::Month;

use crate::{api::Api, commands::now, failure::Failure};

/// Where the log ends and its seals, as the portal says.
pub(super) async fn seals(api: &Api) -> Result<SealsView, Failure> {
    api.get("/api/v1/audit/seals", &Vec::new()).await
}

/// Every month of the log, in order. One whose end is no longer noted is looked for from its first seal on.
pub(super) fn of(view: &SealsView, seals: &[Seal]) -> Vec<Month> {
    let said = |text: &Option<String>| text.as_deref().and_then(|text| text.parse().ok());
    let this = Month::of(now());
    let sealed = seals.iter().map(|seal| Month::of(seal.sealed_at)).min();
    let first: Month = said(&view.first).or(sealed).unwrap_or_else(|| this.clone());
    let last = said(&view.last).unwrap_or(this);
    let mut months = vec![first];
    while let Some(month) = months.last().map(Month::next).filter(|next| *next <= last) {
        months.push(month);
    }
    months
}

/// A month's entries in a form, `csv` or `jsonl`.
pub(super) async fn text(api: &Api, month: &Month, form: &str) -> Result<String, Failure> {
    let query = vec![("month", month.to_string()), ("format", form.to_owned())];
    let answer = api.ask("/api/v1/audit", &query).await?;
    api.text(answer).await
}
