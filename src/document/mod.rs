//! YAML text, the spanned tree, typed documents, units, ids, digests.

pub mod id;
pub mod model;
pub mod unit;
