//! The canonical, reproducible form of a release.

pub mod archive;
