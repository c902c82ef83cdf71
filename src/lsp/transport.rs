//! Messages on a stream: a header with the length, then JSON (LSP 3.17, "Base Protocol").
//!
//! The reader of `lsp-server` ends at the first message it cannot read and believes every length. This one answers and
//! goes on, and reads no more than it was told it may.

use std::io::{self, BufRead, Read, Write};

use lsp_server::{ErrorCode, Message};
use serde_json::{Value, json};

/// Largest message that is read, in bytes. The largest document that is looked at has 4 MiB, and JSON may write a
/// character as six.
pub(super) const MAX_MESSAGE_BYTES: u64 = 32 * 1024 * 1024;

/// Longest header line that is read.
const MAX_HEADER_BYTES: u64 = 8 * 1024;

/// What came over a stream.
#[derive(Debug)]
pub(super) enum Received {
    Message(Message),
    Malformed(Malformed),
}

/// A message that cannot be understood.
#[derive(Debug)]
pub(super) struct Malformed {
    /// Its id, if that much could be read, else null.
    pub(super) id: Value,
    pub(super) code: ErrorCode,
    pub(super) message: String,
}

impl Malformed {
    fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            id: Value::Null,
            code,
            message: message.into(),
        }
    }

    /// The answer to it.
    pub(super) fn answer(&self) -> Value {
        json!({
            "jsonrpc": "2.0",
            "id": self.id,
            "error": {"code": self.code as i32, "message": self.message},
        })
    }
}

/// Reads the next message; none at the end of the stream.
///
/// # Errors
/// The stream cannot be read.
pub(super) fn read(input: &mut impl BufRead) -> io::Result<Option<Received>> {
    let Some(length) = length(input)? else {
        return Ok(None);
    };
    let malformed = |code, message: String| {
        let malformed = Malformed::new(code, message);
        Ok(Some(Received::Malformed(malformed)))
    };
    let length = match length {
        Ok(length) => length,
        Err(message) => return malformed(ErrorCode::ParseError, message.to_owned()),
    };
    if length > MAX_MESSAGE_BYTES {
        io::copy(&mut input.take(length), &mut io::sink())?;
        let message =
            format!("a message of {length} bytes is not read; the most is {MAX_MESSAGE_BYTES}");
        return malformed(ErrorCode::InvalidRequest, message);
    }
    let mut body = Vec::new();
    input.take(length).read_to_end(&mut body)?;
    if (body.len() as u64) < length {
        return Ok(None);
    }
    match serde_json::from_slice::<Value>(&body) {
        Ok(value) => Ok(Some(message(value))),
        Err(error) => malformed(
            ErrorCode::ParseError,
            format!("the message is not JSON: {error}"),
        ),
    }
}

/// The length of the message that follows, or why it is not known; none at the end of the stream.
fn length(input: &mut impl BufRead) -> io::Result<Option<Result<u64, &'static str>>> {
    let mut length = None;
    let mut seen = false;
    loop {
        let mut line = Vec::new();
        let read = input.take(MAX_HEADER_BYTES).read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim();
        if line.is_empty() {
            // Blank lines before a header are nobody's message.
            if !seen {
                continue;
            }
            return Ok(Some(length.unwrap_or(Err(
                "a message needs a header `Content-Length: BYTES`",
            ))));
        }
        seen = true;
        if let Some((name, value)) = line.split_once(':')
            && name.trim().eq_ignore_ascii_case("content-length")
        {
            let bytes = value.trim().parse();
            length = Some(bytes.map_err(|_| "the value of `Content-Length` is no number of bytes"));
        }
    }
}

fn message(value: Value) -> Received {
    let id = value.get("id").cloned();
    let is_call = value.get("method").is_some();
    let parsed = serde_json::from_value(value);
    match (parsed, id) {
        // What has an id waits for an answer, even if the id is none that can be understood.
        (Ok(Message::Notification(_)), Some(id)) if is_call => Received::Malformed(Malformed {
            id,
            ..Malformed::new(
                ErrorCode::InvalidRequest,
                "an id is a text or a whole number of 32 bits",
            )
        }),
        (Ok(message), _) => Received::Message(message),
        (Err(_), id) => Received::Malformed(Malformed {
            id: id.unwrap_or_default(),
            ..Malformed::new(
                ErrorCode::InvalidRequest,
                "the message is no request, response or notification of JSON-RPC 2.0",
            )
        }),
    }
}

/// Writes a message.
///
/// # Errors
/// The stream cannot be written.
pub(super) fn write(output: &mut impl Write, message: &Value) -> io::Result<()> {
    let text = message.to_string();
    write!(output, "Content-Length: {}\r\n\r\n{text}", text.len())?;
    output.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> Vec<Received> {
        let mut input = bytes;
        std::iter::from_fn(|| read(&mut input).unwrap()).collect()
    }

    fn framed(text: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{text}", text.len())
    }

    #[test]
    fn what_cannot_be_read_is_answered_and_the_next_message_is_read() {
        let request = framed(r#"{"jsonrpc":"2.0","id":7,"method":"shutdown"}"#);
        for (broken, id, code) in [
            (framed("{"), json!(null), -32700),
            (framed("\u{0}"), json!(null), -32700),
            (framed("[1]"), json!(null), -32600),
            (framed(r#"{"id":3}"#), json!(3), -32600),
            (framed(r#"{"id":[1],"method":"m"}"#), json!([1]), -32600),
            ("X-Nothing: 1\r\n\r\n".to_owned(), json!(null), -32700),
            ("Content-Length: -4\r\n\r\n".to_owned(), json!(null), -32700),
            (framed(&"[".repeat(100_000)), json!(null), -32700),
        ] {
            let received = all(format!("{broken}{request}").as_bytes());
            let [
                Received::Malformed(malformed),
                Received::Message(Message::Request(next)),
            ] = received.as_slice()
            else {
                panic!("{broken:?}: {received:?}");
            };
            assert_eq!((&malformed.id, malformed.code as i32), (&id, code));
            assert_eq!(next.method, "shutdown");
        }
    }

    #[test]
    fn a_length_is_not_believed_before_the_bytes_are_there() {
        assert!(all(b"Content-Length: 18446744073709551615\r\n\r\n{}").len() <= 1);
        assert!(all(b"Content-Length: 30000000\r\n\r\n{}").is_empty());
    }
}
