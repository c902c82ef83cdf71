use std::path::Path;

use ignore::Walk;

use super::*;

mod cases;
mod generated;

fn formatted_as(path: &str, text: &str) -> Result<String, FormatError> {
    format(&Source::from_text(path, text).unwrap())
}

/// What formatting has to keep: the values and the comments of every document.
fn meaning(path: &str, text: &str) -> (Vec<serde_json::Value>, Vec<String>) {
    let source = Source::from_text(path, text).unwrap();
    let (documents, _) = read(&source).unwrap();
    let values = documents.iter().map(|it| it.tree.root().to_value());
    let comments = documents.iter().flat_map(|it| it.tree.comments());
    let comments = comments.map(|comment| comment.text.to_owned());
    (values.collect(), comments.collect())
}

/// Formats text and asserts everything that has to hold for the result.
fn check(path: &str, text: &str) -> Result<String, FormatError> {
    let once = formatted_as(path, text)?;
    assert_eq!(meaning(path, text), meaning(path, &once), "{text}");
    assert_eq!(formatted_as(path, &once), Ok(once.clone()), "{text}");
    assert!(!once.contains('\r') && !once.starts_with('\u{FEFF}'));
    assert!(once.is_empty() || path.ends_with(".md") || once.ends_with('\n'));
    Ok(once)
}

/// Every YAML file and Markdown file with front matter below a folder.
fn files(folder: &Path) -> Vec<(String, String)> {
    let walk = Walk::new(folder).map(|entry| entry.unwrap().into_path());
    let yaml = walk.filter(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.ends_with(".yaml") || name.ends_with(".yml") || name == "postmortem.md"
    });
    yaml.filter_map(|path| {
        let text = std::fs::read_to_string(&path).ok()?;
        Some((path.to_str()?.to_owned(), text))
    })
    .collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_documents_of_this_repository_are_formatted() {
    let mut seen = 0;
    for folder in ["runbooks", "postmortems", "src/library/starter"] {
        for (path, text) in files(&root().join(folder)) {
            let once = check(&path, &text).unwrap_or_else(|error| panic!("{path}: {error}"));
            assert!(once == text, "{path}: run `rbk fmt`");
            seen += 1;
        }
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn foreign_documents_keep_their_meaning() {
    let folder = root().join("../shared/data");
    let folder = if folder.exists() {
        folder
    } else {
        "/work/shared/data".into()
    };
    let found = files(&folder);
    if found.is_empty() {
        eprintln!("skipped: {} is not there", folder.display());
        return;
    }
    let (mut done, mut unsound) = (0, Vec::new());
    for (path, text) in found {
        match check(&path, &text) {
            Ok(_) => done += 1,
            Err(FormatError::Problems) => {}
            Err(FormatError::Unsound { line }) => unsound.push(format!("{path}:{line}")),
        }
    }
    assert_eq!(unsound, Vec::<String>::new());
    assert!(done > 200, "{done}");
}
