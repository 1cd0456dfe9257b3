//! Reads application packages by byte ranges and trusts nothing in them.
