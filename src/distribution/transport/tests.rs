//! Servers that behave, and servers that do not. All on the loopback interface.

mod resumption;

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::*;
use crate::distribution::sync::Outcome;
use crate::distribution::testing::{Agent, Mirror, now};

/// A server over a publication directory with ETags, as nginx or an object store would be.
fn serve(dir: &Path) -> (String, Arc<AtomicUsize>) {
    let server = tiny_http::Server::http("127.0.0.1:0").unwrap();
    let address = format!("http://{}/base", server.server_addr().to_ip().unwrap());
    let (dir, not_modified) = (dir.to_owned(), Arc::new(AtomicUsize::new(0)));
    let counter = Arc::clone(&not_modified);
    std::thread::spawn(move || {
        for request in server.incoming_requests() {
            let file = dir.join(request.url().trim_start_matches("/base/"));
            let Ok(bytes) = std::fs::read(file) else {
                let _ = request.respond(
                    tiny_http::Response::from_string("no such file").with_status_code(404),
                );
                continue;
            };
            let tag = format!("\"{}\"", crate::distribution::keys::sha256_hex(&bytes));
            let header = tiny_http::Header::from_bytes("ETag", tag.as_str()).unwrap();
            let asked = request
                .headers()
                .iter()
                .find(|header| header.field.equiv("If-None-Match"));
            if asked.is_some_and(|header| header.value.as_str() == tag) {
                counter.fetch_add(1, Ordering::SeqCst);
                let _ = request.respond(tiny_http::Response::empty(304).with_header(header));
            } else {
                let _ = request.respond(tiny_http::Response::from_data(bytes).with_header(header));
            }
        }
    });
    (address, not_modified)
}

/// A server that answers every request with whatever `answer` writes.
fn raw(answer: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let answer = Arc::new(answer);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, answer) = (stream.unwrap(), Arc::clone(&answer));
            std::thread::spawn(move || {
                let mut head = Vec::new();
                let mut byte = [0u8];
                while !head.ends_with(b"\r\n\r\n")
                    && stream.read(&mut byte).is_ok_and(|read| read == 1)
                {
                    head.push(byte[0]);
                }
                let head = String::from_utf8_lossy(&head).into_owned();
                answer(head.split(' ').nth(1).unwrap_or_default(), &mut stream);
            });
        }
    });
    address
}

fn fixed(response: &'static str) -> String {
    raw(move |_, stream| {
        let _ = stream.write_all(response.as_bytes());
    })
}

fn quick() -> HttpOptions {
    HttpOptions {
        total: Duration::from_millis(800),
        per_read: Duration::from_millis(300),
        connect: Duration::from_millis(300),
        authorities: None,
    }
}

fn http(address: &str) -> HttpTransport {
    HttpTransport::new(address, HttpOptions::default()).unwrap()
}

fn fetch_quickly(address: &str) -> Result<Option<Vec<u8>>, TransportError> {
    HttpTransport::new(address, quick())
        .unwrap()
        .fetch(&RemotePath::timestamp(), 1000)
}

fn fetch(address: &str) -> Result<Option<Vec<u8>>, TransportError> {
    http(address).fetch(&RemotePath::timestamp(), 1000)
}

#[test]
fn releases_are_followed_over_http_and_an_unchanged_poll_is_one_small_request() {
    let mirror = Mirror::with_release();
    let (address, not_modified) = serve(mirror.dir.path());
    let agent = Agent::new();
    let report = agent.sync(&http(&address), now());
    assert_eq!(report.outcome, Outcome::Activated { from: None, to: 1 });
    let report = agent.sync(&http(&address), now());
    assert_eq!(
        report.outcome,
        Outcome::Unchanged {
            release: 1,
            repaired: false
        }
    );
    assert_eq!((report.requests, report.bytes), (1, 0));
    assert_eq!(not_modified.load(Ordering::SeqCst), 1);
    mirror.publish("two", now());
    assert_eq!(
        agent.sync(&http(&address), now()).outcome,
        Outcome::Activated {
            from: Some(1),
            to: 2
        }
    );
    assert_eq!(agent.on().as_deref(), Some("two"));
}

