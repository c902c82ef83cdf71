//! G010: a sequence or a negation that cannot come true.

use std::collections::BTreeSet;

use crate::diagnostic::Severity;
use crate::document::model::Negation;
use crate::document::unit::Duration;
use crate::document::{Route, suggest};
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule};

use super::relation::implies;

const SIGNATURE: &str = "postmortems/2026-03-14-null-currency/signature.yaml";
const SEQUENCE: &str = "  sequence: [deploy, err]\n";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "G010",
    name: "impossible-order",
    severity: Severity::Error,
    locked: true,
    category: Category::Signature,
    needs: Needs::File,
    summary: "Sequences and negations name required conditions, and their windows can be looked at to the end.",
    why: "A name nobody defined, an event that must come before itself, or a window that ends after its anchor has left the \
          time that is looked back on: each makes a signature that never matches or never says no.",
    remedy: "Name conditions of `require`, each once, and shorten the window.",
    bad: &[
        Example::edit(
            SIGNATURE,
            "sequence: [deploy, err]",
            "sequence: [deploy, «error»]",
        ),
        Example::edit(
            SIGNATURE,
            "sequence: [deploy, err]",
            "sequence: [deploy, err, «deploy»]",
        ),
        Example::edit(SIGNATURE, "sequence: [deploy, err]", "sequence: «[deploy]»"),
        Example::edit(
            SIGNATURE,
            SEQUENCE,
            "  negate: [{check: {change: config, within: 1h}, anchor: «panic», window: 5m}]\n",
        ),
        Example::edit(
            SIGNATURE,
            SEQUENCE,
            "  negate: [{check: {change: config, within: 1h}, anchor: deploy, window: «0s»}]\n",
        ),
        Example::edit(
            SIGNATURE,
            SEQUENCE,
            "  negate: [{check: {change: config, within: 1h}, anchor: deploy, window: «15m», slide: 10m}]\n",
        ),
        Example::edit(
            SIGNATURE,
            SEQUENCE,
            "  negate: [{check: {change: deploy, within: 1h}, anchor: «deploy», window: 5m}]\n",
        ),
    ],
    good: &[Example::edit(
        SIGNATURE,
        SEQUENCE,
        "  sequence: [deploy, err]\n  negate: [{check: {change: config, within: 1h}, anchor: deploy, window: 10m, slide: 1m}]\n",
    )],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    sequence(scope, findings);
    let Some(signature) = scope.signature().map(|document| &document.spec) else {
        return;
    };
    for (index, negation) in signature.negate.iter().enumerate() {
        let route = Route::root().key("spec").key("negate").index(index);
        negated(scope, negation, &route, findings);
    }
}

fn sequence(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(signature) = scope.signature().map(|document| &document.spec) else {
        return;
    };
    let route = Route::root().key("spec").key("sequence");
    if signature.sequence.len() == 1 {
        findings
            .report(&RULE, scope.value(route.clone()))
            .message("a sequence of one condition has no order")
            .label("one condition")
            .help("name the one that comes before or after it, or leave the sequence out");
    }
    let mut seen = BTreeSet::new();
    for (index, name) in signature.sequence.iter().enumerate() {
        let place = scope.value(route.clone().index(index));
        if !signature.require.contains_key(name) {
            unknown(scope, findings, place, name.as_str());
        } else if !seen.insert(name) {
            findings
                .report(&RULE, place)
                .message(format!("`{name}` cannot begin after itself"))
                .label("a second time")
                .help("name each condition once");
        }
    }
}

fn negated(scope: &DocumentScope<'_>, negation: &Negation, route: &Route, findings: &mut Findings) {
    let Some(signature) = scope.signature().map(|document| &document.spec) else {
        return;
    };
    let anchor = scope.value(route.clone().key("anchor"));
    let Some(anchored) = signature.require.get(&negation.anchor) else {
        unknown(scope, findings, anchor, negation.anchor.as_str());
        return;
    };
    let window = scope.value(route.clone().key("window"));
    if negation.window == Duration::ZERO && !negation.span {
        findings
            .report(&RULE, window)
            .message("nothing can happen in a window of no length")
            .label("no time")
            .help("write e.g. `5m`");
        return;
    }
    let ends = negation
        .slide
        .unwrap_or_default()
        .saturating_add(negation.window);
    if anchored.within.is_some_and(|within| ends > within) {
        let within = anchored.within.unwrap_or_default();
        let name = &negation.anchor;
        findings
            .report(&RULE, window)
            .message(format!(
                "the window ends {ends} after `{name}`, which is looked for in the last {within} only: until it has \
                 passed, `{name}` does not hold any more"
            ))
            .label("never seen to the end")
            .related(scope.value(Route::root().key("spec").key("require").key(name.as_str()).key("within")), "looked for this long")
            .help("shorten `window` or `slide`, or look for the anchor further back");
    }
    let begins_at_anchor = negation.slide.unwrap_or_default() == Duration::ZERO;
    if begins_at_anchor && implies(anchored, &negation.check, scope.repository) {
        findings
            .report(&RULE, anchor)
            .message(format!(
                "`{}` itself is what must not happen at this moment",
                negation.anchor
            ))
            .label("rules itself out")
            .help("add a `slide`, so that the window begins after the anchor");
    }
}

fn unknown(
    scope: &DocumentScope<'_>,
    findings: &mut Findings,
    place: crate::diagnostic::Location,
    name: &str,
) {
    let known: Vec<&str> = scope
        .signature()
        .into_iter()
        .flat_map(|document| document.spec.require.keys())
        .map(|name| name.as_str())
        .collect();
    let draft = findings
        .report(&RULE, place)
        .message(format!(
            "`{name}` is no required condition of this signature"
        ))
        .label("unknown");
    match suggest::nearest(name, known.iter().copied()) {
        Some(near) => draft.help(format!("did you mean `{near}`?")),
        None => draft.help(format!("use one of {}", known.join(", "))),
    };
}
