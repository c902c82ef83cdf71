//! Which fixes can be applied together.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8PathBuf;

use super::Applied;
use crate::diagnostic::{Applicability, Edit, Fix, Located, Report};
use crate::document::edit::TextEdit;
use crate::document::{LineCol, Span};
use crate::lint::registry;
use crate::lint::rule::{Category, Check};

/// A fix of a finding.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub(super) fix: Fix,
    code: &'static str,
    name: &'static str,
    path: Utf8PathBuf,
    at: LineCol,
}

impl Candidate {
    fn of(located: &Located) -> Option<Self> {
        Some(Self {
            fix: located.finding.fix.clone()?,
            code: located.finding.code,
            name: located.finding.name,
            path: located.primary.path.clone(),
            at: located.primary.start,
        })
    }

    pub(super) fn as_applied(&self) -> Applied {
        Applied {
            code: self.code,
            name: self.name,
            title: self.fix.title.clone(),
            path: self.path.clone(),
            at: self.at,
        }
    }
}

/// The fixes of a report that can be applied together: the gravest findings first, in the order of the report. What
/// touches a fix that comes before it waits for the next pass; what is the same fix goes with it.
///
/// In a file of `unread`, which cannot be read as what it says it is, only that is mended: what other rules find
/// there may follow from it.
pub(super) fn compatible(
    report: &Report,
    up_to: Applicability,
    unread: &BTreeSet<Utf8PathBuf>,
) -> Vec<Candidate> {
    let mut findings: Vec<&Located> = report.findings.iter().collect();
    findings.sort_by_key(|located| Reverse(located.finding.severity));
    let mut taken = Taken::default();
    let mut chosen = Vec::new();
    for candidate in findings.into_iter().filter_map(Candidate::of) {
        let fix = &candidate.fix;
        let allowed = fix.applicability <= up_to && fix.applicability < Applicability::DisplayOnly;
        let follows = unread.contains(&candidate.path) && !is_about_text(candidate.code);
        if allowed && !follows && taken.take(&fix.edits) {
            chosen.push(candidate);
        }
    }
    chosen
}

/// Whether a rule is about how documents are read, before any other rule can look at them.
pub(super) fn is_about_reading(code: &str) -> bool {
    registry::find(code)
        .is_ok_and(|rule| rule.category == Category::Schema && matches!(rule.check, Check::Runner))
}

/// Whether a rule is about text and schema, and not about what the document means.
fn is_about_text(code: &str) -> bool {
    registry::find(code).is_ok_and(|rule| rule.category == Category::Schema)
}

/// The places that are spoken for.
#[derive(Debug, Default)]
struct Taken {
    places: BTreeMap<Utf8PathBuf, BTreeSet<(u32, u32)>>,
    /// By the first edit, which no other fix shares.
    fixes: BTreeMap<(Utf8PathBuf, Span), Vec<Edit>>,
}

impl Taken {
    /// Whether edits touch nothing that is spoken for, or are exactly what is.
    fn take(&mut self, edits: &[Edit]) -> bool {
        let Some(first) = edits.first() else {
            return false;
        };
        let first = (first.path.clone(), first.span);
        if self.fixes.get(&first).is_some_and(|other| other == edits) {
            return true;
        }
        if edits.iter().any(|edit| self.is_touched(edit)) {
            return false;
        }
        for edit in edits {
            let places = self.places.entry(edit.path.clone()).or_default();
            places.insert((edit.span.start, edit.span.end));
        }
        self.fixes.insert(first, edits.to_vec());
        true
    }

    fn is_touched(&self, edit: &Edit) -> bool {
        // Places do not overlap, so that the last one that begins before the edit's end ends last.
        let places = self.places.get(&edit.path);
        let before =
            places.and_then(|places| places.range(..=(edit.span.end, u32::MAX)).next_back());
        before.is_some_and(|(_, end)| *end >= edit.span.start)
    }
}

/// The edits of several fixes by file; what is the same fix twice counts once.
pub(super) fn edits_by_file(candidates: &[&Candidate]) -> BTreeMap<Utf8PathBuf, Vec<TextEdit>> {
    let mut seen: BTreeSet<(Utf8PathBuf, Span, String)> = BTreeSet::new();
    let mut files: BTreeMap<Utf8PathBuf, Vec<TextEdit>> = BTreeMap::new();
    for edit in candidates.iter().flat_map(|candidate| &candidate.fix.edits) {
        if seen.insert((edit.path.clone(), edit.span, edit.replacement.clone())) {
            files.entry(edit.path.clone()).or_default().push(TextEdit {
                span: edit.span,
                replacement: edit.replacement.clone(),
            });
        }
    }
    files
}
