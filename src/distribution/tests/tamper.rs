//! One flipped bit anywhere in what is published.

use std::fs;

use crate::distribution::reason::Reason;
use crate::distribution::root::TopRole;
use crate::distribution::sync::Outcome;
use crate::distribution::testing::{Agent, Mirror, copy_dir, next_root, now, role};

/// Every file an agent fetches on its way to the second release, each at positions spread over the whole file.
#[test]
fn a_flipped_bit_is_refused_and_the_last_release_kept() {
    let mut mirror = Mirror::with_release();
    let agent = Agent::following(&mirror);
    let before: Vec<_> = mirror.published();
    let second = next_root(
        &mirror.roots[0],
        &[(TopRole::Root, role(2, &[1, 2, 7]))],
        &[1, 2],
    );
    mirror.roots.push(second);
    mirror.publish("two", now());

    let mut tried = 0;
    for path in mirror.published() {
        let unread = before.contains(&path) && !path.ends_with("timestamp.json");
        if unread {
            continue;
        }
        let good = fs::read(&path).unwrap();
        let stride = (good.len() / 60).max(1);
        for position in (0..good.len()).step_by(stride) {
            let mut bad = good.clone();
            bad[position] ^= 1 << (position % 8);
            fs::write(&path, &bad).unwrap();
            let victim = Agent::new();
            copy_dir(agent.dir.path(), victim.dir.path());
            let report = victim.sync(&mirror.transport(), now());
            let Outcome::Refused { code, still_on, .. } = &report.outcome else {
                panic!(
                    "bit flipped at {position} of {}: {report:?}",
                    path.display()
                );
            };
            let expected = [
                Reason::Malformed,
                Reason::Signature,
                Reason::Threshold,
                Reason::Hash,
                Reason::UnsupportedVersion,
            ];
            assert!(expected.contains(code), "{report:?}");
            assert_eq!(*still_on, Some(1));
            assert_eq!(victim.on().as_deref(), Some("one"));
            tried += 1;
        }
        fs::write(&path, &good).unwrap();
    }
    assert!(tried > 250, "{tried}");
    assert_eq!(
        agent.sync(&mirror.transport(), now()).outcome,
        Outcome::Activated {
            from: Some(1),
            to: 2
        }
    );
}
