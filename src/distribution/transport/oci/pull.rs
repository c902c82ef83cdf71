//! Following a publication in a registry.

use std::sync::{Mutex, PoisonError};

use ureq::http::{HeaderName, Method, header};

use super::credentials::Keychain;
use super::manifest::{self, Blob, Files, MANIFEST, MAX_MANIFEST};
use super::reference::Reference;
use super::registry::{Access, Registry};
use crate::distribution::keys::sha256_hex;
use crate::distribution::name::RemotePath;
use crate::distribution::transport::client::{Ask, HttpOptions, Redirects, header_of};
use crate::distribution::transport::{Conditional, Transport, TransportError};

const CONTENT_DIGEST: HeaderName = HeaderName::from_static("docker-content-digest");

/// Fetches a publication from an artifact. The files of one manifest are used until the timestamp is asked for again, so that a tag
/// that moves in between mixes nothing.
#[derive(Debug)]
pub struct OciTransport {
    registry: Registry,
    seen: Mutex<Option<Seen>>,
}

/// A manifest that was read.
#[derive(Debug, Clone)]
struct Seen {
    sha256: String,
    files: Files,
}

impl OciTransport {
    /// A transport for an artifact.
    ///
    /// # Errors
    /// [`TransportError::Source`] when options or reference cannot be used.
    pub fn new(
        reference: Reference,
        keychain: Keychain,
        options: HttpOptions,
    ) -> Result<Self, TransportError> {
        Ok(Self {
            registry: Registry::new(reference, keychain, options, Access::Pull)?,
            seen: Mutex::new(None),
        })
    }

    /// Reads the manifest; nothing when there is none.
    fn load(&self) -> Result<Option<Seen>, TransportError> {
        let uri = self.registry.reference.manifest()?;
        let ask = || Ask::get(uri.clone()).with(header::ACCEPT, MANIFEST);
        let response = self
            .registry
            .send("manifest", &ask, self.registry.deadline())?;
        match response.status().as_u16() {
            200 => {}
            404 => return Ok(None),
            status => return Err(status_of("manifest", status)),
        }
        let bytes = self.registry.read("manifest", response, MAX_MANIFEST)?;
        let sha256 = sha256_hex(&bytes);
        if self
            .registry
            .reference
            .digest()
            .is_some_and(|digest| digest != sha256)
        {
            return Err(TransportError::Digest("manifest".to_owned()));
        }
        let files = manifest::read(&bytes)?;
        let seen = Seen { sha256, files };
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(seen.clone());
        Ok(Some(seen))
    }

    fn seen(&self) -> Result<Option<Seen>, TransportError> {
        let seen = self
            .seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        match seen {
            Some(seen) => Ok(Some(seen)),
            None => self.load(),
        }
    }

    /// Whether the registry says that the manifest still is the one with this digest.
    fn is_still(&self, sha256: &str) -> Result<bool, TransportError> {
        let uri = self.registry.reference.manifest()?;
        let ask = || {
            let head = Ask {
                method: Method::HEAD,
                ..Ask::get(uri.clone())
            };
            head.with(header::ACCEPT, MANIFEST)
        };
        let response = self
            .registry
            .send("manifest", &ask, self.registry.deadline())?;
        let digest = header_of(&response, &CONTENT_DIGEST);
        Ok(response.status().as_u16() == 200 && digest == Some(&format!("sha256:{sha256}")))
    }

    fn blob(&self, path: &str, blob: &Blob, max_len: u64) -> Result<Vec<u8>, TransportError> {
        if blob.size > max_len {
            return Err(TransportError::TooLarge {
                path: path.to_owned(),
                limit: max_len,
            });
        }
        let Blob { sha256, size } = blob;
        let uri = self
            .registry
            .reference
            .address(&format!("blobs/sha256:{sha256}"))?;
        let ask = || Ask {
            redirects: Redirects::WithoutCredentials,
            ..Ask::get(uri.clone())
        };
        let response = self.registry.send(path, &ask, self.registry.deadline())?;
        if response.status().as_u16() != 200 {
            return Err(status_of(path, response.status().as_u16()));
        }
        let bytes = self.registry.read(path, response, *size)?;
        if sha256_hex(&bytes) != *sha256 {
            return Err(TransportError::Digest(path.to_owned()));
        }
        Ok(bytes)
    }
}

impl Transport for OciTransport {
    fn fetch(&self, path: &RemotePath, max_len: u64) -> Result<Option<Vec<u8>>, TransportError> {
        let path = path.to_string();
        let Some(seen) = self.seen()? else {
            return Ok(None);
        };
        let blob = seen.files.get(&path);
        blob.map(|blob| self.blob(&path, blob, max_len)).transpose()
    }

    /// The tag is the digest of the manifest.
    fn fetch_if_changed(
        &self,
        path: &RemotePath,
        max_len: u64,
        tag: Option<&str>,
    ) -> Result<Conditional, TransportError> {
        if tag.is_some_and(|tag| self.is_still(tag).is_ok_and(|is_still| is_still)) {
            return Ok(Conditional::Unchanged);
        }
        let Some(seen) = self.load()? else {
            return Ok(Conditional::Missing);
        };
        Ok(match self.fetch(path, max_len)? {
            Some(bytes) => Conditional::Fetched {
                bytes,
                tag: Some(seen.sha256),
            },
            None => Conditional::Missing,
        })
    }
}

fn status_of(path: &str, status: u16) -> TransportError {
    TransportError::Status {
        path: path.to_owned(),
        status,
    }
}
