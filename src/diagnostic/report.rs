//! What a run found, ready to be shown.

use std::collections::BTreeSet;

use camino::Utf8Path;
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
    /// Findings that a comment or an `Exception` document lets pass; they are in none of the counts above.
    pub excepted: usize,
    /// Findings that the baseline knows; they are in none of the counts above.
    #[serde(skip_serializing_if = "is_zero")]
    pub known: usize,
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
            excepted: 0,
            known: 0,
        };
        Self { findings, summary }
    }

    /// This report with its files below a folder: that of the library in its repository, for those who show the repository.
    #[must_use]
    pub fn below(mut self, folder: &Utf8Path) -> Self {
        if !folder.as_str().is_empty() {
            let findings = self.findings.into_iter();
            self.findings = findings.map(|located| located.below(folder)).collect();
        }
        self
    }

    /// This report, saying how many findings were let pass.
    #[must_use]
    pub fn with_excepted(mut self, excepted: usize) -> Self {
        self.summary.excepted = excepted;
        self
    }

    /// This report, saying how many findings the baseline knows.
    #[must_use]
    pub fn with_known(mut self, known: usize) -> Self {
        self.summary.known = known;
        self
    }

    /// Whether nothing has to be mended.
    pub fn is_clean(&self) -> bool {
        self.summary.errors == 0
    }
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

fn same(a: &Finding, b: &Finding) -> bool {
    (a.code, &a.message, &a.primary) == (b.code, &b.message, &b.primary)
}

impl Summary {
    /// The counts as a sentence: `3 errors, 1 warning in 2 of 143 documents; 1 excepted`.
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
        let aside: Vec<String> = [(self.excepted, "excepted"), (self.known, "known")]
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        let aside = match aside.is_empty() {
            true => String::new(),
            false => format!("; {}", aside.join(", ")),
        };
        if counts.is_empty() {
            return format!("no findings in {documents}{aside}");
        }
        format!(
            "{} in {} of {documents}{aside}",
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_read_as_a_sentence() {
        let mut summary = Summary {
            documents: 143,
            ..Summary::default()
        };
        assert_eq!(summary.sentence(), "no findings in 143 documents");
        summary.excepted = 1;
        assert_eq!(
            summary.sentence(),
            "no findings in 143 documents; 1 excepted"
        );
        summary.known = 4;
        assert_eq!(
            summary.sentence(),
            "no findings in 143 documents; 1 excepted, 4 known"
        );
        summary = Summary {
            errors: 3,
            warnings: 1,
            documents_with_findings: 2,
            excepted: 0,
            known: 0,
            ..summary
        };
        assert_eq!(
            summary.sentence(),
            "3 errors, 1 warning in 2 of 143 documents"
        );
    }
}
