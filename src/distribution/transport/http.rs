//! Published files over HTTP: any static server, object store or content delivery network.

use std::time::Instant;

use ureq::Body;
use ureq::http::{HeaderName, Response, Uri, header};

use super::client::{Ask, Client, HttpOptions, header_of};
use super::{Conditional, Transport, TransportError};
use crate::distribution::name::RemotePath;

/// How often a file is asked for whose connection breaks.
const ATTEMPTS: usize = 4;

/// Fetches a publication below an `http:` or `https:` address.
#[derive(Debug)]
pub struct HttpTransport {
    client: Client,
    base: Uri,
}

/// What arrived of a file so far, and the tag of the whole.
#[derive(Default)]
struct Arrived {
    bytes: Vec<u8>,
    tag: Option<String>,
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
        Ok(Self {
            client: Client::new(&uri, options)?,
            base: uri,
        })
    }

    fn get(
        &self,
        path: &RemotePath,
        headers: Vec<(HeaderName, String)>,
        deadline: Instant,
    ) -> Result<Response<Body>, TransportError> {
        let address = format!("{}/{path}", self.base.to_string().trim_end_matches('/'));
        let uri: Uri = address
            .parse()
            .map_err(|_| TransportError::Source(format!("address: {address} is not valid")))?;
        let ask = Ask {
            headers,
            ..Ask::get(uri)
        };
        self.client.send(&path.to_string(), ask, deadline)
    }

    /// Asks for a file once; what arrived before an error is kept in `arrived`, and asked for no more.
    fn attempt(
        &self,
        path: &RemotePath,
        max_len: u64,
        known: Option<&str>,
        arrived: &mut Arrived,
        deadline: Instant,
    ) -> Result<Conditional, TransportError> {
        // The rest is asked for only when it surely is of the same bytes: those of a name that is a digest, or of a strong tag.
        let strong = arrived.tag.as_ref().filter(|tag| !tag.starts_with("W/"));
        let mut headers = Vec::new();
        if !arrived.bytes.is_empty() && (strong.is_some() || path.is_by_digest()) {
            headers.push((header::RANGE, format!("bytes={}-", arrived.bytes.len())));
            headers.extend(strong.map(|tag| (header::IF_RANGE, tag.clone())));
        } else {
            arrived.bytes.clear();
            headers.extend(known.map(|tag| (header::IF_NONE_MATCH, tag.to_owned())));
        }
        let response = self.get(path, headers, deadline)?;
        match response.status().as_u16() {
            200 => arrived.bytes.clear(),
            206 if continues(&response, arrived.bytes.len()) => {}
            304 if known.is_some() && arrived.bytes.is_empty() => {
                return Ok(Conditional::Unchanged);
            }
            // Object stores say 403 for what is not there when listing is not allowed.
            403 | 404 | 410 => return Ok(Conditional::Missing),
            status => {
                arrived.bytes.clear();
                let path = path.to_string();
                return Err(TransportError::Status { path, status });
            }
        }
        arrived.tag = header_of(&response, &header::ETAG).map(str::to_owned);
        self.client
            .read(&path.to_string(), response, max_len, &mut arrived.bytes)?;
        Ok(Conditional::Fetched {
            bytes: std::mem::take(&mut arrived.bytes),
            tag: arrived.tag.clone(),
        })
    }
}

/// Whether an answer begins where the bytes that arrived end.
fn continues(response: &Response<Body>, arrived: usize) -> bool {
    header_of(response, &header::CONTENT_RANGE)
        .and_then(|range| range.strip_prefix("bytes "))
        .and_then(|range| range.split('-').next())
        .is_some_and(|from| arrived > 0 && from.parse() == Ok(arrived))
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
        let deadline = self.client.deadline();
        let mut arrived = Arrived::default();
        for _ in 1..ATTEMPTS {
            let had = arrived.bytes.len();
            match self.attempt(path, max_len, tag, &mut arrived, deadline) {
                // Something came and then the connection broke: worth another attempt as long as more arrives.
                Err(TransportError::Unreachable { .. }) if arrived.bytes.len() > had => {}
                end => return end,
            }
        }
        self.attempt(path, max_len, tag, &mut arrived, deadline)
    }
}
