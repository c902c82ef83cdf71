//! Reports as text, one module per format.
//!
//! Adding a format is its module, a variant of [`Format`] and its row in `FORMATS`.

mod diff;
mod excerpt;
pub(crate) mod github;
mod human;
mod json;
mod junit;
pub(crate) mod markdown;
pub(crate) mod page;
mod rdjson;
mod sarif;
#[cfg(test)]
mod tests;
mod words;
pub(crate) mod xml;

pub use diff::unified_diff;

use super::report::Report;

/// How reports can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// For people: source excerpts.
    Human,
    /// For programs: `schema/report.schema.json`.
    Json,
    /// For GitHub Actions: annotations of the run.
    Github,
    /// For code scanning: SARIF 2.1.0.
    Sarif,
    /// For whatever shows test results: JUnit XML.
    Junit,
    /// For job summaries and comments.
    Markdown,
    /// For review tools: reviewdog's diagnostic format.
    Rdjson,
}

impl Format {
    /// Whether it is for those who show the whole repository, and name files from its root.
    pub fn is_of_repository(self) -> bool {
        matches!(self, Self::Github | Self::Sarif | Self::Rdjson)
    }
}

/// A format's name and implementation.
struct Row {
    format: Format,
    name: &'static str,
    render: fn(&Report, &Style) -> String,
}

#[rustfmt::skip]
static FORMATS: &[Row] = &[
    Row { format: Format::Human, name: "human", render: human::render },
    Row { format: Format::Json, name: "json", render: json::render },
    Row { format: Format::Github, name: "github", render: github::render },
    Row { format: Format::Sarif, name: "sarif", render: sarif::render },
    Row { format: Format::Junit, name: "junit", render: junit::render },
    Row { format: Format::Markdown, name: "markdown", render: markdown::render },
    Row { format: Format::Rdjson, name: "rdjson", render: rdjson::render },
];

impl Format {
    /// Every format.
    pub fn all() -> impl Iterator<Item = Self> {
        FORMATS.iter().map(|row| row.format)
    }

    /// The name, as `--format` takes it.
    pub fn name(self) -> &'static str {
        self.row().map_or("", |row| row.name)
    }

    /// The format of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        FORMATS
            .iter()
            .find(|row| row.name == name)
            .map(|row| row.format)
    }

    /// Writes a report in this format. It ends with a line break unless it is empty.
    pub fn render(self, report: &Report, style: &Style) -> String {
        self.row()
            .map_or_else(String::new, |row| (row.render)(report, style))
    }

    fn row(self) -> Option<&'static Row> {
        FORMATS.iter().find(|row| row.format == self)
    }
}

/// How a report for people looks. Whoever prints decides: this layer asks neither terminal nor environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether escape sequences for colours are written.
    pub colour: bool,
    /// Whether excerpts are drawn; otherwise everything is said in words, for screen readers and plain logs.
    pub graphics: bool,
    /// Columns to use, within [`Style::WIDTHS`].
    pub width: usize,
}

impl Style {
    /// The narrowest and the widest layout; what is asked for beyond is brought within.
    pub const WIDTHS: std::ops::RangeInclusive<usize> = 60..=160;

    fn columns(&self) -> usize {
        self.width.clamp(*Self::WIDTHS.start(), *Self::WIDTHS.end())
    }
}

impl Default for Style {
    /// Without colours, 100 columns wide: the same on every machine.
    fn default() -> Self {
        Self {
            colour: false,
            graphics: true,
            width: 100,
        }
    }
}
