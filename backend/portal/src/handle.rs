//! Handles: the use cases of one subject, by the portal that they belong to.

/// Defines a handle: a reference to the portal, cheap to copy, that methods take by value.
macro_rules! handle {
    ($(#[$about:meta])* $visibility:vis struct $name:ident) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug)]
        $visibility struct $name<'p> {
            pub(crate) portal: &'p $crate::Portal,
        }

        impl<'p> $name<'p> {
            $visibility const fn of(portal: &'p $crate::Portal) -> Self {
                Self { portal }
            }
        }
    };
}

pub(crate) use handle;
