//! The manifest of a publication: its layers are files, named by their paths.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::reference::is_sha256;
use crate::distribution::transport::TransportError;

/// Media type of the manifest.
pub(super) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// Greatest size of a manifest in bytes; registries allow no more (OCI distribution specification 1.1).
pub(super) const MAX_MANIFEST: u64 = 4 * 1024 * 1024;
/// Most files of a publication in a registry: these bound the number of layers.
pub(super) const MAX_FILES: usize = 512;
/// The configuration of artifacts that have none: an empty object (OCI image specification 1.1).
pub(super) const EMPTY: &[u8] = b"{}";

const ARTIFACT: &str = "application/vnd.rbk.publication.v1";
const FILE: &str = "application/vnd.rbk.file.v1";
const NO_CONFIG: &str = "application/vnd.oci.empty.v1+json";
const TITLE: &str = "org.opencontainers.image.title";

/// A file in the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Blob {
    /// SHA-256 in hexadecimal.
    pub(super) sha256: String,
    /// Length in bytes.
    pub(super) size: u64,
}

/// The files of a publication by path, such as `metadata/timestamp.json`.
pub(super) type Files = BTreeMap<String, Blob>;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    schema_version: u32,
    media_type: Option<String>,
    artifact_type: Option<String>,
    config: Descriptor,
    layers: Vec<Descriptor>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    media_type: String,
    digest: String,
    size: u64,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<String, String>,
}

impl Descriptor {
    fn of(media_type: &str, blob: &Blob, title: Option<&str>) -> Self {
        let title = title.map(|title| (TITLE.to_owned(), title.to_owned()));
        Self {
            media_type: media_type.to_owned(),
            digest: format!("sha256:{}", blob.sha256),
            size: blob.size,
            annotations: title.into_iter().collect(),
        }
    }
}

/// The manifest of files; the same for the same files.
pub(super) fn write(files: &Files, empty: &Blob) -> Result<Vec<u8>, TransportError> {
    if files.len() > MAX_FILES {
        let what = format!(
            "{} files are more than {MAX_FILES}, which registries take as layers",
            files.len()
        );
        return Err(TransportError::Manifest(what));
    }
    let layers = files
        .iter()
        .map(|(path, blob)| Descriptor::of(FILE, blob, Some(path)));
    let manifest = Manifest {
        schema_version: 2,
        media_type: Some(MANIFEST.to_owned()),
        artifact_type: Some(ARTIFACT.to_owned()),
        config: Descriptor::of(NO_CONFIG, empty, None),
        layers: layers.collect(),
    };
    serde_json::to_vec(&manifest).map_err(|error| TransportError::Manifest(error.to_string()))
}

/// The files that a manifest names. Order does not matter.
pub(super) fn read(bytes: &[u8]) -> Result<Files, TransportError> {
    let wrong = |what: String| TransportError::Manifest(what);
    let manifest: Manifest = serde_json::from_slice(bytes)
        .map_err(|error| wrong(format!("not the manifest of an artifact: {error}")))?;
    if manifest.artifact_type.as_deref() != Some(ARTIFACT) {
        return Err(wrong(format!("the artifact is not of type {ARTIFACT}")));
    }
    if manifest.layers.len() > MAX_FILES {
        return Err(wrong(format!("more than {MAX_FILES} layers")));
    }
    let mut files = Files::new();
    for layer in manifest.layers {
        let sha256 = layer
            .digest
            .strip_prefix("sha256:")
            .filter(|hex| is_sha256(hex));
        let sha256 = sha256.ok_or_else(|| wrong("a layer has no sha256 digest".to_owned()))?;
        let blob = Blob {
            sha256: sha256.to_owned(),
            size: layer.size,
        };
        let title = layer.annotations.get(TITLE).cloned();
        let title = title.ok_or_else(|| wrong(format!("the layer {sha256} has no {TITLE}")))?;
        if files.insert(title.clone(), blob).is_some() {
            return Err(wrong(format!("{title:?} is there twice")));
        }
    }
    Ok(files)
}
