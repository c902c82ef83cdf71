//! Whole runs.

mod starter;
pub(crate) mod world;
