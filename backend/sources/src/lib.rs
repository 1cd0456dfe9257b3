//! Bytes of a reporting system in, canonical events out.
