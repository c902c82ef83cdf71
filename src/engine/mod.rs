//! Checks in three-valued logic, signatures, policy, the state machine.

pub mod arguments;
pub mod authorize;
pub mod call;
pub mod check;
pub mod command;
pub(crate) mod comparison;
pub mod event;
pub mod evidence;
pub mod handoff;
pub mod incident;
mod limits;
pub mod machine;
pub(crate) mod moment;
mod observe;
pub mod policy;
pub mod prepared;
pub mod ranking;
pub mod reason;
pub mod refusal;
pub mod scope;
pub mod signature;
pub mod text;
pub(crate) mod tier;
pub mod trace;

#[cfg(test)]
mod tests;
