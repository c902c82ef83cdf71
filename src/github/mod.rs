//! GitHub: the facts that approvals are judged by, and what is said on a pull request.
//!
//! [`Client`] asks and posts, [`gather`] turns answers and git objects into [`crate::governance::Record`]s. The evaluation
//! itself is in [`crate::governance`] and asks nobody. Nothing here decides: what GitHub does not tell is missing in the
//! facts, and missing facts allow nothing.

mod answer;
mod cache;
mod client;
mod error;
pub mod gather;
mod place;
mod post;
mod protection;
mod team;
mod token;

pub use cache::Cache;
pub use client::{Client, Settings};
pub use error::GithubError;
pub use place::{PUBLIC_API, Place, PlaceError};
pub use post::Posted;

pub use protection::{Advice, AdviceState, Protection};
pub use token::Token;
