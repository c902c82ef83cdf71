//! Credentials for registries, from the files and helpers that docker, podman and skopeo use.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use crate::distribution::disk::read_optional;
use crate::distribution::transport::TransportError;

/// Files with credentials: the first that knows a registry counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keychain {
    files: Vec<PathBuf>,
}

/// A user and a password, or a token in its place. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Credentials {
    user: String,
    secret: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Config {
    auths: BTreeMap<String, Auth>,
    cred_helpers: BTreeMap<String, String>,
    creds_store: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Auth {
    auth: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Helped {
    username: String,
    secret: String,
}

impl Keychain {
    /// The files that the environment names: `REGISTRY_AUTH_FILE`, then `config.json` in `DOCKER_CONFIG` or `~/.docker`, then
    /// `containers/auth.json` in `XDG_RUNTIME_DIR`. Files that are not there are passed over.
    #[must_use]
    pub fn of_environment(variable: &dyn Fn(&str) -> Option<String>) -> Self {
        let named = |name: &str| {
            variable(name)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from)
        };
        let docker = named("DOCKER_CONFIG").or_else(|| Some(named("HOME")?.join(".docker")));
        let runtime = named("XDG_RUNTIME_DIR");
        let files = [
            named("REGISTRY_AUTH_FILE"),
            docker.map(|folder| folder.join("config.json")),
            runtime.map(|folder| folder.join("containers/auth.json")),
        ];
        Self {
            files: files.into_iter().flatten().collect(),
        }
    }

    /// The credentials for a registry. A file that is there and not understood is an error: going on without what it holds would look
    /// like a missing artifact.
    pub(super) fn credentials(
        &self,
        registry: &str,
    ) -> Result<Option<Credentials>, TransportError> {
        for file in &self.files {
            let broken =
                |what: String| TransportError::Credentials(format!("{}: {what}", file.display()));
            let bytes = read_optional(file).map_err(|error| broken(error.to_string()))?;
            let Some(bytes) = bytes else { continue };
            // Errors name a place, never what is there.
            let config: Config = serde_json::from_slice(&bytes).map_err(|error| {
                broken(format!("not the expected JSON at line {}", error.line()))
            })?;
            if let Some(helper) = config
                .cred_helpers
                .get(registry)
                .or(config.creds_store.as_ref())
            {
                if let Some(found) = helped(helper, registry).map_err(broken)? {
                    return Ok(Some(found));
                }
                continue;
            }
            let auth = names(registry)
                .into_iter()
                .find_map(|name| config.auths.get(&name));
            if let Some(text) = auth.and_then(|auth| auth.auth.as_deref()) {
                let decoded = STANDARD
                    .decode(text)
                    .ok()
                    .and_then(|bytes| String::from_utf8(bytes).ok());
                let pair = decoded.as_deref().and_then(|text| text.split_once(':'));
                let (user, secret) = pair.ok_or_else(|| {
                    broken(format!(
                        "`auth` of {registry} is not user:password in base64"
                    ))
                })?;
                return Ok(Some(Credentials {
                    user: user.to_owned(),
                    secret: secret.to_owned(),
                }));
            }
        }
        Ok(None)
    }
}

impl Credentials {
    /// The value of an `Authorization` header.
    pub(super) fn basic(&self) -> String {
        format!(
            "Basic {}",
            STANDARD.encode(format!("{}:{}", self.user, self.secret))
        )
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credentials({})", self.user)
    }
}

/// What docker and podman call a registry in their files.
fn names(registry: &str) -> Vec<String> {
    let mut names = vec![
        registry.to_owned(),
        format!("https://{registry}"),
        format!("https://{registry}/v1/"),
        format!("https://{registry}/v2/"),
    ];
    if registry == "registry-1.docker.io" {
        names.push("https://index.docker.io/v1/".to_owned());
        names.push("docker.io".to_owned());
    }
    names
}

/// Asks `docker-credential-NAME` as docker does: the registry on standard input, JSON on standard output.
fn helped(helper: &str, registry: &str) -> Result<Option<Credentials>, String> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
    if helper.is_empty() || !helper.bytes().all(plain) {
        return Err("the name of the credential helper is not plain".to_owned());
    }
    let program = format!("docker-credential-{helper}");
    let failed = |error: std::io::Error| format!("{program}: {error}");
    let mut child = Command::new(&program)
        .arg("get")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .map_err(failed)?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(registry.as_bytes()).map_err(failed)?;
    }
    let output = child.wait_with_output().map_err(failed)?;
    if !output.status.success() {
        // Helpers say on standard output that they know nothing of a registry.
        let words = String::from_utf8_lossy(&output.stdout).to_lowercase();
        return match words.contains("not found") {
            true => Ok(None),
            false => Err(format!("{program} failed ({})", output.status)),
        };
    }
    let Helped { username, secret } = serde_json::from_slice(&output.stdout)
        .map_err(|_| format!("{program} did not answer with JSON"))?;
    Ok(Some(Credentials {
        user: username,
        secret,
    }))
}
