//! Who signed an emergency exception (step 16): a key that the policy lists under `break_glass.keys`.
//!
//! What is signed is the file of the exception, byte by byte, with `ssh-keygen -Y sign` (OpenSSH's `PROTOCOL.sshsig`). Whoever
//! may grant exceptions has such a key already, in a file, an agent or a hardware key.

use ssh_key::{Error, PublicKey, SshSig};
use thiserror::Error as ThisError;

/// The namespace of the signature, so that a signature of something else never fits.
pub const EXCEPTION_NAMESPACE: &str = "rbk-emergency-exception";

/// A signature that nothing can be concluded from.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
pub enum SignatureError {
    /// A key of the policy cannot be read.
    #[error(
        "`break_glass.keys`: key {number} is no Ed25519 key as OpenSSH writes it; copy the line of the `.pub` file that `ssh-keygen -t ed25519` or `-t ed25519-sk` made"
    )]
    Key {
        /// Which key, counted from 1.
        number: usize,
    },
    /// The signature is none that `ssh-keygen` writes.
    #[error(
        "the signature cannot be read ({reason}); sign again: `ssh-keygen -Y sign -n {EXCEPTION_NAMESPACE} -f KEY FILE`"
    )]
    Signature {
        /// What is wrong with it.
        reason: String,
    },
}

/// Whether one of the keys signed these bytes as an exception; the signature is what `ssh-keygen -Y sign` wrote.
///
/// # Errors
/// When a key or the signature cannot be read. Then nothing is known, and nothing is allowed.
pub fn is_signed(bytes: &[u8], signature: &[u8], keys: &[String]) -> Result<bool, SignatureError> {
    let unreadable = |error: Error| SignatureError::Signature {
        reason: error.to_string(),
    };
    let signature = SshSig::from_pem(signature.trim_ascii()).map_err(unreadable)?;
    let mut is_signed = false;
    for (at, key) in keys.iter().enumerate() {
        let key = PublicKey::from_openssh(key.trim())
            .ok()
            .filter(is_ed25519)
            .ok_or(SignatureError::Key { number: at + 1 })?;
        is_signed |= key.verify(EXCEPTION_NAMESPACE, bytes, &signature).is_ok();
    }
    Ok(is_signed)
}

fn is_ed25519(key: &PublicKey) -> bool {
    key.key_data().is_ed25519() || key.key_data().is_sk_ed25519()
}

#[cfg(test)]
mod tests {
    use ssh_key::private::Ed25519Keypair;
    use ssh_key::{HashAlg, LineEnding, PrivateKey};

    use super::*;

    fn key(seed: u8) -> PrivateKey {
        Ed25519Keypair::from_seed(&[seed; 32]).into()
    }

    fn keys(seeds: &[u8]) -> Vec<String> {
        let keys = seeds.iter().map(|seed| key(*seed));
        keys.map(|key| {
            format!(
                "{} holder@example.org",
                key.public_key().to_openssh().unwrap()
            )
        })
        .collect()
    }

    fn signature(namespace: &str, bytes: &[u8]) -> Vec<u8> {
        let signature = key(1).sign(namespace, HashAlg::Sha512, bytes).unwrap();
        signature.to_pem(LineEnding::LF).unwrap().into_bytes()
    }

    #[test]
    fn a_listed_key_signs_exactly_this() {
        let signed = signature(EXCEPTION_NAMESPACE, b"exception");
        let by = |bytes: &[u8], seeds: &[u8]| is_signed(bytes, &signed, &keys(seeds));
        assert_eq!(by(b"exception", &[1]), Ok(true));
        assert_eq!(by(b"exception", &[2, 1, 3]), Ok(true));
        assert_eq!(by(b"exception", &[2, 3]), Ok(false));
        assert_eq!(by(b"exception", &[]), Ok(false));
        assert_eq!(by(b"exceptioN", &[1]), Ok(false));
        assert_eq!(by(b"exception\n", &[1]), Ok(false));
    }

    #[test]
    fn a_signature_of_something_else_does_not_fit() {
        for namespace in ["file", "git", "rbk-emergency-exception2"] {
            let signed = signature(namespace, b"exception");
            assert_eq!(is_signed(b"exception", &signed, &keys(&[1])), Ok(false));
        }
    }

    #[test]
    fn a_changed_signature_does_not_fit() {
        let signed = signature(EXCEPTION_NAMESPACE, b"exception");
        let read = SshSig::from_pem(&signed).unwrap();
        for at in 0..read.signature_bytes().len() {
            let mut changed = read.signature_bytes().to_vec();
            changed[at] ^= 1;
            let changed = ssh_key::Signature::new(read.algorithm(), changed).unwrap();
            let changed = SshSig::new(
                read.public_key().clone(),
                EXCEPTION_NAMESPACE,
                HashAlg::Sha512,
                changed,
            );
            let changed = changed.unwrap().to_pem(LineEnding::LF).unwrap();
            let found = is_signed(b"exception", changed.as_bytes(), &keys(&[1]));
            assert_eq!(found, Ok(false), "byte {at}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_an_error() {
        let signed = signature(EXCEPTION_NAMESPACE, b"exception");
        let cut = &signed[..signed.len() / 2];
        for bad in [b"".as_slice(), b"x", b"-----BEGIN SSH SIGNATURE-----", cut] {
            let found = is_signed(b"exception", bad, &keys(&[1]));
            assert!(matches!(found, Err(SignatureError::Signature { .. })));
        }
        let good = keys(&[1]).remove(0);
        // A key of another kind: P-256.
        let ecdsa = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBHwf2HMM5TRXvo2SQJjsNkiDD5KqiiNjrGVv3UUh+mMT5RHxiRtOnlqvjhQtBq0VpmpCV/PwUdhOig4vkbqAcEc=";
        for bad in [
            String::new(),
            "ssh-ed25519".to_owned(),
            good.replace("ssh-ed25519 ", "ssh-rsa "),
            good.get(..40).unwrap().to_owned(),
            ecdsa.to_owned(),
        ] {
            let found = is_signed(b"exception", &signed, &[good.clone(), bad.clone()]);
            assert_eq!(found, Err(SignatureError::Key { number: 2 }), "{bad}");
        }
    }

    #[test]
    fn the_key_of_the_starter_policy_is_read() {
        let key =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFY38z4B/VtFhLOrelFTkw2V3hX4156c2MHBoPA/D++Y";
        let signed = signature(EXCEPTION_NAMESPACE, b"exception");
        assert_eq!(
            is_signed(b"exception", &signed, &[key.to_owned()]),
            Ok(false)
        );
    }
}
