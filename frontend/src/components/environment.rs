//! Environments: their configured colour as a mark beside the name, so that no text depends on its contrast.

use domain::catalog::Environment;
use leptos::prelude::*;

/// What stands for a colour that is none.
const NO_COLOUR: &str = "#808080";

/// The configured colour, if it is one: `#rrggbb`.
pub(crate) fn colour(environment: &Environment) -> String {
    let digits = environment.colour.strip_prefix('#').unwrap_or_default();
    if digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        environment.colour.clone()
    } else {
        NO_COLOUR.to_owned()
    }
}

/// The environment's name behind its mark.
pub(crate) fn name(environment: &Environment) -> AnyView {
    marked(environment, environment.name.clone())
}

/// The environment's short name, as addresses and the configuration have it, behind its mark.
pub(crate) fn id(environment: &Environment) -> AnyView {
    marked(environment, environment.id.to_string())
}

fn marked(environment: &Environment, text: String) -> AnyView {
    view! {
        <span class="environment" title=environment.name.clone()>
            <svg class="mark" viewBox="0 0 12 12" aria-hidden="true">
                <rect x="1" y="1" width="10" height="10" rx="3" fill=colour(environment) />
            </svg>
            {text}
        </span>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_that_is_none_becomes_grey() {
        let with = |colour: &str| Environment {
            id: "dev".parse().unwrap(),
            name: "Dev".into(),
            colour: colour.into(),
        };
        assert_eq!(super::colour(&with("#12aBcd")), "#12aBcd");
        for text in ["red", "#fff", "url(#x)", "#12345g", ""] {
            assert_eq!(super::colour(&with(text)), NO_COLOUR, "{text:?}");
        }
    }
}
