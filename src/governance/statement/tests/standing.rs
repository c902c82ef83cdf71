//! What keeps a document from being published.

use super::*;
use crate::governance::statement::Standing;

fn now() -> jiff::Timestamp {
    "2026-11-10T12:05:00Z".parse().unwrap()
}

/// A landing between two commits that changes one file's bytes and one runbook's version.
fn change(case: &str, from: char, to: char, bytes: [&str; 2], version: &str) -> Record {
    let mut record = landing(case, from, to, vec![runbook(version)]);
    let unit = &mut record.facts.units[0];
    unit.path = "runbooks/api/restart.yaml".to_owned();
    let [before, after] = bytes.map(|it| Some(it.to_owned()));
    unit.parent.clone_from(&before);
    unit.merge_base = before;
    unit.head.clone_from(&after);
    unit.landed = after;
    record
}

fn standing(records: &[Record]) -> Standing {
    Standing::of(&built(records).unwrap(), now())
}

fn open(standing: &Standing) -> Vec<usize> {
    standing.open.iter().map(|open| open.statement).collect()
}

fn refusal(standing: &Standing, of: &Subject) -> Option<String> {
    standing.refusal(of.kind, &of.id, of.source, of.closure)
}

#[test]
fn a_document_may_be_published_as_the_newest_statement_names_it() {
    let standing = standing(&history());
    assert_eq!(open(&standing), Vec::<usize>::new());
    assert_eq!(refusal(&standing, &runbook("1.1.0")), None);
    assert_eq!(standing.newest(Kind::Runbook, "restart"), Some(2));
    let old = refusal(&standing, &runbook("1.0.0")).unwrap();
    assert_eq!(old, "its source is not the one that statement 2 names");
    let mixed = Subject {
        closure: runbook("1.0.0").closure,
        ..runbook("1.1.0")
    };
    assert!(refusal(&standing, &mixed).unwrap().contains("closure"));
    let unknown = subject(Kind::Runbook, "other", "1.0.0");
    assert_eq!(
        refusal(&standing, &unknown).unwrap(),
        "no statement names it"
    );
}

#[test]
fn a_denied_landing_stays_open_until_its_bytes_are_gone() {
    let denied = change("G34", '1', '2', ["b1", "b2"], "1.1.0");
    let records = [adoption(), denied.clone()];
    assert_eq!(open(&standing(&records)), [2]);
    let why = refusal(&standing(&records), &runbook("1.1.0")).unwrap();
    assert_eq!(why, "statement 2 does not allow it");

    // A later approval of the same file was of what changed, not of what was there.
    let on_top = change("G01", '2', '3', ["b2", "b3"], "1.2.0");
    let records = [adoption(), denied.clone(), on_top];
    assert_eq!(open(&standing(&records)), [2]);
    assert!(refusal(&standing(&records), &runbook("1.2.0")).is_some());

    let reverted = change("G01", '2', '3', ["b2", "b1"], "1.0.0");
    let again = change("G01", '3', '4', ["b1", "b2"], "1.1.0");
    let records = [adoption(), denied, reverted, again];
    let taken_back = standing(&records[..3]);
    assert_eq!(open(&taken_back), Vec::<usize>::new());
    assert_eq!(refusal(&taken_back, &runbook("1.0.0")), None);
    assert!(refusal(&taken_back, &runbook("1.1.0")).is_some());
    assert_eq!(refusal(&standing(&records), &runbook("1.1.0")), None);
}

#[test]
fn going_back_to_older_bytes_without_approval_is_no_revert() {
    let records = [
        adoption(),
        change("G01", '1', '2', ["b1", "b2"], "1.1.0"),
        change("G34", '2', '3', ["b2", "b1"], "1.0.0"),
    ];
    assert_eq!(open(&standing(&records)), [3]);
    assert!(refusal(&standing(&records), &runbook("1.0.0")).is_some());
}

#[test]
fn a_denial_that_is_about_no_bytes_stays() {
    let mut records = vec![adoption(), change("G73", '1', '2', ["b1", "b2"], "1.1.0")];
    records[1].facts.units.clear();
    records.push(change("G01", '2', '3', ["b2", "b1"], "1.2.0"));
    assert_eq!(open(&standing(&records)), [2]);
}

