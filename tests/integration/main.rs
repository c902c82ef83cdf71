//! Tests of whole chains, in one binary.

#[cfg(test)]
#[cfg(unix)]
mod action;
#[cfg(test)]
mod approvals;
#[cfg(test)]
mod approvals_history;
#[cfg(test)]
mod authorize;
#[cfg(test)]
mod base;
#[cfg(test)]
mod baseline;
#[cfg(test)]
mod changed;
#[cfg(test)]
mod conformance;
#[cfg(test)]
mod diff;
#[cfg(test)]
mod distribution;
#[cfg(test)]
#[cfg(feature = "lsp")]
mod editor;
#[cfg(test)]
mod expectations;
#[cfg(test)]
mod export;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod fixing;
#[cfg(test)]
mod fmt;
#[cfg(test)]
mod following;
#[cfg(test)]
mod forge;
#[cfg(test)]
mod github;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod golden_release;
#[cfg(test)]
mod hostile_release;
#[cfg(test)]
mod interop;
#[cfg(test)]
#[cfg(feature = "lsp")]
mod lsp;
#[cfg(test)]
mod mutants;
#[cfg(test)]
mod orders;
#[cfg(test)]
mod recognition;
#[cfg(test)]
mod reproducible;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod scaffold;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod servers;
#[cfg(test)]
mod workbench;
