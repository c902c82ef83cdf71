//! T021: an action that is rated higher than what it does suggests.

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::document::model::{Action, Effect, Tier};
use crate::engine::tier;
use crate::lint::{Category, Change, Check, DocumentScope, Example, Findings, Needs, Rule};

use super::destructive::destructive_word;

const ACTION: &str = "runbooks/catalog/actions/k8s.rollout-undo.yaml";
const OTHER: &str = "runbooks/catalog/actions/k8s.scale-in.yaml";
const RAISE: &str = "  raise_tier: [{param: namespace, in: [kube-system], to: 3}]\n";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "T021",
    name: "tier-above-need",
    severity: Severity::Warning,
    locked: false,
    category: Category::Tier,
    needs: Needs::Repository,
    summary: "An action's tier is what its effect, class and blast radius suggest, or the reason for a higher one is to be seen.",
    why: "Too cautious is safe, but a tier that nothing explains is lowered by the next author who wonders, and a gate that is always passed is not looked at any more.",
    remedy: "Lower the tier, or let the document show why it is higher: `reduces_capacity`, `max_targets`, `raise_tier` or `max_mode`.",
    bad: &[Example::edits(&[
        Change::edit(
            ACTION,
            "min_healthy: 60%, reduces_capacity: true",
            "min_healthy: 60%",
        ),
        Change::edit(ACTION, "  tier: 2\n", "  tier: «2»\n"),
        Change::edit(ACTION, RAISE, ""),
        Change::edit(OTHER, RAISE, ""),
    ])],
    good: &[Example::base()],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(action) = scope.action().map(|document| &document.spec) else {
        return;
    };
    let undo = action.reversibility.undo();
    let undo = undo.and_then(|call| scope.repository.find::<Action>(call.action.as_str()));
    let of_undo = undo
        .map(|undo| &undo.document.spec)
        .filter(|undo| *undo != action);
    let of_undo = of_undo.map(|undo| undo.tier);
    // An undo that is more dangerous makes the action as dangerous (T008).
    let suggested = suggested(action).max(of_undo.unwrap_or(Tier::READ_ONLY));
    if action.tier > suggested && action.tier < Tier::HUMAN_ONLY {
        findings
            .report(&RULE, scope.value(Route::root().key("spec").key("tier")))
            .message(format!(
                "effect, class and blast radius suggest tier {suggested}, the action has tier {}",
                action.tier
            ))
            .label("nothing here explains it")
            .help("lower it, or show what makes it dangerous, such as `reduces_capacity: true`");
    }
}

/// The tier that what an action says about itself suggests. What takes capacity away, touches several targets or
/// failure domains, or is more dangerous for some arguments, wants a human's eyes.
fn suggested(action: &Action) -> Tier {
    let least = tier::floor(&Action {
        tier: Tier::READ_ONLY,
        ..action.clone()
    });
    let wide = action.blast_radius.as_ref().is_some_and(|radius| {
        radius.reduces_capacity || radius.max_targets > 1 || radius.failure_domains > 1
    });
    let destroys =
        destructive_word(&action.adapter.operation).is_some() || action.effect == Effect::Delete;
    if wide || destroys || !action.raise_tier.is_empty() || action.max_mode.is_some() {
        least.max(Tier::NEEDS_APPROVAL)
    } else {
        least
    }
}
