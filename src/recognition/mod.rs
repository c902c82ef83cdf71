//! Signatures looked for in logs: what of them logs can show, and what was found.
//!
//! | module | |
//! |---|---|
//! | `query` | the part of a signature that is about log lines |
//! | `outcome` | what a search through logs says about signatures |
//! | `follow` | a log that is still being written |

mod follow;
mod outcome;
mod query;

pub use follow::follow;
pub use outcome::{Conclusion, Findings, LookError, Occurrence, Outcome, Proof, look_through};
pub use query::{LogSignature, NotInLogs};
