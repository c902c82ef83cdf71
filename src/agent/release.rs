//! The bundle in a release that was synchronised.

use crate::bundle::{Bundle, OpenError};
use crate::distribution::Release;

/// Why the bundle in a release cannot be used.
pub type ReleaseError = OpenError;

/// Reads the bundle of a release; every byte is checked on the way.
///
/// # Errors
/// See [`OpenError`].
pub fn open_release(release: &Release) -> Result<Bundle, ReleaseError> {
    Bundle::open(&|name| release.read(name).map_err(|refusal| refusal.to_string()))
}

/// Whether a release may come into force: its bundle is whole and this agent understands it.
///
/// # Errors
/// See [`OpenError`].
pub fn check_release(release: &Release) -> Result<(), ReleaseError> {
    open_release(release).map(drop)
}
