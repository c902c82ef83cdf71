//! Signed publication and verified synchronisation, after TUF 1.0.
//!
//! The layer moves *releases*: flat maps from file name to bytes. What is in the files is the business of
//! [`crate::bundle`], which also looks at a release before it comes into force (see [`Activate`]).
//! Time is always a parameter; nothing here prints.
//!
//! Publishing: make keys ([`NewKey`]), draft, sign and merge a root ([`root`]), then
//! [`Repository::open`] and [`Repository::publish`]; between releases [`Repository::refresh_timestamp`].
//!
//! Following: [`sync`] from a [`Transport`] ([`DirectoryTransport`], [`HttpTransport`],
//! [`OciTransport`]) into a [`StateDir`],
//! with the root file that was installed with the agent. Then [`StateDir::current`] gives the [`Release`] in
//! force, whose files are checked against their signed digests on every read, and [`StateDir::status`] says how
//! fresh it is. Each refusal has a stable [`Reason`].
//!
//! | module | holds |
//! |---|---|
//! | `json`, [`metadata`] | strict JSON, its canonical form, the four roles |
//! | [`keys`], [`signer`], [`root`] | keys and signatures; making roots |
//! | [`trusted`], `roots` | the pure trust core: every check of the specification |
//! | [`publish`] | writing a publication |
//! | [`transport`] | fetching published files |
//! | `state`, `high_water`, `release` | what an agent keeps |
//! | `refresh`, `sync` | the steps of a synchronisation |

mod clock;
mod disk;
mod high_water;
mod json;
pub mod keys;
mod limits;
pub mod metadata;
mod name;
pub mod publish;
pub mod reason;
mod refresh;
mod release;
pub mod root;
mod roots;
pub mod signer;
mod state;
mod sync;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
pub mod transport;
pub mod trusted;

pub use disk::replace_file;
pub use json::Json;
pub use keys::{KeyError, PublicKey};
pub use limits::Limits;
pub use name::{RemotePath, check_target_name};
pub use publish::{Lifetimes, PublishError, Published, Repository};
pub use reason::{Reason, Refusal};
pub use release::{Freshness, Release};
pub use roots::RootChain;
pub use signer::{CommandSigner, KeySource, NewKey, PemSigner, Signer};
pub use state::{Orders, StateDir, Status};
pub use sync::{Activate, Outcome, SyncOptions, SyncReport, sync};
pub use transport::{
    DirectoryTransport, HttpOptions, HttpTransport, Keychain, OciTransport, Pushed, Reference,
    Transport, TransportError, post_json, push,
};
