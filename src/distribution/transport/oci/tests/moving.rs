//! Registries that change, or send elsewhere, while a release is fetched.

use super::*;
use crate::distribution::transport::Transport;

#[test]
fn a_tag_that_moves_while_files_are_fetched_mixes_nothing() {
    let mirror = Mirror::with_release();
    let store = Store::of(mirror.dir.path());
    mirror.publish("two", now());
    let next = stored(mirror.dir.path()).0;
    let asked = Arc::new(Mutex::new(0));
    let (held, counted) = (store.clone(), Arc::clone(&asked));
    // Whoever asks for the manifest again gets that of the next release, whose files are not there yet.
    let (port, _) = server(move |url, _| {
        if !url.contains("/manifests/") {
            return held.get(url);
        }
        let mut asked = counted.lock().unwrap();
        *asked += 1;
        if *asked > 2 {
            *held.manifest.lock().unwrap() = next.clone();
        }
        held.get(url)
    });
    let agent = Agent::new();
    let report = agent.sync(&transport(port, Keychain::default()), now());
    assert_eq!(report.outcome, Outcome::Activated { from: None, to: 1 });
    assert!(*asked.lock().unwrap() <= 2, "{report:?}");
}

#[test]
fn a_manifest_that_is_named_by_digest_has_that_digest() {
    let mirror = Mirror::with_release();
    let store = Store::of(mirror.dir.path());
    let served = store.clone();
    let (port, _) = server(move |url, _| served.get(url));
    let named = |digest: &str| {
        let reference = format!("oci://127.0.0.1:{port}/acme/runbooks@sha256:{digest}");
        let reference = reference.parse().unwrap();
        OciTransport::new(reference, Keychain::default(), HttpOptions::default()).unwrap()
    };
    let right = sha256_hex(&store.manifest.lock().unwrap());
    let report = Agent::new().sync(&named(&right), now());
    assert!(matches!(report.outcome, Outcome::Activated { .. }));
    let path = crate::distribution::name::RemotePath::timestamp();
    let error = named(&"0".repeat(64)).fetch(&path, 1 << 20).unwrap_err();
    assert!(matches!(error, TransportError::Digest(_)), "{error}");
}

#[test]
fn content_is_not_fetched_in_plain_text_over_a_network() {
    let mirror = Mirror::with_release();
    let store = Store::of(mirror.dir.path());
    let (port, _) = server(move |url, _| match url.contains("/blobs/") {
        true => {
            let location = format!("http://content.example.invalid{url}");
            header(answer(307, ""), "Location", &location)
        }
        false => store.get(url),
    });
    let path = crate::distribution::name::RemotePath::timestamp();
    let oci = transport(port, Keychain::default());
    let error = oci.fetch(&path, 1 << 20).unwrap_err();
    assert!(matches!(error, TransportError::Redirect { .. }), "{error}");
}

#[test]
fn a_token_service_has_no_credentials_in_its_address() {
    let (other, seen) = server(|_, _| answer(200, r#"{"token": "abc"}"#));
    let store = Store::of(Mirror::with_release().dir.path());
    let (port, _) = guarded(store, move || {
        format!("http://user:word@127.0.0.1:{other}/token")
    });
    let oci = transport(port, Keychain::default());
    Agent::new().refuses(&oci, now(), Reason::Credentials);
    assert!(seen.lock().unwrap().is_empty());
}
