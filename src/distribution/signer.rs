//! Private keys: where they come from, how they sign, how a new one is made.
//!
//! Secrets come from files or the environment, never from arguments, and are never printed: the types here
//! show only the key id, and errors never quote what was read.

mod command;
mod source;

use std::fmt;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use ring::rand::{SecureRandom as _, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};

pub use command::CommandSigner;
pub use source::KeySource;

use super::keys::{KeyError, PublicKey, encode_pem};

/// PKCS#8 version 1 before the 32 bytes of an ed25519 key (RFC 8410 §7). Version 1, because OpenSSL and
/// most libraries read nothing newer.
const ED25519_PKCS8: &[u8] = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20";

/// Something that can sign: a key in memory, or a command that asks a hardware token or key service.
pub trait Signer: fmt::Debug {
    /// The key whose signatures this makes.
    fn public_key(&self) -> &PublicKey;

    /// Signs the message.
    ///
    /// # Errors
    /// When the signature could not be made; the message never contains key material.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError>;
}

impl Signer for Box<dyn Signer> {
    fn public_key(&self) -> &PublicKey {
        (**self).public_key()
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        (**self).sign(message)
    }
}

/// A private key held in memory.
///
/// Ed25519 signatures are deterministic; ECDSA P-256 signatures contain a random nonce, so that metadata
/// signed with P-256 differs from run to run.
pub struct PemSigner {
    public: PublicKey,
    pair: Pair,
}

enum Pair {
    Ed25519(Box<Ed25519KeyPair>),
    P256(Box<EcdsaKeyPair>),
}

impl PemSigner {
    /// Reads a private key from PEM: PKCS#8 version 1 or 2 with ed25519, or PKCS#8 with ECDSA P-256.
    ///
    /// # Errors
    /// When the text is something else; the message says what was expected and never quotes the text.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let unusable = |what: &str| KeyError::Unusable(format!("private key: {what}"));
        let pem = pem::parse(text)
            .map_err(|_| unusable("not PEM (expected `-----BEGIN PRIVATE KEY-----`)"))?;
        match pem.tag() {
            "PRIVATE KEY" => {}
            "ENCRYPTED PRIVATE KEY" => {
                return Err(unusable(
                    "it is encrypted; decrypt it into the environment or a file only the signer can read",
                ));
            }
            "EC PRIVATE KEY" => {
                return Err(unusable(
                    "it is in SEC1 form; convert it with `openssl pkcs8 -topk8 -nocrypt`",
                ));
            }
            "PUBLIC KEY" => return Err(unusable("this is a public key")),
            _ => return Err(unusable("expected `BEGIN PRIVATE KEY` (PKCS#8)")),
        }
        // OpenSSL writes version 1, which holds no public key to compare with: hence "maybe unchecked".
        if let Ok(pair) = Ed25519KeyPair::from_pkcs8_maybe_unchecked(pem.contents()) {
            let public = PublicKey::ed25519(pair.public_key().as_ref());
            return Ok(Self {
                public,
                pair: Pair::Ed25519(Box::new(pair)),
            });
        }
        if let Ok(pair) = EcdsaKeyPair::from_pkcs8(
            &ECDSA_P256_SHA256_ASN1_SIGNING,
            pem.contents(),
            &SystemRandom::new(),
        ) {
            let public = PublicKey::p256(pair.public_key().as_ref());
            return Ok(Self {
                public,
                pair: Pair::P256(Box::new(pair)),
            });
        }
        Err(unusable("neither ed25519 nor ECDSA P-256 in PKCS#8"))
    }
}

impl Signer for PemSigner {
    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        match &self.pair {
            Pair::Ed25519(pair) => Ok(pair.sign(message).as_ref().to_vec()),
            Pair::P256(pair) => pair
                .sign(&SystemRandom::new(), message)
                .map(|signature| signature.as_ref().to_vec())
                .map_err(|_| KeyError::Signing(self.public.key_id())),
        }
    }
}

impl fmt::Debug for PemSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PemSigner({})", self.public.key_id())
    }
}

/// A new private key in PEM that has not been stored yet.
pub struct NewKey {
    pem: String,
    public: PublicKey,
}

