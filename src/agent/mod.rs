//! Decisions and authorisations over a synchronised bundle.

mod changelog;
mod decide;
mod evidence;
pub mod kill_switch;
mod orders;
mod release;
mod reliance;
mod report;

pub use changelog::{Change, Changelog, Form, Landed};
pub use decide::{
    AuthorizationInput, Decision, DecisionInput, Next, Recognised, VERSION, decide, decide_with,
    judge, prepare,
};
pub use evidence::{Evidence, LogEntry, QueryAnswer, SpanEntry};
pub use orders::{Halt, HaltFile, ORDERS_FORMAT, Orders, OrdersError, Recall, RecallFile};
pub use release::{EvidenceDemand, ReleaseError, Terms, Usable, open_release};
pub use reliance::{Reliance, reliance};
pub use report::{AgentReport, Content, Refused};
