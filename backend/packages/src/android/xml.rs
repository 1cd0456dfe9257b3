//! What is told of an XML document, whichever way it is encoded.

use super::value::Value;

/// An element's start.
pub(crate) trait Element {
    /// The name without a namespace.
    fn name(&self) -> &str;

    /// The attribute with this resource number: Android goes by it and ignores the name.
    fn by_id(&self, id: u32) -> Option<Value>;

    /// The attribute with this name and no resource number, as text.
    fn by_name(&self, wanted: &str) -> Option<String>;
}

/// What a walk tells of.
pub(crate) trait Visitor {
    /// An element starts. The outermost has depth 1.
    fn start(&mut self, depth: usize, element: &dyn Element);

    /// The element that started last at `depth` ends.
    fn end(&mut self, depth: usize);
}
