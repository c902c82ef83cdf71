//! Decisions and authorisations over a synchronised bundle.

mod decide;
mod evidence;
pub mod kill_switch;
mod orders;
mod release;

pub use decide::{
    AuthorizationInput, Decision, DecisionInput, Next, Recognised, VERSION, decide, decide_with,
    judge, prepare,
};
pub use evidence::{Evidence, LogEntry, QueryAnswer, SpanEntry};
pub use orders::{Halt, HaltFile, ORDERS_FORMAT, Orders, OrdersError, Recall, RecallFile};
pub use release::{EvidenceDemand, ReleaseError, Usable, open_release};
