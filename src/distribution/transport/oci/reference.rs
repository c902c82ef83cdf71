//! Names of artifacts: `oci://REGISTRY/NAME:TAG` or `oci://REGISTRY/NAME@sha256:DIGEST`.

use std::fmt;
use std::str::FromStr;

use ureq::http::Uri;

use crate::distribution::transport::TransportError;
use crate::distribution::transport::client::is_loopback;

/// What the names of artifacts begin with here.
const SCHEME: &str = "oci://";

/// Where an artifact lies. The grammar is that of the OCI distribution specification 1.1, in its strict parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    registry: String,
    name: String,
    version: String,
}

impl Reference {
    /// Host and port of the registry.
    pub(super) fn registry(&self) -> &str {
        &self.registry
    }

    /// The name of the repository.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The digest of the manifest, when the reference says it.
    pub(super) fn digest(&self) -> Option<&str> {
        self.version.strip_prefix("sha256:")
    }

    /// The address of something in the repository: `manifests/…`, `blobs/…`.
    pub(super) fn address(&self, of: &str) -> Result<Uri, TransportError> {
        let Self { registry, name, .. } = self;
        let host = registry
            .rsplit_once(':')
            .map_or(registry.as_str(), |(host, _)| host);
        // Plain text never leaves this machine.
        let scheme = if is_loopback(host) { "http" } else { "https" };
        let address = format!("{scheme}://{registry}/v2/{name}/{of}");
        address.parse().map_err(|_| wrong("not a valid address"))
    }

    /// The address of the manifest.
    pub(super) fn manifest(&self) -> Result<Uri, TransportError> {
        self.address(&format!("manifests/{}", self.version))
    }
}

impl FromStr for Reference {
    type Err = TransportError;

    fn from_str(text: &str) -> Result<Self, TransportError> {
        let rest = text
            .strip_prefix(SCHEME)
            .ok_or_else(|| wrong("must begin with oci://"))?;
        let (registry, rest) = rest
            .split_once('/')
            .ok_or_else(|| wrong("has no name after the registry"))?;
        let host =
            |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']');
        if registry.is_empty() || !registry.bytes().all(host) {
            return Err(wrong(
                "has no valid registry; credentials do not belong here",
            ));
        }
        let (name, version) = match rest.split_once('@') {
            Some((name, digest)) => (name, digest),
            None => rest
                .split_once(':')
                .ok_or_else(|| wrong("needs a tag, as in oci://registry/name:stable"))?,
        };
        let part = |part: &str| {
            let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b);
            !part.is_empty()
                && part.bytes().all(inner)
                && part
                    .bytes()
                    .next()
                    .is_some_and(|b| b.is_ascii_alphanumeric())
        };
        if name.len() > 255 || !name.split('/').all(part) {
            return Err(wrong(
                "has a name that registries do not allow: use lower case, digits, `.`, `_`, `-` and `/`",
            ));
        }
        let is_version = match version.strip_prefix("sha256:") {
            Some(digest) => is_sha256(digest),
            None => {
                let inner = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
                !rest.contains('@')
                    && (1..=128).contains(&version.len())
                    && version.bytes().all(inner)
                    && !version.starts_with(['.', '-'])
            }
        };
        if !is_version {
            return Err(wrong("has no valid tag or sha256 digest"));
        }
        Ok(Self {
            registry: registry.to_owned(),
            name: name.to_owned(),
            version: version.to_owned(),
        })
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            registry,
            name,
            version,
        } = self;
        let separator = if self.digest().is_some() { '@' } else { ':' };
        write!(f, "{SCHEME}{registry}/{name}{separator}{version}")
    }
}

/// Whether a text is a SHA-256 in lower-case hexadecimal, safe to be put into an address.
pub(super) fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

fn wrong(what: &str) -> TransportError {
    TransportError::Source(format!("artifact: {what}"))
}
