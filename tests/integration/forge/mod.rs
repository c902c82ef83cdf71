//! A mock of GitHub on a loopback port.
//!
//! It answers from plain data ([`State`]) in GitHub's words, and holds every request and every one of its own answers against
//! GitHub's OpenAPI description. What does not keep to it is a violation: the request is answered with status 500 and the reason,
//! and the test fails when the mock goes away.

mod behaviour;
mod description;
mod exchange;
mod graphql;
mod handle;
mod log;
mod operations;
mod paging;
mod show;
pub(crate) mod state;
mod tests;
pub(crate) mod world;

use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;

use jiff::Timestamp;
use tiny_http::{Header, Request, Response, Server, StatusCode};

pub(crate) use behaviour::Trouble;
use behaviour::Troubles;
use description::decoded;
use exchange::{Asked, Body};
use handle::Desk;
pub(crate) use log::Log;
pub(crate) use state::State;

/// Path of the API of GitHub Enterprise Server.
const ENTERPRISE: &str = "/api/v3";

/// A GitHub of its own, until it is dropped.
pub(crate) struct Forge {
    shared: Arc<Shared>,
    server: Arc<Server>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    desk: Mutex<Desk>,
    /// Path of the API and that of GraphQL.
    prefix: &'static str,
    graphql: &'static str,
    is_over: AtomicBool,
}

impl Forge {
    /// One as github.com is. Its clock stands at `now`.
    pub(crate) fn start(now: Timestamp) -> Self {
        Self::start_at(now, "", "/graphql")
    }

    /// One as GitHub Enterprise Server is, whose API is below a path.
    pub(crate) fn start_enterprise(now: Timestamp) -> Self {
        Self::start_at(now, ENTERPRISE, "/api/graphql")
    }

    fn start_at(now: Timestamp, prefix: &'static str, graphql: &'static str) -> Self {
        let server = Arc::new(Server::http("127.0.0.1:0").unwrap());
        let api = format!("http://{}{prefix}", server.server_addr());
        let desk = Desk {
            api,
            state: State::new(now),
            troubles: Troubles::default(),
            log: Log::default(),
            violations: Vec::new(),
        };
        let shared = Arc::new(Shared {
            desk: Mutex::new(desk),
            prefix,
            graphql,
            is_over: AtomicBool::new(false),
        });
        let thread = std::thread::spawn({
            let (shared, server) = (Arc::clone(&shared), Arc::clone(&server));
            move || {
                while let Ok(request) = server.recv() {
                    serve(&shared, request);
                }
            }
        });
        Self {
            shared,
            server,
            thread: Some(thread),
        }
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.shared.desk()
    }

    /// Address of the API, without a slash at the end.
    pub(crate) fn api(&self) -> String {
        self.desk().api.clone()
    }

    /// Looks at what it knows, or changes it.
    pub(crate) fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.desk().state)
    }

    /// Arranges trouble for the next `times` requests whose method is this and whose path below the API matches the regular
    /// expression as a whole. A repository in a path has its name of today; GraphQL is `/graphql`.
    pub(crate) fn trouble(&self, method: &str, path: &str, times: u32, trouble: Trouble) {
        self.desk().troubles.arrange(method, path, times, trouble);
    }

    /// What was asked so far.
    pub(crate) fn log(&self) -> Log {
        self.desk().log.clone()
    }

    /// Forgets what was asked so far.
    pub(crate) fn forget(&self) {
        self.desk().log = Log::default();
    }

    /// What was not as described, which then is no failure any more.
    pub(crate) fn take_violations(&self) -> Vec<String> {
        std::mem::take(&mut self.desk().violations)
    }

    /// Fails the test if anything was asked or answered otherwise than described.
    pub(crate) fn finish(&self) {
        let violations = self.take_violations();
        assert!(
            violations.is_empty(),
            "not as GitHub's description has it:\n{}",
            violations.join("\n")
        );
    }
}

impl Drop for Forge {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Relaxed);
        self.server.unblock();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        if !std::thread::panicking() {
            self.finish();
        }
    }
}

impl Shared {
    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn serve(shared: &Arc<Shared>, mut request: Request) {
    let asked = read(&mut request);
    let whole = asked.path.clone();
    let is_graphql = whole == shared.graphql;
    let below = match is_graphql {
        true => Some("/graphql"),
        false => whole.strip_prefix(shared.prefix),
    };
    let path = match below {
        Some(below) => below.to_owned(),
        None => format!("/not-below{}{whole}", shared.prefix),
    };
    let asked = Asked { path, ..asked };
    let (answer, pause) = {
        let mut desk = shared.desk();
        let pause = desk.troubles.pause(&asked.method, &asked.path);
        (desk.handle(&asked, is_graphql), pause)
    };
    // Only what takes its time needs a thread of its own.
    let shared = Arc::clone(shared);
    let is_endless = matches!(answer.body, Body::Endless);
    let send = move || {
        std::thread::sleep(pause);
        send(&shared, request, answer);
    };
    if is_endless || !pause.is_zero() {
        std::thread::spawn(send);
    } else {
        send();
    }
}

fn read(request: &mut Request) -> Asked {
    let mut body = Vec::new();
    // Whoever breaks off is not answered.
    let _ = request.as_reader().read_to_end(&mut body);
    let (path, query) = request.url().split_once('?').unwrap_or((request.url(), ""));
    let pairs = query.split('&').filter(|it| !it.is_empty());
    let pairs = pairs.map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let plain = |text: &str| decoded(&text.replace('+', " ")).unwrap_or_default();
        (plain(name), plain(value))
    });
    let header = |header: &Header| {
        let name = header.field.as_str().as_str().to_ascii_lowercase();
        (name, header.value.as_str().to_owned())
    };
    Asked {
        method: request.method().to_string(),
        path: path.to_owned(),
        query: pairs.collect(),
        headers: request.headers().iter().map(header).collect(),
        body,
    }
}

fn send(shared: &Arc<Shared>, request: Request, answer: exchange::Answer) {
    let mut headers: Vec<Header> = answer
        .headers
        .iter()
        .map(|(name, value)| Header::from_bytes(*name, value.as_str()).unwrap())
        .collect();
    let kind = match answer.body {
        Body::Text(_) => "text/html",
        _ => "application/json; charset=utf-8",
    };
    headers.push(Header::from_bytes("content-type", kind).unwrap());
    let status = StatusCode(answer.status);
    let bytes = match answer.body {
        Body::Empty => Vec::new(),
        Body::Json(value) => value.to_string().into_bytes(),
        Body::Text(text) => text.as_bytes().to_vec(),
        Body::Endless => {
            let endless = Endless(Arc::clone(shared));
            let _ = request.respond(Response::new(status, headers, endless, None, None));
            return;
        }
    };
    let length = bytes.len();
    let response = Response::new(status, headers, bytes.as_slice(), Some(length), None);
    // The client may have gone away; that is its own business.
    let _ = request.respond(response);
}

/// Spaces, as long as anybody reads them.
struct Endless(Arc<Shared>);

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.0.is_over.load(Ordering::Relaxed) {
            return Ok(0);
        }
        buffer.fill(b' ');
        Ok(buffer.len())
    }
}
