//! Servers as they are installed: nginx, a registry, and skopeo beside it. All on the loopback interface.

mod nginx;
mod registry;
mod watchers;

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::workbench::{Workbench, words};

/// A program that is not part of this repository; nothing when it is not installed and need not be.
fn foreign(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    let found = folders
        .map(|folder| folder.join(name))
        .find(|file| file.is_file());
    if found.is_none() {
        let required = std::env::var_os("RBK_REQUIRE_FOREIGN").is_some();
        assert!(!required, "{name} is required, but not installed");
        eprintln!("skipped: {name} is not installed");
    }
    found
}

/// A server that ends with the test.
struct Server(Child);

impl Server {
    /// Starts a program, and waits until it listens.
    fn start(program: &Path, arguments: &[&str], port: u16) -> Self {
        let child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self(child);
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(
                started.elapsed() < Duration::from_secs(20),
                "{program:?} does not listen"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        server
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // nginx tells its workers to end only when it is asked to.
        let asked = Command::new("kill").arg(self.0.id().to_string()).status();
        if !asked.is_ok_and(|status| status.success()) {
            let _ = self.0.kill();
        }
        let _ = self.0.wait();
    }
}

/// A port that was free a moment ago.
fn port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// The starter library, published once.
fn published() -> Workbench {
    let bench = Workbench::new();
    bench.starter("library");
    bench
        .rbk(&words("bundle build library --out one"))
        .expect(0);
    let runbook = "library/runbooks/error-rate-after-deploy/runbook.yaml";
    bench.replace(runbook, "version: 1.0.0", "version: 2.0.0");
    bench.commit("library");
    bench
        .rbk(&words("bundle build library --out two"))
        .expect(0);
    bench.make_root();
    bench.publish_with("one", "").expect(0);
    bench
}

/// An agent's command line for what is published at `from`.
fn sync(from: &str) -> String {
    format!("sync --from {from} --state agent --root root.json")
}
