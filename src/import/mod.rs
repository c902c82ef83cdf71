//! What other tools know, as documents: rules, alerts, payloads.
//!
//! Nothing is imported half. What cannot be said in a document is refused with the reason, and what only people can decide is left
//! to the linter to ask for.
//!
//! | module | |
//! |---|---|
//! | `cre` | rules of the Common Reliability Enumeration, as signatures |
//! | `draft` | documents as files |
//! | `payload` | alerts, incidents and deployments, as an incident or a fixture |
//! | `prometheus` | alert rules, as queries and drafts of runbooks |
//! | `recording` | log lines as fixtures |

pub mod cre;
pub mod draft;
pub mod payload;
pub mod prometheus;
pub mod recording;
