//! A request as it came in, and an answer before it goes out.

use serde_json::Value;

/// A request.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) method: String,
    /// Path below the API's address.
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Asked {
    /// A header by its name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let (_, value) = headers.find(|(known, _)| known == name)?;
        Some(value)
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let mut query = self.query.iter();
        query.find(|(known, _)| known == name).map(|(_, it)| &**it)
    }

    /// The JSON in the body; `None` when there is no body.
    pub(crate) fn json(&self) -> Option<Result<Value, serde_json::Error>> {
        (!self.body.is_empty()).then(|| serde_json::from_slice(&self.body))
    }
}

/// What an operation answers, before paging.
pub(crate) enum Reply {
    /// One thing.
    Thing(u16, Value),
    /// A list; with a name where it is a field of an object beside `total_count`.
    List(Vec<Value>, Option<&'static str>),
}

impl Reply {
    pub(crate) fn found(value: Value) -> Self {
        Self::Thing(200, value)
    }

    pub(crate) fn error(status: u16, message: &str) -> Self {
        Self::Thing(status, error(status, message))
    }

    pub(crate) fn not_found() -> Self {
        Self::error(404, "Not Found")
    }
}

/// The body of an error.
pub(crate) fn error(status: u16, message: &str) -> Value {
    serde_json::json!({
        "message": message, "documentation_url": "https://docs.github.com/rest", "status": status.to_string(),
    })
}

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Body,
}

/// A body and how it is sent.
#[derive(Debug)]
pub(crate) enum Body {
    Empty,
    Json(Value),
    /// Bytes that are no JSON.
    Text(&'static str),
    /// Spaces without end.
    Endless,
}

impl Answer {
    pub(crate) fn of(status: u16, body: Value) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Body::Json(body),
        }
    }

    pub(crate) fn json(&self) -> Option<&Value> {
        match &self.body {
            Body::Json(value) => Some(value),
            Body::Empty | Body::Text(_) | Body::Endless => None,
        }
    }
}
