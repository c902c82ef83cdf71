//! Who signed an emergency exception (step 16): an ed25519 key that the policy lists under `break_glass.keys`.
//!
//! Keys are written as OpenSSH writes them (`ssh-ed25519 AAAA… comment`, RFC 4253 §6.6 and RFC 8709). What is signed is
//! [`signed_bytes`]: a name for what it is, so that a signature of something else never fits, then the canonical JSON of the
//! exception without what is found out about it later.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{ED25519, UnparsedPublicKey};
use serde_json::Value;
use thiserror::Error;

use super::facts::EmergencyException;
use crate::document::{CanonicalError, canonical_json};

/// What the signed bytes begin with.
pub const EXCEPTION_DOMAIN: &[u8] = b"urn:rbk:emergency-exception:v1\n";

const KEY_TYPE: &str = "ssh-ed25519";
/// Found out about an exception after it was signed.
const NOT_SIGNED: [&str; 2] = ["signature_ok", "ratification"];

/// A signature that nothing can be concluded from.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SignatureError {
    /// A key of the policy cannot be read.
    #[error(
        "`break_glass.keys`: key {number} is no `ssh-ed25519 AAAA… comment`; write it as `ssh-keygen -t ed25519` does"
    )]
    Key {
        /// Which key, counted from 1.
        number: usize,
    },
    /// The signature is no text of 64 bytes in base64.
    #[error("the signature is not the base64 of 64 bytes")]
    Signature,
    /// The exception has no canonical form.
    #[error("the exception cannot be signed: {0}")]
    Exception(#[from] CanonicalError),
}

/// The bytes that are signed for an exception.
///
/// # Errors
/// When a number in it is larger than every JSON reader keeps.
pub fn signed_bytes(exception: &EmergencyException) -> Result<Vec<u8>, CanonicalError> {
    let value = serde_json::to_value(exception);
    let mut value = value.map_err(|error| CanonicalError::NotJson(error.to_string()))?;
    if let Value::Object(members) = &mut value {
        members.retain(|name, _| !NOT_SIGNED.contains(&name.as_str()));
    }
    let mut bytes = EXCEPTION_DOMAIN.to_vec();
    bytes.extend(canonical_json(&value)?);
    Ok(bytes)
}

/// Whether one of the keys signed an exception; the signature is base64.
///
/// # Errors
/// When a key or the signature cannot be read. Then nothing is known, and nothing is allowed.
pub fn is_signed(
    exception: &EmergencyException,
    signature: &str,
    keys: &[String],
) -> Result<bool, SignatureError> {
    let signature = STANDARD.decode(signature.trim());
    let signature = signature
        .ok()
        .filter(|bytes| bytes.len() == 64)
        .ok_or(SignatureError::Signature)?;
    let bytes = signed_bytes(exception)?;
    let mut is_signed = false;
    for (at, key) in keys.iter().enumerate() {
        let key = public_key(key).ok_or(SignatureError::Key { number: at + 1 })?;
        let key = UnparsedPublicKey::new(&ED25519, key);
        is_signed |= key.verify(&bytes, &signature).is_ok();
    }
    Ok(is_signed)
}

/// The 32 bytes of a key: two strings, the name of the type and the key, each behind its length.
fn public_key(line: &str) -> Option<[u8; 32]> {
    let mut words = line.split_ascii_whitespace();
    if words.next() != Some(KEY_TYPE) {
        return None;
    }
    let blob = STANDARD.decode(words.next()?).ok()?;
    let (name, rest) = string(&blob)?;
    let (key, rest) = string(rest)?;
    let is_whole = name == KEY_TYPE.as_bytes() && rest.is_empty();
    key.try_into().ok().filter(|_| is_whole)
}

