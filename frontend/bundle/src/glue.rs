//! Binds the islands' functions to JavaScript, and adds what wakes them.

use std::path::Path;

use wasm_bindgen_cli_support::Bindgen;

use crate::error::Error;

/// The islands, ready for a browser.
pub(crate) struct Islands {
    /// The module that binds them, without its last part, which needs the name of the other file.
    pub(crate) script: String,
    /// Their code.
    pub(crate) wasm: Vec<u8>,
}

/// Binds compiled islands.
pub(crate) fn bind(compiled: &Path) -> Result<Islands, Error> {
    let failed = |error: &dyn std::fmt::Display| Error::Bind(format!("{error:#}"));
    let mut output = Bindgen::new()
        .input_path(compiled)
        .web(true)
        .map_err(|error| failed(&error))?
        .typescript(false)
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate_output()
        .map_err(|error| failed(&error))?;
    let inline = output
        .snippets()
        .iter()
        .filter(|(_, inline)| !inline.is_empty())
        .map(|(name, _)| name);
    let brought: Vec<String> = inline
        .chain(output.local_modules().keys())
        .cloned()
        .collect();
    if !brought.is_empty() {
        return Err(Error::Snippets(brought));
    }
    let script = output.js().to_owned();
    Ok(Islands {
        script,
        wasm: output.wasm_mut().emit_wasm(),
    })
}

/// The whole module: the binding, then what loads the islands once the browser has nothing better to do. An island
/// that this build does not know stays asleep.
pub(crate) fn module(script: &str, wasm_name: &str) -> String {
    format!(
        r#"{script}
const wake = async () => {{
  const islands = await import(import.meta.url);
  await islands.default({{ module_or_path: new URL("{wasm_name}", import.meta.url) }});
  islands.hydrate();
  for (const island of document.querySelectorAll("leptos-island")) islands[island.dataset.component]?.(island);
}};
"requestIdleCallback" in window ? requestIdleCallback(wake, {{ timeout: 3000 }}) : setTimeout(wake, 200);
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_module_loads_the_islands_beside_it() {
        let module = module("export function hydrate() {}", "islands-1.wasm");
        assert!(module.starts_with("export function hydrate() {}\n"));
        assert!(module.contains(r#"new URL("islands-1.wasm", import.meta.url)"#));
    }
}
