//! Promotions on the command line: asking for one, looking at it, agreeing to it or not, taking it back.
//!
//! | file | what |
//! |---|---|
//! | `promote`, `rollback` | asking |
//! | `bypass` | naming gates to go past |
//! | `answer` | approving, rejecting, taking back |
//! | `list` | what waits, what is open, what was |
//! | `look` | one promotion, or where a build may go |
//! | `show` | how promotions and gates are printed |
//! | `wait` | following one until it is over |

pub(crate) mod answer;
mod bypass;
pub(crate) mod list;
mod look;
pub(crate) mod promote;
pub(crate) mod rollback;
pub(crate) mod show;
pub(crate) mod wait;
