//! Decisions and authorisations over a synchronised bundle.

mod release;

pub use release::{ReleaseError, check_release, open_release};
