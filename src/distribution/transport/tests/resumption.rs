//! Connections that break in the middle of a file.

use std::sync::Mutex;

use super::*;

/// Serves `bytes` so that every connection breaks after `most` of them, and counts what it sent. `tag` is its ETag, `answer` what it
/// makes of a range.
fn breaking(
    bytes: &'static [u8],
    most: usize,
    tag: &'static str,
    ranges: bool,
) -> (String, Arc<Mutex<Vec<usize>>>) {
    let sent = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&sent);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = Vec::new();
            let mut byte = [0u8];
            while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|n| n == 1) {
                head.push(byte[0]);
            }
            let head = String::from_utf8_lossy(&head).to_lowercase();
            let from = head.split("range: bytes=").nth(1).filter(|_| ranges);
            let from = from.and_then(|rest| rest.split('-').next()?.parse::<usize>().ok());
            let rest = &bytes[from.unwrap_or(0)..];
            let status = match from {
                Some(from) => format!(
                    "206 Partial Content\r\nContent-Range: bytes {from}-{}/{}",
                    bytes.len() - 1,
                    bytes.len()
                ),
                None => "200 OK".to_owned(),
            };
            let length = rest.len();
            let head =
                format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nETag: {tag}\r\n\r\n");
            let part = &rest[..rest.len().min(most)];
            log.lock().unwrap().push(part.len());
            let _ = stream.write_all(head.as_bytes());
            let _ = stream.write_all(part);
        }
    });
    (address, sent)
}

fn content() -> &'static [u8] {
    b"0123456789abcdefghijklmnopqrstuv"
}

fn fetch_from(address: &str, path: &RemotePath) -> Result<Option<Vec<u8>>, TransportError> {
    http(address).fetch(path, 32)
}

fn by_digest() -> RemotePath {
    RemotePath::target("a", &"0".repeat(64), true).unwrap()
}

#[test]
fn the_rest_of_a_file_is_asked_for_when_the_connection_breaks() {
    let (address, sent) = breaking(content(), 12, "\"x\"", true);
    let timestamp = fetch_from(&address, &RemotePath::timestamp());
    assert_eq!(timestamp.unwrap().as_deref(), Some(content()));
    assert_eq!(*sent.lock().unwrap(), [12, 12, 8]);

    // A weak tag does not vouch for the bytes; a digest in the name does.
    let (address, sent) = breaking(content(), 12, "W/\"x\"", true);
    assert!(fetch_from(&address, &RemotePath::timestamp()).is_err());
    assert_eq!(sent.lock().unwrap().iter().sum::<usize>(), 24);
    assert_eq!(
        fetch_from(&address, &by_digest()).unwrap().as_deref(),
        Some(content())
    );
}

#[test]
fn a_server_without_ranges_is_asked_for_the_whole_and_then_given_up() {
    let (address, sent) = breaking(content(), 12, "\"x\"", false);
    let error = fetch_from(&address, &by_digest()).unwrap_err();
    assert!(
        matches!(error, TransportError::Unreachable { .. }),
        "{error}"
    );
    assert_eq!(*sent.lock().unwrap(), [12, 12]);
}

#[test]
fn a_rest_that_begins_elsewhere_is_refused() {
    let address = raw(|_, stream| {
        let _ = stream.write_all(
            b"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-3/4\r\nContent-Length: 4\r\n\r\nabcd",
        );
    });
    let error = fetch_from(&address, &by_digest()).unwrap_err();
    assert!(matches!(error, TransportError::Status { status: 206, .. }));
}
