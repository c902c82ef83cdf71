//! Differences as text, one module per format.

mod human;
mod json;
pub(crate) mod markdown;
pub(crate) mod words;

pub use human::human;
pub use json::{VERSION, json};
pub use markdown::{MOST_CHARACTERS, markdown};

use serde::Serialize;

/// Which two states were compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Compared {
    /// The commit the change began at.
    pub base: String,
    /// The commit that was looked at; none for the files as they are on disk.
    pub head: Option<String>,
}
