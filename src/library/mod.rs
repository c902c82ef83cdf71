//! A loaded repository: discovery, index, references, closures.

pub mod starter;
