use super::*;
use crate::library::starter;

const ACTION: &str = "runbooks/catalog/actions/k8s.rollout-undo.yaml";
const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";
const SIGNATURE: &str = "postmortems/2026-03-14-null-currency/signature.yaml";
const FIXTURE: &str = "runbooks/error-rate-after-deploy/fixtures/rolls-back.yaml";
const SERVICE: &str = "runbooks/catalog/services/checkout.yaml";

type Files = BTreeMap<Utf8PathBuf, Vec<u8>>;

fn files() -> Files {
    let files = starter::FILES.iter();
    files
        .map(|(path, text)| (Utf8PathBuf::from(*path), text.as_bytes().to_vec()))
        .collect()
}

fn edited(path: &str, find: &str, replace: &str) -> Files {
    let mut files = files();
    let text = String::from_utf8(files[Utf8Path::new(path)].clone()).unwrap();
    assert_eq!(text.matches(find).count(), 1, "{find}");
    files.insert(path.into(), text.replace(find, replace).into());
    files
}

/// What is reached when the starter library becomes these files.
fn reached(after: &Files) -> Affected {
    let before = files();
    let paths: BTreeSet<&Utf8PathBuf> = before.keys().chain(after.keys()).collect();
    let changed = paths
        .into_iter()
        .filter(|path| before.get(*path) != after.get(*path));
    affected(
        &Library::from_sources(before.clone()),
        &Library::from_sources(after.clone()),
        &changed.cloned().collect(),
    )
}

#[track_caller]
fn reaches(after: &Files, expected: &[&str], not: &[&str]) {
    let Affected::Files(files) = reached(after) else {
        panic!("everything is reached");
    };
    for path in expected {
        assert!(
            files.contains(Utf8Path::new(path)),
            "{path} not in {files:?}"
        );
    }
    for path in not {
        assert!(!files.contains(Utf8Path::new(path)), "{path} in {files:?}");
    }
}

#[test]
fn nothing_changed_reaches_nothing() {
    assert_eq!(reached(&files()), Affected::Files(BTreeSet::new()));
}

#[test]
fn an_action_reaches_the_runbooks_that_call_it_and_what_routes_to_them() {
    let after = edited(ACTION, "  tier: 2\n", "  tier: 1\n");
    reaches(&after, &[ACTION, RUNBOOK, SIGNATURE, FIXTURE], &[SERVICE]);
}

#[test]
fn what_is_removed_reaches_what_still_uses_it() {
    let mut after = files();
    after.remove(Utf8Path::new(ACTION));
    reaches(&after, &[ACTION, RUNBOOK], &[SERVICE]);
}

#[test]
fn another_id_is_a_removal_too() {
    let after = edited(ACTION, "id: k8s.rollout-undo,", "id: k8s.other,");
    reaches(&after, &[RUNBOOK], &[]);
}

#[test]
fn what_can_no_longer_be_read_reaches_what_uses_it() {
    let mut after = files();
    after.insert(ACTION.into(), b"kind: [".to_vec());
    reaches(&after, &[RUNBOOK], &[]);
}

#[test]
fn a_comment_reaches_its_own_file_only() {
    let after = edited(ACTION, "  tier: 2\n", "  tier: 2 # two approvals\n");
    assert_eq!(
        reached(&after),
        Affected::Files(BTreeSet::from([ACTION.into()]))
    );
}

#[test]
fn a_fixture_reaches_what_it_tests_and_names_and_no_further() {
    let mut after = files();
    after.remove(Utf8Path::new(FIXTURE));
    let gateway = "runbooks/catalog/services/payments-gateway.yaml";
    let other = "runbooks/error-rate-after-deploy/fixtures/quiet.yaml";
    reaches(&after, &[RUNBOOK, ACTION, SERVICE], &[gateway, other]);
}

#[test]
fn what_is_no_longer_used_is_looked_at() {
    let query = "runbooks/catalog/queries/pending-migrations.yaml";
    let after = edited(
        RUNBOOK,
        "{query: pending-migrations, above: 0}",
        "{change: deploy, within: 30m}",
    );
    reaches(&after, &[RUNBOOK, query], &[]);
}

#[test]
fn the_policy_the_taxonomy_and_the_configuration_reach_everything() {
    for path in [
        "runbooks/governance.yaml",
        "runbooks/catalog/taxonomy/taxonomy.yaml",
        "rbk.yaml",
    ] {
        let mut changed = files();
        changed.insert(path.into(), b"kind: [".to_vec());
        let mut removed = files();
        removed.remove(Utf8Path::new(path));
        for after in [changed, removed] {
            assert_eq!(
                reached(&after),
                Affected::Everything {
                    because: path.into()
                }
            );
        }
    }
}

#[test]
fn a_data_file_reaches_the_fixtures_that_name_it() {
    let after = edited(FIXTURE, "spec:\n", "spec:\n  # reads storm.log\n");
    let Affected::Files(alone) = affected(
        &Library::from_sources(after.clone()),
        &Library::from_sources(after.clone()),
        &BTreeSet::from(["runbooks/storm.log".into()]),
    ) else {
        panic!("everything is reached");
    };
    assert!(alone.contains(Utf8Path::new(FIXTURE)));
    assert_eq!(alone.len(), 2);
}
