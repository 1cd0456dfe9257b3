//! Which months of the log there are, their entries, and the seals, as a portal says.

use api::audit::SealsView;
use domain::{
    Timestamp,
    audit::{Head, SealsFound},
    month::Month,
};
use http::header::LINK;

use crate::{
    client::{Api, Query},
    commands::now,
    failure::Failure,
};

/// Where the log begins and ends.
pub(super) struct Span {
    /// Where it says that it ends.
    pub(super) head: Option<Head>,
    /// The number of the newest seal that the portal knows of.
    pub(super) newest_seal: Option<u64>,
    first: Option<Month>,
    last: Option<Month>,
}

/// Where the log begins and ends, and all of its seals in every version.
pub(super) async fn seals(api: &Api) -> Result<(Span, SealsFound), Failure> {
    let mut found = SealsFound::default();
    let mut view = page(api, Query::new()).await?;
    // The first page says where the log ended before any entry is read.
    let span = span(&view);
    loop {
        for seal in view.seals {
            found.push(seal);
        }
        let Some(next) = view.next else {
            return Ok((span, found));
        };
        view = page(api, vec![("cursor", next.to_string())]).await?;
    }
}

/// Where the log begins and ends.
pub(super) async fn span_of(api: &Api) -> Result<Span, Failure> {
    Ok(span(&page(api, Query::new()).await?))
}

async fn page(api: &Api, query: Query) -> Result<SealsView, Failure> {
    api.get("/api/v1/audit/seals", &query).await
}

fn span(view: &SealsView) -> Span {
    let month = |text: &Option<String>| text.as_deref().and_then(|text| text.parse().ok());
    Span {
        head: view.head.clone(),
        newest_seal: view.newest,
        first: month(&view.first),
        last: month(&view.last),
    }
}

impl Span {
    /// Every month of the log, in order. One whose end is no longer noted is looked for from its first seal on.
    pub(super) fn months(&self, first_sealed_at: Option<Timestamp>) -> Vec<Month> {
        let this = Month::of(now());
        let last = self.last.clone().unwrap_or_else(|| this.clone());
        let first = self.first.clone().or(first_sealed_at.map(Month::of));
        let mut months = vec![first.unwrap_or(this)];
        while let Some(month) = months.last().map(Month::next).filter(|next| *next <= last) {
            months.push(month);
        }
        months
    }
}

/// A month's entries in a form, `csv` or `jsonl`, a part at a time.
pub(super) struct Parts<'a> {
    api: &'a Api,
    next: Option<(String, Query)>,
}

impl<'a> Parts<'a> {
    pub(super) fn of(api: &'a Api, month: &Month, form: &str) -> Self {
        let query = vec![("month", month.to_string()), ("format", form.to_owned())];
        Self {
            api,
            next: Some(("/api/v1/audit".to_owned(), query)),
        }
    }

    /// The next part, if there is one.
    pub(super) async fn next(&mut self) -> Result<Option<String>, Failure> {
        let Some((path, query)) = self.next.take() else {
            return Ok(None);
        };
        let answer = self.api.ask(&path, &query).await?;
        if let Some(link) = answer.headers().get(LINK) {
            let next = link.to_str().ok().and_then(next_of);
            let next = next.ok_or_else(|| {
                Failure::Failed("the portal does not say where the log goes on".to_owned())
            })?;
            self.next = Some((next, Query::new()));
        }
        Ok(Some(self.api.text(answer).await?))
    }
}

/// The address of what follows, at the same portal: `</api/…>; rel="next"`.
fn next_of(link: &str) -> Option<String> {
    let (address, relation) = link.strip_prefix('<')?.split_once('>')?;
    let here = address.starts_with("/api/v1/audit?");
    (here && relation.trim() == "; rel=\"next\"").then(|| address.to_owned())
}
