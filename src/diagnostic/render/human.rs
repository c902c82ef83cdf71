//! Reports for people: one drawing per finding, or one paragraph in words, then the counts.

use std::fmt;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode, ThemeCharacters,
    ThemeStyles,
};

use crate::diagnostic::finding::Severity;
use crate::diagnostic::located::Located;
use crate::diagnostic::report::Report;
use crate::diagnostic::visible::{visible_line, without_commands};

use super::Style;
use super::excerpt::Excerpts;
use super::words::{in_words, position};

/// A finding as miette sees it.
#[derive(Debug)]
struct Drawn<'f> {
    located: &'f Located,
    message: String,
    excerpts: Excerpts,
}

pub(super) fn render(report: &Report, style: &Style) -> String {
    let mut output = String::new();
    for located in &report.findings {
        output.push_str(&one(located, style));
        output.push('\n');
    }
    output.push_str(&report.summary.sentence());
    output.push('\n');
    without_commands(output)
}

fn one(located: &Located, style: &Style) -> String {
    let drawn = Drawn {
        located,
        message: visible_line(&located.finding.message),
        excerpts: Excerpts::new(&located.primary, &located.related),
    };
    let mut text = String::new();
    let can_be_drawn = style.graphics && located.primary.source.is_some();
    if can_be_drawn && handler(style).render_report(&mut text, &drawn).is_ok() {
        return text;
    }
    paragraph(&drawn)
}

/// The finding in words, for screen readers, plain logs and files that could not be read.
fn paragraph(drawn: &Drawn<'_>) -> String {
    let located = drawn.located;
    let mut text = format!(
        "{}: {}: {}\n",
        position(&located.primary),
        drawn.title(),
        drawn.message
    );
    if let Some(label) = &located.primary.label {
        text.push_str(&format!("  here: {}\n", visible_line(label)));
    }
    for place in &located.related {
        text.push_str(&format!("  see {}\n", in_words(place)));
    }
    for line in drawn.help_lines() {
        text.push_str(&format!("  help: {line}\n"));
    }
    text
}

fn handler(style: &Style) -> GraphicalReportHandler {
    let theme = GraphicalTheme {
        characters: ThemeCharacters::unicode(),
        styles: match style.colour {
            true => ThemeStyles::ansi(),
            false => ThemeStyles::none(),
        },
    };
    GraphicalReportHandler::new_themed(theme)
        .with_width(style.columns())
        .with_links(false)
        .without_syntax_highlighting()
}

impl Drawn<'_> {
    fn title(&self) -> String {
        let finding = &self.located.finding;
        format!("{}[{}] {}", finding.severity, finding.code, finding.name)
    }

    fn help_lines(&self) -> Vec<String> {
        let finding = &self.located.finding;
        let fix = finding
            .fix
            .as_ref()
            .map(|fix| format!("{}: {}", fix.applicability.describe(), fix.title));
        finding
            .help
            .iter()
            .chain(&fix)
            .flat_map(|text| text.lines())
            .map(visible_line)
            .collect()
    }
}

impl fmt::Display for Drawn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Drawn<'_> {}

impl Diagnostic for Drawn<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.title()))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.located.finding.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Info => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let lines = self.help_lines();
        (!lines.is_empty()).then(|| Box::new(lines.join("\n")) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.excerpts)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.excerpts.labels().iter().cloned()))
    }
}
