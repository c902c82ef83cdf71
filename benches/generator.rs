//! Makes libraries of any size out of the starter library: one copy of its incident after another,
//! each with ids of its own, so that everything lints clean and every fixture passes.

use std::fs;
use std::path::Path;

use rbk::library::starter;
use serde_yaml::{Mapping, Value};

/// Lines every generated document has at least.
const LINES: usize = 100;

/// What is shared by all copies.
const SHARED: [&str; 3] = [
    "rbk.yaml",
    "runbooks/governance.yaml",
    "runbooks/catalog/taxonomy/taxonomy.yaml",
];

/// What differs between copies: an id of the starter library and its new name.
fn renamed(text: &str, copy: usize) -> String {
    // The longer id first, so that it is not cut by one it contains.
    [
        (
            "error-rate-after-deploy",
            format!("error-rate-after-deploy-{copy}"),
        ),
        (
            "2026-03-14-null-currency",
            format!("2026-03-14-null-currency-{copy}"),
        ),
        ("bad-deploy-5xx", format!("bad-deploy-5xx-{copy}")),
        ("elevated-error-rate", format!("elevated-error-rate-{copy}")),
        (
            "HighRequestErrorRate",
            format!("HighRequestErrorRate{copy}"),
        ),
        ("checkout", format!("checkout-{copy}")),
    ]
    .iter()
    .fold(text.to_owned(), |text, (old, new)| text.replace(old, new))
}

/// Files of one incident: its service, runbook, signature, postmortem and fixtures.
fn is_copied(path: &str) -> bool {
    path.starts_with("postmortems/")
        || path.contains("error-rate-after-deploy")
        || path.ends_with("services/checkout.yaml")
}

/// Writes a library of at least `documents` documents to `folder` and says how many it has.
pub(crate) fn write(folder: &Path, documents: usize) -> usize {
    let copied: Vec<_> = starter::FILES
        .iter()
        .filter(|(path, _)| is_copied(path))
        .collect();
    let kept: Vec<_> = starter::FILES
        .iter()
        .filter(|(path, _)| !is_copied(path) && !SHARED.contains(path))
        .collect();
    let copies = documents
        .saturating_sub(kept.len() + 2)
        .div_ceil(copied.len())
        .max(1);

    for (path, text) in &kept {
        put(folder, path, text);
    }
    for (path, text) in starter::FILES
        .iter()
        .filter(|(path, _)| SHARED.contains(path))
    {
        put(folder, path, &shared(path, text, copies));
    }
    for copy in 0..copies {
        for (path, text) in &copied {
            let text = renamed(text, copy);
            let path = renamed(path, copy);
            put(
                folder,
                &path,
                &if path.ends_with(".md") {
                    text
                } else {
                    lengthened(&text)
                },
            );
        }
    }
    kept.len() + 2 + copies * copied.len()
}

/// A document that all copies share, with an entry for each of them.
fn shared(path: &str, text: &str, copies: usize) -> String {
    let (at, key) = match path {
        "runbooks/governance.yaml" => ("rollout", "checkout"),
        "runbooks/catalog/taxonomy/taxonomy.yaml" => ("classes", "elevated-error-rate"),
        _ => return text.to_owned(),
    };
    let mut document: Value = serde_yaml::from_str(text).expect("the starter library is YAML");
    let entries = document["spec"][at].as_mapping_mut().expect("a mapping");
    let original = entries.remove(key).expect("the copied entry");
    let original = serde_yaml::to_string(&original).expect("YAML");
    for copy in 0..copies {
        let entry: Value = serde_yaml::from_str(&renamed(&original, copy)).expect("YAML");
        entries.insert(renamed(key, copy).into(), entry);
    }
    serde_yaml::to_string(&document).expect("YAML")
}

/// The document in block style, with labels added up to [`LINES`] lines.
fn lengthened(text: &str) -> String {
    let mut document: Value = serde_yaml::from_str(text).expect("the starter library is YAML");
    let block = serde_yaml::to_string(&document).expect("YAML");
    let missing = LINES.saturating_sub(block.lines().count() + 1);
    let labels: Mapping = (0..missing)
        .map(|at| {
            (
                format!("note-{at}").into(),
                format!("a line that an owner keeps for later reading, number {at}").into(),
            )
        })
        .collect();
    document["metadata"]["labels"] = labels.into();
    serde_yaml::to_string(&document).expect("YAML")
}

fn put(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().expect("a folder")).expect("the folder can be made");
    fs::write(path, text).expect("the file can be written");
}
