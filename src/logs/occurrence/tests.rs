use jiff::ToSpan;
use proptest::prelude::*;

use super::*;

const START: &str = "2026-11-24T12:00:00Z";

fn second(number: i64) -> Timestamp {
    let start: Timestamp = START.parse().unwrap();
    start.checked_add(number.seconds()).unwrap()
}

fn pattern(order: Order, counts: &[u32], window: i64, negations: &[Negation]) -> Pattern {
    let window = Some(SignedDuration::from_secs(window));
    Pattern::new(order, counts.to_vec(), window, negations.to_vec()).unwrap()
}

/// Events as letters, one a second: `a` is the first condition, `b` the second and so on, `x` the first negation, `y` the second,
/// anything else nothing. Returns the seconds of the first and last event of what is found.
fn found(pattern: &Pattern, events: &str) -> Vec<(i64, i64)> {
    let mut occurrences = Occurrences::of(pattern);
    for (number, letter) in events.bytes().enumerate() {
        let bit = |from: u8, to: u8| match letter {
            _ if (from..=to).contains(&letter) => 1_u64 << (letter - from),
            _ => 0,
        };
        let at = Some(second(number as i64));
        let event = Event {
            line: number as u64,
            at,
        };
        occurrences.event(event, bit(b'a', b'f'), bit(b'x', b'z'));
    }
    occurrences.finish();
    let found = occurrences.drain();
    let seconds = |at: Timestamp| at.duration_since(second(0)).as_secs();
    let ends = found.iter().map(|found| extent(&found.spans).unwrap());
    ends.map(|(from, to)| (seconds(from), seconds(to)))
        .collect()
}

#[test]
fn a_set_is_found_in_any_order_within_its_window() {
    let set = pattern(Order::Set, &[1, 1, 1], 4, &[]);
    assert_eq!(found(&set, "b-a-c"), [(0, 4)]);
    assert_eq!(found(&set, "b-a--c"), []);
    assert_eq!(found(&set, "b-a--cb"), [(2, 6)]);
    assert_eq!(found(&set, "abab"), []);
}

#[test]
fn counted_events_have_a_time_of_their_own() {
    let near = vec![Some(SignedDuration::from_secs(2)), None];
    for order in [Order::Set, Order::Sequence] {
        let pattern = pattern(order, &[3, 1], 60, &[]).with_counts_within(near.clone());
        assert_eq!(found(&pattern, "a-a-a-b"), [], "{order:?}");
        assert_eq!(found(&pattern, "aaa-b"), [(0, 4)], "{order:?}");
        // A later one that is too far from the others takes nothing away.
        assert_eq!(found(&pattern, "aaa---a--b"), [(0, 9)], "{order:?}");
    }
}

#[test]
fn a_sequence_is_found_in_its_order_only() {
    let sequence = pattern(Order::Sequence, &[1, 1], 3, &[]);
    assert_eq!(found(&sequence, "b-a"), []);
    assert_eq!(found(&sequence, "b-a-b"), [(2, 4)]);
    // The last `a` is taken: with the first one the window would be exceeded.
    assert_eq!(found(&sequence, "a-a--b"), [(2, 5)]);
}

#[test]
fn counts_are_of_different_lines() {
    let set = pattern(Order::Set, &[3], 4, &[]);
    assert_eq!(found(&set, "aa"), []);
    assert_eq!(found(&set, "aa---a"), []);
    assert_eq!(found(&set, "aa---aa"), []);
    assert_eq!(found(&set, "aa--a"), [(0, 4)]);
    let sequence = pattern(Order::Sequence, &[1, 3, 1], 20, &[]);
    assert_eq!(found(&sequence, "babbc"), []);
    assert_eq!(found(&sequence, "babbbc"), [(1, 5)]);
    // One line is one event of a sequence, whatever conditions it meets.
    let twice = pattern(Order::Sequence, &[1, 1], 20, &[]);
    let mut occurrences = Occurrences::of(&twice);
    let mut both = |number: i64| {
        let event = Event {
            line: number as u64,
            at: Some(second(number)),
        };
        occurrences.event(event, 0b11, 0);
        occurrences.drain().len()
    };
    assert_eq!((both(0), both(1)), (0, 1));
}

#[test]
fn a_negation_without_more_is_between_the_first_and_the_last() {
    let sequence = pattern(Order::Sequence, &[1, 1], 9, &[Negation::WITHIN]);
    assert_eq!(found(&sequence, "a-x-b"), []);
    assert_eq!(found(&sequence, "xa--bx"), [(1, 4)]);
    // A tighter occurrence may be free of it.
    assert_eq!(found(&sequence, "ax-a-b"), [(3, 5)]);
}

