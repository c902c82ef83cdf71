//! B007: two ways to the same thing that do not exclude each other.

use std::collections::BTreeMap;

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::document::model::Action;
use crate::document::template::Template;
use crate::lint::{
    Category, Change, Check, Example, Findings, Found, Needs, RepositoryScope, Rule,
};

const SCALE_IN: &str = "runbooks/catalog/actions/k8s.scale-in.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "B007",
    name: "unshared-lock",
    severity: Severity::Warning,
    locked: false,
    category: Category::Scope,
    needs: Needs::Repository,
    summary: "Actions that write to the same kind of thing name their target in the same way, and one call at a time holds it.",
    why: "The target is what runs lock. Two actions that call one Deployment `deployment/shop/cart` and `deploy/cart` do not wait for each other, and the undo of one takes back the work of the other.",
    remedy: "Spell the targets alike, and set `concurrency: 1`.",
    bad: &[Example::edits(&[Change::edit(
        SCALE_IN,
        "  target: \"deployment/{{ params.namespace }}/{{ params.deployment }}\"",
        "  target: «\"deploy/{{ params.deployment }}\"»",
    )])],
    good: &[Example::base()],
    check: Check::Repository(check),
};

/// An action and the parameters that name its target.
type Named<'a> = (Found<'a, Action>, Vec<String>);

fn check(scope: &RepositoryScope<'_>, findings: &mut Findings) {
    let mut first: BTreeMap<(&str, &str), Named<'_>> = BTreeMap::new();
    for action in scope.all::<Action>() {
        let spec = &action.document.spec;
        let (Some(target), Some(radius)) = (&spec.target, &spec.blast_radius) else {
            continue;
        };
        let Some(names) = names(target).filter(|_| spec.effect.changes_the_world()) else {
            continue;
        };
        let key = (spec.adapter.system.as_str(), radius.unit.as_str());
        let (other, known) = first.entry(key).or_insert_with(|| (action, names.clone()));
        if known.len() != names.len() {
            let route = Route::root().key("spec").key("target");
            findings
                .report(&RULE, action.scope.value(route.clone()))
                .message(format!(
                    "this names a {} by {}, `{}` by {}: the two do not lock each other out",
                    radius.unit,
                    listed(&names),
                    other.document.metadata.id,
                    listed(known)
                ))
                .label("another name for the same thing")
                .related(other.scope.value(route), "the name used elsewhere")
                .help("spell the two targets alike");
        }
    }
}

/// The parameters a target is made of, ordered. What differs in its fixed text only is another property of the same
/// thing, such as the size and the policy of one cache.
fn names(target: &str) -> Option<Vec<String>> {
    let template = Template::parse(target).ok()?;
    let mut names: Vec<String> = template
        .references()
        .filter_map(|reference| reference.segments().last().cloned())
        .collect();
    names.sort();
    names.dedup();
    Some(names)
}

fn listed(names: &[String]) -> String {
    match names {
        [] => "nothing".to_owned(),
        names => format!("`{}`", names.join("` and `")),
    }
}
