//! Debian's `docker-registry`, with skopeo to copy artifacts beside rbk.

use std::process::Command;

use super::{Server, foreign, port, published, sync};
use crate::workbench::{Workbench, words};

/// The password `secret` for `mia`, as htpasswd keeps it.
const MIA: &str = "mia:$2b$04$M/z9d6YbFeo2sb6mO31wHuQLzSAEgrHZhbOtfwmvoYrzdd4o46jRq\n";

fn registry(bench: &Workbench, more: &str) -> Option<(Server, u16)> {
    let program = foreign("docker-registry")?;
    let port = port();
    let root = bench.path("registry");
    let root = root.display();
    let configuration = format!(
        "version: 0.1\nstorage: {{filesystem: {{rootdirectory: {root}/{port}}}, delete: {{enabled: true}}}}\nhttp: {{addr: \"127.0.0.1:{port}\"}}\n{more}"
    );
    bench.write("registry/config.yml", configuration);
    let file = bench.path("registry/config.yml");
    let arguments = ["serve", file.to_str().unwrap()];
    Some((Server::start(&program, &arguments, port), port))
}

#[test]
fn releases_are_pushed_to_a_registry_and_followed_from_there() {
    let bench = published();
    let Some((_server, port)) = registry(&bench, "") else {
        return;
    };
    let artifact = format!("oci://127.0.0.1:{port}/acme/runbooks:stable");
    let push = format!("push public {artifact} --root root.json --format json");
    let pushed = bench.rbk(&words(&push)).expect(0).json();
    assert_eq!(pushed["sent"], pushed["files"]);
    let again = bench.rbk(&words(&push)).expect(0).json();
    assert_eq!(
        (&again["sent"], &again["sha256"]),
        (&0.into(), &pushed["sha256"])
    );
    bench.rbk(&words(&sync(&artifact))).expect(0);
    let ran = bench.rbk(&words(&sync(&artifact))).expect(0);
    assert!(
        ran.stdout.contains("still the newest (1 request, 0 bytes)"),
        "{ran}"
    );

    bench.publish_with("two", "").expect(0);
    let more = bench.rbk(&words(&push)).expect(0).json();
    // Only what the registry does not have: the pack, the index and the metadata.
    assert_eq!(more["sent"], 5, "{more}");
    let ran = bench.rbk(&words(&sync(&artifact))).expect(0);
    assert!(ran.stdout.contains("release 1 → 2 is in force"), "{ran}");

    // The publication before, by its digest: a rollback.
    let digest = pushed["sha256"].as_str().unwrap();
    let before = format!("oci://127.0.0.1:{port}/acme/runbooks@sha256:{digest}");
    let ran = bench.rbk(&words(&sync(&before))).expect(1);
    assert!(ran.stderr.contains("[rollback]"), "{ran}");
    let ran = bench
        .rbk(&words(&sync(&artifact.replace("stable", "nowhere"))))
        .expect(1);
    assert!(ran.stderr.contains("[not-found]"), "{ran}");
}

#[test]
fn artifacts_are_copied_by_other_tools_unchanged() {
    let bench = published();
    let (Some((_one, from)), Some(skopeo)) = (registry(&bench, ""), foreign("skopeo")) else {
        return;
    };
    let Some((_two, to)) = registry(&bench, "") else {
        return;
    };
    let artifact = |port: u16| format!("127.0.0.1:{port}/acme/runbooks:stable");
    let push = format!("push public oci://{} --root root.json", artifact(from));
    bench.rbk(&words(&push)).expect(0);
    let copied = Command::new(&skopeo)
        .args([
            "--insecure-policy",
            "copy",
            "--src-tls-verify=false",
            "--dest-tls-verify=false",
        ])
        .args([from, to].map(|port| format!("docker://{}", artifact(port))))
        .output()
        .unwrap();
    assert!(copied.status.success(), "{copied:?}");
    let ran = bench
        .rbk(&words(&sync(&format!("oci://{}", artifact(to)))))
        .expect(0);
    assert!(ran.stdout.contains("release 1 is in force"), "{ran}");
}

#[test]
fn a_registry_that_asks_for_a_password_gets_the_one_of_docker() {
    let bench = published();
    bench.write("registry/htpasswd", MIA);
    let file = bench.path("registry/htpasswd");
    let more = format!(
        "auth: {{htpasswd: {{realm: here, path: {}}}}}\n",
        file.display()
    );
    let Some((_server, port)) = registry(&bench, &more) else {
        return;
    };
    let artifact = format!("oci://127.0.0.1:{port}/acme/runbooks:stable");
    let push = format!("push public {artifact} --root root.json");
    let ran = bench.rbk(&words(&push)).expect(3);
    assert!(
        ran.stderr
            .contains("asks for credentials, and none are known for it"),
        "{ran}"
    );
    // `mia:secret` in base64, in the home of whoever runs it.
    let auths = format!(r#"{{"auths": {{"127.0.0.1:{port}": {{"auth": "bWlhOnNlY3JldA=="}}}}}}"#);
    bench.write(".docker/config.json", auths);
    bench.rbk(&words(&push)).expect(0);
    bench.rbk(&words(&sync(&artifact))).expect(0);
}
