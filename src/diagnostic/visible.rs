//! Text from documents is not trusted: what a terminal would obey or hide is shown as what it is.

use std::borrow::Cow;

use crate::document::is_hidden_character;

/// The text with control, bidirectional and invisible characters written out as `<U+202E>`, and tabs as blanks.
/// Line breaks are kept.
pub(super) fn visible(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| c == '\n' || shown_as_is(c)) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' => shown.push('\n'),
            _ => push_visible(&mut shown, c),
        }
    }
    Cow::Owned(shown)
}

/// As [`visible`], with line breaks as blanks.
pub(crate) fn visible_line(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' => shown.push(' '),
            _ => push_visible(&mut shown, c),
        }
    }
    shown
}

/// Appends one character, written out if need be.
pub(super) fn push_visible(shown: &mut String, c: char) {
    match c {
        '\t' => shown.push(' '),
        _ if shown_as_is(c) => shown.push(c),
        _ => shown.push_str(&format!("<U+{:04X}>", u32::from(c))),
    }
}

fn shown_as_is(c: char) -> bool {
    !(is_hidden_character(c) || matches!(c, '\t' | '\n' | '\r'))
}

/// The text without lines a continuous integration runner that reads it as its own would obey. Excerpts and wrapped
/// messages hold text anybody can write.
pub(crate) fn without_commands(output: String) -> String {
    let looks_like_one = |line: &str| line.trim_start().starts_with("::") || line.contains("##[");
    if !output.lines().any(looks_like_one) {
        return output;
    }
    let mut safe = String::with_capacity(output.len());
    for line in output.split_inclusive('\n') {
        match line.trim_start().strip_prefix("::") {
            Some(rest) => {
                let indent = line.len() - line.trim_start().len();
                safe.push_str(line.get(..indent).unwrap_or_default());
                safe.push_str(": :");
                safe.push_str(&rest.replace("##[", "## ["));
            }
            None => safe.push_str(&line.replace("##[", "## [")),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_is_written_out() {
        assert_eq!(
            visible("a\u{202E}b\x1B[31m\r\n"),
            "a<U+202E>b<U+001B>[31m<U+000D>\n"
        );
        assert_eq!(visible_line("a\tb\nc\u{200B}"), "a b c<U+200B>");
        assert!(matches!(visible("plain ü\n"), Cow::Borrowed(_)));
    }
}
