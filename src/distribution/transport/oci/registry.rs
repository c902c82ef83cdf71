//! Requests to a registry, with a token where it asks for one.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use ureq::Body;
use ureq::http::{Response, StatusCode, Uri, header};

use super::credentials::Keychain;
use super::reference::Reference;
use crate::distribution::transport::TransportError;
use crate::distribution::transport::client::{Ask, Client, HttpOptions, header_of, is_loopback};

/// Longest answer of a token service in bytes.
const MAX_TOKEN: u64 = 64 * 1024;

/// Registries whose token service is another host, as their operators document it.
const KNOWN_REALMS: [(&str, &str); 2] = [
    ("registry-1.docker.io", "auth.docker.io"),
    ("registry.gitlab.com", "gitlab.com"),
];

/// What is done in a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Pull,
    Push,
}

/// A repository in a registry.
#[derive(Debug)]
pub(super) struct Registry {
    client: Client,
    pub(super) reference: Reference,
    keychain: Keychain,
    access: Access,
    authorization: Mutex<Option<String>>,
}

/// What a registry asks for with status 401.
enum Challenge {
    Basic,
    Bearer {
        realm: String,
        service: Option<String>,
    },
}

#[derive(Deserialize)]
struct Token {
    token: Option<String>,
    access_token: Option<String>,
}

impl Registry {
    pub(super) fn new(
        reference: Reference,
        keychain: Keychain,
        options: HttpOptions,
        access: Access,
    ) -> Result<Self, TransportError> {
        Ok(Self {
            client: Client::new(&reference.manifest()?, options)?,
            reference,
            keychain,
            access,
            authorization: Mutex::new(None),
        })
    }

    pub(super) fn deadline(&self) -> Instant {
        self.client.deadline()
    }

