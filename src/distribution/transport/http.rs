//! Published files over HTTP: any static server, object store or content delivery network.

use std::io::Read as _;
use std::time::{Duration, Instant};

use ureq::http::{Response, Uri, header};
use ureq::{Agent, Body};

use super::{Conditional, Transport, TransportError};
use crate::distribution::name::RemotePath;

const MAX_REDIRECTS: usize = 3;

/// Limits in time for HTTP requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HttpOptions {
    /// For one file altogether, redirects included: bounds a server that drips.
    pub total: Duration,
    /// For each wait on the network: bounds a server that stops.
    pub per_read: Duration,
    /// For establishing a connection.
    pub connect: Duration,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            total: Duration::from_secs(120),
            per_read: Duration::from_secs(20),
            connect: Duration::from_secs(10),
        }
    }
}

/// Fetches a publication below an `http:` or `https:` address.
#[derive(Debug)]
pub struct HttpTransport {
    agent: Agent,
    base: Uri,
    options: HttpOptions,
}

impl HttpTransport {
    /// A transport for the publication at `base`, such as `https://runbooks.example.com/stable`.
    ///
    /// # Errors
    /// [`TransportError::Source`] when the address is not a plain `http:` or `https:` address. Credentials in
    /// the address are refused: they would end up in logs and process lists.
    pub fn new(base: &str, options: HttpOptions) -> Result<Self, TransportError> {
        let wrong = |what: &str| TransportError::Source(format!("address: {what}"));
        let uri: Uri = base.parse().map_err(|_| wrong("not a valid address"))?;
        let authority = uri.authority().ok_or_else(|| wrong("host is missing"))?;
        if !matches!(uri.scheme_str(), Some("http" | "https")) {
            return Err(wrong("must begin with https:// or http://"));
        }
        if authority.as_str().contains('@') {
            return Err(wrong("must not contain credentials"));
        }
        if uri.query().is_some() {
            return Err(wrong("must not have a query"));
        }
        let local = matches!(authority.host(), "localhost" | "127.0.0.1" | "[::1]");
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .accept_encoding("identity")
            .user_agent(concat!("rbk/", env!("CARGO_PKG_VERSION")))
            .timeout_connect(Some(options.connect))
            .timeout_per_read(Some(options.per_read))
            .timeout_recv_response(Some(options.per_read));
        if local {
            config = config.proxy(None);
        }
        Ok(Self {
            agent: config.build().new_agent(),
            base: uri,
            options,
        })
    }

