//! Registries that behave, and registries that do not. All on the loopback interface.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use tiny_http::{Header, Request, Response, Server};

use super::*;
use crate::distribution::keys::sha256_hex;
use crate::distribution::reason::Reason;
use crate::distribution::sync::Outcome;
use crate::distribution::testing::{Agent, Mirror, now};
use crate::distribution::transport::{HttpOptions, TransportError};

mod moving;

/// What a registry is asked, and with which credentials.
type Log = Arc<Mutex<Vec<(String, Option<String>)>>>;
type Answer = Response<std::io::Cursor<Vec<u8>>>;

fn answer(status: u16, body: impl Into<Vec<u8>>) -> Answer {
    Response::from_data(body.into()).with_status_code(status)
}

fn header(answer: Answer, name: &str, value: &str) -> Answer {
    answer.with_header(Header::from_bytes(name, value).unwrap())
}

/// A server that answers as `respond` says, given the request's path and credentials.
fn server(respond: impl Fn(&str, Option<&str>) -> Answer + Send + 'static) -> (u16, Log) {
    let server = Server::http("127.0.0.1:0").unwrap();
    let port = server.server_addr().to_ip().unwrap().port();
    let log = Log::default();
    let written = Arc::clone(&log);
    std::thread::spawn(move || {
        for request in server.incoming_requests() {
            let url = request.url().to_owned();
            let found = |request: &Request| {
                let mut headers = request.headers().iter();
                let header = headers.find(|header| header.field.equiv("Authorization"));
                header.map(|header| header.value.as_str().to_owned())
            };
            let authorization = found(&request);
            let shown = format!("{} {url}", request.method());
            let reply = respond(&url, authorization.as_deref());
            written.lock().unwrap().push((shown, authorization));
            let _ = request.respond(reply);
        }
    });
    (port, log)
}

/// The manifest of the files in a publication, and its blobs by digest.
fn stored(dir: &Path) -> (Vec<u8>, BTreeMap<String, Vec<u8>>) {
    let (mut files, mut blobs) = (manifest::Files::new(), BTreeMap::new());
    for folder in ["metadata", "targets"] {
        for entry in fs::read_dir(dir.join(folder)).unwrap() {
            let entry = entry.unwrap();
            let bytes = fs::read(entry.path()).unwrap();
            let blob = manifest::Blob {
                sha256: sha256_hex(&bytes),
                size: bytes.len() as u64,
            };
            blobs.insert(blob.sha256.clone(), bytes);
            files.insert(
                format!("{folder}/{}", entry.file_name().to_string_lossy()),
                blob,
            );
        }
    }
    let empty = manifest::Blob {
        sha256: sha256_hex(manifest::EMPTY),
        size: 2,
    };
    (manifest::write(&files, &empty).unwrap(), blobs)
}

/// A registry over what it stores now; tests change that behind its back.
#[derive(Clone)]
struct Store {
    manifest: Arc<Mutex<Vec<u8>>>,
    blobs: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
}

impl Store {
    fn of(dir: &Path) -> Self {
        let (manifest, blobs) = stored(dir);
        Self {
            manifest: Arc::new(Mutex::new(manifest)),
            blobs: Arc::new(Mutex::new(blobs)),
        }
    }

    fn tag(&self, dir: &Path) {
        let (manifest, blobs) = stored(dir);
        *self.manifest.lock().unwrap() = manifest;
        self.blobs.lock().unwrap().extend(blobs);
    }

    fn edit(&self, old: &str, new: &str) {
        let mut manifest = self.manifest.lock().unwrap();
        let text = String::from_utf8(manifest.clone()).unwrap();
        assert!(text.contains(old), "{old} is not in {text}");
        *manifest = text.replacen(old, new, 1).into_bytes();
    }

    fn get(&self, url: &str) -> Answer {
        if url.starts_with("/v2/acme/runbooks/manifests/") {
            let bytes = self.manifest.lock().unwrap().clone();
            let digest = format!("sha256:{}", sha256_hex(&bytes));
            return header(answer(200, bytes), "Docker-Content-Digest", &digest);
        }
        let digest = url.rsplit(':').next().unwrap();
        match self.blobs.lock().unwrap().get(digest) {
            Some(bytes) => answer(200, bytes.clone()),
            None => answer(404, ""),
        }
    }
}

