//! Requests over HTTP with limits in time and size, through proxies and with private certificate authorities.

use std::io::Read as _;
use std::time::{Duration, Instant};

use ureq::http::{HeaderName, HeaderValue, Method, Request, Response, Uri, header};
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body, RequestExt as _};

use super::TransportError;

const MAX_REDIRECTS: usize = 3;

/// How HTTP requests behave. Proxies are those of `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpOptions {
    /// For one file altogether, redirects and further attempts included: bounds a server that drips.
    pub total: Duration,
    /// For each wait on the network: bounds a server that stops.
    pub per_read: Duration,
    /// For establishing a connection.
    pub connect: Duration,
    /// Certificate authorities in PEM that are trusted instead of the public ones.
    pub authorities: Option<Vec<u8>>,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            total: Duration::from_secs(120),
            per_read: Duration::from_secs(20),
            connect: Duration::from_secs(10),
            authorities: None,
        }
    }
}

/// Which redirects are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Redirects {
    /// Those within one origin, so that neither another host nor plain text slips in.
    SameOrigin,
    /// Those to another origin too, if that is `https:`; credentials stay behind. For content with a digest, which registries
    /// keep in object stores.
    WithoutCredentials,
}

/// A request, before it is sent.
pub(super) struct Ask<'a> {
    pub(super) method: Method,
    pub(super) uri: Uri,
    pub(super) headers: Vec<(HeaderName, String)>,
    pub(super) body: &'a [u8],
    pub(super) redirects: Redirects,
}

impl Ask<'_> {
    pub(super) fn get(uri: Uri) -> Self {
        Self {
            method: Method::GET,
            uri,
            headers: Vec::new(),
            body: &[],
            redirects: Redirects::SameOrigin,
        }
    }

    pub(super) fn with(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// Sends requests.
#[derive(Debug)]
pub(super) struct Client {
    agent: Agent,
    options: HttpOptions,
}

impl Client {
    /// A client for requests that begin at `start`.
    pub(super) fn new(start: &Uri, options: HttpOptions) -> Result<Self, TransportError> {
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .accept_encoding("identity")
            .user_agent(concat!("rbk/", env!("CARGO_PKG_VERSION")))
            .timeout_connect(Some(options.connect))
            .timeout_per_read(Some(options.per_read))
            .timeout_recv_response(Some(options.per_read));
        if start.host().is_some_and(is_loopback) {
            config = config.proxy(None);
        }
        if let Some(pem) = &options.authorities {
            let tls = TlsConfig::builder().root_certs(authorities(pem)?).build();
            config = config.tls_config(tls);
        }
        Ok(Self {
            agent: config.build().new_agent(),
            options,
        })
    }

    /// When a file has to be here that is asked for now.
    pub(super) fn deadline(&self) -> Instant {
        Instant::now() + self.options.total
    }

    /// Sends a request for the file `path` and follows redirects as it allows.
    pub(super) fn send(
        &self,
        path: &str,
        mut ask: Ask<'_>,
        deadline: Instant,
    ) -> Result<Response<Body>, TransportError> {
        for _ in 0..=MAX_REDIRECTS {
            let response = self.send_once(path, &ask, deadline)?;
            if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
                return Ok(response);
            }
            let to = redirected(path, &ask, &response)?;
            if origin(&to) != origin(&ask.uri) {
                ask.headers
                    .retain(|(name, _)| name != header::AUTHORIZATION);
            }
            ask.uri = to;
        }
        Err(TransportError::Redirect {
            path: path.to_owned(),
            message: "redirected too often".to_owned(),
        })
    }

    fn send_once(
        &self,
        path: &str,
        ask: &Ask<'_>,
        deadline: Instant,
    ) -> Result<Response<Body>, TransportError> {
        let left = deadline
            .saturating_duration_since(Instant::now())
            .max(Duration::from_millis(1));
        let mut request = Request::builder()
            .method(ask.method.clone())
            .uri(ask.uri.clone());
        for (name, value) in &ask.headers {
            let mut value = HeaderValue::from_str(value).map_err(|_| {
                TransportError::Source(format!("{path}: the header {name} cannot be sent"))
            })?;
            value.set_sensitive(name == header::AUTHORIZATION);
            request = request.header(name, value);
        }
        let wrong = |error: ureq::http::Error| TransportError::Source(format!("{path}: {error}"));
        let sent = match ask.body.is_empty() && !matches!(ask.method, Method::PUT | Method::POST) {
            true => request
                .body(())
                .map_err(wrong)?
                .with_agent(&self.agent)
                .configure()
                .timeout_global(Some(left))
                .run(),
            false => request
                .body(ask.body)
                .map_err(wrong)?
                .with_agent(&self.agent)
                .configure()
                .timeout_global(Some(left))
                .run(),
        };
        sent.map_err(|error| self.error(path, &error))
    }

    /// Adds the body of an answer to `bytes`, which never grow beyond `max_len`. What came before an error stays there.
    pub(super) fn read(
        &self,
        path: &str,
        response: Response<Body>,
        max_len: u64,
        bytes: &mut Vec<u8>,
    ) -> Result<(), TransportError> {
        let too_large = || TransportError::TooLarge {
            path: path.to_owned(),
            limit: max_len,
        };
        let left = max_len.saturating_sub(bytes.len() as u64);
        let announced =
            header_of(&response, &header::CONTENT_LENGTH).and_then(|text| text.parse::<u64>().ok());
        if announced.is_some_and(|length| length > left) {
            return Err(too_large());
        }
        let mut body = response
            .into_body()
            .into_reader()
            .take(left.saturating_add(1));
        body.read_to_end(bytes).map_err(|error| {
            let inner = error
                .get_ref()
                .and_then(|inner| inner.downcast_ref::<ureq::Error>());
            match inner {
                Some(inner) => self.error(path, inner),
                None if error.kind() == std::io::ErrorKind::TimedOut => self.timeout(path),
                None => TransportError::Unreachable {
                    path: path.to_owned(),
                    message: error.to_string(),
                },
            }
        })?;
        if bytes.len() as u64 > max_len {
            return Err(too_large());
        }
        Ok(())
    }

    fn error(&self, path: &str, error: &ureq::Error) -> TransportError {
        match error {
            ureq::Error::Timeout(_) => self.timeout(path),
            other => TransportError::Unreachable {
                path: path.to_owned(),
                message: other.to_string(),
            },
        }
    }

    fn timeout(&self, path: &str) -> TransportError {
        TransportError::Timeout {
            path: path.to_owned(),
            limit: self.options.total,
        }
    }
}

