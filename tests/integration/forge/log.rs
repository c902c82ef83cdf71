//! What was asked, so that a test can count it.

use std::fmt;

/// A request and how it was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) method: String,
    /// The path of the operation, with names in braces; the path itself where there is none.
    pub(crate) operation: String,
    pub(crate) path: String,
    pub(crate) status: u16,
    /// Whether the client had a version of the answer already.
    pub(crate) is_conditional: bool,
}

/// All requests, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log(pub(crate) Vec<Entry>);

impl Log {
    fn of<'a>(&'a self, method: &'a str, operation: &'a str) -> impl Iterator<Item = &'a Entry> {
        let entries = self.0.iter();
        entries.filter(move |it| it.method == method && it.operation == operation)
    }

    /// Requests for an operation, such as `GET` and `/repos/{owner}/{repo}/pulls/{pull_number}`.
    pub(crate) fn count(&self, method: &str, operation: &str) -> usize {
        self.of(method, operation).count()
    }

    /// Of those, the ones answered with a status.
    pub(crate) fn answered(&self, method: &str, operation: &str, status: u16) -> usize {
        let entries = self.of(method, operation);
        entries.filter(|entry| entry.status == status).count()
    }

    /// All requests.
    pub(crate) fn total(&self) -> usize {
        self.0.len()
    }

    /// Requests that count against the limit: all but those answered with `304 Not Modified`.
    pub(crate) fn charged(&self) -> usize {
        self.0.iter().filter(|entry| entry.status != 304).count()
    }

    /// Requests that change something. A question in GraphQL is none.
    pub(crate) fn writes(&self) -> usize {
        let is_write = |entry: &&Entry| entry.method != "GET" && entry.operation != "/graphql";
        self.0.iter().filter(is_write).count()
    }
}

impl fmt::Display for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for entry in &self.0 {
            let Entry {
                method,
                path,
                status,
                ..
            } = entry;
            writeln!(f, "{method} {path} -> {status}")?;
        }
        Ok(())
    }
}