    /// Sends a request about `path`; asks for a token first when the registry wants one.
    pub(super) fn send<'a>(
        &self,
        path: &str,
        ask: &dyn Fn() -> Ask<'a>,
        deadline: Instant,
    ) -> Result<Response<Body>, TransportError> {
        let held = self
            .authorization
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let response = self.client.send(path, authorized(ask(), held), deadline)?;
        if response.status() != StatusCode::UNAUTHORIZED {
            return Ok(response);
        }
        let challenge = header_of(&response, &header::WWW_AUTHENTICATE).and_then(Challenge::parse);
        let challenge = challenge.ok_or_else(|| TransportError::Status {
            path: path.to_owned(),
            status: 401,
        })?;
        let authorization = self.authorize(&challenge, deadline)?;
        let response = self.client.send(
            path,
            authorized(ask(), Some(authorization.clone())),
            deadline,
        )?;
        *self
            .authorization
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(authorization);
        Ok(response)
    }

    pub(super) fn read(
        &self,
        path: &str,
        response: Response<Body>,
        max_len: u64,
    ) -> Result<Vec<u8>, TransportError> {
        let mut bytes = Vec::new();
        self.client.read(path, response, max_len, &mut bytes)?;
        Ok(bytes)
    }

    fn authorize(
        &self,
        challenge: &Challenge,
        deadline: Instant,
    ) -> Result<String, TransportError> {
        let registry = self.reference.registry();
        let credentials = self.keychain.credentials(registry)?;
        let Challenge::Bearer { realm, service } = challenge else {
            let missing = || {
                TransportError::Credentials(format!(
                    "{registry} asks for credentials, and none are known for it"
                ))
            };
            return credentials
                .map(|credentials| credentials.basic())
                .ok_or_else(missing);
        };
        let uri = self.realm(realm)?;
        let host = uri.host().unwrap_or_default();
        if credentials.is_some() && !self.is_own(&uri) {
            return Err(TransportError::Credentials(format!(
                "{registry} wants its credentials sent to {host:?}, which is another host; they stay here"
            )));
        }
        let access = match self.access {
            Access::Pull => "pull",
            Access::Push => "pull,push",
        };
        let scope = format!("repository:{}:{access}", self.reference.name());
        let mut query = vec![("scope", scope)];
        query.extend(service.clone().map(|service| ("service", service)));
        let query = query.iter().map(|(name, value)| {
            format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC))
        });
        let address = format!(
            "{uri}{}{}",
            if uri.query().is_some() { '&' } else { '?' },
            query.collect::<Vec<_>>().join("&")
        );
        let uri: Uri = address.parse().map_err(|_| {
            TransportError::Credentials("the token service has no valid address".to_owned())
        })?;
        let ask = match &credentials {
            Some(credentials) => Ask::get(uri).with(header::AUTHORIZATION, credentials.basic()),
            None => Ask::get(uri),
        };
        let response = self.client.send("token", ask, deadline)?;
        if response.status() != StatusCode::OK {
            let status = response.status().as_u16();
            let known = if credentials.is_some() {
                "the known credentials"
            } else {
                "no credentials"
            };
            return Err(TransportError::Credentials(format!(
                "the token service of {registry} answered {known} with status {status}"
            )));
        }
        let bytes = self.read("token", response, MAX_TOKEN)?;
        let token: Option<Token> = serde_json::from_slice(&bytes).ok();
        let token = token.and_then(|token| token.token.or(token.access_token));
        let token =
            token.filter(|token| !token.is_empty() && token.bytes().all(|b| b.is_ascii_graphic()));
        let token = token.ok_or_else(|| {
            TransportError::Credentials(format!("the token service of {registry} gave no token"))
        })?;
        Ok(format!("Bearer {token}"))
    }

    /// The address of a token service: never in plain text over a network.
    fn realm(&self, realm: &str) -> Result<Uri, TransportError> {
        let wrong =
            |what: &str| TransportError::Credentials(format!("the token service {realm:?} {what}"));
        let uri: Uri = realm.parse().map_err(|_| wrong("has no valid address"))?;
        let authority = uri.authority().ok_or_else(|| wrong("has no host"))?;
        let registry_is_local = self.reference.manifest()?.host().is_some_and(is_loopback);
        let is_local = registry_is_local && is_loopback(authority.host());
        if uri.scheme_str() != Some("https") && !is_local {
            return Err(wrong("is not at an https: address"));
        }
        if authority.as_str().contains('@') {
            return Err(wrong("has credentials in its address"));
        }
        Ok(uri)
    }

    /// Whether a token service belongs to the registry, so that it may see the credentials for it.
    fn is_own(&self, realm: &Uri) -> bool {
        let registry = self.reference.registry();
        let host = realm.host().unwrap_or_default();
        let manifest = self.reference.manifest();
        manifest.is_ok_and(|uri| uri.host() == Some(host))
            || KNOWN_REALMS.contains(&(registry, host))
    }
}

fn authorized(ask: Ask<'_>, authorization: Option<String>) -> Ask<'_> {
    match authorization {
        Some(value) => ask.with(header::AUTHORIZATION, value),
        None => ask,
    }
}

impl Challenge {
    /// Reads `Bearer realm="…",service="…"` or `Basic realm="…"` (RFC 9110 §11.6.1, in the form registries use).
    fn parse(text: &str) -> Option<Self> {
        let (scheme, parameters) = text.split_once(' ').unwrap_or((text, ""));
        if scheme.eq_ignore_ascii_case("basic") {
            return Some(Self::Basic);
        }
        if !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        let (mut realm, mut service) = (None, None);
        let mut rest = parameters;
        while let Some((name, after)) = rest.split_once("=\"") {
            let (value, after) = after.split_once('"')?;
            match name.trim_matches([',', ' ']) {
                "realm" => realm = Some(value.to_owned()),
                "service" => service = Some(value.to_owned()),
                _ => {}
            }
            rest = after;
        }
        realm.map(|realm| Self::Bearer { realm, service })
    }
}