#[test]
fn what_an_exception_allows_ends_with_it() {
    let mut emergency = landing("G79", '1', '2', vec![runbook("1.1.0")]);
    emergency.facts.now = now();
    let chain = built(&[adoption(), emergency]).unwrap();
    let until = chain.links()[1].statement.allowed_until().unwrap();
    assert_eq!(open(&Standing::of(&chain, now())), Vec::<usize>::new());
    assert_eq!(open(&Standing::of(&chain, until)), [2]);
}

/// A change of a runbook's file, which nothing else is resolved with.
fn of_runbook(case: &str, from: char, to: char, bytes: [&str; 2], version: &str) -> Record {
    let mut record = change(case, from, to, bytes, version);
    record.facts.units[0].apart = true;
    record
}

fn refusal_of_kept(standing: &Standing, of: &Subject) -> Option<String> {
    standing.refusal_of_kept(of.kind, &of.id, of.source, of.closure)
}

#[test]
fn what_was_approved_before_a_denial_may_be_kept() {
    let records = [
        adoption(),
        of_runbook("G01", '1', '2', ["b1", "b2"], "1.1.0"),
        of_runbook("G34", '2', '3', ["b2", "b3"], "1.2.0"),
        of_runbook("G01", '3', '4', ["b3", "b4"], "1.3.0"),
    ];
    let standing = standing(&records);
    let path = "runbooks/api/restart.yaml".to_owned();
    let kept = standing.kept().unwrap();
    assert_eq!(kept.get(&path), Some(&Some("b2".to_owned())));
    assert_eq!(refusal_of_kept(&standing, &runbook("1.1.0")), None);
    // Neither what was denied, nor what was approved on top of it, nor what is older.
    for other in ["1.0.0", "1.2.0", "1.3.0"] {
        let why = refusal_of_kept(&standing, &runbook(other)).unwrap();
        assert_eq!(why, "it is not the form that statement 2 allowed last");
    }
    // A document that no denied landing touched is as it always is.
    let other = subject(Kind::Runbook, "other", "1.0.0");
    let why = refusal_of_kept(&standing, &other).unwrap();
    assert_eq!(why, "no statement names it");
}

#[test]
fn nothing_is_kept_of_files_that_others_are_resolved_with() {
    let denied = || of_runbook("G34", '1', '2', ["b1", "b2"], "1.1.0");
    assert!(standing(&[adoption(), denied()]).kept().is_some());
    let mut shared = denied();
    shared.facts.units[0].apart = false;
    assert!(standing(&[adoption(), shared]).kept().is_none());
    // It came to hold something shared while it was tainted.
    let later = change("G01", '2', '3', ["b2", "b3"], "1.2.0");
    assert!(standing(&[adoption(), denied(), later]).kept().is_none());
    let mut about_no_bytes = of_runbook("G73", '1', '2', ["b1", "b2"], "1.1.0");
    about_no_bytes.facts.units.clear();
    assert!(standing(&[adoption(), about_no_bytes]).kept().is_none());
}

#[test]
fn a_document_that_was_denied_from_the_beginning_has_no_form_to_keep() {
    let mut new = of_runbook("G34", '1', '2', ["b1", "b2"], "1.0.0");
    new.subjects = vec![subject(Kind::Runbook, "other", "1.0.0")];
    let standing = standing(&[adoption(), new]);
    let other = subject(Kind::Runbook, "other", "1.0.0");
    let why = refusal_of_kept(&standing, &other).unwrap();
    assert_eq!(why, "none of its forms was allowed before it was denied");
}

#[test]
fn what_was_approved_on_top_of_an_open_landing_is_told() {
    let denied = change("G34", '1', '2', ["b1", "b2"], "1.1.0");
    let mut on_top = change("G01", '2', '3', ["c1", "c2"], "1.0.0");
    on_top.facts.units[0].path = "runbooks/api/other.yaml".to_owned();
    on_top.subjects = vec![subject(Kind::Runbook, "other", "1.0.0")];
    let standing = standing(&[adoption(), denied, on_top]);
    assert_eq!(standing.open_below(Kind::Runbook, "other"), Some(2));
    // Of the denied landing itself the refusal tells.
    assert_eq!(standing.open_below(Kind::Runbook, "restart"), None);
    assert_eq!(standing.open_below(Kind::Governance, "acme"), None);
}
