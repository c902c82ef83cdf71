//! The canonical, reproducible form of a release.
