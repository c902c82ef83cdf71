//! Building, continuing and reading chains.

use super::*;
use crate::governance::Verdict;
use crate::governance::statement::FaultCode;

fn bytes(chain: &Chain) -> Vec<u8> {
    chain.to_lines()
}

#[test]
fn the_same_records_give_the_same_bytes_and_are_read_again() {
    let records = history();
    let chain = built(&records).unwrap();
    assert_eq!(bytes(&chain), bytes(&built(&records).unwrap()));
    let read = Chain::read(&bytes(&chain)).unwrap();
    assert_eq!(bytes(&read), bytes(&chain));
    assert_eq!(read.head(), chain.head());
    assert_eq!(read.tip(), Some(sha('4').as_str()));
    assert_eq!(read.ends_with(chain.head().unwrap()), Ok(()));
    let verdicts: Vec<Verdict> = read
        .links()
        .iter()
        .map(|link| link.statement.predicate.evaluation.verdict)
        .collect();
    assert_eq!(verdicts, [Verdict::Allow; 4]);
}

#[test]
fn a_policy_is_held_by_the_first_statement_that_names_it() {
    let statements = lines(&built(&history()).unwrap());
    let holds: Vec<bool> = statements
        .iter()
        .map(|it| it["predicate"]["policy"]["document"].is_object())
        .collect();
    assert_eq!(holds, [true, false, false, true]);
}

#[test]
fn a_chain_that_goes_on_leaves_what_was_said() {
    let records = history();
    let whole = built(&records).unwrap();
    let first = built(&records[..2]).unwrap();
    // Later facts about landings that are known change nothing that was said of them.
    let mut later = records.clone();
    later[1].facts.now = "2026-12-01T00:00:00Z".parse().unwrap();
    let on = first.clone().extended(&judge(&later)).unwrap();
    assert_eq!(bytes(&on), bytes(&whole));
    let on = first.clone().extended(&judge(&records[2..])).unwrap();
    assert_eq!(bytes(&on), bytes(&whole));
    assert_eq!(
        first.ends_with(whole.head().unwrap()).unwrap_err().code,
        FaultCode::Head
    );
}

#[test]
fn an_emergency_that_was_ratified_revises_what_was_said() {
    let mut emergency = landing("G79", '1', '2', vec![runbook("1.1.0")]);
    emergency.facts.now = "2026-11-10T12:05:00Z".parse().unwrap();
    let before = [adoption(), emergency.clone()];
    let first = built(&before).unwrap();
    let allowed = &first.links()[1].statement;
    assert_eq!(
        allowed.predicate.evaluation.verdict,
        Verdict::AllowBreakGlass
    );
    let until = allowed.allowed_until().unwrap();
    assert!(allowed.allows(emergency.facts.now) && !allowed.allows(until));
    assert_eq!(first.recheck(), []);

    let exception = &mut emergency.facts.exceptions[0];
    let mut review = emergency.facts.reviews.first().cloned();
    let mut reviews = Vec::new();
    for (id, user) in [(1, 102), (2, 103)] {
        let mut review = review.take().unwrap_or_else(|| {
            serde_json::from_value(json!({
                "id": 1, "user": 102, "state": "APPROVED", "commit_id": sha('b'),
                "submitted_at": "2026-11-10T13:00:00Z",
            }))
            .unwrap()
        });
        review.id = id;
        review.user = Some(user);
        review.submitted_at = "2026-11-10T13:00:00Z".parse().unwrap();
        reviews.push(review);
    }
    exception.ratification = Some(crate::governance::Ratification {
        digests: exception.digests.clone(),
        reviews,
    });
    emergency.facts.now = "2026-11-20T00:00:00Z".parse().unwrap();
    let after = [
        adoption(),
        emergency,
        landing("G01", '2', '3', vec![runbook("1.2.0")]),
    ];
    let judged = judge(&after);
    let on = first.extended(&judged).unwrap();
    let said: Vec<(bool, &str)> = on
        .links()
        .iter()
        .map(|link| {
            let review = &link.statement.predicate;
            (review.revises.is_some(), review.evaluation.verdict.code())
        })
        .collect();
    assert_eq!(
        said,
        [
            (false, "ALLOW"),
            (false, "ALLOW_BREAK_GLASS"),
            (true, "ALLOW"),
            (false, "ALLOW"),
        ]
    );
    let in_force: Vec<usize> = on.in_force().map(|(at, _)| at).collect();
    assert_eq!(in_force, [0, 2, 3]);
    assert_eq!(on.recheck(), []);
    assert_eq!(on.recompute(&judged), []);
    assert_eq!(bytes(&Chain::read(&bytes(&on)).unwrap()), bytes(&on));
}

