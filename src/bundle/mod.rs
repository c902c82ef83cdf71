//! The canonical, reproducible form of a release.
//!
//! A bundle is a flat set of files: [`index::INDEX_FILE`] names the packs and the policy by digest, each
//! pack holds closures as canonical JSON beside the YAML they were written as, and the files of evidence hold
//! statements of who approved them. [`build`](build()) makes the
//! files, [`Bundle::open`] reads them back, checking every byte. How they are signed and moved is
//! the business of [`crate::distribution`].

mod admission;
pub mod archive;
#[cfg(feature = "author")]
mod build;
mod channel;
#[cfg(feature = "author")]
mod contents;
mod evidence;
#[cfg(feature = "author")]
pub mod export;
pub mod index;
mod open;
mod packs;
#[cfg(feature = "author")]
pub mod schema;

pub use admission::Admission;
#[cfg(feature = "author")]
pub use build::{BuildError, Contents, SourceFile, build};
pub use channel::{CanaryRef, Channel, Follower, canary_of, with_canary};
#[cfg(feature = "author")]
pub use contents::ContentsError;
pub use evidence::{
    Evidence, Unapproved, demands_evidence, keeps_previous, marked_without_evidence,
};
pub use index::{DocumentRef, Index};
pub use open::{Bundle, OpenError};
