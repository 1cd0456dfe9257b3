//! Which of the functions a process is: the handler that Lambda was told decides.

use std::{fmt, str::FromStr};

/// One of the functions. All are the same program, and differ in who may call them and in what they may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// Serves people and programs, behind API Gateway.
    Web,
    /// Records what systems outside report, behind API Gateway.
    Hooks,
    /// Records what AWS reports.
    Events,
    /// Does what `CodePipeline`'s jobs ask for.
    Action,
    /// Registers uploads.
    Register,
    /// Answers `CodePipeline`'s jobs whose `action` ended without an answer.
    Unanswered,
    /// Does what nobody asks for and has to be done.
    Clock,
}

impl Function {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Web,
        Self::Hooks,
        Self::Events,
        Self::Action,
        Self::Register,
        Self::Unanswered,
        Self::Clock,
    ];

    /// The handler that means this function.
    pub fn handler(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Hooks => "hooks",
            Self::Events => "events",
            Self::Action => "action",
            Self::Register => "register",
            Self::Unanswered => "unanswered",
            Self::Clock => "clock",
        }
    }
}

impl fmt::Display for Function {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.handler())
    }
}

/// A handler that means no function.
#[derive(Debug, thiserror::Error)]
#[error(
    "the handler is {found:?}, which is no function of this program; it has: {}",
    known()
)]
pub struct UnknownHandler {
    /// What the function's setting says.
    found: String,
}

impl FromStr for Function {
    type Err = UnknownHandler;

    fn from_str(handler: &str) -> Result<Self, UnknownHandler> {
        let named = |function: &Self| function.handler() == handler;
        Self::ALL
            .into_iter()
            .find(named)
            .ok_or_else(|| UnknownHandler {
                found: handler.to_owned(),
            })
    }
}

fn known() -> String {
    Function::ALL.map(Function::handler).join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_is_found_by_its_handler() {
        for function in Function::ALL {
            assert_eq!(function.to_string().parse::<Function>().unwrap(), function);
        }
    }

    #[test]
    fn a_handler_of_another_program_is_shown_beside_the_ones_that_would_do() {
        for handler in ["", "Web", "web ", "index.handler"] {
            let message = handler.parse::<Function>().unwrap_err().to_string();
            assert!(message.contains(&format!("{handler:?}")), "{message}");
            assert!(
                message.contains("web, hooks, events, action, register, unanswered, clock"),
                "{message}"
            );
        }
    }
}
