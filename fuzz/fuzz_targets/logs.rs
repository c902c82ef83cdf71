//! Bytes to log lines: a timestamp is one of the line, one pass finds what each condition finds alone, compressed or not.

#![no_main]

use std::io::{Cursor, Read};

use libfuzzer_sys::fuzz_target;
use rbk::logs::compressed::decompressed;
use rbk::logs::condition::Condition;
use rbk::logs::lines::{Lines, last_event};
use rbk::logs::stamp_of;
use rbk::logs::subject::subject_of;
use rbk::logs::terms::Terms;

/// Most bytes that are read of what claims to be compressed.
const MOST: u64 = 1 << 20;

fuzz_target!(|input: (&str, &str, &[u8])| {
    let (expression, literal, log) = input;
    let mut text = Vec::new();
    if let Ok(input) = decompressed(Box::new(Cursor::new(log.to_vec()))) {
        // What is broken is an error, not a panic.
        let _ = input.take(MOST).read_to_end(&mut text);
    }
    assert!(last_event(log) <= log.len());
    for line in log.split(|byte| *byte == b'\n') {
        assert_eq!(stamp_of(line), stamp_of(line));
        let _ = subject_of(
            &String::from_utf8_lossy(line),
            &["service".to_owned(), "host".to_owned()],
        );
    }
    let conditions: Vec<Condition> = [Condition::regex(expression), Condition::contains(literal)]
        .into_iter()
        .flatten()
        .filter(|condition| !condition.is_about_events())
        .collect();
    let mut builder = Terms::builder();
    let numbers: Vec<u32> = conditions
        .iter()
        .map(|condition| builder.number(condition))
        .collect();
    let Ok(terms) = builder.build() else {
        return;
    };
    let mut lines = Lines::of(log);
    let mut expected = Vec::new();
    let mut start = 0;
    while start < log.len() {
        let line = lines.line_at(start);
        start = line.bytes.end + 1;
        let mut holding: Vec<u32> = conditions
            .iter()
            .zip(&numbers)
            .filter(|(condition, _)| condition.is_in(&log[line.bytes.clone()]))
            .map(|(_, number)| *number)
            .collect();
        holding.sort_unstable();
        holding.dedup();
        if !holding.is_empty() {
            expected.push((line.number, holding));
        }
    }
    let found: Vec<(u64, Vec<u32>)> = terms
        .hits(log)
        .into_iter()
        .map(|hit| (hit.line.number, hit.terms))
        .collect();
    assert_eq!(found, expected);
});
