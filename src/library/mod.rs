//! A loaded repository: discovery, index, references, closures.

pub mod scaffold;
pub mod starter;
