//! Text to conditions: the canonical form says the same, spans lie in the text, and what is not known never decides.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rbk::document::condition::{Atom, Condition};
use rbk::document::logic::Truth;

fuzz_target!(|input: (u64, &str)| {
    let (seed, text) = input;
    match Condition::parse(text) {
        Ok(condition) => check(&condition, text, seed),
        Err(error) => {
            assert!(text.get(error.span.clone()).is_some(), "{error:?}");
            assert!(error.help.is_some(), "{error:?}");
        }
    }
});

fn check(condition: &Condition, text: &str, seed: u64) {
    let canonical = condition.to_string();
    let again = Condition::parse(&canonical).expect("the canonical form parses");
    assert_eq!(&again, condition);
    assert_eq!(again.to_string(), canonical);

    for atom in condition.atoms() {
        let written = text.get(atom.span.clone()).expect("atoms lie in the text");
        assert!(written.starts_with(atom.to_string().split('(').next().unwrap_or_default()));
    }
    let before = condition.eval(&mut |atom| answer(atom, seed));
    let after = condition.eval(&mut |atom| match answer(atom, seed) {
        Truth::Inconclusive => Truth::from(hash(atom, seed).is_multiple_of(2)),
        known => known,
    });
    assert!(before.is_inconclusive() || before == after);
    assert!(!after.is_inconclusive());
}

fn answer(atom: &Atom, seed: u64) -> Truth {
    match hash(atom, seed) % 3 {
        0 => Truth::Pass,
        1 => Truth::Fail,
        _ => Truth::Inconclusive,
    }
}

// FNV-1a: one answer per term, whatever the text around it.
fn hash(atom: &Atom, seed: u64) -> u64 {
    let bytes = atom.to_string().into_bytes();
    bytes
        .iter()
        .fold(seed ^ 0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        })
}
