//! M009: a person as the cause.

use std::collections::BTreeSet;

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule};

const POSTMORTEM: &str = "postmortems/2026-03-14-null-currency/postmortem.md";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "M009",
    name: "blamed-person",
    severity: Severity::Info,
    locked: false,
    category: Category::Postmortem,
    needs: Needs::File,
    summary: "A postmortem names what made the mistake possible, not who made it.",
    why: "Where people are named, people keep silent, and the next incident is told shorter than it was. What made the mistake easy is still there.",
    remedy: "Say what was missing: a check, a warning, a limit.",
    bad: &[
        Example::edit(
            POSTMORTEM,
            "contributing_factors: [Old carts were never migrated]",
            "contributing_factors: [«Human error while releasing»]",
        ),
        Example::edit(
            POSTMORTEM,
            "contributing_factors: [Old carts were never migrated]",
            "contributing_factors: [«The change was merged by alice without a test»]",
        ),
    ],
    good: &[Example::edit(
        POSTMORTEM,
        "contributing_factors: [Old carts were never migrated]",
        "contributing_factors: [The release could be merged without a test]",
    )],
    check: Check::Document(check),
};

/// Phrases that end the question why, in lower case.
const PHRASES: [&str; 8] = [
    "careless",
    "human error",
    "human mistake",
    "operator error",
    "should have known",
    "user error",
    "was at fault",
    "'s fault",
];

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(postmortem) = scope.postmortem() else {
        return;
    };
    let spec = &postmortem.spec;
    let route = Route::root().key("spec");
    let factors = route.clone().key("contributing_factors");
    let mut causes = vec![(route.key("trigger"), spec.trigger.as_str())];
    for (index, factor) in spec.contributing_factors.iter().enumerate() {
        causes.push((factors.clone().index(index), factor));
    }
    for (route, text) in causes {
        let lower = text.to_lowercase();
        let phrase = PHRASES.iter().find(|phrase| lower.contains(**phrase));
        let words: BTreeSet<&str> = lower
            .split(|c: char| !c.is_alphanumeric() && c != '-')
            .collect();
        let person = logins(scope).find(|login| words.contains(login.to_lowercase().as_str()));
        let why = match (phrase, person) {
            (Some(phrase), _) => format!("\"{phrase}\" ends the question why it could happen"),
            (None, Some(person)) => format!("`{person}` is a person, not a cause"),
            (None, None) => continue,
        };
        findings
            .report(&RULE, scope.value(route))
            .message(why)
            .label("blames somebody")
            .help("say what made the mistake possible: a check, a warning or a limit that was missing");
    }
}

fn logins<'a>(scope: &DocumentScope<'a>) -> impl Iterator<Item = &'a str> {
    let policy = scope.repository.policy();
    let teams = policy
        .into_iter()
        .flat_map(|policy| policy.document.spec.teams.values());
    teams
        .flat_map(|team| &team.members)
        .map(|member| member.login.as_str())
}
