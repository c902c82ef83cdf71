//! What `rbk explain` prints, and the pages of `docs/rules/`.

use super::example::{Change, Example, Overlay};
use super::registry;
use super::rule::Rule;
use crate::document::Source;

/// Lines shown around what an example changes.
const CONTEXT: u32 = 2;

/// What can let a rule pass.
fn departure(rule: &Rule) -> &'static str {
    match (rule.locked, rule.can_be_excepted()) {
        (true, false) => "locked: nothing can let it pass",
        (true, true) => "locked: only a reviewed `Exception` document can let it pass",
        (false, _) => {
            "not locked: it can be allowed in place, and `rules:` of rbk.yaml sets its level"
        }
    }
}

/// The documentation of every rule in Markdown: file name and text, the table of contents first.
pub fn pages() -> Vec<(String, String)> {
    let mut contents = "# Lint rules\n\nEach page is what the rule says about itself. Its examples are run as tests: every bad one breaks exactly this rule, at the\nplaces underlined, every good one none. `rbk explain --out docs/rules` writes these pages.\n"
        .to_owned();
    let mut category = None;
    let mut pages = Vec::new();
    for rule in registry::all() {
        if category.replace(rule.category) != Some(rule.category) {
            let name = rule.category.describe();
            contents.push_str(&format!(
                "\n## {}: {name}\n\n| code | name | severity | demands |\n|---|---|---|---|\n",
                rule.category.letter()
            ));
        }
        contents.push_str(&format!(
            "| [{0}]({0}.md) | {1} | {2}{3} | {4} |\n",
            rule.code,
            rule.name,
            rule.severity,
            if rule.locked { ", locked" } else { "" },
            rule.summary
        ));
        pages.push((format!("{}.md", rule.code), page(rule)));
    }
    pages.insert(0, ("README.md".to_owned(), contents));
    pages
}

/// Everything a rule says about itself, with all its examples, in Markdown.
fn page(rule: &Rule) -> String {
    let mut text = format!(
        "# {} {}\n\n{}\n\n{}, {}; looks at {}; {}.\n\n## Why\n\n{}\n",
        rule.code,
        rule.name,
        rule.summary,
        rule.severity,
        rule.category.describe(),
        rule.needs.describe(),
        departure(rule),
        rule.why,
    );
    for (title, examples) in [("Avoid", rule.bad), ("Prefer", rule.good)] {
        if examples.is_empty() {
            continue;
        }
        text.push_str(&format!("\n## {title}\n"));
        for example in examples {
            let snippet = snippet(example);
            text.push_str(&format!("\n```yaml\n{}\n```\n", snippet.trim_end()));
        }
    }
    text.push_str(&format!("\n## Remedy\n\n{}\n", rule.remedy));
    text
}

/// Everything a rule says about itself, with one example of each kind.
pub fn explain(rule: &Rule) -> String {
    let locked = departure(rule);
    let mut text = format!(
        "{} {}\n\n{}\n\nseverity  {}\ncategory  {}\nneeds     {}\n{locked}\n",
        rule.code,
        rule.name,
        rule.summary,
        rule.severity,
        rule.category.describe(),
        rule.needs.describe(),
    );
    section(&mut text, "Why", rule.why);
    if let Some(bad) = rule.bad.first() {
        section(&mut text, "Avoid", &snippet(bad));
    }
    if let Some(good) = rule.good.first() {
        section(&mut text, "Prefer", &snippet(good));
    }
    section(&mut text, "Remedy", rule.remedy);
    text
}

fn section(text: &mut String, title: &str, body: &str) {
    text.push_str(&format!("\n{title}\n"));
    for line in body.lines() {
        let indented = format!("  {line}");
        text.push_str(indented.trim_end());
        text.push('\n');
    }
}

/// What an example looks like: the changed lines of each file with their neighbours, and the marked places
/// underlined.
pub fn snippet(example: &Example) -> String {
    let Ok(overlay) = example.build() else {
        return String::new();
    };
    if example.changes().is_empty() {
        return "the library that `rbk init` writes".to_owned();
    }
    let shown: Vec<String> = example
        .changes()
        .iter()
        .map(|change| file(change, &overlay))
        .collect();
    shown.join("\n")
}

fn file(change: &Change, overlay: &Overlay) -> String {
    let path = change.path();
    let Some((text, source)) = overlay
        .files
        .get(path)
        .and_then(|text| Some((text, Source::from_text(path, text).ok()?)))
    else {
        return format!("# {path} is not there\n");
    };
    let (first, last) = match change {
        Change::Edit { replace, .. } => {
            let replaced: String = replace
                .chars()
                .filter(|c| !matches!(c, '«' | '»'))
                .collect();
            let start = text.find(&replaced).unwrap_or(0);
            let end = start + replaced.trim_end_matches('\n').len();
            let line = |offset: usize| source.line_col(u32::try_from(offset).unwrap_or(0)).line;
            (
                line(start).saturating_sub(CONTEXT).max(1),
                line(end) + CONTEXT,
            )
        }
        Change::File { .. } | Change::Remove { .. } => (1, source.line_count()),
    };
    let mut shown = format!("# {path}\n");
    for number in first..=last {
        let Some(span) = source.line_span(number) else {
            break;
        };
        let line = source.slice(span);
        if span.is_empty() && number == source.line_count() {
            break;
        }
        shown.push_str(&format!("{line}\n"));
        for (_, mark) in overlay.marks.iter().filter(|(at, _)| at == path) {
            if (span.start..=span.end).contains(&mark.start) {
                let before = source.line_col(mark.start).column.saturating_sub(1) as usize;
                let length = source
                    .slice(*mark)
                    .lines()
                    .next()
                    .map_or(0, |l| l.chars().count());
                shown.push_str(&format!(
                    "{}{}\n",
                    " ".repeat(before),
                    "^".repeat(length.max(1))
                ));
            }
        }
    }
    shown
}