#[test]
fn a_server_that_always_says_not_modified_only_delays_until_expiry() {
    let mirror = Mirror::with_release();
    let (address, _) = serve(mirror.dir.path());
    let agent = Agent::new();
    agent.sync(&http(&address), now());
    let liar = fixed("HTTP/1.1 304 Not Modified\r\n\r\n");
    assert!(matches!(
        agent.sync(&http(&liar), now()).outcome,
        Outcome::Unchanged { .. }
    ));
    // Past the expiry it does not matter what the server says; without roots to look for it says nothing useful.
    let expired = crate::distribution::testing::at("2026-06-05T00:00:00Z");
    let report = agent.sync(&http(&liar), expired);
    assert!(
        matches!(
            report.outcome,
            Outcome::Refused {
                still_on: Some(1),
                ..
            }
        ),
        "{report:?}"
    );
    assert!(
        !agent
            .state()
            .status(&agent.anchor, expired)
            .unwrap()
            .freshness
            .unwrap()
            .is_fresh()
    );
    // A new agent asks unconditionally, so that 304 is no answer.
    Agent::new().refuses(&http(&liar), now(), Reason::HttpStatus);
}

#[test]
fn status_codes_are_not_content() {
    assert_eq!(
        fetch(&fixed("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"))
            .unwrap()
            .unwrap(),
        b"hi"
    );
    for status in ["403 Forbidden", "404 Not Found", "410 Gone"] {
        let address = raw(move |_, stream| {
            let _ = write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 2\r\n\r\nhi");
        });
        assert_eq!(fetch(&address).unwrap(), None, "{status}");
    }
    for status in [201u16, 204, 206, 304, 400, 401, 429, 500, 503] {
        let address = raw(move |_, stream| {
            let length = if matches!(status, 204 | 304) {
                ""
            } else {
                "Content-Length: 2\r\n"
            };
            let _ = write!(stream, "HTTP/1.1 {status} X\r\n{length}\r\nhi");
        });
        let error = fetch(&address).unwrap_err();
        assert_eq!(error.reason(), Reason::HttpStatus, "{status}: {error}");
    }
}

#[test]
fn too_long_answers_are_cut_off() {
    let announced = fixed("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n");
    assert_eq!(fetch(&announced).unwrap_err().reason(), Reason::TooLarge);
    let endless = raw(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        while stream
            .write_all(b"400\r\n")
            .and_then(|()| stream.write_all(&[b'x'; 0x400]))
            .is_ok()
        {
            let _ = stream.write_all(b"\r\n");
        }
    });
    assert_eq!(fetch(&endless).unwrap_err().reason(), Reason::TooLarge);
    let endless_headers = raw(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n");
        while stream
            .write_all(b"X-Filler: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n")
            .is_ok()
        {}
    });
    let started = Instant::now();
    assert!(fetch_quickly(&endless_headers).is_err());
    assert!(started.elapsed() < Duration::from_secs(3));
}

#[test]
fn silent_and_dripping_servers_are_given_up_in_time() {
    let silent = raw(|_, _| std::thread::sleep(Duration::from_secs(30)));
    let half = raw(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nxx");
        std::thread::sleep(Duration::from_secs(30));
    });
    // Each byte comes within the time for one read, all of them never.
    let dripping = raw(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n");
        while stream.write_all(b"x").is_ok() {
            std::thread::sleep(Duration::from_millis(50));
        }
    });
    let dripping_head = raw(|_, stream| {
        while stream.write_all(b"H").is_ok() {
            std::thread::sleep(Duration::from_millis(50));
        }
    });
    for (name, address) in [
        ("silent", silent),
        ("half", half),
        ("drip", dripping),
        ("drip head", dripping_head),
    ] {
        let started = Instant::now();
        let error = fetch_quickly(&address).unwrap_err();
        assert!(
            started.elapsed() < Duration::from_secs(3),
            "{name}: {:?}",
            started.elapsed()
        );
        assert!(
            matches!(error.reason(), Reason::Timeout | Reason::Unreachable),
            "{name}: {error}"
        );
        if name != "drip head" {
            assert_eq!(error.reason(), Reason::Timeout, "{name}: {error}");
        }
    }
}