/// Sends JSON to an `http:` or `https:` address.
///
/// # Errors
/// When the address cannot be used, is not reached in time, or answers with anything but success.
pub fn post_json(address: &str, json: &[u8], options: HttpOptions) -> Result<(), TransportError> {
    let wrong = |what: &str| TransportError::Source(format!("address: {what}"));
    let uri: Uri = address.parse().map_err(|_| wrong("not a valid address"))?;
    if !matches!(uri.scheme_str(), Some("http" | "https")) {
        return Err(wrong("must begin with https:// or http://"));
    }
    let client = Client::new(&uri, options)?;
    let ask = Ask {
        method: Method::POST,
        body: json,
        ..Ask::get(uri)
    };
    let ask = ask.with(header::CONTENT_TYPE, "application/json");
    let response = client.send("report", ask, client.deadline())?;
    match response.status().is_success() {
        true => Ok(()),
        false => Err(TransportError::Status {
            path: "report".to_owned(),
            status: response.status().as_u16(),
        }),
    }
}

/// A header of an answer, when it is text.
pub(super) fn header_of<'a>(response: &'a Response<Body>, name: &HeaderName) -> Option<&'a str> {
    response
        .headers()
        .get(name)
        .and_then(|value| value.to_str().ok())
}

/// Whether a host is this machine, to which nothing goes over a network.
pub(super) fn is_loopback(host: &str) -> bool {
    matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}

fn origin(uri: &Uri) -> (Option<&str>, Option<&str>) {
    (
        uri.scheme_str(),
        uri.authority().map(|authority| authority.as_str()),
    )
}

fn redirected(path: &str, ask: &Ask<'_>, response: &Response<Body>) -> Result<Uri, TransportError> {
    let from = &ask.uri;
    let refused = |message: String| TransportError::Redirect {
        path: path.to_owned(),
        message,
    };
    let location = header_of(response, &header::LOCATION)
        .ok_or_else(|| refused("redirected without an address".to_owned()))?;
    let invalid = || refused("redirected to an invalid address".to_owned());
    let to: Uri = location.parse().map_err(|_| invalid())?;
    let is_relative = (to.scheme(), to.authority()) == (None, None)
        // `//host/path` names a host, though it reads as a path.
        && location.starts_with('/')
        && !location.starts_with("//");
    if is_relative || origin(&to) == origin(from) {
        let mut parts = from.clone().into_parts();
        parts.path_and_query = to.path_and_query().cloned();
        return Uri::from_parts(parts).map_err(|_| invalid());
    }
    let plain = to.authority().is_some_and(|to| !to.as_str().contains('@'));
    let is_safe = to.scheme_str() == Some("https")
        || (to.host().is_some_and(is_loopback) && from.host().is_some_and(is_loopback));
    if ask.redirects == Redirects::WithoutCredentials && plain && is_safe {
        return Ok(to);
    }
    let shown: String = location.chars().take(200).collect();
    Err(refused(format!(
        "redirected to {shown:?}, which is another origin; this is not followed"
    )))
}

fn authorities(pem: &[u8]) -> Result<RootCerts, TransportError> {
    let wrong = |what: String| TransportError::Source(format!("certificate authorities: {what}"));
    let mut certificates = Vec::new();
    for item in parse_pem(pem) {
        match item.map_err(|error| wrong(error.to_string()))? {
            PemItem::Certificate(certificate) => certificates.push(certificate),
            _ => {
                return Err(wrong(
                    "the file holds something else than certificates".to_owned(),
                ));
            }
        }
    }
    if certificates.is_empty() {
        return Err(wrong("the file holds no certificate in PEM".to_owned()));
    }
    Ok(RootCerts::new_with_certs(&certificates))
}
