//! Whoever knows the head of a chain notices any change of it.

use proptest::prelude::*;
use serde_json::Value;

use super::*;

/// Whether bytes are taken for the chain with this head.
fn is_taken(bytes: &[u8], head: Digest) -> bool {
    Chain::read(bytes).is_ok_and(|chain| chain.ends_with(head).is_ok())
}

/// Every place of a value, as a JSON pointer.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Array(items) => {
            for (number, item) in items.iter().enumerate() {
                places(item, &format!("{at}/{number}"), found);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                places(member, &format!("{at}/{name}"), found);
            }
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_other_byte_is_noticed(at in any::<prop::sample::Index>(), other in any::<u8>()) {
        let chain = built(&history()).unwrap();
        let head = chain.head().unwrap();
        let mut bytes = chain.to_lines();
        prop_assert!(is_taken(&bytes, head));
        let at = at.index(bytes.len());
        prop_assume!(bytes[at] != other);
        bytes[at] = other;
        // The line feed at the very end carries nothing.
        let is_last = at + 1 == bytes.len() && other == b'\n';
        prop_assert!(is_last || !is_taken(&bytes, head));
    }

    #[test]
    fn any_other_field_is_noticed_though_the_chain_is_made_anew(
        statement in 0_usize..4, place in any::<prop::sample::Index>(), with in 0_usize..5,
    ) {
        let chain = built(&history()).unwrap();
        let mut statements = lines(&chain);
        let mut found = Vec::new();
        places(&statements[statement], "", &mut found);
        let place = place.get(&found);
        let others = [Value::Null, json!(0), json!("x"), json!([]), json!(true)];
        let field = statements[statement].pointer_mut(place).unwrap();
        prop_assume!(*field != others[with]);
        *field = others[with].clone();
        // What names the one before is written anew; changing that alone changes nothing.
        prop_assume!(place != "/predicate/previous");
        prop_assume!(statements[statement]["predicate"].is_object());
        prop_assert!(!is_taken(&chained_anew(&statements), chain.head().unwrap()));
    }

    #[test]
    fn bytes_of_any_kind_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(bytes.iter().all(|byte| *byte == b'\n') || Chain::read(&bytes).is_err());
    }
}
