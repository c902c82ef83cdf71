//! Signatures that a command makes, for keys that no file holds: hardware tokens, key services.

use std::fmt;
use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Signer;
use crate::distribution::keys::{KeyError, PublicKey};

/// Longest output read, in bytes; signatures have about a hundred.
const MAX_OUTPUT: u64 = 4096;

/// A command that gets the bytes to be signed on standard input and writes the signature to standard output, raw or in base64: 64
/// bytes for ed25519, DER for ECDSA P-256. It is run without a shell.
pub struct CommandSigner {
    public: PublicKey,
    words: Vec<String>,
}

impl CommandSigner {
    /// A signer whose signatures are those of `public`. `words` are the program and its arguments.
    #[must_use]
    pub fn new(public: PublicKey, words: &[String]) -> Self {
        Self {
            public,
            words: words.to_vec(),
        }
    }

    fn run(&self, message: &[u8]) -> Result<Vec<u8>, String> {
        let (program, arguments) = self.words.split_first().ok_or("no command was given")?;
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| error.to_string())?;
        if let Some(mut input) = child.stdin.take() {
            // One that does not read all of it cannot have signed it; its signature will not verify.
            let _ = input.write_all(message);
        }
        let mut output = Vec::new();
        if let Some(from) = child.stdout.take() {
            let read = from.take(MAX_OUTPUT).read_to_end(&mut output);
            read.map_err(|error| error.to_string())?;
        }
        let status = child.wait().map_err(|error| error.to_string())?;
        match status.success() {
            true => Ok(output),
            false => Err(format!("it ended with {status}")),
        }
    }
}

impl Signer for CommandSigner {
    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let failed = |what: String| {
            let program = self.words.first().map_or("", String::as_str);
            KeyError::Unusable(format!("signing command {program}: {what}"))
        };
        let output = self.run(message).map_err(failed)?;
        let text = std::str::from_utf8(&output).unwrap_or_default();
        let decoded = STANDARD.decode(text.split_whitespace().collect::<String>());
        let signature = [Some(output.clone()), decoded.ok()]
            .into_iter()
            .flatten()
            .find(|signature| self.public.verifies(message, signature));
        let key = self.public.key_id();
        signature.ok_or_else(|| failed(format!("what it wrote is no signature of key {key}")))
    }
}

impl fmt::Debug for CommandSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CommandSigner({})", self.public.key_id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distribution::signer::{KeySource, PemSigner};

    const PRIVATE: &str = include_str!("../testdata/ed25519.v1.pem");
    const PUBLIC: &str = include_str!("../testdata/ed25519.pub.pem");

    fn signs(script: &str) -> Result<Vec<u8>, KeyError> {
        let words = ["sh", "-c", script].map(str::to_owned);
        CommandSigner::new(PublicKey::from_pem(PUBLIC).unwrap(), &words).sign(b"message")
    }

    #[test]
    fn a_signature_is_taken_raw_or_in_base64_and_only_when_it_verifies() {
        let dir = tempfile::tempdir().unwrap();
        let signature = PemSigner::from_pem(PRIVATE)
            .unwrap()
            .sign(b"message")
            .unwrap();
        let file = |name: &str, bytes: &[u8]| {
            let path = dir.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            format!("cat > /dev/null; cat {}", path.display())
        };
        assert_eq!(signs(&file("raw", &signature)).unwrap(), signature);
        let text = format!("{}\n", STANDARD.encode(&signature));
        assert_eq!(signs(&file("text", text.as_bytes())).unwrap(), signature);
        for wrong in [
            file("other", &[7; 64]),
            "true".to_owned(),
            "echo nonsense".to_owned(),
        ] {
            let error = signs(&wrong).unwrap_err().to_string();
            assert!(error.contains("no signature of key"), "{error}");
        }
        let error = signs("exit 3").unwrap_err().to_string();
        assert!(error.contains("ended with exit status: 3"), "{error}");
    }

    #[test]
    fn openssl_signs_as_a_command() {
        let dir = tempfile::tempdir().unwrap();
        let [private, public, sign] =
            ["key.pem", "key.pub", "sign"].map(|name| dir.path().join(name));
        std::fs::write(&private, PRIVATE).unwrap();
        std::fs::write(&public, PUBLIC).unwrap();
        // OpenSSL signs with ed25519 only what it can read twice.
        let script = format!(
            "cat > {0}/message && exec openssl pkeyutl -sign -rawin -inkey {1} -in {0}/message",
            dir.path().display(),
            private.display()
        );
        std::fs::write(&sign, script).unwrap();
        let source: KeySource = format!("exec:{}:sh {}", public.display(), sign.display())
            .parse()
            .unwrap();
        let signer = source.load(&|_| None).unwrap();
        assert!(
            signer
                .public_key()
                .verifies(b"m", &signer.sign(b"m").unwrap())
        );
    }
}
