//! Where rules put what they find.

use crate::diagnostic::{Applicability, Edit, Finding, Fix, Location, Severity};

use super::rule::Rule;

/// What rules have found so far.
#[derive(Debug, Default)]
pub struct Findings {
    found: Vec<Finding>,
}

impl Findings {
    /// Reports that `rule` is broken at `primary`. What it says is added to the draft:
    ///
    /// ```ignore
    /// findings
    ///     .report(&RULE, scope.value(route))
    ///     .message(format!("tier 0 promises to change nothing, but the effect is `{effect}`"))
    ///     .label("changes something")
    ///     .related(scope.value(tier), "promised here")
    ///     .help("raise the tier to 1");
    /// ```
    pub fn report(&mut self, rule: &'static Rule, primary: Location) -> Draft<'_> {
        self.found.push(Finding {
            code: rule.code,
            name: rule.name,
            severity: rule.severity,
            message: rule.summary.trim_end_matches('.').to_owned(),
            primary,
            related: Vec::new(),
            help: None,
            fix: None,
        });
        Draft {
            finding: self.found.last_mut(),
        }
    }

    /// Number of findings so far.
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Whether nothing was found so far.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Everything found, in the order of reporting.
    pub fn into_vec(self) -> Vec<Finding> {
        self.found
    }
}

/// A finding that is being described. It is reported already.
#[derive(Debug)]
pub struct Draft<'f> {
    finding: Option<&'f mut Finding>,
}

impl Draft<'_> {
    /// What is wrong here, in one sentence without a full stop. The rule's summary when left out.
    pub fn message(self, message: impl Into<String>) -> Self {
        self.with(|finding| finding.message = message.into())
    }

    /// How much it matters here, for the few rules that tell cases apart. A repository's own level still wins.
    pub fn severity(self, severity: Severity) -> Self {
        self.with(|finding| finding.severity = severity)
    }

    /// What is to be seen at the primary place, in a few words.
    pub fn label(self, label: impl Into<String>) -> Self {
        self.with(|finding| finding.primary.label = Some(label.into()))
    }

    /// Another place that explains it, and what is to be seen there.
    pub fn related(self, place: Location, label: impl Into<String>) -> Self {
        self.with(|finding| finding.related.push(place.labelled(label)))
    }

    /// How to mend it here.
    pub fn help(self, help: impl Into<String>) -> Self {
        self.with(|finding| finding.help = Some(help.into()))
    }

    /// A change that mends it: what it does in the imperative, and its edits.
    pub fn fix(
        self,
        title: impl Into<String>,
        applicability: Applicability,
        edits: Vec<Edit>,
    ) -> Self {
        self.with(|finding| {
            finding.fix = Some(Fix {
                title: title.into(),
                applicability,
                edits,
            });
        })
    }

    /// A change that mends it, made elsewhere.
    pub(super) fn mended_by(self, fix: Option<Fix>) -> Self {
        self.with(|finding| finding.fix = fix)
    }

    fn with(mut self, change: impl FnOnce(&mut Finding)) -> Self {
        if let Some(finding) = &mut self.finding {
            change(finding);
        }
        self
    }
}
