//! Makes libraries of any size out of the starter library: one copy of its incident after another, each with a
//! service, a catalogue, a runbook, a signature, a postmortem and fixtures of its own, under ids of their own, so
//! that everything lints clean and every fixture passes.

use std::fs;
use std::path::Path;

use rbk::library::starter;
use serde_yaml::{Mapping, Sequence, Value};

/// Lines every generated document has at least.
const LINES: usize = 100;

/// Ids of the starter library that differ between copies.
const RENAMED: [&str; 14] = [
    "2026-03-14-null-currency",
    "HighRequestErrorRate",
    "bad-deploy-5xx",
    "checkout",
    "dependency-error-ratio",
    "deployment-revision",
    "elevated-error-rate",
    "error-rate-after-deploy",
    "http-error-ratio",
    "k8s.rollout-undo",
    "k8s.scale-in",
    "neighbour-error-ratio",
    "payments-gateway",
    "pending-migrations",
];

/// How large a library is made.
#[derive(Clone, Copy)]
pub(crate) enum Size {
    /// At least so many documents.
    Documents(usize),
    /// At least so many fixtures, with everything they test.
    Fixtures(usize),
}

/// What a generated library holds.
pub(crate) struct Written {
    pub(crate) documents: usize,
    pub(crate) fixtures: usize,
    pub(crate) lines: usize,
    pub(crate) bytes: usize,
}

/// Writes a library to `folder`.
pub(crate) fn write(folder: &Path, size: Size) -> Written {
    let (shared, copied): (Vec<_>, Vec<_>) = starter::FILES
        .iter()
        .copied()
        .partition(|(path, _)| is_shared(path));
    let fixtures = copied.iter().filter(|(path, _)| is_fixture(path)).count();
    let copies = match size {
        Size::Documents(wanted) => wanted.saturating_sub(shared.len()).div_ceil(copied.len()),
        Size::Fixtures(wanted) => wanted.div_ceil(fixtures),
    };
    let mut written = Written {
        documents: shared.len() + copies * copied.len(),
        fixtures: copies * fixtures,
        lines: 0,
        bytes: 0,
    };
    let mut put = |path: &str, text: &str| {
        written.lines += text.lines().count();
        written.bytes += text.len();
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("the folder can be made");
        fs::write(path, text).expect("the file can be written");
    };
    for (path, text) in shared {
        put(path, &with_entries(path, text, copies));
    }
    for (path, text) in copied {
        let text = lengthened(path, text);
        for copy in 0..copies {
            put(&renamed(path, copy), &renamed(&text, copy));
        }
    }
    written
}

/// The configuration, the policy and the taxonomy, which a library has once.
fn is_shared(path: &str) -> bool {
    path == "rbk.yaml" || path.contains("governance") || path.contains("taxonomy")
}

fn is_fixture(path: &str) -> bool {
    path.contains("/fixtures/")
}

fn renamed(text: &str, copy: usize) -> String {
    RENAMED.iter().fold(text.to_owned(), |text, id| {
        text.replace(id, &format!("{id}-{copy}"))
    })
}

fn read(text: &str) -> Value {
    serde_yaml::from_str(text).expect("the starter library is YAML")
}

fn yaml(value: &Value) -> String {
    serde_yaml::to_string(value).expect("YAML")
}

/// A shared document, with everything in it that names a copied one once for each copy.
fn with_entries(path: &str, text: &str, copies: usize) -> String {
    if path == "rbk.yaml" {
        return text.to_owned();
    }
    let mut document = read(text);
    let spec = &mut document["spec"];
    for key in ["rollout", "classes"] {
        if let Some(Value::Mapping(entries)) = spec.get_mut(key) {
            multiply(entries, copies);
        }
    }
    for freeze in spec.get_mut("freezes").into_iter().flat_map(items) {
        let Some(Value::Sequence(allowed)) = freeze.get_mut("allow") else {
            continue;
        };
        *allowed = (0..copies)
            .flat_map(|copy| {
                allowed
                    .iter()
                    .map(move |id| read(&renamed(&yaml(id), copy)))
            })
            .collect();
    }
    yaml(&document)
}

fn items(value: &mut Value) -> impl Iterator<Item = &mut Value> {
    value.as_sequence_mut().into_iter().flatten()
}

fn multiply(entries: &mut Mapping, copies: usize) {
    let original = yaml(&Value::Mapping(std::mem::take(entries)));
    for copy in 0..copies {
        if let Value::Mapping(copied) = read(&renamed(&original, copy)) {
            entries.extend(copied);
        }
    }
}

/// A document in block style with [`LINES`] lines at least: log lines are added to a fixture, paragraphs to a
/// postmortem, labels to the others.
fn lengthened(path: &str, text: &str) -> String {
    if path.ends_with(".md") {
        let missing = LINES.saturating_sub(text.lines().count());
        let line =
            "Nobody looked at the carts before the second call of the day, which came too late.\n";
        return format!("{text}{}", line.repeat(missing));
    }
    let mut document = read(text);
    let missing = LINES.saturating_sub(yaml(&document).lines().count());
    if is_fixture(path) && document["spec"].get("logs").is_some() {
        let start = document["spec"]["clock"]["start"].as_str().expect("a time");
        let hour = start.split(':').next().expect("an hour").to_owned();
        let logs = document["spec"]["logs"].as_sequence_mut();
        // Each takes two lines.
        logs.expect("a list")
            .extend(noise(&hour, missing.div_ceil(2)));
    } else if missing > 0 {
        document["metadata"]["labels"] = Value::Mapping(labels(missing - 1));
    }
    yaml(&document)
}

fn noise(hour: &str, lines: usize) -> Sequence {
    let line = |at: usize| {
        let (minute, second) = (at / 6, at % 6 * 10);
        let at_time = format!("{hour}:{minute:02}:{second:02}Z");
        let text = format!("GET /cart/{at}7 200 {at}ms user=u{at}4 trace=4bf92f{at}");
        Value::Mapping(Mapping::from_iter([
            ("at".into(), at_time.into()),
            ("line".into(), text.into()),
        ]))
    };
    (0..lines).map(line).collect()
}

fn labels(lines: usize) -> Mapping {
    (0..lines)
        .map(|at| {
            (
                format!("note-{at}").into(),
                format!("kept for later, {at}").into(),
            )
        })
        .collect()
}
