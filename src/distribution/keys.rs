//! Public keys: ed25519 and ECDSA P-256, in PEM and in TUF form, with the key ids securesystemslib computes.

use std::fmt;

use ring::signature::{ECDSA_P256_SHA256_ASN1, ED25519, UnparsedPublicKey};
use sha2::{Digest, Sha256};

use super::json::Json;

/// Bytes of a `SubjectPublicKeyInfo` before an ed25519 key (RFC 8410).
const ED25519_SPKI: &[u8] = b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00";
/// Bytes of a `SubjectPublicKeyInfo` before an uncompressed P-256 point (RFC 5480).
const P256_SPKI: &[u8] =
    b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00";

/// What is wrong with a key or its source. Messages never contain key material.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The text is not a key of a supported kind.
    #[error("{0}")]
    Unusable(String),
    /// A key file could not be read or written.
    #[error("key file {path}: {message}")]
    File {
        /// The file.
        path: String,
        /// What the system says.
        message: String,
    },
    /// An environment variable that should hold a key is not set.
    #[error("environment variable {0} is not set or not text; it should hold a private key in PEM")]
    Env(String),
    /// The source of a signer could not be understood.
    #[error("{0}")]
    Source(String),
    /// Signing failed.
    #[error("signing with key {0} failed")]
    Signing(String),
}

/// A public key in TUF form.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    keytype: String,
    scheme: String,
    public: String,
    material: Material,
}

#[derive(Clone, PartialEq, Eq)]
enum Material {
    Ed25519(Vec<u8>),
    P256(Vec<u8>),
    /// A kind this program cannot verify. Tolerated in metadata; verifies nothing.
    Unsupported,
}

impl PublicKey {
    /// An ed25519 key from its 32 bytes.
    pub(crate) fn ed25519(bytes: &[u8]) -> Self {
        Self {
            keytype: "ed25519".to_owned(),
            scheme: "ed25519".to_owned(),
            public: hex(bytes),
            material: Material::Ed25519(bytes.to_vec()),
        }
    }

    /// A P-256 key from its uncompressed point of 65 bytes.
    pub(crate) fn p256(point: &[u8]) -> Self {
        let mut spki = P256_SPKI.to_vec();
        spki.extend_from_slice(point);
        Self {
            keytype: "ecdsa".to_owned(),
            scheme: "ecdsa-sha2-nistp256".to_owned(),
            public: encode_pem("PUBLIC KEY", spki),
            material: Material::P256(point.to_vec()),
        }
    }

    /// Reads a public key from PEM (`BEGIN PUBLIC KEY`).
    ///
    /// # Errors
    /// When the text is not PEM, or the key is neither ed25519 nor P-256 with an uncompressed point.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let unusable = |what: &str| KeyError::Unusable(format!("public key: {what}"));
        let pem = pem::parse(text)
            .map_err(|_| unusable("not PEM (expected `-----BEGIN PUBLIC KEY-----`)"))?;
        if pem.tag() != "PUBLIC KEY" {
            return Err(unusable(&format!(
                "expected `BEGIN PUBLIC KEY`, found `BEGIN {}`",
                pem.tag()
            )));
        }
        match split_spki(pem.contents()) {
            Some(Material::Ed25519(bytes)) => Ok(Self::ed25519(&bytes)),
            Some(Material::P256(point)) => Ok(Self::p256(&point)),
            _ => Err(unusable(
                "neither ed25519 nor ECDSA P-256 with an uncompressed point",
            )),
        }
    }

    /// Reads a key object of TUF metadata. Unknown kinds are kept but verify nothing.
    ///
    /// # Errors
    /// A description of what is missing or not of the right type.
    pub fn from_json(key: &Json) -> Result<Self, String> {
        let Json::Object(members) = key else {
            return Err("a key is not an object".to_owned());
        };
        let text = |name: &str| match members.get(name) {
            Some(Json::Text(text)) => Ok(text.clone()),
            _ => Err(format!("a key has no `{name}`")),
        };
        let (keytype, scheme) = (text("keytype")?, text("scheme")?);
        let Some(Json::Object(keyval)) = members.get("keyval") else {
            return Err("a key has no `keyval`".to_owned());
        };
        let Some(Json::Text(public)) = keyval.get("public") else {
            return Err("a key has no `keyval.public`".to_owned());
        };
        let material = match (keytype.as_str(), scheme.as_str()) {
            ("ed25519", "ed25519") => unhex(public)
                .filter(|bytes| bytes.len() == 32)
                .map(Material::Ed25519)
                .ok_or("an ed25519 key is not 64 hexadecimal digits")?,
            ("ecdsa" | "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256") => pem::parse(public)
                .ok()
                .and_then(|pem| split_spki(pem.contents()))
                .filter(|material| matches!(material, Material::P256(_)))
                .ok_or("an ecdsa-sha2-nistp256 key is not a P-256 public key in PEM")?,
            _ => Material::Unsupported,
        };
        Ok(Self {
            keytype,
            scheme,
            public: public.clone(),
            material,
        })
    }

    /// The key object as TUF metadata contains it.
    #[must_use]
    pub fn to_json(&self) -> Json {
        Json::from([
            ("keytype", Json::from(self.keytype.as_str())),
            (
                "keyval",
                Json::from([("public", Json::from(self.public.as_str()))]),
            ),
            ("scheme", Json::from(self.scheme.as_str())),
        ])
    }

    /// The key as PEM, or nothing for a kind this program does not know.
    #[must_use]
    pub fn to_pem(&self) -> Option<String> {
        match &self.material {
            Material::Ed25519(bytes) => {
                let mut spki = ED25519_SPKI.to_vec();
                spki.extend_from_slice(bytes);
                Some(encode_pem("PUBLIC KEY", spki))
            }
            Material::P256(_) => Some(self.public.clone()),
            Material::Unsupported => None,
        }
    }

    /// The key id: SHA-256 of the canonical key object, in hexadecimal.
    #[must_use]
    pub fn key_id(&self) -> String {
        sha256_hex(&self.to_json().canonical())
    }

    /// Whether this is an ECDSA P-256 key.
    #[must_use]
    pub fn is_p256(&self) -> bool {
        matches!(self.material, Material::P256(_))
    }

    /// Whether `signature` over `message` was made by this key. Kinds that are not known verify nothing.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.material {
            Material::Ed25519(key) => UnparsedPublicKey::new(&ED25519, key)
                .verify(message, signature)
                .is_ok(),
            Material::P256(point) => UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point)
                .verify(message, signature)
                .is_ok(),
            Material::Unsupported => false,
        }
    }

    /// What makes two keys the same key, whatever id or notation they are listed under.
    pub(crate) fn identity(&self) -> &[u8] {
        match &self.material {
            Material::Ed25519(bytes) | Material::P256(bytes) => bytes,
            Material::Unsupported => self.public.as_bytes(),
        }
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({} {})", self.keytype, self.key_id())
    }
}

