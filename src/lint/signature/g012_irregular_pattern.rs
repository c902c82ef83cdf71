//! G012: a pattern the linear-time engine cannot run.

use regex::RegexBuilder;

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule};
use crate::logs::condition::MAX_COMPILED;

const SIGNATURE: &str = "postmortems/2026-03-14-null-currency/signature.yaml";
const QUERY: &str = "runbooks/catalog/queries/deployment-revision.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "G012",
    name: "irregular-pattern",
    severity: Severity::Error,
    locked: true,
    category: Category::Signature,
    needs: Needs::File,
    summary: "Every regular expression runs in time linear in the text.",
    why: "Logs are written by whoever can make a service log something. With backtracking, one crafted line stops the agent \
          that reads it; look-around and back-references need backtracking.",
    remedy: "Rewrite it without look-around and back-references; `exclude` says what must not be there.",
    bad: &[
        Example::edit(
            SIGNATURE,
            "regex: \"panic: nil currency\"",
            "regex: «\"panic: (?!test)\"»",
        ),
        Example::edit(
            SIGNATURE,
            "regex: \"panic: nil currency\"",
            "regex: «\"panic: (nil\"»",
        ),
        Example::edit(
            SIGNATURE,
            "regex: \"panic: nil currency\"",
            "regex: «'(\\w{1,500}){1,500}'»",
        ),
        Example::edit(
            QUERY,
            "namespace: {type: string, lookup: namespaces}",
            "namespace: {type: string, pattern: «'([a-z])\\1'»}",
        ),
    ],
    good: &[Example::edit(
        SIGNATURE,
        "regex: \"panic: nil currency\"",
        "regex: '^panic: (?:nil|null) currency\\b'",
    )],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    for site in scope.checks() {
        if let Some(pattern) = site.check.log.as_ref().and_then(|log| log.regex.as_ref()) {
            look(
                scope,
                pattern,
                site.route.clone().key("log").key("regex"),
                findings,
            );
        }
    }
    let params = Route::root().key("spec").key("params");
    let of_action = scope.action().map(|document| &document.spec.params);
    let of_query = scope.query().map(|document| &document.spec.params);
    for (name, param) in of_action.or(of_query).into_iter().flatten() {
        if let Some(pattern) = &param.pattern {
            look(
                scope,
                pattern,
                params.clone().key(name.as_str()).key("pattern"),
                findings,
            );
        }
    }
}

fn look(scope: &DocumentScope<'_>, pattern: &str, route: Route, findings: &mut Findings) {
    let why = match regex_syntax::parse(pattern) {
        Err(error) => reason(&error),
        Ok(_) => match RegexBuilder::new(pattern).size_limit(MAX_COMPILED).build() {
            Ok(_) => return,
            Err(_) => "it is too large once its repetitions are multiplied out".to_owned(),
        },
    };
    findings
        .report(&RULE, scope.value(route))
        .message(format!("the pattern cannot be run: {why}"))
        .label("not a regular expression here")
        .help(
            "the syntax is that of RE2 and of Rust's `regex`: no look-around, no back-references",
        );
}

fn reason(error: &regex_syntax::Error) -> String {
    match error {
        regex_syntax::Error::Parse(error) => error.kind().to_string(),
        regex_syntax::Error::Translate(error) => error.kind().to_string(),
        _ => "it cannot be read".to_owned(),
    }
}
