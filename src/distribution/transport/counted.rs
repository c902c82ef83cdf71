//! Counting what a transport is asked for.

use std::cell::Cell;

use super::{Conditional, Transport, TransportError};
use crate::distribution::name::RemotePath;

/// Counts what a transport is asked for and delivers.
pub(crate) struct Counted<'a> {
    inner: &'a dyn Transport,
    requests: Cell<u64>,
    bytes: Cell<u64>,
}

impl<'a> Counted<'a> {
    pub(crate) fn new(inner: &'a dyn Transport) -> Self {
        Self {
            inner,
            requests: Cell::new(0),
            bytes: Cell::new(0),
        }
    }

    pub(crate) fn requests(&self) -> u64 {
        self.requests.get()
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.get()
    }

    fn count(&self, bytes: Option<&[u8]>) {
        self.requests.set(self.requests.get() + 1);
        self.bytes
            .set(self.bytes.get() + bytes.map_or(0, |bytes| bytes.len() as u64));
    }
}

impl Transport for Counted<'_> {
    fn fetch(&self, path: &RemotePath, max_len: u64) -> Result<Option<Vec<u8>>, TransportError> {
        let answer = self.inner.fetch(path, max_len);
        self.count(answer.as_ref().ok().and_then(|bytes| bytes.as_deref()));
        answer
    }

    fn fetch_if_changed(
        &self,
        path: &RemotePath,
        max_len: u64,
        tag: Option<&str>,
    ) -> Result<Conditional, TransportError> {
        let answer = self.inner.fetch_if_changed(path, max_len, tag);
        self.count(match &answer {
            Ok(Conditional::Fetched { bytes, .. }) => Some(bytes),
            _ => None,
        });
        answer
    }
}