    fn get(
        &self,
        path: &RemotePath,
        tag: Option<&str>,
        deadline: Instant,
    ) -> Result<Response<Body>, TransportError> {
        let start = format!("{}/{path}", self.base.to_string().trim_end_matches('/'));
        let mut uri: Uri = start
            .parse()
            .map_err(|_| TransportError::Source(format!("address: {start} is not valid")))?;
        for _ in 0..=MAX_REDIRECTS {
            let mut request = self.agent.get(&uri);
            if let Some(tag) = tag {
                request = request.header(header::IF_NONE_MATCH, tag);
            }
            let left = deadline
                .saturating_duration_since(Instant::now())
                .max(Duration::from_millis(1));
            let response = request
                .config()
                .timeout_global(Some(left))
                .build()
                .call()
                .map_err(|error| self.error(path, &error))?;
            if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
                return Ok(response);
            }
            uri = self.redirected(path, &uri, &response)?;
        }
        Err(TransportError::Redirect {
            path: path.to_string(),
            message: "redirected too often".to_owned(),
        })
    }

    /// Follows within one origin only, so that neither another host nor plain text slips in.
    fn redirected(
        &self,
        path: &RemotePath,
        from: &Uri,
        response: &Response<Body>,
    ) -> Result<Uri, TransportError> {
        let refused = |message: String| TransportError::Redirect {
            path: path.to_string(),
            message,
        };
        let location = response
            .headers()
            .get(header::LOCATION)
            .and_then(|value| value.to_str().ok());
        let location =
            location.ok_or_else(|| refused("redirected without an address".to_owned()))?;
        let to: Uri = location
            .parse()
            .map_err(|_| refused("redirected to an invalid address".to_owned()))?;
        let mut parts = from.clone().into_parts();
        parts.path_and_query = to.path_and_query().cloned();
        let same_origin = match (to.scheme(), to.authority()) {
            // `//host/path` names a host, though it reads as a path.
            (None, None) => location.starts_with('/') && !location.starts_with("//"),
            (scheme, authority) => scheme == from.scheme() && authority == from.authority(),
        };
        if !same_origin {
            let shown: String = location.chars().take(200).collect();
            return Err(refused(format!(
                "redirected to {shown:?}, which is another origin; this is not followed"
            )));
        }
        Uri::from_parts(parts).map_err(|_| refused("redirected to an invalid address".to_owned()))
    }

    fn error(&self, path: &RemotePath, error: &ureq::Error) -> TransportError {
        match error {
            ureq::Error::Timeout(_) => self.timeout(path),
            other => TransportError::Unreachable {
                path: path.to_string(),
                message: other.to_string(),
            },
        }
    }

    fn timeout(&self, path: &RemotePath) -> TransportError {
        TransportError::Timeout {
            path: path.to_string(),
            limit: self.options.total,
        }
    }

    fn read(
        &self,
        path: &RemotePath,
        response: Response<Body>,
        max_len: u64,
    ) -> Result<Vec<u8>, TransportError> {
        let too_large = || TransportError::TooLarge {
            path: path.to_string(),
            limit: max_len,
        };
        let announced = response
            .headers()
            .get(header::CONTENT_LENGTH)
            .and_then(|value| value.to_str().ok())
            .and_then(|text| text.parse::<u64>().ok());
        if announced.is_some_and(|length| length > max_len) {
            return Err(too_large());
        }
        let mut bytes = Vec::new();
        let mut body = response
            .into_body()
            .into_reader()
            .take(max_len.saturating_add(1));
        body.read_to_end(&mut bytes).map_err(|error| {
            let inner = error
                .get_ref()
                .and_then(|inner| inner.downcast_ref::<ureq::Error>());
            match inner {
                Some(inner) => self.error(path, inner),
                None if error.kind() == std::io::ErrorKind::TimedOut => self.timeout(path),
                None => TransportError::Unreachable {
                    path: path.to_string(),
                    message: error.to_string(),
                },
            }
        })?;
        if bytes.len() as u64 > max_len {
            return Err(too_large());
        }
        Ok(bytes)
    }
}

impl Transport for HttpTransport {
    fn fetch(&self, path: &RemotePath, max_len: u64) -> Result<Option<Vec<u8>>, TransportError> {
        match self.fetch_if_changed(path, max_len, None)? {
            Conditional::Fetched { bytes, .. } => Ok(Some(bytes)),
            Conditional::Missing | Conditional::Unchanged => Ok(None),
        }
    }

    fn fetch_if_changed(
        &self,
        path: &RemotePath,
        max_len: u64,
        tag: Option<&str>,
    ) -> Result<Conditional, TransportError> {
        let response = self.get(path, tag, Instant::now() + self.options.total)?;
        match response.status().as_u16() {
            200 => {
                let tag = response
                    .headers()
                    .get(header::ETAG)
                    .and_then(|value| value.to_str().ok())
                    .map(str::to_owned);
                Ok(Conditional::Fetched {
                    bytes: self.read(path, response, max_len)?,
                    tag,
                })
            }
            304 if tag.is_some() => Ok(Conditional::Unchanged),
            // Object stores say 403 for what is not there when listing is not allowed.
            403 | 404 | 410 => Ok(Conditional::Missing),
            status => Err(TransportError::Status {
                path: path.to_string(),
                status,
            }),
        }
    }
}
