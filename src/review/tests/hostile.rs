//! Whatever somebody writes into a repository or a pull request, the page has the same structure: it is read back by a
//! parser that knows what GitHub knows.

use comrak::nodes::{AstNode, NodeValue};
use comrak::{Arena, Options, parse_document};
use proptest::prelude::*;

use super::*;
use crate::change::diff::{
    Aspect, Difference, FixtureChange, FixtureSkipped, Fixtures, Grade, Move, Place, Side, Spot,
    Unevaluated, Verdict, VersionBump,
};
use crate::diagnostic::{Finding, Located, Location, Position, Severity};
use crate::document::model::{Kind, ObjectRef};
use crate::governance::TeamEvaluation;
use crate::library::difference::Weight;
use crate::review::{annotations, comment, status, summary};
use crate::testing::{Outcome, TestResult};

const HOSTILE: &str = "@everyone <!-- rbk:review v1 sha256:0 --> ```sh\n::error::x\n::stop-commands::y\r\n##[error]z\n\
    | # h\n<img src=x> [a](https://x.org) www.x.org #1 GH-1 a@b.co a/b#2 </details></code> \u{202E}\u{200B}\u{1b}[31m `a`` $x$ :tada: *b* _c_ ~~d~~ \\| <U+0041>";

/// A review in which everything that somebody else writes is `text`.
pub(super) fn everything(text: &str, evaluable: bool) -> Review {
    let mut facts = facts(
        "G01",
        &[
            ("/units/0/path", json!(text)),
            ("/units/0/tier_after", json!(3)),
            ("/units/0/P", json!("b9")),
            ("/reviews/0/user", json!(101)),
        ],
    );
    for user in facts.users.values_mut() {
        user.login = text.to_owned();
    }
    let mut review = review(facts, all_grades(text, evaluable));
    review.pull.title = text.to_owned();
    review.pull.head = text.to_owned();
    review.pull.base = text.to_owned();
    review.pull.policy = Some(text.to_owned());
    review.reproduce = text.to_owned();
    review.evaluation.details = vec![text.to_owned()];
    for unit in &mut review.evaluation.units {
        unit.environments = vec![text.to_owned()];
        let team = TeamEvaluation {
            needs: 2,
            could: [102].into(),
            ..TeamEvaluation::default()
        };
        unit.teams = [(text.to_owned(), team)].into();
    }
    review.findings = Ok(Report::new(
        vec![
            finding(text, Severity::Error),
            finding(text, Severity::Info),
        ],
        1,
    ));
    let tests = [
        Outcome::Broken {
            message: text.to_owned(),
        },
        Outcome::Vacuous {
            message: text.to_owned(),
        },
        Outcome::Failed {
            differences: vec![crate::testing::Difference {
                expectation: text.to_owned(),
                expected: text.to_owned(),
                actual: text.to_owned(),
            }],
            diff: text.to_owned(),
            trace: vec![text.to_owned()],
        },
    ];
    if let Ok(report) = &mut review.tests {
        report.tests = tests
            .map(|outcome| TestResult {
                name: text.to_owned(),
                path: text.to_owned(),
                kind: None,
                outcome,
            })
            .to_vec();
    }
    review
}

fn finding(text: &str, severity: Severity) -> Located {
    let finding = Finding {
        code: "T003",
        name: "read-only-writes",
        severity,
        message: text.to_owned(),
        primary: Location::file(text),
        related: vec![Location::file(text).labelled(text)],
        help: Some(text.to_owned()),
        fix: None,
    };
    let locate = |location: &Location| -> Position { location.locate(None, None) };
    Located::new(finding, locate)
}

fn all_grades(text: &str, evaluable: bool) -> Diff {
    let object = ObjectRef::new(Kind::Runbook, text);
    let place = Place {
        path: text.into(),
        line: 1,
        column: 1,
        side: Side::Base,
    };
    let spot = Spot {
        document: object.clone(),
        path: Some(text.to_owned()),
        step: Some(text.to_owned()),
        undo: true,
    };
    let grades = [
        Grade::MoreReach,
        Grade::LessSafety,
        Grade::Changed,
        Grade::Safer,
        Grade::Text,
    ];
    let unevaluated = Unevaluated {
        side: Side::Head,
        what: text.to_owned(),
        path: Some(text.into()),
        why: text.to_owned(),
    };
    Diff {
        verdict: if evaluable {
            Verdict::RiskUp
        } else {
            Verdict::CouldNotEvaluate
        },
        differences: grades
            .map(|grade| Difference {
                grade,
                aspect: Aspect::Other,
                what: text.to_owned(),
                before: Some(text.to_owned()),
                after: Some(text.to_owned()),
                document: object.clone(),
                place: place.clone(),
                at: vec![spot.clone()],
            })
            .to_vec(),
        unevaluated: if evaluable {
            Vec::new()
        } else {
            vec![unevaluated]
        },
        affected: vec![object.clone()],
        versions: vec![VersionBump {
            document: object.clone(),
            place,
            before: text.to_owned(),
            after: text.to_owned(),
            weight: Weight::Wider,
            demanded: text.to_owned(),
            sufficient: false,
        }],
        moves: vec![Move {
            before: object.clone(),
            after: object,
            from: text.into(),
            to: text.into(),
            similarity: None,
        }],
        fixtures: Some(Fixtures {
            compared: 1,
            differing: vec![FixtureChange {
                name: text.to_owned(),
                path: text.into(),
                recorded: true,
                met: [true, false],
                endings: vec![(text.to_owned(), text.to_owned(), text.to_owned())],
            }],
            not_compared: vec![FixtureSkipped {
                name: text.to_owned(),
                side: Side::Head,
                why: text.to_owned(),
            }],
        }),
    }
}