impl NewKey {
    /// Generates an ed25519 key from the system's random source.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub fn ed25519() -> Result<Self, KeyError> {
        let mut seed = [0u8; 32];
        SystemRandom::new()
            .fill(&mut seed)
            .map_err(|_| KeyError::Unusable("the system gave no random bytes".to_owned()))?;
        let der = [ED25519_PKCS8, &seed].concat();
        let pem = encode_pem("PRIVATE KEY", der);
        let public = PemSigner::from_pem(&pem)?.public;
        Ok(Self { pem, public })
    }

    /// The public half.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// Writes the private key to a new file that only its owner can read (mode 0600).
    ///
    /// # Errors
    /// When the file exists already (it is never overwritten) or cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), KeyError> {
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
            .map_err(|error| file_error(path, &error))?;
        file.write_all(self.pem.as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(|error| file_error(path, &error))
    }
}

impl fmt::Debug for NewKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NewKey({})", self.public.key_id())
    }
}

fn file_error(path: &Path, error: &std::io::Error) -> KeyError {
    let message = match error.kind() {
        std::io::ErrorKind::AlreadyExists => {
            "exists already; keys are never overwritten".to_owned()
        }
        std::io::ErrorKind::InvalidData => "is not text".to_owned(),
        _ => error.to_string(),
    };
    KeyError::File {
        path: path.display().to_string(),
        message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    const V1: &str = include_str!("testdata/ed25519.v1.pem");
    const V2: &str = include_str!("testdata/ed25519.v2.pem");
    const P256: &str = include_str!("testdata/p256.pem");

    #[test]
    fn pkcs8_of_either_version_and_p256_sign() {
        for (private, public) in [
            (V1, include_str!("testdata/ed25519.pub.pem")),
            (V2, include_str!("testdata/ed25519.pub.pem")),
            (P256, include_str!("testdata/p256.pub.pem")),
        ] {
            let signer = PemSigner::from_pem(private).unwrap();
            let public = PublicKey::from_pem(public).unwrap();
            assert_eq!(*signer.public_key(), public);
            assert!(public.verifies(b"message", &signer.sign(b"message").unwrap()));
        }
    }

    #[test]
    fn a_version_2_key_whose_halves_do_not_belong_together_is_refused() {
        let mut der = pem::parse(V2).unwrap().into_contents();
        *der.last_mut().unwrap() ^= 1;
        assert!(PemSigner::from_pem(&encode_pem("PRIVATE KEY", der)).is_err());
    }

    #[test]
    fn other_key_forms_are_refused_with_a_remedy() {
        let encrypted = V1.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
        for (text, remedy) in [
            (include_str!("testdata/p256.sec1.pem"), "openssl pkcs8"),
            (encrypted.as_str(), "decrypt"),
            (include_str!("testdata/p256.pub.pem"), "public key"),
            ("nothing", "expected"),
        ] {
            let message = PemSigner::from_pem(text).unwrap_err().to_string();
            assert!(message.contains(remedy), "{message}");
        }
    }

    #[test]
    fn secrets_do_not_appear_in_debug_output_or_errors() {
        let body = V1.lines().nth(1).unwrap();
        let shown = format!("{:?}", PemSigner::from_pem(V1).unwrap());
        assert!(!shown.contains(body));
        let key = NewKey::ed25519().unwrap();
        let secret = key.pem.lines().nth(1).unwrap().to_owned();
        assert!(!format!("{key:?}").contains(&secret));
        let damaged = V1.replace(body, &format!("{}!", &body[..20]));
        assert!(
            !PemSigner::from_pem(&damaged)
                .unwrap_err()
                .to_string()
                .contains(&body[..20])
        );
        let message = V1.parse::<KeySource>().unwrap_err().to_string();
        assert!(!message.contains(body), "{message}");
    }

    #[test]
    fn new_keys_are_private_files_and_never_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("root.pem");
        let key = NewKey::ed25519().unwrap();
        key.write(&path).unwrap();
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        let error = NewKey::ed25519().unwrap().write(&path).unwrap_err();
        assert!(error.to_string().contains("never overwritten"), "{error}");
        let source: KeySource = format!("file:{}", path.display()).parse().unwrap();
        assert_eq!(
            source.load(&|_| None).unwrap().public_key(),
            key.public_key()
        );
    }

    #[test]
    fn the_environment_holds_a_key_or_the_error_names_the_variable() {
        let source: KeySource = "env:RBK_TARGETS_KEY".parse().unwrap();
        assert!(
            source
                .load(&|name| (name == "RBK_TARGETS_KEY").then(|| V1.to_owned()))
                .is_ok()
        );
        assert!(
            source
                .load(&|_| None)
                .unwrap_err()
                .to_string()
                .contains("RBK_TARGETS_KEY")
        );
        for text in [
            "env:",
            "env:A B",
            "",
            "file:",
            "exec:sign",
            "exec:a.pub:",
            "exec::sign",
        ] {
            assert!(text.parse::<KeySource>().is_err(), "{text}");
        }
    }
}