fn split_spki(der: &[u8]) -> Option<Material> {
    if let Some(key) = der.strip_prefix(ED25519_SPKI) {
        return (key.len() == 32).then(|| Material::Ed25519(key.to_vec()));
    }
    let point = der.strip_prefix(P256_SPKI)?;
    (point.len() == 65 && point.first() == Some(&4)).then(|| Material::P256(point.to_vec()))
}

pub(crate) fn encode_pem(tag: &str, der: Vec<u8>) -> String {
    let lines = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
    pem::encode_config(&pem::Pem::new(tag, der), lines)
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// The bytes of lower-case hexadecimal digits. One notation only: a changed character is never the same bytes.
pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) {
        return None;
    }
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    text.as_bytes()
        .chunks_exact(2)
        .map(|pair| match pair {
            [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
            _ => None,
        })
        .collect()
}

/// SHA-256 in lower-case hexadecimal.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_ids_are_those_of_securesystemslib() {
        // Made with securesystemslib 1.6 (`SSlibKey.from_crypto`).
        let ed25519 = PublicKey::from_pem(include_str!("testdata/ed25519.pub.pem")).unwrap();
        assert_eq!(
            ed25519.key_id(),
            include_str!("testdata/ed25519.keyid").trim()
        );
        let p256 = PublicKey::from_pem(include_str!("testdata/p256.pub.pem")).unwrap();
        assert_eq!(p256.key_id(), include_str!("testdata/p256.keyid").trim());
    }

    #[test]
    fn keys_survive_their_own_notations() {
        for pem in [
            include_str!("testdata/ed25519.pub.pem"),
            include_str!("testdata/p256.pub.pem"),
        ] {
            let key = PublicKey::from_pem(pem).unwrap();
            assert_eq!(key.to_pem().unwrap(), pem);
            assert_eq!(PublicKey::from_json(&key.to_json()).unwrap(), key);
        }
    }

    #[test]
    fn foreign_signatures_verify_and_changed_ones_do_not() {
        for (pem, signature) in [
            (
                include_str!("testdata/ed25519.pub.pem"),
                include_str!("testdata/ed25519.sig"),
            ),
            (
                include_str!("testdata/p256.pub.pem"),
                include_str!("testdata/p256.sig"),
            ),
        ] {
            let key = PublicKey::from_pem(pem).unwrap();
            let mut signature = unhex(signature.trim()).unwrap();
            assert!(key.verifies(b"rbk test message", &signature));
            assert!(!key.verifies(b"rbk test messagf", &signature));
            *signature.last_mut().unwrap() ^= 1;
            assert!(!key.verifies(b"rbk test message", &signature));
            assert!(!key.verifies(b"rbk test message", &[]));
        }
    }

    #[test]
    fn unknown_kinds_are_kept_but_verify_nothing() {
        let rsa = Json::parse(
            br#"{"keytype":"rsa","scheme":"rsassa-pss-sha256","keyval":{"public":"x"}}"#,
        )
        .unwrap();
        let key = PublicKey::from_json(&rsa).unwrap();
        assert!(!key.verifies(b"", b""));
        assert_eq!(key.to_pem(), None);
    }

    #[test]
    fn what_is_not_a_key_is_refused() {
        for text in [
            r#"{"keytype":"ed25519","scheme":"ed25519","keyval":{"public":"abcd"}}"#,
            r#"{"keytype":"ecdsa","scheme":"ecdsa-sha2-nistp256","keyval":{"public":"abcd"}}"#,
            r#"{"keytype":"ed25519","keyval":{"public":"abcd"}}"#,
            r#"{"keytype":"ed25519","scheme":"ed25519","keyval":{}}"#,
            "[]",
        ] {
            assert!(
                PublicKey::from_json(&Json::parse(text.as_bytes()).unwrap()).is_err(),
                "{text}"
            );
        }
        assert!(PublicKey::from_pem("hello").is_err());
        assert!(PublicKey::from_pem(include_str!("testdata/ed25519.v1.pem")).is_err());
    }
}
