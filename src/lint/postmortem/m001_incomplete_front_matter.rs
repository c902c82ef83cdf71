//! M001: a postmortem whose front matter is missing, or whose times do not make a story.

use jiff::Timestamp;

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::document::model::Times;
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule};

const POSTMORTEM: &str = "postmortems/2026-03-14-null-currency/postmortem.md";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "M001",
    name: "incomplete-front-matter",
    severity: Severity::Error,
    locked: false,
    category: Category::Postmortem,
    needs: Needs::File,
    summary: "The times of a postmortem are in order: started, detected, acknowledged, mitigated, resolved.",
    why: "How long it took to notice and to mend is computed from these times, and derived fixtures replay them. Times that \
          contradict each other make both wrong without anybody noticing.",
    remedy: "Take the times from the incident's own record, in one zone, and put them in order.",
    bad: &[Example::edit(
        POSTMORTEM,
        "mitigated: 2026-03-14T10:31:00Z",
        "mitigated: «2026-03-14T10:08:00Z»",
    )],
    good: &[Example::edit(
        POSTMORTEM,
        "mitigated: 2026-03-14T10:31:00Z",
        "mitigated: 2026-03-14T11:31:00+01:00",
    )],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(postmortem) = scope.postmortem() else {
        return;
    };
    let Times {
        started,
        detected,
        acknowledged,
        mitigated,
        resolved,
    } = &postmortem.spec.times;
    let times = [
        ("started", Some(started)),
        ("detected", Some(detected)),
        ("acknowledged", acknowledged.as_ref()),
        ("mitigated", mitigated.as_ref()),
        ("resolved", resolved.as_ref()),
    ];
    let route = |name: &str| Route::root().key("spec").key("times").key(name);
    let mut before: Option<(&str, Timestamp)> = None;
    for (name, text) in times {
        // A malformed moment is the schema's business.
        let Some(at) = text.and_then(|text| text.parse::<Timestamp>().ok()) else {
            continue;
        };
        if let Some((earlier, _)) = before.filter(|(_, moment)| at < *moment) {
            findings
                .report(&RULE, scope.value(route(name)))
                .message(format!("the incident was {name} before it was {earlier}"))
                .label(format!("earlier than `{earlier}`"))
                .related(scope.value(route(earlier)), format!("{earlier} here"))
                .help("correct the time that is wrong; mind the zones");
        }
        before = before
            .filter(|(_, moment)| at < *moment)
            .or(Some((name, at)));
    }
}
