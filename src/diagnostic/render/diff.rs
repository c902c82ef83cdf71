//! The difference of two versions of a file, as `diff -u` writes it.

use camino::Utf8Path;
use similar::TextDiff;

use crate::diagnostic::visible::{visible, without_commands};

/// The unified difference of two texts of a file, with three lines of context; empty when they are equal. Characters a
/// terminal would obey are written out, and so are lines a continuous integration runner would.
pub fn unified_diff(path: &Utf8Path, before: &str, after: &str) -> String {
    if before == after {
        return String::new();
    }
    // Both texts end their lines the same way, so that a return at the end of a line says nothing.
    let plain = |text: &str| text.replace("\r\n", "\n");
    let (before, after) = (plain(before), plain(after));
    let difference = TextDiff::from_lines(&*before, &*after);
    let mut unified = difference.unified_diff();
    let (old, new) = (format!("a/{path}"), format!("b/{path}"));
    let text = unified.context_radius(3).header(&old, &new).to_string();
    without_commands(visible(&text).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_unified_and_harmless() {
        let path = Utf8Path::new("a.yaml");
        assert_eq!(unified_diff(path, "a: 1\r\n", "a: 1\r\n"), "");
        assert_eq!(
            unified_diff(path, "a: 1\r\nb: 2\r\n", "a: 1\r\nb: 3\r\n"),
            "--- a/a.yaml\n+++ b/a.yaml\n@@ -1,2 +1,2 @@\n a: 1\n-b: 2\n+b: 3\n"
        );
        assert!(unified_diff(path, "a: 1", "a: 2\n").contains("No newline at end of file"));
        let hostile = unified_diff(
            path,
            "::error::x\n\u{1b}[2J\na: 1\n",
            "::error::x\n\u{1b}[2J\na: 2\n",
        );
        assert!(!hostile.contains('\u{1b}'), "{hostile}");
        assert!(
            hostile
                .lines()
                .all(|line| !line.trim_start().starts_with("::")),
            "{hostile}"
        );
    }
}
