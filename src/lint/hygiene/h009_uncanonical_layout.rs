//! H009: a file that `rbk fmt` would change.

use crate::diagnostic::{Applicability, Edit, Location, Severity};
use crate::document::{Source, Span};
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule};

const ACTION: &str = "runbooks/catalog/actions/k8s.rollout-undo.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "H009",
    name: "uncanonical-layout",
    severity: Severity::Info,
    locked: false,
    category: Category::Hygiene,
    needs: Needs::File,
    summary: "Files are laid out as `rbk fmt` lays them out.",
    why: "A reviewer reads differences. When every file has the one layout, a difference shows what changed in meaning, and nobody's editor adds a hundred lines of white space to it.",
    remedy: "Run `rbk fmt`. It changes white space only: comments, quotes, tables and the order of keys stay.",
    bad: &[
        Example::edit(ACTION, "  tier: 2\n", "  «tier:  2»\n"),
        Example::edit(ACTION, "  idempotent: true\n", "  idempotent: true\n\n«»\n"),
    ],
    good: &[Example::edit(
        ACTION,
        "  tier: 2\n",
        "  tier: 2 # a human has to agree\n",
    )],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let entry = scope.entry;
    // A file is looked at once, with its first document; what cannot be read has findings of its own.
    if entry.position() > 0 {
        return;
    }
    let library = scope.repository.library();
    let Some(Ok(formatter)) = library.formatter(entry.path()) else {
        return;
    };
    let source = entry.source();
    let is_canonical = |layout: &String| !source.had_bom() && layout == source.text();
    let layout = match formatter.layout() {
        Ok(layout) if is_canonical(&layout) => return,
        Ok(_) => formatter.checked(),
        Err(error) => Err(error),
    };
    let at = |span| Location::span(entry.path(), 0, span);
    match layout {
        Ok(layout) => {
            let change = Change::between(source.text(), &layout);
            let draft = findings
                .report(&RULE, at(change.first_line(source)))
                .message("the layout differs from that of `rbk fmt` from here on")
                .help("run `rbk fmt`; it changes white space only");
            if !source.had_bom() {
                draft.fix(
                    "lay the file out anew",
                    Applicability::Safe,
                    vec![Edit {
                        path: entry.path().to_owned(),
                        span: Span::from_usize(change.start, change.end),
                        replacement: change.replacement.to_owned(),
                    }],
                );
            }
        }
        Err(error) => {
            findings
                .report(&RULE, at(Span::empty(0)))
                .message(format!("`rbk fmt` leaves this file as it is: {error}"))
                .help(error.help());
        }
    }
}

/// The lines in which two texts differ.
struct Change<'t> {
    start: usize,
    end: usize,
    replacement: &'t str,
}

impl<'t> Change<'t> {
    fn between(before: &str, after: &'t str) -> Self {
        let lines = before
            .split_inclusive('\n')
            .zip(after.split_inclusive('\n'));
        let same = lines.take_while(|(a, b)| a == b);
        let start = same.map(|(line, _)| line.len()).sum();
        let old = before.get(start..).unwrap_or_default();
        let new = after.get(start..).unwrap_or_default();
        let lines = old
            .split_inclusive('\n')
            .rev()
            .zip(new.split_inclusive('\n').rev());
        let same = lines.take_while(|(a, b)| a == b);
        let kept: usize = same.map(|(line, _)| line.len()).sum();
        Self {
            start,
            end: before.len() - kept,
            replacement: new.get(..new.len() - kept).unwrap_or_default(),
        }
    }

    /// The first line that differs, without the blanks around it.
    fn first_line(&self, source: &Source) -> Span {
        let rest = source.text().get(self.start..).unwrap_or_default();
        let line = rest.lines().next().unwrap_or_default();
        let words = line.trim();
        let start = self.start + line.len() - line.trim_start().len();
        Span::from_usize(start, start + words.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_lines_that_differ_are_replaced() {
        for (before, after) in [
            ("a\nb  \nc\n", "a\nb\nc\n"),
            ("a\n\n\nb\n", "a\n\nb\n"),
            ("a\n", "a\na\n"),
            ("a", "a\n"),
            ("a\n\n", "a\n"),
            ("x\ny\n", ""),
        ] {
            let change = Change::between(before, after);
            let mut text = before.to_owned();
            text.replace_range(change.start..change.end, change.replacement);
            assert_eq!(text, after);
        }
        let change = Change::between("a\nb  \nc\n", "a\nb\nc\n");
        assert_eq!(
            (change.start, change.end, change.replacement),
            (2, 6, "b\n")
        );
    }
}
