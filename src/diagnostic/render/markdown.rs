//! GitHub-flavoured Markdown, for job summaries and comments: a table of all findings.

use crate::diagnostic::located::Located;
use crate::diagnostic::report::Report;
use crate::diagnostic::visible::visible_line;

use super::Style;

/// Rows shown; comments and job summaries are limited in size.
const MOST_SHOWN: usize = 200;

pub(super) fn render(report: &Report, _: &Style) -> String {
    let mut text = format!("**{}**\n", report.summary.sentence());
    if report.findings.is_empty() {
        return text;
    }
    text.push_str("\n| | rule | where | what |\n|---|---|---|---|\n");
    for located in report.findings.iter().take(MOST_SHOWN) {
        text.push_str(&row(located));
    }
    if let Some(more) = report
        .findings
        .len()
        .checked_sub(MOST_SHOWN)
        .filter(|more| *more > 0)
    {
        text.push_str(&format!("\n{more} more are not shown here.\n"));
    }
    text
}

fn row(located: &Located) -> String {
    let finding = &located.finding;
    let help = finding
        .help
        .as_deref()
        .map(|help| format!("<br>{}", plain(help)));
    format!(
        "| {} | {} {} | {}:{} | {}{} |\n",
        finding.severity,
        finding.code,
        finding.name,
        plain(located.primary.path.as_str()),
        located.primary.start,
        plain(&finding.message),
        help.unwrap_or_default(),
    )
}

/// Text that Markdown shows as it is: nothing in it formats, links, mentions or ends the cell. Code spans, which our
/// own messages are full of, are kept when they pair.
pub(crate) fn plain(text: &str) -> String {
    let line = visible_line(text);
    let pieces: Vec<&str> = line.split('`').collect();
    let paired = pieces.len() % 2 == 1;
    let mut out = String::with_capacity(line.len());
    for (index, piece) in pieces.iter().enumerate() {
        let code = paired && index % 2 == 1;
        if code && !piece.is_empty() {
            out.push_str(&format!("<code>{}</code>", escaped(piece)));
        } else {
            out.push_str(&escaped(piece));
        }
        if !paired && index + 1 < pieces.len() {
            out.push_str("&#96;");
        }
    }
    out
}

/// Text from a repository as code: GitHub looks for mentions, references and links in the finished page too, and leaves
/// out what is code.
pub(crate) fn code(text: &str) -> String {
    match text.trim().is_empty() {
        true => String::new(),
        false => format!("<code>{}</code>", escaped(&visible_line(text))),
    }
}

/// Everything Markdown or GitHub gives a meaning to, as character references.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut last = ['\0'; 3];
    for c in text.chars() {
        let follows_www = last.iter().all(|c| c.eq_ignore_ascii_case(&'w'));
        last = [last[1], last[2], c];
        match c {
            // What is written as a reference still becomes a mention or an address of mail once it is read; the break where
            // a line may end stands in the middle of either, and is not seen.
            '@' => out.push_str("&#64;<wbr>"),
            // Such a name is taken for a link, without any scheme.
            '.' if follows_www => out.push_str("&#46;"),
            '&' | '<' | '>' | '"' | '\'' | '|' | '*' | '_' | '~' | '[' | ']' | '(' | ')' | '!'
            | '\\' | '#' | ':' | '`' | '$' => {
                out.push_str(&format!("&#{};", u32::from(c)));
            }
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_message_is_obeyed() {
        let hostile = "`a|b` @all [x](https://y) <img> # `";
        let text = plain(hostile);
        for bad in ["@", "[", "](", "<img", "|", "https:"] {
            assert!(!text.contains(bad), "{text}");
        }
        assert_eq!(plain("use `x`"), "use <code>x</code>");
    }

    #[test]
    fn text_of_a_repository_is_code_and_nothing_else() {
        let hostile = "@all <!-- m --> www.x.org ```\n| $x$ `y` </code> [a](b) \u{202E}\u{1b}[31m";
        let text = code(hostile);
        let inner = text
            .strip_prefix("<code>")
            .and_then(|it| it.strip_suffix("</code>"));
        let inner = inner.unwrap();
        let inner = inner.replace("&#64;<wbr>", "");
        for bad in [
            "@", "<", "www.", "`", "|", "$", "\n", "[", "\u{202E}", "\u{1b}",
        ] {
            assert!(!inner.contains(bad), "{bad:?} in {inner}");
        }
        assert_eq!(code(" "), "");
    }
}
