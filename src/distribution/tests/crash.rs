//! The process dies, or the disk is full, at every single step that changes a file.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::emergency::{self, COMMANDER, halt, order};
use crate::distribution::disk::{Disk, Gate};
use crate::distribution::publish::Repository;
use crate::distribution::reason::Reason;
use crate::distribution::root::TopRole;
use crate::distribution::signer::Signer;
use crate::distribution::state::StateDir;
use crate::distribution::sync::{Outcome, SyncReport, sync};
use crate::distribution::testing::{
    Agent, Mirror, copy_dir, files, first_root, key, next_root, now, role,
};

/// Lets this many steps happen; from then on nothing changes any more.
struct Until {
    steps: usize,
    taken: Arc<AtomicUsize>,
}

impl Gate for Until {
    fn pass(&self, step: &str, path: &Path) -> io::Result<()> {
        if self.taken.fetch_add(1, Ordering::SeqCst) < self.steps {
            return Ok(());
        }
        Err(io::Error::other(format!(
            "injected: {step} {}",
            path.display()
        )))
    }
}

fn dying_after(steps: usize) -> (Disk, Arc<AtomicUsize>) {
    let taken = Arc::new(AtomicUsize::new(0));
    (
        Disk::gated(Until {
            steps,
            taken: Arc::clone(&taken),
        }),
        taken,
    )
}

fn sync_dying(agent: &Agent, mirror: &Mirror, steps: usize) -> (SyncReport, usize) {
    let (disk, taken) = dying_after(steps);
    let state = StateDir::new(agent.dir.path()).with_disk(disk);
    let report = sync(
        &state,
        &mirror.transport(),
        &agent.anchor,
        now(),
        &agent.options,
        &|_| Ok(()),
    );
    (report, taken.load(Ordering::SeqCst))
}

/// Synchronises a copy of `start` with `mirror`, dying at each step in turn, and looks at what is left.
fn die_at_every_step(start: &Agent, mirror: &Mirror, check: impl Fn(&Agent, usize)) {
    let (report, steps) = {
        let agent = Agent::new();
        copy_dir(start.dir.path(), agent.dir.path());
        sync_dying(&agent, mirror, usize::MAX)
    };
    assert!(
        matches!(report.outcome, Outcome::Activated { .. }),
        "{report:?}"
    );
    assert!(steps > 30, "{steps}");
    for step in 0..steps {
        let agent = Agent::new();
        copy_dir(start.dir.path(), agent.dir.path());
        sync_dying(&agent, mirror, step);
        check(&agent, step);
    }
}

#[test]
fn dying_at_any_step_of_an_update_leaves_a_good_release_and_the_memory() {
    let mirror = Mirror::with_release();
    let old = mirror.copy();
    let start = Agent::following(&mirror);
    mirror.publish("two", now());
    let seen = std::cell::RefCell::new(std::collections::BTreeSet::new());
    die_at_every_step(&start, &mirror, |agent, step| {
        let on = agent.on().unwrap();
        assert!(["one", "two"].contains(&on.as_str()), "step {step}: {on}");
        // An older publication never takes the agent back.
        let replayed = agent.sync(&old.transport(), now());
        assert_eq!(agent.on().unwrap(), on, "step {step}: {replayed:?}");
        if on == "two" {
            assert!(
                matches!(
                    replayed.outcome,
                    Outcome::Refused {
                        code: Reason::Rollback,
                        ..
                    }
                ),
                "{replayed:?}"
            );
        }
        let report = agent.sync(&mirror.transport(), now());
        assert!(
            !matches!(report.outcome, Outcome::Refused { .. }),
            "step {step}: {report:?}"
        );
        assert_eq!(agent.on().as_deref(), Some("two"), "step {step}");
        seen.borrow_mut().insert(on);
    });
    assert_eq!(seen.borrow().len(), 2, "deaths before and after the switch");
}

#[test]
fn dying_at_any_step_loses_no_order() {
    let mirror = emergency::mirror();
    order(&mirror, "stop", &[COMMANDER, 5, 6]).unwrap();
    let start = Agent::following(&mirror);
    order(&mirror, "go on", &[COMMANDER, 5, 6]).unwrap();
    mirror.publish("two", now());
    let seen = std::cell::RefCell::new(std::collections::BTreeSet::new());
    die_at_every_step(&start, &mirror, |agent, step| {
        let order = halt(agent).unwrap();
        assert!(
            ["stop", "go on"].contains(&order.as_str()),
            "step {step}: {order}"
        );
        // A release never comes into force before the orders that were published with it.
        assert!(
            order == "go on" || agent.on().as_deref() == Some("one"),
            "step {step}"
        );
        let report = agent.sync(&mirror.transport(), now());
        assert!(
            !matches!(report.outcome, Outcome::Refused { .. }),
            "step {step}: {report:?}"
        );
        assert_eq!(halt(agent).as_deref(), Some("go on"), "step {step}");
        seen.borrow_mut().insert(order);
    });
    assert_eq!(seen.borrow().len(), 2, "deaths before and after the order");
}