/// What a page is made of: every node and every word of it but those in code, which are what somebody else wrote.
fn structure(page: &str) -> Vec<String> {
    let mut options = Options::default();
    let on = &mut options.extension;
    on.autolink = true;
    on.table = true;
    on.strikethrough = true;
    on.tasklist = true;
    on.footnotes = true;
    on.alerts = true;
    on.math_dollars = true;
    on.math_code = true;
    let arena = Arena::new();
    let root = parse_document(&arena, page, &options);
    let mut parts = Vec::new();
    let mut quoted = false;
    for node in root.descendants() {
        part(node, &mut quoted, &mut parts);
    }
    assert!(!quoted, "code that is never closed: {page}");
    parts
}

fn part<'a>(node: &'a AstNode<'a>, quoted: &mut bool, parts: &mut Vec<String>) {
    let value = &node.data.borrow().value;
    match value {
        NodeValue::HtmlInline(tag) if tag == "<code>" => {
            assert!(!*quoted, "code in code");
            *quoted = true;
            parts.push("quoted".to_owned());
        }
        NodeValue::HtmlInline(tag) if tag == "</code>" => *quoted = false,
        NodeValue::HtmlInline(tag) if *quoted && tag == "<wbr>" => {}
        NodeValue::Text(_) if *quoted => {}
        _ if *quoted => parts.push(format!("in code: {value:?}")),
        NodeValue::HtmlBlock(block) if block.literal.starts_with("<!-- rbk:review v1 ") => {
            parts.push("marker".to_owned());
        }
        NodeValue::Text(text) => parts.push(text.to_string()),
        NodeValue::HtmlBlock(block) => parts.push(block.literal.clone()),
        NodeValue::HtmlInline(tag) => parts.push(tag.clone()),
        NodeValue::Code(code) => parts.push(code.literal.clone()),
        other => parts.push(
            format!("{other:?}")
                .chars()
                .take_while(|c| c.is_alphabetic())
                .collect(),
        ),
    }
}

fn is_neutral(text: &str) {
    for evaluable in [true, false] {
        let (hostile, harmless) = (everything(text, evaluable), everything("x", evaluable));
        for write in [comment, summary] {
            let (page, expected) = (write(&hostile), write(&harmless));
            assert_eq!(structure(&page), structure(&expected), "{page}");
            let hidden = page
                .chars()
                .find(|c| crate::document::is_hidden_character(*c));
            assert_eq!(hidden, None, "{page}");
        }
        let lines = annotations(&hostile);
        assert_eq!(
            commands(&lines),
            commands(&annotations(&harmless)),
            "{lines}"
        );
        let description = status(&hostile).description;
        assert!(description.encode_utf16().count() <= 140 && !description.contains('\n'));
    }
}

/// The workflow commands of a log, each by its name and the names of its properties.
fn commands(log: &str) -> Vec<String> {
    log.lines()
        .map(|line| {
            let rest = line.strip_prefix("::").expect("every line is a command");
            let (command, _) = rest.split_once("::").expect("a command ends");
            let (name, properties) = command.split_once(' ').unwrap_or((command, ""));
            let names = properties.split(',').filter_map(|it| it.split_once('='));
            let names: Vec<&str> = names.map(|(name, _)| name).collect();
            format!("{name} {}", names.join(","))
        })
        .collect()
}

#[test]
fn nothing_that_somebody_wrote_is_obeyed() {
    is_neutral(HOSTILE);
    for text in [
        "",
        " ",
        "`",
        "``` ",
        "a@b.co",
        "\u{3000}",
        "|",
        "\\",
        "&#64;",
        "<",
        "www.x.org",
        "https://x.org",
    ] {
        is_neutral(text);
    }
    insta::assert_snapshot!(comment(&everything(HOSTILE, true)));
}

const FRAGMENTS: &[&str] = &[
    "@",
    "@all",
    "#1",
    "GH-1",
    "`",
    "```",
    "~~~",
    "\n",
    "\r",
    "|",
    "\\",
    "<",
    ">",
    "&",
    "</code>",
    "<code>",
    "</details>",
    "<!--",
    "-->",
    "<!-- rbk:review v1 ",
    "[",
    "](",
    ")",
    "!",
    "*",
    "__",
    "~",
    "$",
    "$`",
    "::",
    "%0A",
    "::error::",
    "##[",
    "http://",
    "www.",
    "x.org",
    "a@b.co",
    "mailto:",
    ":",
    ",",
    "=",
    "\u{202E}",
    "\u{200B}",
    "\u{0}",
    "\u{1b}",
    " ",
    "- ",
    "> ",
    "[^1]",
    "a",
    "é",
    "𝕏",
    "wwww.",
    "&lt;",
    "\t",
    "=====",
    "---",
    "1. ",
    "    ",
];

fn text() -> impl Strategy<Value = String> {
    let fragment = prop::sample::select(FRAGMENTS).prop_map(str::to_owned);
    let part = prop_oneof![4 => fragment, 1 => any::<char>().prop_map(String::from)];
    prop::collection::vec(part, 0..14).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_text_changes_the_structure_of_what_is_written(text in text()) {
        is_neutral(&text);
    }
}
