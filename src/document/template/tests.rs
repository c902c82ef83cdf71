use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn context() -> Value {
    json!({
        "incident": {"service": "checkout", "severity": "SEV1", "active": true, "commander": null},
        "params": {"namespace": "payments", "replicas": 3, "share": 0.5, "big": u64::MAX},
        "change": {"deploy": {"previous_revision": 41, "tag": " v_1_2 ", "files": ["a"]}},
    })
}

fn render(text: &str) -> Result<Value, TemplateError> {
    Template::parse(text)?.render(&context())
}

#[test]
fn a_single_placeholder_keeps_its_json_type() {
    assert_eq!(
        render("{{ change.deploy.previous_revision }}"),
        Ok(json!(41))
    );
    assert_eq!(render("{{params.share}}"), Ok(json!(0.5)));
    assert_eq!(render("{{ params.big }}"), Ok(json!(u64::MAX)));
    assert_eq!(render("{{ incident.active }}"), Ok(json!(true)));
    assert_eq!(render("{{ change.deploy.files }}"), Ok(json!(["a"])));
}

#[test]
fn anything_else_is_text() {
    assert_eq!(
        render("deployment/{{ params.namespace }}/{{ incident.service }}"),
        Ok(json!("deployment/payments/checkout"))
    );
    assert_eq!(render(" {{ params.replicas }}"), Ok(json!(" 3")));
    assert_eq!(
        render("rate(http{service=\"{{ incident.service }}\"}[5m])"),
        Ok(json!("rate(http{service=\"checkout\"}[5m])"))
    );
    let literal = Template::parse("sum(up{job=\"a\"})").unwrap();
    assert!(literal.is_literal());
    assert_eq!(literal.render(&json!({})), Ok(json!("sum(up{job=\"a\"})")));
}

#[test]
fn filters_are_applied_in_order() {
    assert_eq!(render("{{ incident.severity | lower }}"), Ok(json!("sev1")));
    assert_eq!(
        render("{{ change.deploy.tag|trim|upper|replace('_', \".\") }}"),
        Ok(json!("V.1.2"))
    );
    assert_eq!(
        render("{{ incident.severity | replace('SEV', '') | int }}"),
        Ok(json!(1))
    );
    assert_eq!(render("{{ params.replicas | string }}"), Ok(json!("3")));
    assert_eq!(render("{{ params.replicas | int }}"), Ok(json!(3)));
}

#[test]
fn nothing_is_guessed() {
    for (text, message) in [
        ("{{ incident.owner }}", "`incident.owner` is not defined"),
        (
            "{{ snapshot.revision }}",
            "`snapshot.revision` is not defined",
        ),
        (
            "{{ incident.service.name }}",
            "`incident.service.name` is not defined",
        ),
        (
            "{{ incident.commander }}",
            "`incident.commander` has no value",
        ),
        (
            "{{ incident.commander | int }}",
            "`incident.commander` has no value",
        ),
        (
            "a {{ change.deploy.files }}",
            "cannot become part of a text",
        ),
        ("{{ change.deploy.files | string }}", "cannot be filtered"),
        ("{{ incident.service | int }}", "not a whole number"),
        ("{{ params.share | int }}", "not a whole number"),
        ("{{ incident.active | int }}", "not a whole number"),
        ("{{ params.big | int }}", "`int` cannot be applied"),
        ("{{ params.replicas | lower }}", "the value is a number"),
    ] {
        let error = render(text).unwrap_err();
        assert!(error.message.contains(message), "{text}: {error}");
        assert!(!text[error.span.clone()].is_empty(), "{text}");
    }
    let error = render("{{ incident.owner }}").unwrap_err();
    assert_eq!(
        error.help.as_deref(),
        Some("`incident` holds active, commander, service, severity")
    );
}

#[test]
fn references_and_filters_are_located() {
    let text = "x {{ incident.service }} {{ params.namespace | lower | trim }}";
    let template = Template::parse(text).unwrap();
    let references: Vec<_> = template
        .references()
        .map(|r| (r.to_string(), &text[r.span.clone()]))
        .collect();
    assert_eq!(
        references,
        [
            ("incident.service".to_owned(), "incident.service"),
            ("params.namespace".to_owned(), "params.namespace"),
        ]
    );
    let filters: Vec<_> = template.filters().map(|f| &text[f.span.clone()]).collect();
    assert_eq!(filters, ["lower", "trim"]);
}

