//! Documents as the files that `rbk fmt` would leave alone.

use camino::Utf8Path;
use serde::Serialize;
use serde_yaml::Value;

use crate::diagnostic::visible::visible_line;
use crate::document::Source;
use crate::document::format::format;
use crate::document::id::TeamId;
use crate::document::model::{API_VERSION, Document, Metadata, Spec, Status};

/// Longest title, in characters.
const MAX_TITLE: usize = 200;

/// Longest comment, in characters.
const MAX_COMMENT: usize = 1_000;

/// A document that cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{id}` cannot be written as a document: {why}")]
pub struct DraftError {
    /// Its id.
    pub id: String,
    /// Why.
    pub why: String,
}

/// A document of the current version of the format.
#[must_use]
pub fn document<S: Spec>(metadata: Metadata, spec: S) -> Document<S> {
    Document {
        api_version: API_VERSION.to_owned(),
        kind: S::KIND,
        metadata,
        spec,
    }
}

/// The envelope of something that nobody has decided about yet.
#[must_use]
pub fn metadata(id: &str, title: &str, owner: &str, status: Status) -> Metadata {
    Metadata {
        id: id.to_owned(),
        title: one_line(title, MAX_TITLE),
        version: Some("0.1.0".to_owned()),
        owner: Some(TeamId::new(owner)),
        status: Some(status),
        ..Metadata::default()
    }
}

/// The text of a file with one document; comments stand above it.
///
/// # Errors
/// When it holds what YAML or the layout cannot express.
pub fn text<S: Spec + Serialize>(
    document: &Document<S>,
    comments: &[String],
) -> Result<String, DraftError> {
    let failed = |why: String| DraftError {
        id: document.metadata.id.clone(),
        why,
    };
    let mut text: String = comments
        .iter()
        .map(|comment| format!("# {}\n", one_line(comment, MAX_COMMENT)))
        .collect();
    let plain = serde_yaml::to_value(document).map(untagged);
    let yaml = plain.and_then(|plain| serde_yaml::to_string(&plain));
    text.push_str(&yaml.map_err(|error| failed(error.to_string()))?);
    let path = Utf8Path::new("document.yaml");
    let source = Source::from_text(path, &text).map_err(|error| failed(error.to_string()))?;
    format(&source).map_err(|error| failed(error.to_string()))
}

/// The same without tags, which documents do not know: `!signature a` is `{signature: a}`.
fn untagged(value: Value) -> Value {
    match value {
        Value::Tagged(tagged) => {
            let name = tagged.tag.to_string().trim_start_matches('!').to_owned();
            Value::Mapping(
                [(Value::String(name), untagged(tagged.value))]
                    .into_iter()
                    .collect(),
            )
        }
        Value::Mapping(entries) => {
            let entries = entries
                .into_iter()
                .map(|(key, value)| (key, untagged(value)));
            Value::Mapping(entries.collect())
        }
        Value::Sequence(items) => Value::Sequence(items.into_iter().map(untagged).collect()),
        plain => plain,
    }
}

/// An id made of the letters and digits of a text.
#[must_use]
pub fn id(text: &str) -> String {
    let mut id = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            'a'..='z' | '0'..='9' => id.push(c),
            _ if id.is_empty() || id.ends_with('-') => {}
            _ => id.push('-'),
        }
    }
    id.truncate(80);
    id.trim_end_matches('-').to_owned()
}

/// A text without line breaks, shortened.
fn one_line(text: &str, most: usize) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    visible_line(&words.join(" ")).chars().take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_keep_letters_and_digits() {
        assert_eq!(id("CRE-2024-0007"), "cre-2024-0007");
        assert_eq!(id("  KubePod: Crash / Looping! "), "kubepod-crash-looping");
        assert_eq!(id("äöü"), "");
    }
}
