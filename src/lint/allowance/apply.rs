//! Takes away findings that are allowed, and reports what is wrong with the departures themselves.

use std::collections::BTreeMap;

use camino::Utf8Path;
use jiff::civil::Date;

use super::exception::{InForce, in_force};
use super::inline::{self, Allow, FORM};
use super::{
    x001_malformed_allow as malformed, x002_expired_allow as expired,
    x003_unused_allowance as unused, x004_locked_rule_allowed as locked,
};
use crate::diagnostic::{Applicability, Edit, Located, Location};
use crate::document::model::{Exception, ObjectRef};
use crate::document::{Route, Span};
use crate::library::{Entry, Library};
use crate::lint::correction::edits;
use crate::lint::findings::Findings;
use crate::lint::rule::Rule;
use crate::lint::subject::{Found, RepositoryScope};

/// What is left of the findings, and what was taken away.
#[derive(Debug)]
pub(in crate::lint) struct Applied {
    /// Findings that nothing allows.
    pub(in crate::lint) kept: Vec<Located>,
    /// Findings that something allows.
    pub(in crate::lint) excepted: Vec<Located>,
    /// Findings about the departures.
    pub(in crate::lint) about: Findings,
}

/// Applies every departure of the library. `was_run` tells whether a rule was looked for at all: what allows others
/// cannot be called unused.
pub(in crate::lint) fn apply(
    scope: &RepositoryScope<'_>,
    findings: Vec<Located>,
    was_run: impl Fn(&Rule) -> bool,
) -> Applied {
    let mut about = Findings::default();
    let mut comments = Comments::of(scope.library(), scope.today(), &mut about);
    let mut exceptions = Exceptions::of(scope);
    let (excepted, kept) = findings.into_iter().partition(|located| {
        // Both are asked, so that neither is called unused because the other came first.
        let by_comment = comments.allow(located);
        let by_document = exceptions.allow(scope.library(), located);
        by_comment || by_document
    });
    comments.report_unused(&was_run, &mut about);
    exceptions.report_unused(&was_run, &mut about);
    Applied {
        kept,
        excepted,
        about,
    }
}

/// A rule that is allowed at a line.
struct Entitlement {
    rule: &'static Rule,
    place: Location,
    line: u32,
    used: bool,
    /// Edits that take it away.
    removal: Option<Vec<Edit>>,
}

/// What comments allow, by file.
struct Comments<'l> {
    by_path: BTreeMap<&'l Utf8Path, Vec<Entitlement>>,
}

impl<'l> Comments<'l> {
    fn of(library: &'l Library, today: Date, about: &mut Findings) -> Self {
        let mut by_path: BTreeMap<&Utf8Path, Vec<Entitlement>> = BTreeMap::new();
        for (_, entry) in library.entries() {
            for read in read_comments(entry) {
                let place = |span| Location::span(entry.path(), entry.position(), span);
                match read {
                    Err(error) => {
                        about
                            .report(&malformed::RULE, place(error.span))
                            .message(error.message)
                            .help(FORM);
                    }
                    Ok(allow) if allow.until < today => {
                        about
                            .report(&expired::RULE, place(allow.span))
                            .message(format!("this held until {}", allow.until))
                            .help("mend what it allows and remove it")
                            .fix_if(
                                "remove the comment",
                                Applicability::Safe,
                                edits(entry, |editor| editor.remove_comment(allow.span)),
                            );
                    }
                    Ok(allow) => {
                        let entitled = by_path.entry(entry.path()).or_default();
                        entitled.extend(entitlements(entry, allow, place, about));
                    }
                }
            }
        }
        Self { by_path }
    }

    fn allow(&mut self, located: &Located) -> bool {
        let place = &located.primary;
        let entitled = self.by_path.get_mut(&*place.path).into_iter().flatten();
        let mut allowed = false;
        for one in entitled {
            if one.line == place.start.line && one.rule.code == located.finding.code {
                one.used = true;
                allowed = true;
            }
        }
        allowed
    }

    fn report_unused(self, was_run: &impl Fn(&Rule) -> bool, about: &mut Findings) {
        for one in self.by_path.into_values().flatten() {
            if !one.used && was_run(one.rule) {
                let (code, name) = (one.rule.code, one.rule.name);
                about
                    .report(&unused::RULE, one.place)
                    .message(format!("nothing here breaks {code} ({name})"))
                    .help("remove it, so that it does not hide what comes later")
                    .fix_if("remove it", Applicability::Safe, one.removal);
            }
        }
    }
}