fn reference(port: u16) -> Reference {
    format!("oci://127.0.0.1:{port}/acme/runbooks:stable")
        .parse()
        .unwrap()
}

fn transport(port: u16, keychain: Keychain) -> OciTransport {
    OciTransport::new(reference(port), keychain, HttpOptions::default()).unwrap()
}

fn open(store: &Store) -> (OciTransport, Log) {
    let store = store.clone();
    let (port, log) = server(move |url, _| store.get(url));
    (transport(port, Keychain::default()), log)
}

#[test]
fn releases_are_followed_and_an_unchanged_poll_is_one_small_request() {
    let mirror = Mirror::with_release();
    let store = Store::of(mirror.dir.path());
    let (oci, log) = open(&store);
    let agent = Agent::new();
    let report = agent.sync(&oci, now());
    assert_eq!(report.outcome, Outcome::Activated { from: None, to: 1 });
    log.lock().unwrap().clear();
    let report = agent.sync(&oci, now());
    assert!(matches!(report.outcome, Outcome::Unchanged { .. }));
    assert_eq!(
        *log.lock().unwrap(),
        [("HEAD /v2/acme/runbooks/manifests/stable".to_owned(), None)]
    );
    mirror.publish("two", now());
    store.tag(mirror.dir.path());
    assert!(matches!(
        agent.sync(&oci, now()).outcome,
        Outcome::Activated { to: 2, .. }
    ));
    assert_eq!(agent.on().as_deref(), Some("two"));
}

#[test]
fn a_tag_that_was_moved_back_is_a_rollback() {
    let mirror = Mirror::with_release();
    let old = mirror.copy();
    mirror.publish("two", now());
    let store = Store::of(mirror.dir.path());
    let (oci, _) = open(&store);
    let agent = Agent::new();
    agent.sync(&oci, now());
    store.tag(old.dir.path());
    agent.refuses(&oci, now(), Reason::Rollback);
    assert_eq!(agent.on().as_deref(), Some("two"));
}

#[test]
fn layers_may_come_in_any_order_but_not_twice_or_not_at_all() {
    let mirror = Mirror::with_release();
    let store = Store::of(mirror.dir.path());
    let (oci, _) = open(&store);
    let mut value: serde_json::Value =
        serde_json::from_slice(&store.manifest.lock().unwrap()).unwrap();
    let layers = value["layers"].as_array_mut().unwrap();
    layers.reverse();
    let first = layers[0].clone();
    *store.manifest.lock().unwrap() = serde_json::to_vec(&value).unwrap();
    let agent = Agent::new();
    assert!(matches!(
        agent.sync(&oci, now()).outcome,
        Outcome::Activated { .. }
    ));

    value["layers"].as_array_mut().unwrap().push(first);
    *store.manifest.lock().unwrap() = serde_json::to_vec(&value).unwrap();
    Agent::new().refuses(&oci, now(), Reason::Manifest);
    value["layers"].as_array_mut().unwrap().clear();
    *store.manifest.lock().unwrap() = serde_json::to_vec(&value).unwrap();
    Agent::new().refuses(&oci, now(), Reason::NotFound);
    store.edit("vnd.rbk.publication", "vnd.somebody.else");
    Agent::new().refuses(&oci, now(), Reason::Manifest);
}

#[test]
fn lies_about_sizes_and_bytes_are_noticed() {
    let mirror = Mirror::with_release();
    let honest = Store::of(mirror.dir.path());
    let timestamp = fs::read(mirror.path("metadata/timestamp.json")).unwrap();
    let size = format!("\"size\":{}", timestamp.len());
    for (lie, reason) in [
        ("\"size\":4", Reason::TooLarge),
        ("\"size\":99999999", Reason::TooLarge),
    ] {
        let store = Store::of(mirror.dir.path());
        store.edit(&size, lie);
        Agent::new().refuses(&open(&store).0, now(), reason);
    }
    let digest = sha256_hex(&timestamp);
    honest.blobs.lock().unwrap().insert(digest, b"{}".to_vec());
    Agent::new().refuses(&open(&honest).0, now(), Reason::Hash);
}

