//! Reviews that are made for it.
