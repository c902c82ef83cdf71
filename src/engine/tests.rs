//! Whole runs.

mod approvals;
mod cost;
mod effects;
mod invariants;
pub(crate) mod lab;
mod proposals;
mod recognition;
mod refusals;
mod starter;
mod stops;
pub(crate) mod world;
