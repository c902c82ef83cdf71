//! Scope and blast radius.

mod b001_unbounded_scope;
mod b002_injectable_parameter;
mod b003_uncapped_write;
mod b004_several_failure_domains;
mod b005_capacity_without_floor;
mod b006_forbidden_target;
mod b007_unshared_lock;
mod b008_excess_permission;
mod b009_free_shell;
mod b010_widened_scope;
mod b011_unstaged_service;

pub(crate) use b006_forbidden_target::reach;

use super::Rule;

/// The rules of this group, by code.
pub(super) static RULES: &[&Rule] = &[
    &b001_unbounded_scope::RULE,
    &b002_injectable_parameter::RULE,
    &b003_uncapped_write::RULE,
    &b004_several_failure_domains::RULE,
    &b005_capacity_without_floor::RULE,
    &b006_forbidden_target::RULE,
    &b007_unshared_lock::RULE,
    &b008_excess_permission::RULE,
    &b009_free_shell::RULE,
    &b010_widened_scope::RULE,
    &b011_unstaged_service::RULE,
];
