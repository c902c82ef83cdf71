//! Differences for people at a terminal.

use super::Compared;
use super::words::{APPROVALS_STAY, counted, counts, ending, headline, moved, required, version};
use crate::change::diff::{Diff, Difference, Grade, Verdict};
use crate::diagnostic::visible::{visible_line, without_commands};

/// Most places of one difference that are listed.
const MOST_SPOTS: usize = 6;

/// Width of the column of grades.
const COLUMN: usize = 19;

/// The difference for people, with or without colours.
pub fn human(diff: &Diff, compared: &Compared, colour: bool) -> String {
    let mut page = Page {
        text: String::new(),
        colour,
    };
    let tone = match diff.verdict {
        Verdict::RiskUp | Verdict::CouldNotEvaluate => "1;31",
        Verdict::Changed => "1;33",
        Verdict::Nothing | Verdict::TextOnly | Verdict::SameOrLower => "1;32",
    };
    let verdict = page.toned(tone, diff.verdict.words());
    page.line(&format!("{verdict}: {}", diff.verdict.sentence()));
    let head = compared.head.as_deref().unwrap_or("the files on disk");
    page.line(&page.toned("2", &format!("{} to {head}", compared.base)));
    page.unevaluated(diff);
    if !diff.differences.is_empty() {
        page.line("");
    }
    for difference in &diff.differences {
        page.difference(difference);
    }
    page.section(
        "approvals that the policy of the base demands",
        compared.approvals.iter().flatten().map(required),
    );
    page.section("versions", diff.versions.iter().map(version));
    page.section("moved", diff.moves.iter().map(moved));
    if !diff.moves.is_empty() {
        page.line(&format!("  {APPROVALS_STAY}"));
    }
    page.fixtures(diff);
    let affected = diff.affected.iter().map(ToString::to_string);
    page.section("runbooks whose closure changed", affected);
    if !diff.differences.is_empty() {
        page.line("");
        page.line(&format!(
            "{} in all: {}",
            counted(diff.differences.len(), "difference"),
            counts(diff)
        ));
    }
    without_commands(page.text)
}

struct Page {
    text: String,
    colour: bool,
}

impl Page {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn toned(&self, tone: &str, text: &str) -> String {
        match self.colour {
            true => format!("\u{1b}[{tone}m{text}\u{1b}[0m"),
            false => text.to_owned(),
        }
    }

    fn unevaluated(&mut self, diff: &Diff) {
        if diff.unevaluated.is_empty() {
            return;
        }
        self.line("");
        self.line("could not be compared:");
        for it in &diff.unevaluated {
            let place = it.path.as_ref().filter(|path| path.as_str() != it.what);
            let place = place.map(|path| format!(" ({path})")).unwrap_or_default();
            let text = format!("{}{place}, {}: {}", it.what, it.side.words(), it.why);
            self.line(&format!("  {}", visible_line(&text)));
        }
    }

    fn difference(&mut self, difference: &Difference) {
        let tone = match difference.grade {
            Grade::MoreReach | Grade::LessSafety => "31",
            Grade::Changed => "33",
            Grade::Safer => "32",
            Grade::Text => "2",
        };
        let grade = format!("{:COLUMN$}", difference.grade.words());
        let grade = self.toned(tone, &grade);
        self.line(&format!("{grade}{}", visible_line(&headline(difference))));
        let place = visible_line(&difference.place.to_string());
        let own = difference.document.to_string();
        let spots = difference.at.iter().map(ToString::to_string);
        let spots: Vec<String> = spots.filter(|spot| *spot != own).collect();
        let mut context = own;
        if !spots.is_empty() {
            let shown = spots.iter().take(MOST_SPOTS).cloned().collect::<Vec<_>>();
            context = format!("in {}", shown.join("; "));
        }
        if let Some(more) = spots.len().checked_sub(MOST_SPOTS).filter(|more| *more > 0) {
            context.push_str(&format!("; and {more} more places"));
        }
        let line = format!("{:COLUMN$}{place}, {}", "", visible_line(&context));
        self.line(&self.toned("2", &line));
    }

    fn section(&mut self, title: &str, lines: impl Iterator<Item = String>) {
        for (index, line) in lines.enumerate() {
            if index == 0 {
                self.line("");
                self.line(&format!("{title}:"));
            }
            self.line(&format!("  {}", visible_line(&line)));
        }
    }

    fn fixtures(&mut self, diff: &Diff) {
        let Some(fixtures) = &diff.fixtures else {
            return;
        };
        self.section(
            "fixtures that end differently",
            fixtures.differing.iter().map(ending),
        );
        let skipped = fixtures.not_compared.iter();
        self.section(
            "fixtures that could be run on one side only",
            skipped.map(|it| format!("{}: not {}: {}", it.name, it.side.words(), it.why)),
        );
        self.line("");
        self.line(&format!(
            "{} run on both sides; {} differently.",
            counted(fixtures.compared, "fixture"),
            match fixtures.differing.len() {
                0 => "none ends".to_owned(),
                1 => "1 ends".to_owned(),
                more => format!("{more} end"),
            }
        ));
    }
}
