//! The canonical, reproducible form of a release.
//!
//! A bundle is a flat set of files: [`index::INDEX_FILE`] names the packs and the policy by digest, each
//! pack holds closures as canonical JSON beside the YAML they were written as. [`build`](build()) makes the
//! files, [`Bundle::open`] reads them back, checking every byte. How they are signed and moved is
//! the business of [`crate::distribution`].

pub mod archive;
mod build;
mod contents;
pub mod index;
mod open;

pub use build::{BuildError, Contents, SourceFile, build};
pub use contents::ContentsError;
pub use index::{DocumentRef, Index};
pub use open::{Bundle, OpenError};