fn entitlements(
    entry: &Entry,
    allow: Allow,
    place: impl Fn(Span) -> Location,
    about: &mut Findings,
) -> Vec<Entitlement> {
    let mut entitled = Vec::new();
    let spans: Vec<Span> = allow.rules.iter().map(|(_, span)| *span).collect();
    for (at, (rule, span)) in allow.rules.into_iter().enumerate() {
        let removal = withdrawn(entry, allow.span, &spans, at);
        if rule.is_adjustable() {
            entitled.push(Entitlement {
                rule,
                place: place(span),
                line: allow.line,
                used: false,
                removal,
            });
        } else {
            about
                .report(&locked::RULE, place(span))
                .message(format!(
                    "the rule {} ({}) is locked and cannot be allowed in place",
                    rule.code, rule.name
                ))
                .help("write an `Exception` document and have it reviewed")
                .fix_if(
                    "remove it, as it allows nothing",
                    Applicability::Safe,
                    removal,
                );
        }
    }
    entitled
}

/// Edits that take a rule out of a comment, or the comment away when it names no other.
fn withdrawn(entry: &Entry, comment: Span, rules: &[Span], at: usize) -> Option<Vec<Edit>> {
    if rules.len() < 2 {
        return edits(entry, |editor| editor.remove_comment(comment));
    }
    let span = match (
        rules.get(at + 1),
        at.checked_sub(1).and_then(|at| rules.get(at)),
    ) {
        (Some(next), _) => Span::new(rules.get(at)?.start, next.start),
        (None, previous) => Span::new(previous?.end, rules.get(at)?.end),
    };
    Some(vec![Edit {
        path: entry.path().to_owned(),
        span,
        replacement: String::new(),
    }])
}

/// The comments of a document that are meant for this program.
fn read_comments(entry: &Entry) -> Vec<Result<Allow, inline::Malformed>> {
    let source = entry.source();
    let mut found = Vec::new();
    // A comment on a line of its own speaks about the next line that is none.
    let mut waiting = Vec::new();
    let mut previous = 0;
    let mut comments = entry.tree().comments().peekable();
    while let Some(comment) = comments.next() {
        let line = source.line_col(comment.span.start).line;
        if line != previous + 1 {
            waiting.clear();
        }
        previous = line;
        let next_is_comment = comments
            .peek()
            .is_some_and(|next| next.own_line && source.line_col(next.span.start).line == line + 1);
        let raw = source.slice(comment.span);
        match (comment.own_line, next_is_comment) {
            (false, _) => found.extend(inline::read(raw, comment.span, line)),
            (true, true) => waiting.push((raw, comment.span)),
            (true, false) => {
                waiting.push((raw, comment.span));
                let about = waiting.drain(..);
                found.extend(about.filter_map(|(raw, span)| inline::read(raw, span, line + 1)));
            }
        }
    }
    found
}

/// What `Exception` documents allow.
struct Exceptions<'l> {
    all: Vec<(Found<'l, Exception>, InForce<'l>, bool)>,
}

impl<'l> Exceptions<'l> {
    fn of(scope: &'l RepositoryScope<'_>) -> Self {
        let all = scope.all::<Exception>().filter_map(|found| {
            let in_force = in_force(scope.library(), found.document, scope.today())?;
            Some((found, in_force, false))
        });
        Self { all: all.collect() }
    }

    fn allow(&mut self, library: &Library, located: &Located) -> bool {
        let place = &located.primary;
        let mut documents = library.entries_at(&place.path);
        let entry = documents.find(|(_, entry)| entry.position() == place.document);
        let Some(object) = entry.and_then(|(_, entry)| entry.object()) else {
            return false;
        };
        let mut allowed = false;
        for (_, exception, used) in &mut self.all {
            if covers(exception, located, &object) {
                *used = true;
                allowed = true;
            }
        }
        allowed
    }

    fn report_unused(self, was_run: &impl Fn(&Rule) -> bool, about: &mut Findings) {
        for (found, exception, used) in self.all {
            if !used && was_run(exception.rule) {
                let route = Route::root().key("spec").key("rule");
                let (code, name) = (exception.rule.code, exception.rule.name);
                about
                    .report(&unused::RULE, found.scope.value(route))
                    .message(format!(
                        "{} does not break {code} ({name}) there",
                        exception.object
                    ))
                    .help("remove the exception, so that it does not hide what comes later");
            }
        }
    }
}

fn covers(exception: &InForce<'_>, located: &Located, object: &ObjectRef) -> bool {
    exception.rule.code == located.finding.code
        && exception.object == *object
        && exception.covers(located.primary.route.as_ref())
}
