//! What is kept of a person: handing it out, and erasing their name.

mod erase;
mod export;
mod subject;
