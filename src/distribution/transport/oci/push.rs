//! Copying a publication into a registry: files first, the manifest last.

use std::path::Path;

use serde::Serialize;
use ureq::http::{Method, Uri, header};

use super::credentials::Keychain;
use super::manifest::{self, Blob, EMPTY, Files, MANIFEST};
use super::reference::Reference;
use super::registry::{Access, Registry};
use crate::distribution::keys::sha256_hex;
use crate::distribution::name::RemotePath;
use crate::distribution::transport::TransportError;
use crate::distribution::transport::client::{Ask, HttpOptions, header_of};

/// What was pushed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pushed {
    /// SHA-256 of the manifest in hexadecimal: names exactly this publication.
    pub sha256: String,
    /// Files of the publication.
    pub files: u64,
    /// Files that the registry did not have.
    pub sent: u64,
    /// Bytes of those.
    pub bytes: u64,
}

/// Copies files of the publication in `dir` into a registry. Only what it does not have is sent; the manifest, which brings everything
/// into view, is last.
///
/// # Errors
/// When a file cannot be read, or the registry does not take it. What was there before stays in view.
pub fn push(
    dir: &Path,
    paths: &[RemotePath],
    reference: Reference,
    keychain: Keychain,
    options: HttpOptions,
) -> Result<Pushed, TransportError> {
    let registry = Registry::new(reference, keychain, options, Access::Push)?;
    let mut pushed = Pushed {
        sha256: String::new(),
        files: 0,
        sent: 0,
        bytes: 0,
    };
    let mut files = Files::new();
    for path in paths {
        let path = path.to_string();
        let bytes =
            std::fs::read(dir.join(&path)).map_err(|error| TransportError::Unreachable {
                path: path.clone(),
                message: error.to_string(),
            })?;
        let blob = upload(&registry, &path, &bytes, &mut pushed)?;
        files.insert(path, blob);
        pushed.files += 1;
    }
    let mut ignored = pushed.clone();
    let empty = upload(&registry, "configuration", EMPTY, &mut ignored)?;
    let bytes = manifest::write(&files, &empty)?;
    let uri = registry.reference.manifest()?;
    let ask = || {
        let put = Ask {
            method: Method::PUT,
            body: &bytes,
            ..Ask::get(uri.clone())
        };
        put.with(header::CONTENT_TYPE, MANIFEST)
    };
    let response = registry.send("manifest", &ask, registry.deadline())?;
    if !response.status().is_success() {
        return Err(refused("manifest", response.status().as_u16()));
    }
    pushed.sha256 = sha256_hex(&bytes);
    Ok(pushed)
}

/// Sends a file that the registry does not have.
fn upload(
    registry: &Registry,
    path: &str,
    bytes: &[u8],
    pushed: &mut Pushed,
) -> Result<Blob, TransportError> {
    let blob = Blob {
        sha256: sha256_hex(bytes),
        size: bytes.len() as u64,
    };
    let digest = format!("sha256:{}", blob.sha256);
    let deadline = registry.deadline();
    let uri = registry.reference.address(&format!("blobs/{digest}"))?;
    let head = || Ask {
        method: Method::HEAD,
        ..Ask::get(uri.clone())
    };
    if registry.send(path, &head, deadline)?.status().as_u16() == 200 {
        return Ok(blob);
    }
    let uri = registry.reference.address("blobs/uploads/")?;
    let begin = || Ask {
        method: Method::POST,
        ..Ask::get(uri.clone())
    };
    let begun = registry.send(path, &begin, deadline)?;
    if begun.status().as_u16() != 202 {
        return Err(refused(path, begun.status().as_u16()));
    }
    let place = place(
        registry,
        path,
        header_of(&begun, &header::LOCATION),
        &digest,
    )?;
    let put = || {
        let put = Ask {
            method: Method::PUT,
            body: bytes,
            ..Ask::get(place.clone())
        };
        put.with(header::CONTENT_TYPE, "application/octet-stream")
    };
    let response = registry.send(path, &put, deadline)?;
    if response.status().as_u16() != 201 {
        return Err(refused(path, response.status().as_u16()));
    }
    pushed.sent += 1;
    pushed.bytes += blob.size;
    Ok(blob)
}

/// Where the registry wants the bytes: in its own origin, since the request carries the token.
fn place(
    registry: &Registry,
    path: &str,
    location: Option<&str>,
    digest: &str,
) -> Result<Uri, TransportError> {
    let wrong = |what: &str| TransportError::Redirect {
        path: path.to_owned(),
        message: format!("the registry gave {what} for the upload"),
    };
    let location: Uri = location
        .and_then(|location| location.parse().ok())
        .ok_or_else(|| wrong("no valid address"))?;
    let own = registry.reference.manifest()?;
    if location.authority().is_some()
        && (location.scheme(), location.authority()) != (own.scheme(), own.authority())
    {
        return Err(wrong("an address on another host"));
    }
    let query = location
        .query()
        .map(|query| format!("{query}&"))
        .unwrap_or_default();
    let target = format!("{}?{query}digest={digest}", location.path());
    let mut parts = own.into_parts();
    parts.path_and_query = target.parse().ok();
    Uri::from_parts(parts).map_err(|_| wrong("no valid address"))
}

fn refused(path: &str, status: u16) -> TransportError {
    TransportError::Status {
        path: path.to_owned(),
        status,
    }
}
