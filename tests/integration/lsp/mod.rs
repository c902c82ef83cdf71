//! Whole sessions of an editor with `rbk lsp`, over its standard input and output.

mod changes;
mod completion;
mod diagnostics;
mod fixtures;
mod names;
mod protocol;

/// The runbook of the starter library.
const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";
const ACTION: &str = "runbooks/catalog/actions/k8s.rollout-undo.yaml";
const QUERY: &str = "runbooks/catalog/queries/http-error-ratio.yaml";
const QUIET: &str = "runbooks/error-rate-after-deploy/fixtures/quiet.yaml";
const TAXONOMY: &str = "runbooks/catalog/taxonomy/taxonomy.yaml";
