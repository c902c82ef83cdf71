//! What a bundle says, in the forms of other tools: evidence as in-toto statements in DSSE, a verification summary, a bundle for
//! cosign. None of it is what agents trust: that is the signed release.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::open::Bundle;
use crate::distribution::{KeyError, Signer};
use crate::document::{Digest, to_canonical_json};

/// Payload type of in-toto statements (in-toto attestation framework 1.0).
const IN_TOTO: &str = "application/vnd.in-toto+json";
/// Predicate type of verification summaries (SLSA 1.0).
const SUMMARY: &str = "https://slsa.dev/verification_summary/v1";

/// Name of the statements among exported files.
pub const STATEMENTS_FILE: &str = "evidence.dsse.jsonl";
/// Name of the summary.
pub const SUMMARY_FILE: &str = "summary.dsse.json";
/// Name of the bundle for cosign.
pub const COSIGN_FILE: &str = "index.json.sigstore.json";

/// The statements and a summary of a bundle whose evidence holds, signed. `index` are the bytes of its index.
///
/// # Errors
/// When something cannot be signed.
pub fn attestations(
    bundle: &Bundle,
    index: &[u8],
    at: Timestamp,
    signer: &dyn Signer,
) -> Result<BTreeMap<&'static str, Vec<u8>>, KeyError> {
    let mut files = BTreeMap::new();
    if let Some(Ok(chain)) = bundle.evidence.as_ref().map(|evidence| evidence.chain()) {
        let mut lines = Vec::new();
        for link in chain.links() {
            lines.extend(envelope(&link.bytes, signer)?);
            lines.push(b'\n');
        }
        files.insert(STATEMENTS_FILE, lines);
    }
    let summary = summary(bundle, index, at);
    let summary =
        to_canonical_json(&summary).map_err(|error| KeyError::Unusable(error.to_string()))?;
    files.insert(SUMMARY_FILE, envelope(&summary, signer)?);
    Ok(files)
}

/// A statement in an envelope (DSSE 1.0): what is signed says its type and length, so that it is mistaken for nothing else.
fn envelope(payload: &[u8], signer: &dyn Signer) -> Result<Vec<u8>, KeyError> {
    let mut message = format!("DSSEv1 {} {IN_TOTO} {} ", IN_TOTO.len(), payload.len()).into_bytes();
    message.extend_from_slice(payload);
    let envelope = json!({
        "payload": STANDARD.encode(payload),
        "payloadType": IN_TOTO,
        "signatures": [{
            "keyid": signer.public_key().key_id(),
            "sig": STANDARD.encode(signer.sign(&message)?),
        }],
    });
    Ok(envelope.to_string().into_bytes())
}

fn summary(bundle: &Bundle, index: &[u8], at: Timestamp) -> Value {
    let hex = |digest: &Digest| digest.to_string().trim_start_matches("sha256:").to_owned();
    let of = |digest: &Digest| json!({"sha256": hex(digest)});
    let head = bundle
        .index
        .evidence
        .as_ref()
        .map(|evidence| of(&evidence.head));
    let mut predicate = json!({
        "verifier": {"id": "urn:rbk:verifier", "version": {"rbk": env!("CARGO_PKG_VERSION")}},
        "timeVerified": at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "resourceUri": format!("git+commit:{}", bundle.index.commit),
        "policy": {"uri": "governance.json", "digest": of(&bundle.index.governance)},
        "verificationResult": "PASSED",
        "verifiedLevels": ["RBK_REVIEWED"],
        "slsaVersion": "1.0",
    });
    if let (Some(head), Some(members)) = (head, predicate.as_object_mut()) {
        members.insert(
            "inputAttestations".to_owned(),
            json!([{"uri": "evidence", "digest": head}]),
        );
    }
    json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "index.json", "digest": of(&Digest::of(index))}],
        "predicateType": SUMMARY,
        "predicate": predicate,
    })
}

/// A Sigstore bundle (version 0.3) of a signature over the index by a key, for
/// `cosign verify-blob --key KEY --bundle FILE --insecure-ignore-tlog index.json`. The key has to be ECDSA P-256: cosign takes a digest.
///
/// # Errors
/// When the key is of another kind, or the index cannot be signed.
pub fn cosign(index: &[u8], signer: &dyn Signer) -> Result<Vec<u8>, KeyError> {
    let public = signer.public_key();
    let pem = public.to_pem().filter(|_| public.is_p256());
    let pem = pem.ok_or_else(|| {
        KeyError::Unusable("cosign needs an ECDSA P-256 key: `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256`".to_owned())
    })?;
    let hint = STANDARD.encode(Digest::of(pem.as_bytes()).as_bytes());
    let bundle = json!({
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {"publicKey": {"hint": hint}},
        "messageSignature": {
            "messageDigest": {
                "algorithm": "SHA2_256",
                "digest": STANDARD.encode(Digest::of(index).as_bytes()),
            },
            "signature": STANDARD.encode(signer.sign(index)?),
        },
    });
    Ok(bundle.to_string().into_bytes())
}
