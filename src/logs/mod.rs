//! Log lines: when they were written, and which patterns of events they hold.
//!
//! | module | |
//! |---|---|
//! | `timestamp` | the moment a line says it was written |
//! | `condition` | what makes a line an event |
//! | `pattern` | sets and sequences of events, with counts, a window and negations |
//! | `occurrence` | finds a pattern in a stream of events |

pub mod compressed;
pub mod condition;
pub mod lines;
pub mod literal;
pub mod occurrence;
pub mod pattern;
pub mod source;
pub mod terms;
pub mod timestamp;

pub use occurrence::{Event, Found, Occurrences, Span};
pub use pattern::{Negation, Order, Pattern, PatternError};
pub use timestamp::{Known, Stamp, stamp_of};
