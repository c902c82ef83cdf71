//! Canonical JSON: the only bytes that are digested, signed or compared.
//!
//! RFC 8785 fixes the order of keys and the form of numbers. Strings are brought to Unicode NFC first, so that
//! the same text typed on two systems has one digest.

use serde::Serialize;
use serde_json::{Map, Value};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Largest whole number every JSON reader keeps exactly, 2⁵³ − 1 (RFC 7493 §2.2).
pub const MAX_EXACT_INTEGER: u64 = (1 << 53) - 1;

// Documents are at most 64 levels deep; the envelopes around them add a few.
const MAX_DEPTH: usize = 128;

/// Why a value has no canonical form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CanonicalError {
    /// Two keys of an object are the same text once normalised.
    #[error("two keys of one object are both `{0}` after Unicode normalisation (NFC); rename one")]
    KeysCollide(String),
    /// A number at whose size JSON readers round whole numbers.
    #[error(
        "the number {0} is beyond ±(2^53 - 1), where JSON readers round whole numbers; write it as text"
    )]
    NumberTooLarge(String),
    /// Deeper than any document.
    #[error("the value is nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
    /// The value cannot be represented in JSON.
    #[error("the value has no JSON form: {0}")]
    NotJson(String),
}

/// The canonical bytes of a JSON value.
///
/// # Errors
/// See [`CanonicalError`].
pub fn canonical_json(value: &Value) -> Result<Vec<u8>, CanonicalError> {
    let normalised = normalised(value, 0)?;
    serde_json_canonicalizer::to_vec(&normalised)
        .map_err(|error| CanonicalError::NotJson(error.to_string()))
}

/// The canonical bytes of anything that has a JSON form.
///
/// # Errors
/// See [`CanonicalError`].
pub fn to_canonical_json<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, CanonicalError> {
    let value =
        serde_json::to_value(value).map_err(|error| CanonicalError::NotJson(error.to_string()))?;
    canonical_json(&value)
}

fn normalised(value: &Value, depth: usize) -> Result<Value, CanonicalError> {
    if depth > MAX_DEPTH {
        return Err(CanonicalError::TooDeep);
    }
    Ok(match value {
        Value::String(text) => Value::String(nfc(text)),
        Value::Array(items) => Value::Array(
            items
                .iter()
                .map(|item| normalised(item, depth + 1))
                .collect::<Result<_, _>>()?,
        ),
        Value::Object(members) => {
            let mut object = Map::new();
            for (name, member) in members {
                let name = nfc(name);
                if object.contains_key(&name) {
                    return Err(CanonicalError::KeysCollide(name));
                }
                object.insert(name, normalised(member, depth + 1)?);
            }
            Value::Object(object)
        }
        Value::Number(number) => {
            let exact = match (number.as_i64(), number.as_f64()) {
                (Some(whole), _) => whole.unsigned_abs() <= MAX_EXACT_INTEGER,
                (None, Some(float)) => float.abs() <= MAX_EXACT_INTEGER as f64,
                (None, None) => false,
            };
            if !exact {
                return Err(CanonicalError::NumberTooLarge(number.to_string()));
            }
            value.clone()
        }
        Value::Null | Value::Bool(_) => value.clone(),
    })
}

fn nfc(text: &str) -> String {
    match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => text.to_owned(),
        IsNormalized::No | IsNormalized::Maybe => text.nfc().collect(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn text(value: &Value) -> String {
        String::from_utf8(canonical_json(value).unwrap()).unwrap()
    }

    #[test]
    fn keys_are_sorted_by_utf_16_and_numbers_have_one_form() {
        // RFC 8785 §3.2.3: U+FF21 sorts after the surrogates of U+1F600.
        assert_eq!(
            text(&json!({"\u{FF21}": 1, "\u{1F600}": 2, "a": 1.0, "b": 1e-7})),
            "{\"a\":1,\"b\":1e-7,\"😀\":2,\"\u{FF21}\":1}"
        );
        assert_eq!(
            text(&json!({"b": [], "a": {"z": null, "y": "\u{8}\n\""}})),
            r#"{"a":{"y":"\b\n\"","z":null},"b":[]}"#
        );
    }

    #[test]
    fn text_is_normalised_and_colliding_keys_are_refused() {
        assert_eq!(text(&json!("e\u{301}")), "\"é\"");
        let two = json!({"e\u{301}": 1, "é": 2});
        assert_eq!(
            canonical_json(&two),
            Err(CanonicalError::KeysCollide("é".into()))
        );
    }

    #[test]
    fn numbers_that_readers_round_are_refused() {
        assert_eq!(text(&json!(MAX_EXACT_INTEGER)), "9007199254740991");
        for beyond in [
            json!(MAX_EXACT_INTEGER + 1),
            json!(i64::MIN),
            json!(u64::MAX),
            json!(1e20),
        ] {
            assert!(matches!(
                canonical_json(&beyond),
                Err(CanonicalError::NumberTooLarge(_))
            ));
        }
    }

    #[test]
    fn depth_is_bounded() {
        let deep = (0..1000).fold(json!(0), |inner, _| json!([inner]));
        assert_eq!(canonical_json(&deep), Err(CanonicalError::TooDeep));
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            (-1e15..1e15).prop_map(Value::from),
            (-1e-6..1e-6).prop_map(Value::from),
            ".{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map("[a-zé]{0,4}", inner, 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn canonical_json_is_idempotent(value in any_json()) {
            let once = canonical_json(&value).unwrap();
            let again = canonical_json(&serde_json::from_slice(&once).unwrap()).unwrap();
            prop_assert_eq!(once, again);
        }
    }
}
