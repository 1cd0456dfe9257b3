//! What Towpath tells the systems that carry something out.
