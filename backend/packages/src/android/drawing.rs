//! Drawings in XML, as far as they are made of other files: adaptive icons and their layers.

use super::{
    Format, read_file,
    value::Value,
    xml::{Element, Visitor},
};
use crate::{archive::Archive, source::ReadAt};

/// An adaptive icon has some hundred bytes.
const LONGEST: u64 = 64 << 10;

/// How many references one drawing may give.
const MOST_LAYERS: usize = 4;

const SRC: u32 = 0x0101_0119;
const DRAWABLE: u32 = 0x0101_0199;

/// What the drawing refers to: the foreground of an adaptive icon before its background. Nothing for a drawing of lines alone, and for one
/// that cannot be read.
pub(super) async fn layers<S: ReadAt>(
    archive: &Archive<S>,
    format: &Format,
    path: &str,
) -> Vec<Value> {
    let Ok(bytes) = read_file(archive, &format.place(path), LONGEST).await else {
        return Vec::new();
    };
    let mut layers = Layers::default();
    // After an error, what was found before it stands.
    drop((format.walk)(&bytes, &mut layers));
    let Layers { front, back, .. } = layers;
    front.into_iter().chain(back).take(MOST_LAYERS).collect()
}

#[derive(Default)]
struct Layers {
    front: Vec<Value>,
    back: Vec<Value>,
    /// The layer of an adaptive icon that the walk is in.
    layer: Option<String>,
}

impl Visitor for Layers {
    fn start(&mut self, depth: usize, element: &dyn Element) {
        if depth == 2 {
            self.layer = Some(element.name().to_owned());
        }
        let reference = element
            .by_id(DRAWABLE)
            .or_else(|| element.by_id(SRC))
            .filter(|value| matches!(value, Value::Reference(_)));
        let layers = match self.layer.as_deref() {
            Some("background") => &mut self.back,
            // A silhouette, for themed icons.
            Some("monochrome") => return,
            _ => &mut self.front,
        };
        if layers.len() < MOST_LAYERS {
            layers.extend(reference);
        }
    }

    fn end(&mut self, depth: usize) {
        if depth <= 2 {
            self.layer = None;
        }
    }
}
