//! The language server: what an editor asks while documents are written.
//!
//! One thread reads messages, one answers them, and what takes long (the rules about the whole library, fixtures) runs
//! beside them over a library that is shared, never changed. Every answer is computed from the texts the editor
//! holds, saved or not. One feature is one file; `dispatch` is the table that names them.
//!
//! The protocol is [LSP 3.17](https://microsoft.github.io/language-server-protocol/).

mod action;
mod capability;
mod completion;
mod definition;
mod diagnostic;
mod dispatch;
mod fault;
mod file;
mod fixture;
mod hover;
mod lifecycle;
mod occurrence;
mod outline;
mod position;
mod rename;
mod server;
mod session;
mod transport;
mod workspace;

pub use server::{Ended, Settings, serve};
