//! Turns one part of a document into another with as few changes as needed, so that focus, selection, scroll
//! position and opened details survive.

use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Element, Node};

/// Turns `old`, which is shown, into `new`, which is not.
pub(super) fn morph(old: &Node, new: &Node) -> Result<(), JsValue> {
    if old.is_equal_node(Some(new)) {
        return Ok(());
    }
    if old.node_name() != new.node_name() {
        if let Some(parent) = old.parent_node() {
            parent.replace_child(new, old)?;
        }
        return Ok(());
    }
    match (old.dyn_ref::<Element>(), new.dyn_ref::<Element>()) {
        (Some(old), Some(new)) => {
            attributes(old, new)?;
            children(old, new)
        }
        _ => {
            old.set_node_value(new.node_value().as_deref());
            Ok(())
        }
    }
}

fn attributes(old: &Element, new: &Element) -> Result<(), JsValue> {
    for name in names(new) {
        let value = new.get_attribute(&name).unwrap_or_default();
        if old.get_attribute(&name).as_ref() != Some(&value) {
            old.set_attribute(&name, &value)?;
        }
    }
    for name in names(old) {
        // Whether details are open is the reader's, not the portal's.
        if name != "open" && !new.has_attribute(&name) {
            old.remove_attribute(&name)?;
        }
    }
    Ok(())
}

fn names(element: &Element) -> impl Iterator<Item = String> + use<> {
    element
        .get_attribute_names()
        .into_iter()
        .filter_map(|name| name.as_string())
}

/// Pairs children by their place, keyed ones by their key: an item that moved is moved, with its focus if it has it.
fn children(old: &Element, new: &Element) -> Result<(), JsValue> {
    let mut place = old.first_child();
    let mut next = new.first_child();
    while let Some(wanted) = next {
        next = wanted.next_sibling();
        let Some(present) = place else {
            old.append_child(&wanted)?;
            place = None;
            continue;
        };
        if key(&present) == key(&wanted) {
            place = present.next_sibling();
            morph(&present, &wanted)?;
        } else if let Some(moved) = later(&present, key(&wanted)) {
            old.insert_before(&moved, Some(&present))?;
            morph(&moved, &wanted)?;
            place = Some(present);
        } else {
            old.insert_before(&wanted, Some(&present))?;
            place = Some(present);
        }
    }
    while let Some(extra) = place {
        place = extra.next_sibling();
        old.remove_child(&extra)?;
    }
    Ok(())
}

/// What an item of a list is, as the portal marked it.
fn key(node: &Node) -> Option<String> {
    node.dyn_ref::<Element>()?.get_attribute("data-key")
}

fn later(present: &Node, wanted: Option<String>) -> Option<Node> {
    let wanted = wanted?;
    let mut candidate = present.next_sibling();
    while let Some(node) = candidate {
        if key(&node).as_ref() == Some(&wanted) {
            return Some(node);
        }
        candidate = node.next_sibling();
    }
    None
}
