//! JSON as TUF metadata may contain it, and its canonical form.
//!
//! Reading is stricter than JSON: integers only, no key twice in one object, no control characters
//! except line ends and tabs (PEM keys contain line ends). Two readers therefore cannot disagree about
//! what a signature covers.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

/// A JSON value without floating-point numbers and without duplicate keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// An integer that fits 64 bits.
    Int(i64),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// An object; keys are unique and sorted by code point.
    Object(BTreeMap<String, Json>),
}

impl Json {
    /// Reads one JSON document.
    ///
    /// # Errors
    /// A description with line and column when the bytes are not JSON, or not of the strict form above.
    /// Nesting is limited to 127 levels.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        serde_json::from_slice(bytes).map_err(|error| error.to_string())
    }

    /// The compact JSON text with sorted keys: what is written to files.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        // Writing this type to memory cannot fail: keys are strings and there are no floats.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// The canonical form that is signed, as securesystemslib defines it (OLPC canonical JSON): keys sorted
    /// by code point, no white space, in strings only `"` and `\` escaped.
    #[must_use]
    pub fn canonical(&self) -> Vec<u8> {
        let mut out = String::new();
        self.write_canonical(&mut out);
        out.into_bytes()
    }

    fn write_canonical(&self, out: &mut String) {
        match self {
            Json::Null => out.push_str("null"),
            Json::Bool(true) => out.push_str("true"),
            Json::Bool(false) => out.push_str("false"),
            Json::Int(number) => out.push_str(&number.to_string()),
            Json::Text(text) => write_text(text, out),
            Json::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    item.write_canonical(out);
                }
                out.push(']');
            }
            Json::Object(members) => {
                out.push('{');
                for (index, (key, value)) in members.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    write_text(key, out);
                    out.push(':');
                    value.write_canonical(out);
                }
                out.push('}');
            }
        }
    }
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        if matches!(character, '"' | '\\') {
            out.push('\\');
        }
        out.push(character);
    }
    out.push('"');
}

/// An object from its members.
impl<const N: usize> From<[(&str, Json); N]> for Json {
    fn from(members: [(&str, Json); N]) -> Self {
        Json::Object(
            members
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect(),
        )
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Json::Text(text.to_owned())
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Json::Null => serializer.serialize_unit(),
            Json::Bool(value) => serializer.serialize_bool(*value),
            Json::Int(number) => serializer.serialize_i64(*number),
            Json::Text(text) => serializer.serialize_str(text),
            Json::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(item)?;
                }
                list.end()
            }
            Json::Object(members) => {
                let mut object = serializer.serialize_map(Some(members.len()))?;
                for (key, value) in members {
                    object.serialize_entry(key, value)?;
                }
                object.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON with integers only")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Json, E> {
        Ok(Json::Int(number))
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Json, E> {
        i64::try_from(number)
            .map(Json::Int)
            .map_err(|_| E::custom(format!("the number {number} does not fit 64 bits")))
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Json, E> {
        Err(E::custom(format!("the number {number} is not an integer")))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Json, E> {
        checked(text)?;
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_string<E: serde::de::Error>(self, text: String) -> Result<Json, E> {
        checked(&text)?;
        Ok(Json::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = sequence.next_element()? {
            items.push(item);
        }
        Ok(Json::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Json, A::Error> {
        use serde::de::Error as _;
        let mut members = BTreeMap::new();
        while let Some(key) = object.next_key::<String>()? {
            checked(&key)?;
            let value = object.next_value()?;
            if members.contains_key(&key) {
                return Err(A::Error::custom(format!("the key \"{key}\" appears twice")));
            }
            members.insert(key, value);
        }
        Ok(Json::Object(members))
    }
}

fn checked<E: serde::de::Error>(text: &str) -> Result<(), E> {
    match text
        .chars()
        .find(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
    {
        Some(character) => Err(E::custom(format!(
            "control character U+{:04X} in a string",
            u32::from(character)
        ))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn canonical(text: &str) -> String {
        String::from_utf8(Json::parse(text.as_bytes()).unwrap().canonical()).unwrap()
    }

    #[test]
    fn canonical_form_is_that_of_securesystemslib() {
        // Expected texts computed with securesystemslib.formats.encode_canonical.
        assert_eq!(
            canonical(r#"{ "b": [1, -2, true, null], "a": "x\"\\\/\n" }"#),
            "{\"a\":\"x\\\"\\\\/\n\",\"b\":[1,-2,true,null]}"
        );
        assert_eq!(
            canonical(r#"{"é":1,"z":2,"Z":3,"":4,"😀":5,"\uffff":6}"#),
            "{\"\":4,\"Z\":3,\"z\":2,\"é\":1,\"\u{ffff}\":6,\"😀\":5}"
        );
        assert_eq!(canonical("[[],{}]"), "[[],{}]");
    }

    #[test]
    fn what_readers_could_disagree_about_is_refused() {
        for (text, why) in [
            (r#"{"a":1,"a":2}"#, "twice"),
            (r#"{"a":{"b":1,"b":1}}"#, "twice"),
            (r#"{"a":1,"\u0061":2}"#, "twice"),
            ("[1.0]", "not an integer"),
            ("[1e2]", "not an integer"),
            ("[-0]", "not an integer"),
            ("[18446744073709551615]", "64 bits"),
            ("[1] []", "trailing"),
            ("\u{feff}[1]", "expected value"),
            (r#"["\u0000"]"#, "control character"),
            (r#"{"\u0007":1}"#, "control character"),
            (r#"["\ud800x"]"#, "hex escape"),
            ("[NaN]", "expected value"),
            ("", "EOF"),
        ] {
            let error = Json::parse(text.as_bytes()).unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
        let deep = "[".repeat(100_000);
        assert!(
            Json::parse(deep.as_bytes())
                .unwrap_err()
                .contains("recursion")
        );
    }

    fn any_json() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::Bool),
            any::<i64>().prop_map(Json::Int),
            "[ -~é\n😀]{0,12}".prop_map(Json::Text),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Json::List),
                prop::collection::btree_map("[a-z\"\\\\é]{0,6}", inner, 0..6)
                    .prop_map(Json::Object),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back_the_same(value in any_json()) {
            prop_assert_eq!(Json::parse(&value.to_bytes()).unwrap(), value);
        }

        #[test]
        fn different_values_have_different_canonical_forms(a in any_json(), b in any_json()) {
            prop_assert_eq!(a == b, a.canonical() == b.canonical());
        }
    }
}
