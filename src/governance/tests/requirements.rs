//! What a policy demands of a change before anybody approved it.

use camino::Utf8PathBuf;

use crate::governance::{Files, requirements};
use crate::library::{Library, starter};

const ACTION: &str = "runbooks/catalog/actions/k8s.rollout-undo.yaml";
const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";

fn library(tier: &str) -> Library {
    let files = starter::FILES.iter();
    Library::from_sources(files.map(|(path, text)| {
        let text = match *path {
            ACTION => text.replace("  tier: 2\n", tier),
            _ => (*text).to_owned(),
        };
        (Utf8PathBuf::from(*path), text.into_bytes())
    }))
}

#[test]
fn what_an_action_changes_has_to_be_approved_for_every_runbook_that_uses_it() {
    // The policy that `rbk init` writes does not know its repository yet.
    let (low, high) = (library("  tier: 2\n"), library("  tier: 3\n"));
    let policy = low.governance().unwrap().1.spec.clone();
    let [low, high] = [&low, &high].map(|library| Files::of(library, "".into()));
    let changed = [Utf8PathBuf::from(ACTION), "LICENSE".into()];
    let required = requirements(&low, &high, &changed, &policy).unwrap();
    let paths: Vec<&str> = required.iter().map(|it| it.path.as_str()).collect();
    assert!(
        paths.contains(&ACTION) && paths.contains(&RUNBOOK),
        "{paths:?}"
    );
    assert!(!paths.contains(&"LICENSE"), "{paths:?}");
    let action = required.iter().find(|it| it.path == ACTION).unwrap();
    assert_eq!(
        action.tier.map(|tier| tier.to_string()),
        Some("3".to_owned())
    );
    // Lowering it needs what the higher tier needed.
    let lowered = requirements(&high, &low, &changed, &policy).unwrap();
    let same = lowered.iter().find(|it| it.path == ACTION).unwrap();
    assert_eq!(same.teams, action.teams);
    assert!(requirements(&low, &low, [], &policy).unwrap().is_empty());
}