#[test]
fn a_server_that_stops_is_given_up_long_before_the_total_time() {
    let options = HttpOptions {
        total: Duration::from_secs(60),
        ..quick()
    };
    let before = raw(|_, _| std::thread::sleep(Duration::from_secs(30)));
    let within = raw(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nxx");
        std::thread::sleep(Duration::from_secs(30));
    });
    for address in [before, within] {
        let started = Instant::now();
        let transport = HttpTransport::new(&address, options.clone()).unwrap();
        let error = transport.fetch(&RemotePath::timestamp(), 1000).unwrap_err();
        assert_eq!(error.reason(), Reason::Timeout, "{error}");
        assert!(started.elapsed() < Duration::from_secs(10));
    }
}

#[test]
fn broken_connections_are_errors() {
    let cut = fixed("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nxx");
    assert_eq!(fetch(&cut).unwrap_err().reason(), Reason::Unreachable);
    assert_eq!(fetch(&fixed("")).unwrap_err().reason(), Reason::Unreachable);
    assert_eq!(
        fetch(&fixed("SSH-2.0-OpenSSH\r\n\r\n"))
            .unwrap_err()
            .reason(),
        Reason::Unreachable
    );
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    assert_eq!(fetch(&closed).unwrap_err().reason(), Reason::Unreachable);
}

#[test]
fn redirects_stay_within_one_origin() {
    let within = raw(|path, stream| {
        let _ = if path == "/moved" {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi")
        } else {
            stream.write_all(b"HTTP/1.1 302 Found\r\nLocation: /moved\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        };
    });
    assert_eq!(fetch(&within).unwrap().unwrap(), b"hi");

    let target = fixed("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi");
    for location in [
        target.clone(),
        target.replace("http:", ""),
        target.replace("http:", "https:"),
        "http://localhost/x".to_owned(),
        "file:///etc/passwd".to_owned(),
        "moved".to_owned(),
        "//".to_owned(),
        String::new(),
    ] {
        let shown = location.clone();
        let address = raw(move |_, stream| {
            let _ = write!(
                stream,
                "HTTP/1.1 301 Moved\r\nLocation: {location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            );
        });
        let error = fetch(&address).unwrap_err();
        assert_eq!(error.reason(), Reason::Redirect, "{shown}: {error}");
        let why = error.to_string();
        assert!(
            why.contains("another origin") || why.contains("invalid address"),
            "{shown}: {why}"
        );
    }
    let nowhere = fixed("HTTP/1.1 302 Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    assert_eq!(fetch(&nowhere).unwrap_err().reason(), Reason::Redirect);
    let circle = fixed(
        "HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    );
    assert_eq!(fetch(&circle).unwrap_err().reason(), Reason::Redirect);
}

#[test]
fn addresses_that_cannot_be_right_are_refused() {
    for address in [
        "",
        "runbooks.example.com",
        "ftp://example.com",
        "file:///tmp",
        "https://user:secret@example.com/",
        "https://example.com/?token=secret",
    ] {
        let error = HttpTransport::new(address, HttpOptions::default()).unwrap_err();
        assert!(!error.to_string().contains("secret"), "{error}");
    }
    assert!(HttpTransport::new("https://example.com/runbooks/", HttpOptions::default()).is_ok());
    assert!(DirectoryTransport::new(Path::new("/nonexistent")).is_err());
}

#[test]
fn compressed_answers_are_not_unpacked() {
    // A decompression bomb needs someone who decompresses: the agent neither asks for it nor does it.
    let asked = Arc::new(std::sync::Mutex::new(String::new()));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let seen = Arc::clone(&asked);
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut head = [0u8; 2000];
        let length = stream.read(&mut head).unwrap();
        *seen.lock().unwrap() = String::from_utf8_lossy(&head[..length]).to_lowercase();
        let _ = stream.write_all(
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
        );
    });
    assert_eq!(fetch(&address).unwrap().unwrap(), b"abc");
    assert!(asked.lock().unwrap().contains("accept-encoding: identity"));
}