#[test]
fn a_landing_that_cannot_be_judged_ends_the_chain() {
    let mut records = history();
    records[1].facts.landing.tip_parents.clear();
    let fault = built(&records).unwrap_err();
    assert_eq!(fault.code, FaultCode::NotEvaluated);
    assert_eq!((fault.statement, fault.tip.clone()), (2, Some(sha('2'))));
    assert!(fault.message.contains("FACTS_INCOMPLETE"), "{fault}");
}

#[test]
fn landings_follow_each_other() {
    let whole = history();
    let without = [whole[0].clone(), whole[2].clone()];
    assert_eq!(built(&without).unwrap_err().code, FaultCode::Order);

    // A chain that leaves out the beginning could leave out what was denied.
    assert_eq!(built(&whole[1..]).unwrap_err().code, FaultCode::Order);
    let mut from_baseline = landing("G01", '0', '2', vec![runbook("1.1.0")]);
    from_baseline.facts.landing.parent = format!("{}1", "0".repeat(39));
    assert!(built(&[from_baseline]).is_ok());

    let late = |change: &dyn Fn(&mut Record)| {
        let mut records = history();
        change(&mut records[2]);
        built(&records).unwrap_err().code
    };
    assert_eq!(
        late(&|it| it.facts.landing.before_baseline = true),
        FaultCode::Order
    );
    assert_eq!(
        late(&|it| it.policy = policy_version("9.9.9")),
        FaultCode::Policy
    );

    // The one after a change of the policy is judged by the new one.
    let mut records = history();
    records[3].policy = policy();
    assert_eq!(built(&records).unwrap_err().code, FaultCode::Policy);
}

/// What is said of a chain in which a statement was changed and everything after it chained anew.
fn fault_of(change: &dyn Fn(&mut Vec<Value>)) -> (usize, &'static str) {
    let mut statements = lines(&built(&history()).unwrap());
    change(&mut statements);
    let fault = Chain::read(&chained_anew(&statements)).unwrap_err();
    (fault.statement, fault.code.code())
}

#[test]
fn a_chain_that_was_chained_anew_still_has_to_be_in_order() {
    assert_eq!(fault_of(&|it| drop(it.remove(1))), (2, "CHAIN_ORDER"));
    assert_eq!(
        fault_of(&|it| it.insert(2, it[1].clone())),
        (3, "CHAIN_REPEATED")
    );
    assert_eq!(
        fault_of(&|it| it.push(it[0].clone())),
        (5, "CHAIN_REPEATED")
    );
    assert_eq!(
        fault_of(&|it| it[2]["predicate"]["revises"] = json!(Digest::of(b""))),
        (3, "CHAIN_REPEATED")
    );
    assert_eq!(
        fault_of(&|it| it[1]["predicate"]["repository"]["id"] = json!(7)),
        (2, "CHAIN_REPOSITORY")
    );
    assert_eq!(
        fault_of(&|it| it[3]["predicate"]["policy"]["document"] = Value::Null),
        (4, "STATEMENT_MALFORMED")
    );
    assert_eq!(
        fault_of(&|it| drop(
            it[3]["predicate"]["policy"]
                .as_object_mut()
                .unwrap()
                .remove("document")
        )),
        (4, "CHAIN_POLICY")
    );
    assert_eq!(
        fault_of(&|it| it[3]["predicate"]["policy"]["document"]["spec"]["aliases"] = json!([])),
        (4, "STATEMENT_MALFORMED")
    );
    assert_eq!(
        fault_of(&|it| it[1]["predicate"]["policy"]["version"] = json!("2.0.0")),
        (2, "CHAIN_POLICY")
    );
    assert_eq!(
        fault_of(&|it| it[1]["predicate"]["documents"][0]["closure"] = json!(Digest::of(b""))),
        (2, "STATEMENT_MALFORMED")
    );
    assert_eq!(
        fault_of(&|it| it[1]["predicate"]["more"] = json!(1)),
        (2, "STATEMENT_MALFORMED")
    );
    assert_eq!(
        fault_of(&|it| it[1]["predicateType"] = json!("urn:other")),
        (2, "STATEMENT_MALFORMED")
    );
}

#[test]
fn a_statement_has_one_spelling() {
    let chain = built(&history()).unwrap();
    let line = String::from_utf8(chain.links()[0].bytes.clone()).unwrap();
    for other in [
        line.replacen(':', ": ", 1),
        line.replacen('{', "{\"_type\":\"x\",", 1),
        format!(" {line}"),
        "{}".to_owned(),
        "[".repeat(100_000),
        String::from_utf8_lossy(&[0xff, 0xfe]).into_owned(),
    ] {
        let fault = Chain::read(other.as_bytes()).unwrap_err();
        assert_eq!(fault.code, FaultCode::Malformed, "{fault}");
    }
    assert!(Chain::read(b"").unwrap().head().is_none());
}
