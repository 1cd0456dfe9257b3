//! Names in an address. A text that cannot be a name names nothing, so it is not found rather than invalid.

use std::{fmt::Display, str::FromStr};

use axum::{
    RequestPartsExt as _,
    extract::{FromRequestParts, Path},
    http::{StatusCode, request::Parts},
};
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// The parameters of an address, parsed: `Names<(AppId, BuildId)>`.
pub(crate) struct Names<T>(pub(crate) T);

impl<S, T> FromRequestParts<S> for Names<T>
where
    S: Send + Sync,
    T: FromTexts,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let nothing = |_| Problem::new(StatusCode::NOT_FOUND, "There is no page at this address.");
        let Path(texts) = parts.extract::<Path<T::Texts>>().await.map_err(nothing)?;
        T::from_texts(texts).map(Self)
    }
}

/// Names that are parsed from as many texts.
pub(crate) trait FromTexts: Sized {
    type Texts: DeserializeOwned + Send + 'static;

    fn from_texts(texts: Self::Texts) -> Result<Self, Problem>;
}

fn parsed<T: FromStr<Err: Display>>(text: &str) -> Result<T, Problem> {
    let nothing = |error: T::Err| {
        Problem::new(
            StatusCode::NOT_FOUND,
            format!("There is nothing of that name: {error}."),
        )
    };
    text.parse().map_err(nothing)
}

macro_rules! from_texts {
    ($($name:ident $text:ident $string:ty),+) => {
        impl<$($name: FromStr<Err: Display>),+> FromTexts for ($($name,)+) {
            type Texts = ($($string,)+);

            fn from_texts(($($text,)+): Self::Texts) -> Result<Self, Problem> {
                Ok(($(parsed::<$name>(&$text)?,)+))
            }
        }
    };
}

from_texts!(A a String);
from_texts!(A a String, B b String);
from_texts!(A a String, B b String, C c String);
