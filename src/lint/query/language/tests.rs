use super::*;

fn good(backend: Backend, texts: &[&str]) {
    for text in texts {
        assert_eq!(parse(backend, text), Ok(()), "{text}");
    }
}

fn bad(backend: Backend, texts: &[&str]) {
    for text in texts {
        assert!(parse(backend, text).is_err(), "{text}");
    }
}

#[test]
fn promql_answers_samples() {
    good(
        Backend::Promql,
        &[
            r#"sum(rate(http_requests_total{code=~"5.."}[2m])) / sum(rate(http_requests_total[2m]))"#,
            "time() - 3",
            r#"histogram_quantile(0.99, sum by (le) (rate(a_bucket[5m])))"#,
        ],
    );
    bad(
        Backend::Promql,
        &[
            "",
            "sum(",
            "a{b=}",
            "rate(a)",
            "a[5m]",
            "\"text\"",
            "sum(a) by",
            "nosuch(a)",
        ],
    );
}

#[test]
fn logql_is_streams_in_promql() {
    good(
        Backend::Logql,
        &[
            r#"{app="x"} |= "panic" | json | level="error""#,
            r#"sum by (pod) (count_over_time({app="x"} |~ `a(b|c)` [5m])) > 3"#,
            r#"sum(rate({app="x"} | json | unwrap bytes(size) [1m])) / sum(bytes_rate({app="x"}[1m]))"#,
            r#"topk(5, sum by (a) (rate({app="x"} != "a,b" [5m])))"#,
        ],
    );
    bad(
        Backend::Logql,
        &[
            "app |= 3",
            r#"{app="x"} |= "panic"#,
            r#"sum(rate({app="x"}[5m])"#,
            r#"{app=x}"#,
            r#"{}"#,
            r#"nosuch(rate({app="x"}[5m]))"#,
            r#"rate({app="x"} |= "a")"#,
        ],
    );
}

#[test]
fn sql_is_one_statement_that_reads() {
    let reads = [
        "SELECT count(*) FROM t WHERE a = 'delete' AND \"update\" = 1",
        "WITH x AS (SELECT 1 AS a) SELECT a FROM x",
    ];
    good(Backend::Sql, &reads);
    for text in reads {
        assert_eq!(writes(Backend::Sql, text), None, "{text}");
    }
    bad(
        Backend::Sql,
        &["SELECT count( FROM t", "SELECT 1; SELECT 2", "SELECT 'a"],
    );
    for text in [
        "DELETE FROM t",
        "SELECT 1; DROP TABLE t",
        "SELECT 1; SELECT 2",
        "WITH x AS (DELETE FROM t RETURNING a) SELECT a FROM x",
        "SELECT a INTO b FROM t",
        "SELECT a FROM t FOR UPDATE",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity",
        "SELECT nextval('s')",
        "EXPLAIN SELECT 1",
    ] {
        assert!(writes(Backend::Sql, text).is_some(), "{text}");
    }
}

#[test]
fn addresses_name_one_thing() {
    good(
        Backend::Kubernetes,
        &[
            r"deployment/shop/x:metadata.annotations.a\.b/c",
            "node/n1:spec.unschedulable",
        ],
    );
    bad(
        Backend::Kubernetes,
        &[
            "deployment",
            "a/b/c/d:x",
            "a//c:x",
            "a/b c/d:x",
            "a/b/c:",
            "a/b/c:x[0",
        ],
    );
    good(Backend::Http, &["/v1/flags/x/enabled", "/search?q=a&b=%20"]);
    bad(
        Backend::Http,
        &[
            "v1/x",
            "//host/x",
            "/a b",
            "/a/../b",
            "http://host/x",
            "/a\nb",
        ],
    );
    assert!(writes(Backend::Http, "POST /v1/reset").is_some());
    assert!(writes(Backend::Http, "GET /v1/reset").is_none());
    good(
        Backend::Traceql,
        &[r#"{ resource.service.name = "x" && status = error }"#],
    );
    bad(Backend::Traceql, &["status = error", "{ a"]);
}

#[test]
fn hostile_texts_are_refused_within_a_small_stack() {
    let texts = [
        "(".repeat(LONGEST),
        "a+".repeat(LONGEST / 2 - 1) + "a",
        "-".repeat(LONGEST - 1) + "a",
        "not ".repeat(LONGEST / 4 - 1) + "a",
        "SELECT ".to_owned() + &"1+".repeat(2000) + "1",
        "SELECT ".to_owned() + &"NOT ".repeat(1000) + "1",
        "{".repeat(DEEPEST) + &"\"".repeat(7),
        "x".repeat(LONGEST + 1),
    ];
    let reader = std::thread::Builder::new().stack_size(2 << 20);
    let read = reader.spawn(move || {
        for text in &texts {
            for backend in [
                Backend::Promql,
                Backend::Logql,
                Backend::Sql,
                Backend::Http,
                Backend::Kubernetes,
            ] {
                let _ = parse(backend, text);
                let _ = writes(backend, text);
            }
        }
        assert!(
            parse(Backend::Promql, &texts[0]).is_err()
                && parse(Backend::Promql, &texts[7]).is_err()
        );
    });
    read.unwrap().join().unwrap();
}
