use std::collections::BTreeMap;

use super::*;
use crate::diagnostic::{Applicability, Edit, Finding, Fix, Located, Location, Severity};
use crate::document::{Parsed, Route, Source, Span, parse};

/// Files held in memory, with their documents.
struct Files(BTreeMap<&'static str, (Source, Vec<Parsed>)>);

impl Files {
    fn new(files: &[(&'static str, &str)]) -> Self {
        let read = |(path, text): &(&'static str, &str)| {
            let source = Source::from_text(*path, text).unwrap();
            let documents = parse(&source);
            (*path, (source, documents))
        };
        Self(files.iter().map(read).collect())
    }

    fn report(&self, findings: Vec<Finding>) -> Report {
        let locate = |location: &Location| {
            let file = self.0.get(location.path.as_str());
            let tree = file.and_then(|(_, documents)| documents.get(location.document));
            location.locate(
                file.map(|(source, _)| source),
                tree.map(|parsed| &parsed.tree),
            )
        };
        let located = findings
            .into_iter()
            .map(|finding| Located::new(finding, locate))
            .collect();
        Report::new(located, self.0.len())
    }
}

fn finding(severity: Severity, message: &str, primary: Location) -> Finding {
    Finding {
        code: "T003",
        name: "read-only-writes",
        severity,
        message: message.to_owned(),
        primary,
        related: Vec::new(),
        help: None,
        fix: None,
    }
}

fn route(keys: &[&str]) -> Route {
    keys.iter()
        .fold(Route::root(), |route, key| route.key(*key))
}

const RUNBOOK: &str = "runbooks/a/runbook.yaml";
const ACTION: &str = "catalog/undo.yaml";

fn two_files() -> (Files, Vec<Finding>) {
    let files = Files::new(&[
        (
            RUNBOOK,
            "kind: Runbook\nspec:\n  autonomy: {max_tier: 1, mode: gated}\n  paths:\n    undo: {action: undo}\n",
        ),
        (
            ACTION,
            "kind: Action\nspec:\n  tier: 2\n  reversibility:\n    class: irreversible\n",
        ),
    ]);
    let mut tier = finding(
        Severity::Error,
        "the runbook needs tier 2 but declares 1",
        Location::value(RUNBOOK, 0, route(&["spec", "autonomy", "max_tier"]))
            .labelled("declared here"),
    );
    tier.related = vec![
        Location::node(
            RUNBOOK,
            0,
            route(&["spec", "paths", "undo"]),
            crate::diagnostic::Part::Whole,
        )
        .labelled("this step"),
        Location::value(ACTION, 0, route(&["spec", "reversibility", "class"]))
            .labelled("cannot be undone"),
    ];
    tier.help = Some("declare `max_tier: 2`".to_owned());
    tier.fix = Some(Fix {
        title: "raise `max_tier` to 2".to_owned(),
        applicability: Applicability::Unsafe,
        edits: vec![Edit {
            path: RUNBOOK.into(),
            span: Span::new(46, 47),
            replacement: "2".to_owned(),
        }],
    });
    let warning = finding(
        Severity::Warning,
        "nothing is said about `effect`",
        Location::key(ACTION, 0, route(&["spec", "effect"])),
    );
    (files, vec![warning, tier])
}

#[test]
fn a_finding_is_drawn_with_the_places_of_every_file() {
    let (files, findings) = two_files();
    let report = files.report(findings);
    insta::assert_snapshot!(Format::Human.render(&report, &Style::default()));
}

#[test]
fn without_graphics_everything_is_said_in_words() {
    let (files, findings) = two_files();
    let report = files.report(findings);
    let style = Style {
        graphics: false,
        ..Style::default()
    };
    insta::assert_snapshot!(Format::Human.render(&report, &style));
}

#[test]
fn colours_are_only_written_when_asked_for() {
    let (files, findings) = two_files();
    let report = files.report(findings);
    let coloured = Style {
        colour: true,
        ..Style::default()
    };
    assert!(Format::Human.render(&report, &coloured).contains("\u{1b}["));
    for format in Format::all() {
        assert!(!format.render(&report, &Style::default()).contains('\u{1b}'));
    }
}

#[test]
fn json_is_what_its_schema_says() {
    let (files, findings) = two_files();
    let report = files.report(findings);
    let text = Format::Json.render(&report, &Style::default());
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../../../schema/report.schema.json")).unwrap();
    let output: serde_json::Value = serde_json::from_str(&text).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    if let Err(error) = validator.validate(&output) {
        panic!("{error} at {}", error.instance_path());
    }
    let first = &output["findings"][0];
    assert_eq!(first["primary"]["path"], ACTION);
    let tier = &output["findings"][1];
    assert_eq!(tier["primary"]["route"], "spec.autonomy.max_tier");
    assert_eq!(
        tier["primary"]["start"],
        serde_json::json!({"line": 3, "column": 24})
    );
    assert_eq!(tier["related"].as_array().unwrap().len(), 2);
    assert_eq!(output["summary"]["errors"], 1);
}

#[test]
fn github_annotations_name_their_place() {
    let (files, findings) = two_files();
    let report = files.report(findings);
    insta::assert_snapshot!(Format::Github.render(&report, &Style::default()));
}

#[test]
fn a_step_gets_no_more_annotations_than_are_shown() {
    let (files, findings) = two_files();
    let tier = findings.last().unwrap();
    let many = (0..12).map(|number| Finding {
        message: format!("finding {number:02}"),
        ..tier.clone()
    });
    let report = files.report(many.chain(findings.clone()).collect());
    let text = Format::Github.render(&report, &Style::default());
    assert_eq!(text.matches("::error ").count(), 10);
    assert!(text.starts_with("::error "), "errors come first");
    assert!(text.ends_with("not shown here: 3 more errors\n"), "{text}");
}

#[test]
fn hostile_text_forges_neither_commands_nor_colours() {
    let path = "a\n::error::b,c:d.yaml";
    let files = Files::new(&[(
        "a\n::error::b,c:d.yaml",
        "# ##[add-mask]x \u{202E}\u{1b}[31m\nk: 1\n",
    )]);
    let hostile = "x\n::set-output name=a::b\r\n##[error]y\u{1b}[2J\u{202E}% done";
    let mut finding = finding(
        Severity::Error,
        hostile,
        Location::value(path, 0, route(&["k"])).labelled(hostile),
    );
    finding.help = Some(hostile.to_owned());
    finding.related = vec![Location::span(path, 0, Span::new(0, 20)).labelled(hostile)];
    let report = files.report(vec![finding]);
    for graphics in [true, false] {
        let style = Style {
            graphics,
            ..Style::default()
        };
        let human = Format::Human.render(&report, &style);
        for line in human.lines() {
            assert!(!line.trim_start().starts_with("::"), "{line}");
            assert!(!line.contains("##["), "{line}");
        }
        assert!(!human.contains(['\u{1b}', '\u{202E}', '\r']), "{human}");
    }
    let github = Format::Github.render(&report, &Style::default());
    assert_eq!(github.lines().count(), 2, "{github}");
    assert!(
        github.starts_with("::error file=a %3A%3Aerror%3A%3Ab%2Cc%3Ad.yaml,line=2,"),
        "{github}"
    );
    assert!(!github.contains(['\u{1b}', '\u{202E}', '\r']));
}

#[test]
fn long_lines_and_long_blocks_are_cut() {
    let long = format!("k: \"{}\"\nm:\n{}", "x".repeat(5000), "  - 1\n".repeat(40));
    let files = Files::new(&[("a.yaml", &long)]);
    let report = files.report(vec![
        finding(
            Severity::Error,
            "too long",
            Location::span("a.yaml", 0, Span::new(3000, 3010)).labelled("here"),
        ),
        finding(
            Severity::Error,
            "a long block",
            Location::value("a.yaml", 0, route(&["m"])),
        ),
    ]);
    let text = Format::Human.render(&report, &Style::default());
    assert!(text.lines().count() < 30, "{text}");
    assert!(
        text.lines().all(|line| line.chars().count() < 220),
        "{text}"
    );
    assert!(text.contains("here"));
}

#[test]
fn a_file_that_could_not_be_read_is_still_named() {
    let files = Files::new(&[]);
    let report = files.report(vec![finding(
        Severity::Error,
        "not UTF-8",
        Location::file("b.yaml"),
    )]);
    let text = Format::Human.render(&report, &Style::default());
    assert!(text.contains("b.yaml:1:1"), "{text}");
}

#[test]
fn formats_have_names() {
    for format in Format::all() {
        assert_eq!(Format::from_name(format.name()), Some(format));
    }
    assert_eq!(Format::from_name("nonsense"), None);
}

#[test]
fn other_formats_carry_the_same_findings() {
    let (files, mut findings) = two_files();
    findings[1].fix = Some(Fix {
        title: "raise it".to_owned(),
        applicability: Applicability::Unsafe,
        edits: vec![Edit {
            path: RUNBOOK.into(),
            span: Span { start: 43, end: 44 },
            replacement: "2".to_owned(),
        }],
    });
    let report = files.report(findings);
    for format in [
        Format::Sarif,
        Format::Junit,
        Format::Markdown,
        Format::Rdjson,
    ] {
        let text = format.render(&report, &Style::default());
        insta::assert_snapshot!(format.name(), text);
    }
    let clean = Report::new(Vec::new(), 3);
    assert!(
        Format::Junit
            .render(&clean, &Style::default())
            .contains("tests=\"1\"")
    );
    assert_eq!(
        Format::Markdown.render(&clean, &Style::default()),
        "**no findings in 3 documents**\n"
    );
}

#[test]
fn fingerprints_survive_when_lines_move() {
    let fingerprint = |before: &str| {
        let text = format!("{before}kind: Action\nspec:\n  tier: 2\n");
        let files = Files::new(&[(ACTION, &text)]);
        let place = Location::value(ACTION, 0, route(&["spec", "tier"]));
        let report = files.report(vec![finding(Severity::Error, "too high", place)]);
        let text = Format::Sarif.render(&report, &Style::default());
        let output: serde_json::Value = serde_json::from_str(&text).unwrap();
        let result = output["runs"][0]["results"][0].clone();
        (
            result["partialFingerprints"].clone(),
            result["locations"].clone(),
        )
    };
    let (first, at) = fingerprint("");
    let (moved, elsewhere) = fingerprint("# a comment\n\n");
    assert_eq!(first, moved);
    assert_ne!(at, elsewhere);
}

#[test]
fn a_fix_of_several_edits_is_one_suggestion() {
    let text = "a: {b: 1, c: 2}\nd: 3\n";
    let files = Files::new(&[("a.yaml", text)]);
    let edit = |start, end, replacement: &str| Edit {
        path: "a.yaml".into(),
        span: Span::new(start, end),
        replacement: replacement.to_owned(),
    };
    let mut moved = finding(
        Severity::Error,
        "misplaced",
        Location::key("a.yaml", 0, route(&["a", "c"])),
    );
    moved.fix = Some(Fix {
        title: "move it".to_owned(),
        applicability: Applicability::Unsafe,
        edits: vec![edit(20, 20, "\nc: 2"), edit(8, 14, "")],
    });
    let report = files.report(vec![moved]);
    let read = |format: Format| -> serde_json::Value {
        serde_json::from_str(&format.render(&report, &Style::default())).unwrap()
    };
    let rdjson = read(Format::Rdjson);
    let suggestions = rdjson["diagnostics"][0]["suggestions"].as_array().unwrap();
    assert_eq!(suggestions.len(), 1);
    assert_eq!(suggestions[0]["text"], "}\nd: 3\nc: 2");
    let sarif = read(Format::Sarif);
    let fixes = sarif["runs"][0]["results"][0]["fixes"].as_array().unwrap();
    let replacements = &fixes[0]["artifactChanges"][0]["replacements"];
    assert_eq!(replacements.as_array().unwrap().len(), 2);
    assert_eq!(fixes[0]["description"]["text"], "move it");
    let json = read(Format::Json);
    assert_eq!(json["findings"][0]["fix"]["applicability"], "unsafe");
    assert!(
        Format::Human
            .render(&report, &Style::default())
            .contains("possible fix: move it")
    );
}
