//! The API's own description, generated from the handlers.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
};

use axum::{
    Router,
    http::{HeaderValue, Method, header},
    response::IntoResponse,
    routing::get,
};
use utoipa::{
    IntoResponses, OpenApi as _,
    openapi::{
        Content, Header, Object, OpenApi, Ref, RefOr, Response, ResponseBuilder,
        path::{Operation, PathItem},
        schema::Type,
    },
};

use crate::{problem, state::AppState};

/// What the document says of the API as a whole.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Towpath",
        description = "The release portal's API. Every failure is an `application/problem+json` (RFC 9457). Every address \
            of a list takes `limit` and `cursor`; a parameter that is not listed here is refused.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    tags(
        (name = "overview", description = "Every app in every environment"),
        (name = "apps", description = "Apps, their environments and releases"),
        (name = "builds", description = "Builds and their files"),
        (name = "runs", description = "Runs of pipelines and their steps"),
        (name = "events", description = "What sources report"),
        (name = "promotions", description = "Builds on their way through the environments"),
        (name = "holds", description = "Stops on environments and withdrawn builds"),
        (name = "links", description = "Links by which people without an account download a build"),
        (name = "audit", description = "Who did what, when and why"),
        (name = "settings", description = "Who may do what, and how this portal is set up"),
        (name = "tokens", description = "API tokens, by which programs do what their owners may"),
        (name = "privacy", description = "What is kept of a person, and erasing their name"),
        (name = "uploads", description = "Builds that come in through presigned links"),
    ),
    components(schemas(::api::Problem)),
)]
pub(crate) struct Api;

impl Api {
    pub(crate) fn document() -> OpenApi {
        Self::openapi()
    }
}

/// The document, with what is true of every operation.
pub(crate) fn complete(mut document: OpenApi) -> OpenApi {
    let paths = std::mem::take(&mut document.paths.paths);
    for (path, mut item) in paths {
        for operation in operations(&mut item) {
            let responses = &mut operation.responses.responses;
            let locked_out = || RefOr::T(failure(LOCKED_OUT));
            let waits = responses.entry("429".to_owned());
            says_how_long(waits.or_insert_with(locked_out));
            responses.insert("default".to_owned(), RefOr::T(failure(ANYTHING_ELSE)));
        }
        // The router writes a parameter that holds slashes with a star; OpenAPI has no word for it.
        document.paths.paths.insert(path.replace("{*", "{"), item);
    }
    document
}

/// What is there for each method that a path of the document can have.
pub(crate) fn by_method(item: &PathItem) -> [(Method, Option<&Operation>); 8] {
    [
        (Method::GET, item.get.as_ref()),
        (Method::PUT, item.put.as_ref()),
        (Method::POST, item.post.as_ref()),
        (Method::DELETE, item.delete.as_ref()),
        (Method::OPTIONS, item.options.as_ref()),
        (Method::HEAD, item.head.as_ref()),
        (Method::PATCH, item.patch.as_ref()),
        (Method::TRACE, item.trace.as_ref()),
    ]
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [
        &mut item.get,
        &mut item.put,
        &mut item.post,
        &mut item.delete,
        &mut item.options,
        &mut item.head,
        &mut item.patch,
        &mut item.trace,
    ]
    .into_iter()
    .flatten()
}

/// What any operation may answer besides.
const ANYTHING_ELSE: &str = "Anything else that went wrong: 401 not signed in, 403 not allowed, 414 the address is too long, \
    431 the headers are too large, 500 a fault of the portal, 503 try again";

/// Why any operation may answer 429: each takes a token.
const LOCKED_OUT: &str = "Too many wrong tokens came from the caller's address";

fn says_how_long(response: &mut RefOr<Response>) {
    let RefOr::T(response) = response else {
        return;
    };
    let seconds = Header::new(Object::with_type(Type::Integer));
    response
        .headers
        .insert("Retry-After".to_owned(), RefOr::T(seconds));
}

fn failure(description: &str) -> Response {
    let content = Content::builder()
        .schema(Some(Ref::from_schema_name("Problem")))
        .build();
    ResponseBuilder::new()
        .description(description)
        .content(problem::MEDIA_TYPE, content)
        .build()
}

macro_rules! failures {
    ($($(#[$doc:meta])* $name:ident $status:literal $description:literal;)+) => {$(
        $(#[$doc])*
        pub(crate) struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                BTreeMap::from([($status.to_owned(), RefOr::T(failure($description)))])
            }
        }
    )+};
}

failures! {
    /// For operations with parameters or a body.
    Invalid "400" "The request is not valid; `field` says where";
    /// For operations on something named.
    NotFound "404" "There is nothing of that name";
    /// For operations that may collide.
    Conflict "409" "The request makes sense, but not with what there is now";
    /// For operations with a body.
    TooLarge "413" "The body is too large";
    /// For operations with a body.
    MediaType "415" "The body is not said to be JSON";
    /// For downloads.
    Refused "422" "There is a build, but no file of use to the caller, such as only an unsigned package";
    /// For downloads.
    DailyLimit "429" "The caller's downloads of the day are used up, or too many wrong tokens came from their address";
}

/// The document, made when it is first asked for.
static DOCUMENT: LazyLock<String> =
    LazyLock::new(|| super::openapi().to_json().unwrap_or_default());

/// Serves the document.
pub(crate) fn routes() -> Router<Arc<AppState>> {
    Router::new().route("/api/openapi.json", get(document))
}

async fn document() -> impl IntoResponse {
    let json = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, json)], DOCUMENT.as_str())
}
