//! What a run found, ready to be shown.

use std::collections::BTreeSet;

use serde::Serialize;

use super::finding::{Finding, Severity};
use super::located::Located;

/// What a run found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Findings by file, position and code.
    pub findings: Vec<Located>,
    /// How many there are.
    pub summary: Summary,
}

/// How many findings there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Findings that have to be mended.
    pub errors: usize,
    /// Findings that should be.
    pub warnings: usize,
    /// Findings that are good to know.
    pub infos: usize,
    /// Documents with findings.
    pub documents_with_findings: usize,
    /// Documents looked at.
    pub documents: usize,
}

impl Report {
    /// Orders located findings, drops repetitions and counts. `documents` were looked at.
    pub fn new(mut findings: Vec<Located>, documents: usize) -> Self {
        findings.sort_by(Located::order);
        findings.dedup_by(|later, earlier| same(&later.finding, &earlier.finding));
        let count = |severity| {
            let matching = |located: &&Located| located.finding.severity == severity;
            findings.iter().filter(matching).count()
        };
        let touched: BTreeSet<_> = findings
            .iter()
            .map(|located| (&located.primary.path, located.primary.document))
            .collect();
        let summary = Summary {
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            infos: count(Severity::Info),
            documents_with_findings: touched.len(),
            documents,
        };
        Self { findings, summary }
    }

    /// Whether nothing has to be mended.
    pub fn is_clean(&self) -> bool {
        self.summary.errors == 0
    }
}

fn same(a: &Finding, b: &Finding) -> bool {
    (a.code, &a.message, &a.primary) == (b.code, &b.message, &b.primary)
}

impl Summary {
    /// The counts as a sentence: `3 errors, 1 warning in 2 of 143 documents`.
    pub fn sentence(&self) -> String {
        let documents = counted(self.documents, "document");
        let counts: Vec<String> = [
            (self.errors, "error"),
            (self.warnings, "warning"),
            (self.infos, "note"),
        ]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| counted(count, word))
        .collect();
        if counts.is_empty() {
            return format!("no findings in {documents}");
        }
        format!(
            "{} in {} of {documents}",
            counts.join(", "),
            self.documents_with_findings
        )
    }
}

/// A count with its word: `1 error`, `2 errors`.
pub(super) fn counted(count: usize, word: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {word}{plural}")
}