/// A file as `docker login` leaves it, for a registry on this machine.
fn docker(folder: &Path, port: u16) -> Keychain {
    // mia:secret
    let config = format!(r#"{{"auths": {{"127.0.0.1:{port}": {{"auth": "bWlhOnNlY3JldA=="}}}}}}"#);
    fs::write(folder.join("config.json"), config).unwrap();
    let folder = folder.to_str().unwrap().to_owned();
    Keychain::of_environment(&|name| (name == "DOCKER_CONFIG").then(|| folder.clone()))
}

const BASIC: &str = "Basic bWlhOnNlY3JldA==";

/// A registry that wants a token from `realm`, and gives one itself to whoever has the credentials.
fn guarded(store: Store, realm: impl Fn() -> String + Send + 'static) -> (u16, Log) {
    server(move |url, authorization| {
        if url.starts_with("/token?") {
            assert!(
                url.contains("scope=repository%3Aacme%2Frunbooks%3Apull"),
                "{url}"
            );
            return match authorization {
                Some(BASIC) => answer(200, r#"{"token": "abc"}"#),
                _ => answer(403, ""),
            };
        }
        if authorization == Some("Bearer abc") {
            return store.get(url);
        }
        let challenge = format!("Bearer realm=\"{}\",service=\"here\"", realm());
        header(answer(401, ""), "WWW-Authenticate", &challenge)
    })
}

#[test]
fn a_token_is_asked_for_with_the_credentials_of_docker() {
    let store = Store::of(Mirror::with_release().dir.path());
    let realm = Arc::new(Mutex::new(String::new()));
    let said = Arc::clone(&realm);
    let (port, log) = guarded(store, move || said.lock().unwrap().clone());
    *realm.lock().unwrap() = format!("http://127.0.0.1:{port}/token");
    let folder = tempfile::tempdir().unwrap();
    let agent = Agent::new();
    agent.refuses(
        &transport(port, Keychain::default()),
        now(),
        Reason::Credentials,
    );
    let oci = transport(port, docker(folder.path(), port));
    assert!(matches!(
        agent.sync(&oci, now()).outcome,
        Outcome::Activated { .. }
    ));
    // The password goes to the token service only, and one token is enough.
    let log = log.lock().unwrap();
    let with_password = log
        .iter()
        .filter(|(_, sent)| sent.as_deref() == Some(BASIC));
    assert_eq!(with_password.count(), 1);
}

#[test]
fn credentials_are_not_sent_to_another_host() {
    let (other, seen) = server(|_, _| answer(200, r#"{"token": "abc"}"#));
    let store = Store::of(Mirror::with_release().dir.path());
    let (port, _) = guarded(store, move || format!("http://localhost:{other}/token"));
    let folder = tempfile::tempdir().unwrap();
    let agent = Agent::new();
    let refusal = agent.refuses(
        &transport(port, docker(folder.path(), port)),
        now(),
        Reason::Credentials,
    );
    assert!(
        refusal.contains("another host; they stay here"),
        "{refusal}"
    );
    assert!(seen.lock().unwrap().is_empty());
    // Without credentials there is nothing to lose.
    let report = agent.sync(&transport(port, Keychain::default()), now());
    assert!(matches!(report.outcome, Outcome::Activated { .. }));
    // In plain text over a network there is no token at all.
    let store = Store::of(Mirror::with_release().dir.path());
    let (port, _) = guarded(store, || "http://tokens.example.com/token".to_owned());
    agent.refuses(
        &transport(port, Keychain::default()),
        now(),
        Reason::Credentials,
    );
}

#[test]
fn content_may_lie_on_another_host_which_sees_no_token() {
    let mirror = Mirror::with_release();
    let (store, files) = (Store::of(mirror.dir.path()), Store::of(mirror.dir.path()));
    let (elsewhere, seen) = server(move |url, _| files.get(url));
    let realm = Arc::new(Mutex::new(String::new()));
    let said = Arc::clone(&realm);
    let (port, _) = server(move |url, authorization| match authorization {
        _ if url.starts_with("/token") => answer(200, r#"{"access_token": "abc"}"#),
        Some("Bearer abc") if url.contains("/blobs/") => header(
            answer(307, ""),
            "Location",
            &format!("http://localhost:{elsewhere}{url}"),
        ),
        Some("Bearer abc") => store.get(url),
        _ => {
            let challenge = format!("Bearer realm=\"{}\"", said.lock().unwrap());
            header(answer(401, ""), "WWW-Authenticate", &challenge)
        }
    });
    *realm.lock().unwrap() = format!("http://127.0.0.1:{port}/token");
    let report = Agent::new().sync(&transport(port, Keychain::default()), now());
    assert!(
        matches!(report.outcome, Outcome::Activated { .. }),
        "{report:?}"
    );
    let seen = seen.lock().unwrap();
    assert!(!seen.is_empty() && seen.iter().all(|(_, sent)| sent.is_none()));
}

#[test]
fn an_upload_goes_nowhere_else() {
    let mirror = Mirror::with_release();
    let (elsewhere, seen) = server(|_, _| answer(201, ""));
    let (port, _) = server(move |url, _| match url.ends_with("/uploads/") {
        true => header(
            answer(202, ""),
            "Location",
            &format!("http://localhost:{elsewhere}/upload"),
        ),
        false => answer(404, ""),
    });
    let path = crate::distribution::name::RemotePath::timestamp();
    let (dir, options) = (mirror.dir.path(), HttpOptions::default());
    let error = push(dir, &[path], reference(port), Keychain::default(), options).unwrap_err();
    assert!(matches!(error, TransportError::Redirect { .. }), "{error}");
    assert!(seen.lock().unwrap().is_empty());
}

#[test]
fn credential_files_that_are_not_understood_are_errors_that_quote_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (port, _) = guarded(Store::of(Mirror::with_release().dir.path()), || {
        "https://127.0.0.1/token".to_owned()
    });
    for content in [
        "{\"auths\": hunter2}".to_owned(),
        format!(r#"{{"auths": {{"127.0.0.1:{port}": {{"auth": "hunter2"}}}}}}"#),
        r#"{"credsStore": "../hunter2"}"#.to_owned(),
        r#"{"credsStore": "not-installed-anywhere"}"#.to_owned(),
    ] {
        let keychain = docker(folder.path(), port);
        fs::write(folder.path().join("config.json"), &content).unwrap();
        let refusal = Agent::new().refuses(&transport(port, keychain), now(), Reason::Credentials);
        assert!(!refusal.contains("hunter2"), "{refusal}");
    }
}

#[test]
fn references_are_strict() {
    let digest = format!("oci://ghcr.io/acme/runbooks@sha256:{}", "a".repeat(64));
    for good in [
        "oci://ghcr.io/acme/runbooks:stable",
        "oci://localhost:5000/a:1",
        "oci://[::1]:5000/a:1",
        &digest,
    ] {
        assert_eq!(good.parse::<Reference>().unwrap().to_string(), good);
    }
    let plain = "oci://ghcr.io/a:1".parse::<Reference>().unwrap();
    assert_eq!(plain.manifest().unwrap().scheme_str(), Some("https"));
    for bad in [
        "ghcr.io/a:1",
        "oci://ghcr.io/a",
        "oci://ghcr.io",
        "oci://user:password@ghcr.io/a:1",
        "oci://ghcr.io/A:1",
        "oci://ghcr.io/../a:1",
        "oci://ghcr.io/a:",
        "oci://ghcr.io/a:1/../../x",
        "oci://ghcr.io/a@sha256:abc",
        "oci://ghcr.io/a@1",
        "oci://ghcr.io/a:1?x=y",
        "oci:///a:1",
    ] {
        assert!(bad.parse::<Reference>().is_err(), "{bad}");
    }
}
