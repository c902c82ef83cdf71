//! One pass finds what trying every condition on every line finds.

use proptest::prelude::*;

use super::*;

fn terms(conditions: &[Condition]) -> Terms {
    let mut builder = Terms::builder();
    for condition in conditions {
        builder.number(condition);
    }
    builder.build().unwrap()
}

fn found(conditions: &[Condition], block: &str) -> Vec<(u64, Vec<u32>)> {
    let hits = terms(conditions).hits(block.as_bytes());
    hits.into_iter()
        .map(|hit| (hit.line.number, hit.terms))
        .collect()
}

fn regex(text: &str) -> Condition {
    Condition::regex(text).unwrap()
}

#[test]
fn lines_are_found_with_their_conditions() {
    let conditions = [
        Condition::contains("refused").unwrap(),
        regex(r"timeout after \d+"),
        regex(r"^\d+$"),
    ];
    let block =
        "connection refused\nTimeout after 3\ntimeout after 3, refused\r\n42\r\n7 x\nREFUSED";
    let expected = vec![(0, vec![0]), (2, vec![0, 1]), (3, vec![2])];
    assert_eq!(found(&conditions, block), expected);
    assert_eq!(found(&conditions[..2], block), &expected[..2]);
}

#[test]
fn an_expression_that_begins_with_s_sees_a_whole_event_once() {
    let conditions = [
        regex("(?s)WebIdentityErr.*SerializationError"),
        regex("caused by"),
    ];
    let block = "2026-01-01T00:00:01Z WebIdentityErr\ncaused by: SerializationError\ncaused by: SerializationError\n\
                 2026-01-01T00:00:02Z SerializationError";
    assert_eq!(found(&conditions, block), [(1, vec![0, 1]), (2, vec![1])]);
}

#[test]
fn equal_conditions_are_one() {
    let mut builder = Terms::builder();
    let numbers = ["a", "b", "a"].map(|text| builder.number(&Condition::contains(text).unwrap()));
    assert_eq!(numbers, [0, 1, 0]);
}

proptest! {
    #[test]
    fn nothing_is_overlooked_and_nothing_invented(
        expressions in prop::collection::vec("(\\(\\?i\\))?[abk]{1,3}(\\.\\*|\\[ab\\]\\+|\\|[kb]{2,4})?[abk]{0,3}", 1..6),
        literal in "[aBk]{1,4}",
        lines in prop::collection::vec("[abBk ]{0,12}", 0..12),
    ) {
        let mut conditions: Vec<Condition> = expressions.iter().map(|text| regex(text)).collect();
        conditions.push(Condition::contains(&literal).unwrap());
        let mut unique: Vec<Condition> = Vec::new();
        for condition in conditions {
            if unique.iter().all(|other| format!("{other:?}") != format!("{condition:?}")) {
                unique.push(condition);
            }
        }
        let mut expected = Vec::new();
        for (line, number) in lines.iter().zip(0..) {
            let holding: Vec<u32> = unique.iter().zip(0..)
                .filter(|(condition, _)| condition.is_in(line.as_bytes()))
                .map(|(_, number)| number)
                .collect();
            if !holding.is_empty() {
                expected.push((number, holding));
            }
        }
        prop_assert_eq!(found(&unique, &lines.join("\n")), expected);
    }
}
