//! `rbk`: the GitOps toolchain for runbooks that automation and agents may run in production.
//!
//! The library is a stack of layers; each imports only from those above it in this list.
//!
//! | layer | what it holds |
//! |---|---|
//! | [`document`] | YAML text, the spanned tree, typed documents, units, ids, digests |
//! | [`closure`] | a document with everything it resolves to, as it is tested, approved and signed |
//! | [`library`] | a loaded repository: discovery, index, references |
//! | [`diagnostic`] | findings and how they are shown |
//! | [`logs`] | log lines: when they were written, patterns of events, many conditions in one pass |
//! | [`engine`] | checks in three-valued logic, signatures, policy, the state machine |
//! | [`lint`] | the rule registry |
//! | [`testing`] | fixtures driven through the engine |
//! | [`recognition`] | signatures looked for in logs |
//! | [`import`] | rules of other tools |
//! | [`derive`](mod@derive) | signatures proposed from postmortems |
//! | [`change`] | what git knows about a repository |
//! | [`governance`] | what a policy says, evaluated without the network |
//! | [`review`] | what a pull request is told: comment, summary, status, annotations |
//! | `github` | facts from GitHub, and what is said there (feature `github`) |
//! | [`bundle`] | the canonical, reproducible form of a release |
//! | [`distribution`] | signed publication and verified synchronisation |
//! | [`agent`] | decisions and authorisations over a synchronised bundle |
//! | `lsp` | the language server (feature `lsp`) |
//! | [`cli`] | the command line |

// Small parts that only commands for authors use stay beside what they belong to.
#![cfg_attr(not(feature = "author"), allow(dead_code, unused_imports))]

pub mod agent;
pub mod bundle;
#[cfg(feature = "author")]
pub mod change;
pub mod cli;
pub mod closure;
#[cfg(feature = "author")]
pub mod derive;
pub mod diagnostic;
pub mod distribution;
pub mod document;
pub mod engine;
#[cfg(feature = "github")]
pub mod github;
pub mod governance;
#[cfg(feature = "author")]
pub mod import;
#[cfg(feature = "author")]
pub mod library;
#[cfg(feature = "author")]
pub mod lint;
#[cfg(feature = "author")]
pub mod logs;
#[cfg(feature = "lsp")]
pub mod lsp;
#[cfg(feature = "author")]
pub mod recognition;
#[cfg(feature = "author")]
pub mod review;
#[cfg(feature = "author")]
pub mod testing;
