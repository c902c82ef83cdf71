//! Places in words, where no excerpt is drawn.

use crate::diagnostic::located::Position;
use crate::diagnostic::visible::visible_line;

/// `path:line:column`.
pub(super) fn position(position: &Position) -> String {
    format!(
        "{}:{}",
        visible_line(position.path.as_str()),
        position.start
    )
}

/// `path:line:column: label`.
pub(super) fn in_words(place: &Position) -> String {
    match &place.label {
        Some(label) => format!("{}: {}", position(place), visible_line(label)),
        None => position(place),
    }
}
