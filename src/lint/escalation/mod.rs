//! Escalation and stop conditions.

mod e001_unreachable_escalation;
mod e002_open_decision;
mod e003_loose_limits;
mod e004_endless_path;
mod e005_quiet_escalation;
mod e006_nobody_second_in_line;
mod e007_weak_approval;
mod e008_incomplete_handoff;

use super::Rule;

/// The rules of this group, by code.
pub(super) static RULES: &[&Rule] = &[
    &e001_unreachable_escalation::RULE,
    &e002_open_decision::RULE,
    &e003_loose_limits::RULE,
    &e004_endless_path::RULE,
    &e005_quiet_escalation::RULE,
    &e006_nobody_second_in_line::RULE,
    &e007_weak_approval::RULE,
    &e008_incomplete_handoff::RULE,
];