#[test]
fn everything_else_of_jinja_is_refused_at_its_place() {
    for (text, marked) in [
        ("{% for x in y %}", "{%"),
        ("a {# comment #}", "{#"),
        ("{{ a + 1 }}", "+"),
        ("{{ a() }}", "("),
        ("{{ a[0] }}", "["),
        ("{{- a }}", "-"),
        ("{{ a.b-c }}", "-"),
        ("{{ 'text' }}", "'"),
        ("{{ 3 }}", "3"),
        ("{{ a if b }}", "i"),
        ("{{ a ~ b }}", "~"),
        ("{{ }}", "}"),
        ("{{ a. }}", " "),
        ("{{ a", "{{"),
        ("{{ a | }}", "}"),
        ("{{{ a }}}", "{"),
        ("a }} b", "}}"),
        ("{{ a | default('x') }}", "default"),
        ("{{ a | safe }}", "safe"),
        ("{{ a | lower('x') }}", "lower('x')"),
        ("{{ a | replace('x') }}", "replace('x')"),
        ("{{ a | replace('', 'x') }}", "replace('', 'x')"),
        ("{{ a | replace('x', 'y', 'z') }}", "replace('x', 'y', 'z')"),
        ("{{ a | replace(b, 'y') }}", "b"),
        ("{{ a | replace('x, 'y') }}", "("),
        ("{{ a | replace('\\n', 'y') }}", "'\\"),
        ("{{ a | replace('x', 'y }}", "'"),
        ("{{ é }}", "é"),
    ] {
        let error = Template::parse(text).unwrap_err();
        assert_eq!(&text[error.span.clone()], marked, "{text}: {error}");
        assert!(error.help.is_some(), "{text}");
    }
}

#[test]
fn size_is_limited() {
    for text in [
        "x".repeat(MAX_TEMPLATE_BYTES + 1),
        "{{ a }}".repeat(MAX_PLACEHOLDERS + 1),
        format!("{{{{ {} }}}}", ["a"; MAX_PATH + 1].join(".")),
        format!("{{{{ a {} }}}}", "| trim ".repeat(MAX_FILTERS + 1)),
        "{".repeat(MAX_TEMPLATE_BYTES),
    ] {
        assert!(Template::parse(&text).is_err());
    }
    let grown = "| replace('a', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa') ".repeat(MAX_FILTERS);
    let template = Template::parse(&format!("{{{{ a {grown} }}}}")).unwrap();
    let error = template.render(&json!({"a": "aa"})).unwrap_err();
    assert!(error.message.contains("longer than"), "{error}");
    let many = Template::parse(&"{{ a }} ".repeat(MAX_PLACEHOLDERS)).unwrap();
    let error = many.render(&json!({"a": "x".repeat(2_000)})).unwrap_err();
    assert!(error.message.contains("too long"), "{error}");
}

#[test]
fn arguments_are_filled_at_every_depth() {
    let args = BTreeMap::from([
        (
            "revision".to_owned(),
            json!("{{ change.deploy.previous_revision }}"),
        ),
        (
            "labels".to_owned(),
            json!({"{{ key }}": ["{{ incident.service }}", 1, null]}),
        ),
    ]);
    let rendered = render_args(&args, &context()).unwrap();
    assert_eq!(rendered["revision"], json!(41));
    assert_eq!(
        rendered["labels"],
        json!({"{{ key }}": ["checkout", 1, null]})
    );

    let args = BTreeMap::from([("hosts".to_owned(), json!(["a", {"name": "{{ nope }}"}]))]);
    let error = render_args(&args, &context()).unwrap_err();
    assert_eq!(error.argument, "hosts[1].name");

    let mut deep = json!("x");
    for _ in 0..=MAX_ARGUMENT_DEPTH {
        deep = json!([deep]);
    }
    assert!(render_args(&BTreeMap::from([("a".to_owned(), deep)]), &context()).is_err());
}

#[test]
fn text_that_is_filled_in_is_never_read_as_a_template() {
    let context =
        json!({"log": {"line": "{{ params.secret }} {% x %}"}, "params": {"secret": "s"}});
    let template = Template::parse("seen: {{ log.line }}").unwrap();
    assert_eq!(
        template.render(&context),
        Ok(json!("seen: {{ params.secret }} {% x %}"))
    );
}

proptest! {
    #[test]
    fn any_text_is_answered_and_spans_lie_within_it(
        text in "(\\{\\{|\\}\\}|[a-z.|(){}'\",%# \u{e4}\\\\]| replace\\('a', 'b'\\)|\\{\\{ a.b \\| lower \\}\\}){0,12}",
    ) {
        match Template::parse(&text) {
            Ok(template) => {
                for placeholder in template.placeholders() {
                    prop_assert!(text[placeholder.span.clone()].starts_with("{{"));
                    prop_assert_eq!(
                        &text[placeholder.reference.span.clone()],
                        placeholder.reference.to_string()
                    );
                }
                let _ = template.render(&json!({"a": {"b": "X"}}));
            }
            Err(error) => prop_assert!(text.get(error.span).is_some()),
        }
    }

    #[test]
    fn text_is_filled_in_unchanged(value in "\\PC{0,40}") {
        let template = Template::parse("<{{ v }}>").unwrap();
        prop_assert_eq!(template.render(&json!({"v": &value})), Ok(json!(format!("<{value}>"))));
    }
}
