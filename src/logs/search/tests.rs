use camino::Utf8PathBuf;

use super::*;
use crate::logs::feed::{Reader, Scanned};
use crate::logs::{Negation, Order};

fn query(order: Order, conditions: &[&str], negations: &[&str], keys: &[&str]) -> Query {
    let all = |texts: &[&str]| -> Vec<Condition> {
        texts
            .iter()
            .map(|text| Condition::contains(text).unwrap())
            .collect()
    };
    let window = Some(SignedDuration::from_secs(10));
    let within = vec![Negation::WITHIN; negations.len()];
    Query {
        pattern: Pattern::new(order, vec![1; conditions.len()], window, within).unwrap(),
        conditions: all(conditions),
        negations: all(negations),
        support: Vec::new(),
        keys: keys.iter().map(|key| (*key).to_owned()).collect(),
    }
}

/// A query, its subject and the numbers of its lines.
type FoundAt = (usize, String, Vec<u64>);

/// For each match the query, the subject and the numbers of its lines; and the doubts.
fn search(queries: &[Query], log: &str) -> (Vec<FoundAt>, Vec<Doubts>) {
    let (mut search, terms) = Search::new(queries).unwrap();
    let mut found = Vec::new();
    let mut out = |it: Match| {
        let subject = it.subject.iter().map(|said| said.as_deref().unwrap_or("-"));
        let lines = it.found.spans.iter().map(|span| span.first.line.number);
        found.push((it.query, subject.collect(), lines.collect()));
    };
    let mut reader = Reader::of(Utf8PathBuf::from("log"));
    reader.take(Scanned::of(log.as_bytes(), &terms), &mut |entry| {
        search.take(&entry, &mut out)
    });
    let doubts = search.finish(&mut out);
    (found, doubts)
}

fn at(second: u8, text: &str) -> String {
    format!("2026-01-01T00:00:{second:02}Z {text}\n")
}

#[test]
fn one_pass_finds_many_patterns() {
    let queries = [
        query(Order::Sequence, &["begin", "end"], &[], &[]),
        query(Order::Set, &["end"], &[], &[]),
        query(Order::Set, &["begin", "end"], &["calm"], &[]),
    ];
    let log = [at(1, "begin"), at(2, "calm"), at(3, "end")].concat();
    let expected = [(0, String::new(), vec![1, 3]), (1, String::new(), vec![3])];
    assert_eq!(search(&queries, &log).0, expected);
}

#[test]
fn events_of_different_subjects_are_no_match() {
    let queries = [query(Order::Set, &["begin", "end"], &[], &["service"])];
    let log = [
        at(1, "begin app=cart"),
        at(2, "end service=search"),
        at(3, "end"),
        at(4, r#"{"service":"cart","message":"end"}"#),
    ];
    assert_eq!(
        search(&queries, &log.concat()).0,
        [(0, "cart".to_owned(), vec![1, 4])]
    );
}

#[test]
fn without_times_a_window_tells_nothing() {
    let queries = [
        query(Order::Set, &["begin", "end"], &[], &[]),
        query(Order::Set, &["end"], &[], &[]),
    ];
    let (found, doubts) = search(&queries, "begin\nend\n");
    assert_eq!(found, [(1, String::new(), vec![2])]);
    assert_eq!(
        doubts
            .iter()
            .map(|doubts| doubts.untimed)
            .collect::<Vec<_>>(),
        [true, false]
    );
}

#[test]
fn moments_of_another_kind_are_none() {
    let queries = [query(Order::Set, &["begin", "end"], &[], &[])];
    let log = format!("{}{}", at(1, "begin"), "00:00:02 end\n");
    let (found, doubts) = search(&queries, &log);
    assert!(
        found.is_empty() && !doubts[0].untimed,
        "they are two subjects"
    );
    let log = "Jan  1 00:00:01 begin\nJan  1 00:00:02 end\n";
    assert_eq!(search(&queries, log).0.len(), 1);
}

#[test]
fn support_is_what_happened_often_enough_not_long_before() {
    let support = |count| Support {
        condition: Condition::contains("slow").unwrap(),
        count,
        within: SignedDuration::from_secs(5),
    };
    let with = |count| Query {
        support: vec![support(count)],
        ..query(Order::Set, &["end"], &[], &[])
    };
    let held = |count, log: &[String]| {
        let queries = [with(count)];
        let (mut search, terms) = Search::new(&queries).unwrap();
        let mut held = None;
        let mut out = |it: Match| held = it.support[0].as_ref().map(|line| line.number);
        let mut reader = Reader::of(Utf8PathBuf::from("log"));
        let block = Scanned::of(log.concat().as_bytes(), &terms);
        reader.take(block, &mut |entry| search.take(&entry, &mut out));
        search.finish(&mut out);
        held
    };
    let near = [at(1, "slow"), at(3, "slow"), at(6, "end")];
    assert_eq!(held(1, &near), Some(2));
    assert_eq!(held(2, &near), Some(2));
    assert_eq!(held(3, &near), None);
    assert_eq!(held(1, &[at(1, "slow"), at(9, "end")]), None);
    assert_eq!(held(2, &[at(1, "slow"), at(8, "slow"), at(9, "end")]), None);
}

#[test]
fn more_subjects_than_can_be_followed_are_counted() {
    let queries = [query(Order::Set, &["begin", "end"], &[], &["host"])];
    let log: String = (0..MAX_SUBJECTS + 3)
        .map(|host| at(1, &format!("begin host=h{host}")))
        .collect();
    assert_eq!(search(&queries, &log).1[0].overlooked, 3);
    // Those whose window is over make room.
    let log = log.replace(":01Z", ":02Z") + &at(20, "begin host=x") + &at(21, "end host=x");
    assert_eq!(search(&queries, &log).0.len(), 1);
}
