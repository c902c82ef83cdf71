//! Statements and chains of histories made from the cases of the specification.

mod chain;
mod properties;
mod recheck;
mod schema;
mod standing;

use serde_json::{Value, json};

use super::{Chain, ChainFault, judge};
use crate::document::Digest;
use crate::document::model::Kind;
use crate::governance::tests::cases;
use crate::governance::{Record, Subject};

/// A commit id made of one letter.
fn sha(letter: char) -> String {
    letter.to_string().repeat(40)
}

fn policy() -> Value {
    cases::file()["policies"]["default"].clone()
}

/// The default policy with another version.
fn policy_version(version: &str) -> Value {
    let mut policy = policy();
    policy["metadata"]["version"] = json!(version);
    policy
}

fn subject(kind: Kind, id: &str, version: &str) -> Subject {
    Subject {
        kind,
        id: id.to_owned(),
        version: version.to_owned(),
        path: format!("runbooks/{id}.yaml"),
        source: Digest::of(format!("source {id} {version}").as_bytes()),
        closure: Digest::of(format!("closure {id} {version}").as_bytes()),
    }
}

fn runbook(version: &str) -> Subject {
    subject(Kind::Runbook, "restart", version)
}

fn governance(policy: &Value) -> Subject {
    Subject {
        closure: Digest::of_canonical(policy).unwrap(),
        ..subject(Kind::Governance, "acme", "1.0.0")
    }
}

/// The landing of a case between two commits, with these documents.
fn landing(case: &str, from: char, to: char, subjects: Vec<Subject>) -> Record {
    let mut facts = cases::facts(case);
    facts["landing"]["parent"] = json!(sha(from));
    facts["landing"]["tip_parents"][0] = json!(sha(from));
    let before = facts["landing"]["tip"].as_str().unwrap().to_owned();
    let text = facts.to_string().replace(&before, &sha(to));
    Record {
        facts: serde_json::from_str(&text).unwrap(),
        policy: policy(),
        subjects,
    }
}

fn adoption() -> Record {
    let mut record = landing(
        "G01",
        '0',
        '1',
        vec![runbook("1.0.0"), governance(&policy())],
    );
    record.facts.landing.before_baseline = true;
    record.facts.units.clear();
    record.facts.prs.clear();
    record.facts.reviews.clear();
    record
}

/// An adoption, a change of a runbook, a change of the policy that platform and security approved, and one under the new policy.
fn history() -> Vec<Record> {
    let next = policy_version("1.1.0");
    let mut change = landing("G04", '2', '3', vec![governance(&next)]);
    change.facts.units[0].path = "governance.yaml".to_owned();
    change.facts.units[0].tier_before = None;
    change.facts.units[0].tier_after = None;
    change.facts.units[0].envs.clear();
    let mut reviews = change.facts.reviews.clone();
    reviews[0].user = Some(107);
    reviews[1].user = Some(103);
    change.facts.reviews = reviews;
    let mut last = landing("G10", '3', '4', vec![subject(Kind::Runbook, "db", "1.0.0")]);
    last.policy = next;
    vec![
        adoption(),
        landing("G01", '1', '2', vec![runbook("1.1.0")]),
        change,
        last,
    ]
}

fn built(records: &[Record]) -> Result<Chain, ChainFault> {
    Chain::default().extended(&judge(records))
}

fn lines(chain: &Chain) -> Vec<Value> {
    let links = chain.links().iter();
    links
        .map(|link| serde_json::from_slice(&link.bytes).unwrap())
        .collect()
}

/// The bytes of a chain whose statements were changed, chained anew so that only what they say is wrong.
fn chained_anew(statements: &[Value]) -> Vec<u8> {
    let mut previous: Value = Value::Null;
    let mut bytes = Vec::new();
    for statement in statements {
        let mut statement = statement.clone();
        statement["predicate"]["previous"] = previous;
        let line = crate::document::canonical_json(&statement).unwrap();
        previous = json!(Digest::of(&line));
        bytes.extend(line);
        bytes.push(b'\n');
    }
    bytes
}

fn codes(faults: &[ChainFault]) -> Vec<(usize, &'static str)> {
    let faults = faults.iter();
    faults
        .map(|fault| (fault.statement, fault.code.code()))
        .collect()
}
