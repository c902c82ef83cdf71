//! What git knows about a repository.
//!
//! A bundle is built from a commit, never from the files on disk: line-ending settings, ignored
//! files and unsaved edits then cannot make two builds of one commit differ.

mod affected;
mod base;
pub mod diff;
mod event;
mod fetch;
mod history;
mod library;
mod repository;
mod tree;

pub use affected::{Affected, affected};
pub use base::BaseError;
pub use event::{Event, EventError};
pub use history::{CommitDetails, MAX_COMMITS, Person};
pub use library::LibraryError;
pub use repository::{Commit, FileAt, GitError, GitRepository};