/// A string of RFC 4251 §5, and what follows it.
fn string(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use ring::signature::{Ed25519KeyPair, KeyPair as _};
    use serde_json::json;

    use super::*;
    use crate::governance::Ratification;

    fn exception() -> EmergencyException {
        serde_json::from_value(json!({
            "id": "EXC-7", "granted_by": [107], "authors": [101], "granted_at": "2026-11-10T11:00:00Z",
            "expires_at": "2026-11-10T20:00:00Z", "incident": "INC-31", "signature_ok": false,
            "digests": {"runbooks/a.yaml": "b2"}, "environments": ["prod"],
        }))
        .unwrap()
    }

    fn pair(seed: u8) -> Ed25519KeyPair {
        Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap()
    }

    fn line(key: &[u8]) -> String {
        let mut blob = vec![0, 0, 0, 11];
        blob.extend(KEY_TYPE.as_bytes());
        blob.extend(u32::try_from(key.len()).unwrap().to_be_bytes());
        blob.extend(key);
        format!("ssh-ed25519 {} holder@example.org", STANDARD.encode(blob))
    }

    fn keys(seeds: &[u8]) -> Vec<String> {
        let pairs = seeds.iter().map(|seed| pair(*seed));
        pairs.map(|pair| line(pair.public_key().as_ref())).collect()
    }

    fn signature(bytes: &[u8]) -> String {
        STANDARD.encode(pair(1).sign(bytes))
    }

    #[test]
    fn a_listed_key_signs_exactly_this() {
        let exception = exception();
        let signed = signature(&signed_bytes(&exception).unwrap());
        assert_eq!(is_signed(&exception, &signed, &keys(&[1])), Ok(true));
        assert_eq!(is_signed(&exception, &signed, &keys(&[2, 1, 3])), Ok(true));
        assert_eq!(is_signed(&exception, &signed, &keys(&[2, 3])), Ok(false));
        assert_eq!(is_signed(&exception, &signed, &[]), Ok(false));
    }

    #[test]
    fn any_other_exception_is_not_signed() {
        let signed = signature(&signed_bytes(&exception()).unwrap());
        let changes: [(&str, Value); 8] = [
            ("id", json!("EXC-8")),
            ("granted_by", json!([102])),
            ("authors", json!([])),
            ("granted_at", json!("2026-11-10T11:00:01Z")),
            ("expires_at", json!("2027-11-10T20:00:00Z")),
            ("incident", Value::Null),
            ("digests", json!({"runbooks/a.yaml": "b3"})),
            ("environments", json!(["prod", "staging"])),
        ];
        for (field, to) in changes {
            let mut other = serde_json::to_value(exception()).unwrap();
            other[field] = to;
            let other = serde_json::from_value(other).unwrap();
            assert_eq!(
                is_signed(&other, &signed, &keys(&[1])),
                Ok(false),
                "{field}"
            );
        }
        // What is found out later is not part of it.
        let mut later = exception();
        later.signature_ok = true;
        later.ratification = Some(Ratification {
            digests: later.digests.clone(),
            reviews: Vec::new(),
        });
        assert_eq!(is_signed(&later, &signed, &keys(&[1])), Ok(true));
    }

    #[test]
    fn a_signature_of_something_else_does_not_fit() {
        let exception = exception();
        let bare = signed_bytes(&exception).unwrap();
        let bare = bare.strip_prefix(EXCEPTION_DOMAIN).unwrap();
        assert_eq!(
            is_signed(&exception, &signature(bare), &keys(&[1])),
            Ok(false)
        );
    }

    #[test]
    fn what_cannot_be_read_is_an_error() {
        let exception = exception();
        for bad in ["", "x", "AAAA", "!!!!"] {
            let found = is_signed(&exception, bad, &keys(&[1]));
            assert_eq!(found, Err(SignatureError::Signature), "{bad}");
        }
        let signed = signature(&signed_bytes(&exception).unwrap());
        let good = keys(&[1]).remove(0);
        let cut = good.get(..40).unwrap().to_owned();
        for bad in [
            String::new(),
            "ssh-ed25519".to_owned(),
            good.replace("ssh-ed25519 ", "ssh-rsa "),
            cut,
            line(&[0; 31]),
            format!("ssh-ed25519 {}", STANDARD.encode([0xff; 8])),
        ] {
            let found = is_signed(&exception, &signed, &[good.clone(), bad.clone()]);
            assert_eq!(found, Err(SignatureError::Key { number: 2 }), "{bad}");
        }
    }

    #[test]
    fn keys_are_read_as_openssh_writes_them() {
        // The key of runbooks/governance.yaml.
        let key =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFY38z4B/VtFhLOrelFTkw2V3hX4156c2MHBoPA/D++Y";
        let bytes = public_key(key).unwrap();
        assert_eq!(bytes[..4], [0x56, 0x37, 0xf3, 0x3e]);
    }
}