#[test]
fn window_slide_anchor_and_absolute_say_where_a_negation_counts() {
    let negation = |anchor, window, slide, absolute| {
        let [window, slide] = [window, slide].map(SignedDuration::from_secs);
        let negation = Negation {
            anchor,
            window,
            slide,
            absolute,
        };
        pattern(Order::Sequence, &[1, 1], 9, &[negation])
    };
    // After the last event for as long as the window.
    assert_eq!(found(&negation(0, 2, 0, false), "a-b-x"), []);
    assert_eq!(found(&negation(0, 2, 0, false), "a-b--x"), [(0, 2)]);
    // From the second event on, as long as the events took and the window.
    assert_eq!(found(&negation(1, 1, 0, false), "ax-b"), [(0, 3)]);
    assert_eq!(found(&negation(1, 1, 0, false), "a--b---x"), []);
    assert_eq!(found(&negation(1, 1, 0, false), "a--b----x"), [(0, 3)]);
    // Before the first event.
    assert_eq!(found(&negation(0, 0, -3, false), "-x-a-b"), []);
    assert_eq!(found(&negation(0, 0, -2, false), "x--a-b"), [(3, 5)]);
    // From the first event for as long as the window, however long the events took.
    assert_eq!(found(&negation(0, 2, 0, true), "a--xb"), [(0, 4)]);
    assert_eq!(found(&negation(0, 3, 0, true), "a--xb"), []);
}

#[test]
fn what_a_negation_could_still_undo_waits_for_it() {
    let negation = Negation {
        window: SignedDuration::from_secs(5),
        ..Negation::WITHIN
    };
    let set = pattern(Order::Set, &[1], 0, &[negation]);
    let mut occurrences = Occurrences::of(&set);
    occurrences.event(
        Event {
            line: 1,
            at: Some(second(0)),
        },
        1,
        0,
    );
    occurrences.advance(second(5));
    assert_eq!(occurrences.drain(), []);
    occurrences.advance(second(6));
    assert!(occurrences.drain()[0].settled);
    occurrences.event(
        Event {
            line: 2,
            at: Some(second(7)),
        },
        1,
        0,
    );
    occurrences.finish();
    assert!(!occurrences.drain()[0].settled);
}

#[test]
fn without_times_nothing_is_guessed() {
    let event = |line| Event { line, at: None };
    let single = Pattern::new(Order::Set, vec![1], None, Vec::new()).unwrap();
    let mut occurrences = Occurrences::of(&single);
    occurrences.event(event(3), 1, 0);
    assert_eq!(occurrences.drain().len(), 1);
    let set = pattern(Order::Set, &[1, 1], 9, &[]);
    let mut occurrences = Occurrences::of(&set);
    occurrences.event(event(1), 0b01, 0);
    assert!(!occurrences.is_inconclusive());
    occurrences.event(event(2), 0b10, 0);
    occurrences.finish();
    assert!(occurrences.drain().is_empty() && occurrences.is_inconclusive());
}

#[test]
fn what_is_held_is_bounded_and_never_finds_more() {
    let long = Negation {
        window: SignedDuration::from_hours(9),
        ..Negation::WITHIN
    };
    let set = pattern(Order::Set, &[2], 20_000, &[long]);
    let mut occurrences = Occurrences::of(&set);
    for number in 0..5_000 {
        let event = Event {
            line: number,
            at: Some(second(number as i64)),
        };
        occurrences.event(
            event,
            u64::from(number % 2 == 0),
            u64::from(number % 2 == 1),
        );
    }
    assert!(occurrences.negated[0].len() <= MAX_HELD && occurrences.open.len() <= MAX_HELD);
    assert_eq!(occurrences.drain(), []);
}

/// Every way to take events, tried one by one.
fn exists(pattern: &Pattern, events: &[u8], from: usize, spans: &mut Vec<Span<u64>>) -> bool {
    let number = spans.len();
    if number == pattern.counts.len() {
        return extent(spans)
            .is_some_and(|(from, to)| Some(to.duration_since(from)) <= pattern.window);
    }
    (from..events.len())
        .filter(|place| events[*place] == b'a' + number as u8)
        .any(|place| {
            let event = Event {
                line: place as u64,
                at: Some(second(place as i64)),
            };
            spans.push(Span {
                first: event,
                last: event,
            });
            let next = if pattern.order == Order::Sequence {
                place + 1
            } else {
                0
            };
            let exists = exists(pattern, events, next, spans);
            spans.pop();
            exists
        })
}

proptest! {
    #[test]
    fn what_fits_the_window_is_found(events in "[abc-]{0,14}", window in 0..8_i64, is_set: bool) {
        let order = if is_set { Order::Set } else { Order::Sequence };
        let pattern = pattern(order, &[1, 1, 1], window, &[]);
        let exists = exists(&pattern, events.as_bytes(), 0, &mut Vec::new());
        prop_assert_eq!(!found(&pattern, &events).is_empty(), exists);
    }
}
