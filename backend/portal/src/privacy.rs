//! What is kept of a person: handing it out, and erasing their name.
use crate::handle::handle;

mod erase;
mod export;
mod subject;

handle! {
    /// What is kept of people.
    pub struct Privacy
}
