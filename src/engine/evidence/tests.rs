use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn query() -> Request {
    Request::Query {
        query: "q".into(),
        arguments: Arguments::new(),
        window: Window::Last(Duration::from_secs(60)),
    }
}

fn asked(request: Request) -> (EvidenceStore, RequestId) {
    let mut store = EvidenceStore::default();
    let id = store.id_of(request);
    assert!(store.ask(id, at(100), Duration::from_secs(30)));
    (store, id)
}

fn series(values: &[(i64, f64)]) -> Answer {
    let sample = |(second, value): &(i64, f64)| Sample {
        at: at(*second),
        value: Scalar::Number(*value),
    };
    Answer::Series(Series {
        step: Duration::from_secs(30),
        samples: values.iter().map(sample).collect(),
    })
}

#[test]
fn the_same_question_has_one_name_and_is_asked_once() {
    let (mut store, id) = asked(query());
    assert_eq!(store.id_of(query()), id);
    assert!(!store.ask(id, at(101), Duration::from_secs(30)));
    assert_ne!(
        store.id_of(Request::Changes {
            window: Window::Last(Duration::ZERO)
        }),
        id
    );
}

#[test]
fn an_answer_is_not_older_than_its_question() {
    let (mut store, id) = asked(query());
    assert!(!store.accept(id, at(99), series(&[(99, 1.0)]), at(105)));
    assert!(store.taken(id).is_none());
    assert!(store.accept(id, at(100), series(&[(99, 1.0)]), at(105)));
    assert!(store.is_fresh(id, at(100)) && !store.is_fresh(id, at(101)));
    assert!(
        !store.accept(id, at(106), series(&[]), at(106)),
        "nobody asked again"
    );
}

#[test]
fn an_answer_cannot_come_from_the_future() {
    let (mut store, id) = asked(query());
    assert!(store.accept(id, at(9_000), series(&[(99, 1.0)]), at(105)));
    assert!(!store.is_fresh(id, at(106)));
}

#[test]
fn silence_counts_as_unavailable() {
    let (mut store, id) = asked(query());
    assert_eq!(store.next_deadline(), Some(at(130)));
    store.expire(at(129));
    assert!(store.taken(id).is_none());
    store.expire(at(130));
    assert!(matches!(
        store.taken(id).map(|t| &t.answer),
        Some(Answer::Unavailable { .. })
    ));
    assert_eq!(store.next_deadline(), None);
}

#[test]
fn a_malformed_answer_counts_as_unavailable() {
    let many = vec![
        ChangeRecord {
            kind: "deploy".to_owned(),
            at: at(1),
            facts: BTreeMap::new(),
        };
        MAX_CHANGES + 1
    ];
    let changes = Request::Changes {
        window: Window::Last(Duration::ZERO),
    };
    let spans = Request::Spans {
        service: "s".into(),
        spans: TraceMatch::default(),
        window: Window::Last(Duration::ZERO),
    };
    let too_many_match = SpanCount {
        matched: 2,
        total: 1,
        first_at: None,
    };
    for (request, answer) in [
        (query(), Answer::Changes(Vec::new())),
        (query(), series(&[(50, 1.0), (50, 2.0)])),
        (query(), series(&[(50, 1.0), (40, 2.0)])),
        (changes, Answer::Changes(many)),
        (spans, Answer::Spans(too_many_match)),
    ] {
        let (mut store, id) = asked(request);
        assert!(store.accept(id, at(100), answer, at(100)));
        assert!(matches!(
            store.taken(id).map(|t| &t.answer),
            Some(Answer::Unavailable { .. })
        ));
    }
}

#[test]
fn values_that_are_no_numbers_are_gaps() {
    let (mut store, id) = asked(query());
    store.accept(
        id,
        at(100),
        series(&[(40, 1.0), (70, f64::NAN), (100, f64::INFINITY)]),
        at(100),
    );
    let Some(Answer::Series(kept)) = store.taken(id).map(|t| &t.answer) else {
        panic!("a series");
    };
    assert_eq!(kept.samples.len(), 1);
}
