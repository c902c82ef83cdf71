//! nginx from Debian: conditional requests, ranges, compression, error pages, TLS; and a proxy before it.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Server, foreign, port, published, sync};
use crate::workbench::{Workbench, words};

/// nginx over `public`, with more settings of the server.
pub(super) fn nginx(bench: &Workbench, more: &str) -> Option<(Server, u16)> {
    let program = foreign("nginx")?;
    let port = port();
    let root = bench.path("");
    let root = root.display();
    fs::create_dir_all(bench.path("nginx")).unwrap();
    let user = match fs::metadata("/proc/self")
        .is_ok_and(|it| std::os::unix::fs::MetadataExt::uid(&it) == 0)
    {
        true => "user root;",
        false => "",
    };
    let configuration = format!(
        "{user}
daemon off;
pid {root}/nginx/pid;
error_log {root}/nginx/error.log;
worker_processes 2;
events {{ worker_connections 1024; }}
http {{
  access_log {root}/nginx/access.log;
  client_body_temp_path {root}/nginx/body;
  proxy_temp_path {root}/nginx/proxy;
  fastcgi_temp_path {root}/nginx/fastcgi;
  uwsgi_temp_path {root}/nginx/uwsgi;
  scgi_temp_path {root}/nginx/scgi;
  default_type application/json;
  gzip on;
  gzip_min_length 1;
  gzip_types *;
  server {{
    listen 127.0.0.1:{port};
    root {root}/public;
    {more}
  }}
}}
"
    );
    bench.write("nginx/nginx.conf", configuration);
    let file = bench.path("nginx/nginx.conf");
    let arguments = [
        "-c",
        file.to_str().unwrap(),
        "-p",
        bench.path("nginx").to_str().unwrap(),
    ]
    .map(str::to_owned);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    Some((Server::start(&program, &arguments, port), port))
}

/// Status codes that nginx answered with since the last time it was asked.
fn answers(bench: &Workbench) -> Vec<String> {
    // nginx writes a line after the answer was sent.
    std::thread::sleep(std::time::Duration::from_millis(200));
    let log = bench.read("nginx/access.log");
    fs::write(bench.path("nginx/access.log"), "").unwrap();
    let status = |line: &str| Some(line.split("\" ").nth(1)?.split(' ').next()?.to_owned());
    log.lines().filter_map(status).collect()
}

#[test]
fn releases_are_followed_from_nginx_and_an_unchanged_poll_is_one_request() {
    let bench = published();
    let Some((_server, port)) = nginx(&bench, "error_page 404 /missing.html;") else {
        return;
    };
    // Its page for what is not there must not be taken for a root.
    bench.write("public/missing.html", "<html>not here</html>");
    let address = format!("http://127.0.0.1:{port}");
    bench.rbk(&words(&sync(&address))).expect(0);
    answers(&bench);
    let ran = bench.rbk(&words(&sync(&address))).expect(0);
    assert!(
        ran.stdout.contains("still the newest (1 request, 0 bytes)"),
        "{ran}"
    );
    assert_eq!(answers(&bench), ["304"]);
    bench.publish_with("two", "").expect(0);
    let ran = bench.rbk(&words(&sync(&address))).expect(0);
    assert!(ran.stdout.contains("release 1 → 2 is in force"), "{ran}");
    assert!(ran.stdout.contains("1.0.0 → 2.0.0"), "{ran}");
}

#[test]
fn error_pages_and_sign_in_pages_are_not_content() {
    let bench = published();
    let Some((_server, port)) = nginx(&bench, "location /metadata/ { return 503 '{}'; }") else {
        return;
    };
    let ran = bench
        .rbk(&words(&sync(&format!("http://127.0.0.1:{port}"))))
        .expect(3);
    assert!(ran.stderr.contains("[http-status]"), "{ran}");
    let Some((_server, port)) = nginx(&bench, "try_files /page.html =404;") else {
        return;
    };
    bench.write("public/page.html", "<html>please sign in</html>");
    let ran = bench
        .rbk(&words(&sync(&format!("http://127.0.0.1:{port}"))))
        .expect(1);
    assert!(ran.stderr.contains("[malformed]"), "{ran}");
    assert!(!ran.stderr.contains("sign in"), "{ran}");
}

/// A certificate for 127.0.0.1 from an authority of its own.
fn certificates(bench: &Workbench) {
    bench.write(
        "tls/extensions",
        "subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n",
    );
    for line in [
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 30 -subj /CN=authority",
        "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout server.key -out server.csr -subj /CN=server",
        "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile extensions -out server.pem",
    ] {
        let ran = Command::new("openssl")
            .args(words(line))
            .current_dir(bench.path("tls"))
            .output()
            .unwrap();
        assert!(ran.status.success(), "{ran:?}");
    }
}

#[test]
fn a_private_authority_is_trusted_when_it_is_named_and_only_then() {
    let (bench, Some(_)) = (published(), foreign("openssl")) else {
        return;
    };
    certificates(&bench);
    let secure = port();
    let root = bench.path("tls");
    let root = root.display();
    let more = format!(
        "listen 127.0.0.1:{secure} ssl; ssl_certificate {root}/server.pem; ssl_certificate_key {root}/server.key;"
    );
    let Some(_server) = nginx(&bench, &more) else {
        return;
    };
    let from = sync(&format!("https://127.0.0.1:{secure}"));
    let ran = bench.rbk(&words(&from)).expect(3);
    assert!(ran.stderr.contains("[unreachable]"), "{ran}");
    bench
        .rbk(&words(&format!("{from} --ca-file tls/ca.pem")))
        .expect(0);
    let wrong = bench
        .rbk(&words(&format!("{from} --ca-file tls/ca.key")))
        .expect(2);
    assert!(
        wrong.stderr.contains("something else than certificates"),
        "{wrong}"
    );
}

/// A proxy that lets everything through to `to`, and counts.
fn proxy(to: u16) -> (u16, Arc<AtomicU64>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let used = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&used);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut client, counter) = (stream.unwrap(), Arc::clone(&counter));
            std::thread::spawn(move || {
                let (mut head, mut byte) = (Vec::new(), [0]);
                while !head.ends_with(b"\r\n\r\n") && client.read(&mut byte).is_ok_and(|n| n == 1) {
                    head.push(byte[0]);
                }
                let head = String::from_utf8_lossy(&head).into_owned();
                assert!(head.contains("mirror.example"), "{head}");
                counter.fetch_add(1, Ordering::SeqCst);
                let mut server = TcpStream::connect(("127.0.0.1", to)).unwrap();
                match head.starts_with("CONNECT ") {
                    true => client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap(),
                    // An address with a host, as proxies are asked for plain HTTP.
                    false => {
                        let head = head.replacen("http://mirror.example", "", 1);
                        server.write_all(head.as_bytes()).unwrap();
                    }
                }
                let (mut from, mut back) =
                    (client.try_clone().unwrap(), server.try_clone().unwrap());
                std::thread::spawn(move || std::io::copy(&mut from, &mut server));
                let _ = std::io::copy(&mut back, &mut client);
            });
        }
    });
    (port, used)
}

#[test]
fn the_proxy_of_the_environment_is_used() {
    let bench = published();
    let Some((_server, port)) = nginx(&bench, "") else {
        return;
    };
    let (proxy, used) = proxy(port);
    let line = sync("http://mirror.example");
    let with = |name: &str| {
        bench.rbk_with(&words(&line), |command| {
            command.env(name, format!("http://127.0.0.1:{proxy}"));
        })
    };
    with("HTTP_PROXY").expect(0);
    assert!(used.load(Ordering::SeqCst) > 0);
}
