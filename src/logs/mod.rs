//! Log lines: when they were written, and which patterns of events they hold.
//!
//! | module | |
//! |---|---|
//! | `compressed`, `source` | logs as they are kept, in blocks |
//! | `timestamp`, `lines` | the moment a line says it was written; which lines are one event |
//! | `condition` | what makes a line an event |
//! | `literal`, `terms` | all conditions in one pass |
//! | `feed`, `merge` | the lines of several logs, in the order of their times |
//! | `subject` | what a line is about |
//! | `pattern`, `occurrence` | sets and sequences of events, with counts, a window and negations, and how they are found |
//! | `search` | many patterns in one pass over logs |

pub mod compressed;
pub mod condition;
pub mod feed;
pub mod lines;
pub mod literal;
pub mod merge;
pub mod occurrence;
pub mod pattern;
pub mod search;
pub mod source;
pub mod subject;
pub mod terms;
pub mod timestamp;

pub use occurrence::{Event, Found, Occurrences, Span};
pub use pattern::{Negation, Order, Pattern, PatternError};
pub use timestamp::{Known, Stamp, stamp_of};
