//! The use cases, the HTTP API and the pages' server side.
