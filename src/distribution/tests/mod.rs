//! The layer as a whole: publish to a directory, follow it, attack it.

mod attacks;
mod crash;
mod emergency;
mod follow;
mod rotation;
mod state;
mod tamper;