#[test]
fn dying_at_any_step_of_the_first_update_can_be_continued() {
    let mirror = Mirror::with_release();
    die_at_every_step(&Agent::new(), &mirror, |agent, step| {
        assert!(agent.on().is_none_or(|on| on == "one"), "step {step}");
        let report = agent.sync(&mirror.transport(), now());
        assert!(
            !matches!(report.outcome, Outcome::Refused { .. }),
            "step {step}: {report:?}"
        );
        assert_eq!(agent.on().as_deref(), Some("one"), "step {step}");
    });
}

#[test]
fn dying_at_any_step_while_keys_change_can_be_continued() {
    // Stolen online keys have raised all numbers; new keys start lower, which is only right because they are new.
    let mut mirror = Mirror::with_release();
    let stolen = mirror.copy();
    for marker in ["x", "y", "one"] {
        stolen.publish(marker, now());
    }
    let start = Agent::following(&stolen);
    let changes = [
        (TopRole::Timestamp, role(1, &[16])),
        (TopRole::Snapshot, role(1, &[15])),
        (TopRole::Targets, role(1, &[14])),
    ];
    mirror
        .roots
        .push(next_root(&first_root(), &changes, &[1, 2]));
    mirror.publish_with(&[14, 15, 16], "two", now());
    die_at_every_step(&start, &mirror, |agent, step| {
        let on = agent.on().unwrap();
        assert!(["one", "two"].contains(&on.as_str()), "step {step}: {on}");
        let report = agent.sync(&mirror.transport(), now());
        assert!(
            !matches!(report.outcome, Outcome::Refused { .. }),
            "step {step}: {report:?}"
        );
        assert_eq!(agent.on().as_deref(), Some("two"), "step {step}");
    });
}

#[test]
fn dying_again_while_recovering_is_no_worse() {
    let mirror = Mirror::with_release();
    let start = Agent::following(&mirror);
    mirror.publish("two", now());
    let again = std::cell::Cell::new(0);
    die_at_every_step(&start, &mirror, |agent, step| {
        again.set((again.get() + 7) % 40);
        sync_dying(agent, &mirror, again.get());
        assert!(
            ["one", "two"].contains(&agent.on().unwrap().as_str()),
            "step {step}"
        );
        let report = agent.sync(&mirror.transport(), now());
        assert!(
            !matches!(report.outcome, Outcome::Refused { .. }),
            "step {step}: {report:?}"
        );
        assert_eq!(agent.on().as_deref(), Some("two"), "step {step}");
    });
}

#[test]
fn dying_at_any_step_of_publishing_leaves_the_old_publication_or_the_new_one() {
    let first = Mirror::with_release();
    let keys = [key(4), key(5), key(6)];
    let signers: Vec<&dyn Signer> = keys.iter().map(|key| key as &dyn Signer).collect();
    let roots = [
        first_root(),
        next_root(&first_root(), &[(TopRole::Root, role(1, &[7]))], &[1, 2, 7]),
    ];
    let publish = |mirror: &Mirror, steps| {
        let (disk, taken) = dying_after(steps);
        let published =
            Repository::open_with(mirror.dir.path(), &roots, disk).and_then(|repository| {
                repository.publish(&files("two"), &signers, &Default::default(), now())
            });
        (published.is_ok(), taken.load(Ordering::SeqCst))
    };
    let (done, steps) = publish(&first.copy(), usize::MAX);
    assert!(done && steps > 15, "{steps}");
    for step in 0..steps {
        let mirror = first.copy();
        let agent = Agent::following(&mirror);
        let (done, _) = publish(&mirror, step);
        assert!(!done, "step {step}");
        let report = agent.sync(&mirror.transport(), now());
        assert!(
            !matches!(report.outcome, Outcome::Refused { .. }),
            "step {step}: {report:?}"
        );
        assert!(
            ["one", "two"].contains(&agent.on().unwrap().as_str()),
            "step {step}"
        );
        assert!(publish(&mirror, usize::MAX).0, "step {step}");
        assert!(
            matches!(
                agent.sync(&mirror.transport(), now()).outcome,
                Outcome::Activated { .. }
            ),
            "step {step}"
        );
        assert_eq!(agent.on().as_deref(), Some("two"), "step {step}");
    }
}
