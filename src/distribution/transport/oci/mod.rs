//! Publications in an OCI registry: one artifact whose layers are the published files.
//!
//! The registry's digests only find files. What is in them is verified as from any other place.

mod credentials;
mod manifest;
mod pull;
mod push;
mod reference;
mod registry;
#[cfg(test)]
mod tests;

pub use credentials::Keychain;
pub use pull::OciTransport;
pub use push::{Pushed, push};
pub use reference::Reference;
