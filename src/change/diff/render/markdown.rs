//! Differences as GitHub-flavoured Markdown, for comments on pull requests and job summaries.
//!
//! Everything from a repository is written as code, so that it mentions nobody, links nowhere and ends nothing. The
//! page is tables and folded tables; no fence is ever opened, and only whole rows are left out.

use super::Compared;
use super::words::{APPROVALS_STAY, counted, counts, ending, moved, required, version};
use crate::change::diff::{Diff, Difference, Grade, Spot, Verdict};
use crate::diagnostic::render::markdown::code;
use crate::diagnostic::render::page::{Section, fit};

/// Most characters of a page. GitHub takes 65,536 for a comment; the rest is for what is written around it.
pub const MOST_CHARACTERS: usize = 60_000;

/// Most places of one difference that are listed.
const MOST_SPOTS: usize = 4;

/// Longest text of a cell, in characters before they are escaped.
const LONGEST: usize = 300;

const CUT: &str = "Cut to size: text edits are left out first, then affected runbooks, moves, versions, what is safer, \
                   fixtures, approvals, what changed, and what is riskier last.";

/// The head of a table of differences.
pub(crate) const DIFFERENCES: &str = "| | what | before → after | where |\n|---|---|---|---|\n";

/// The difference as a page of at most [`MOST_CHARACTERS`] characters.
pub fn markdown(diff: &Diff, compared: &Compared) -> String {
    let mark = match diff.verdict {
        Verdict::CouldNotEvaluate => "⚠️",
        Verdict::RiskUp => "🔺",
        Verdict::Changed => "🔶",
        Verdict::SameOrLower => "🔽",
        Verdict::TextOnly | Verdict::Nothing => "▫️",
    };
    let mut top = format!(
        "### {mark} {}\n\n{}",
        diff.verdict.words(),
        diff.verdict.sentence()
    );
    if !diff.differences.is_empty() {
        top.push_str(&format!(" {}.", counts(diff)));
    }
    top.push('\n');
    let head = compared.head.as_deref();
    let commits = format!(
        "\n<sub>{} to {} · `rbk diff {}{}`</sub>\n",
        code(&compared.base),
        head.map_or_else(|| "the files on disk".to_owned(), code),
        identifier(&compared.base),
        head.map(|head| format!(" {}", identifier(head)))
            .unwrap_or_default(),
    );
    let mut sections = sections(diff, compared);
    // Room for what says that something was left out.
    let around = length(&top) + length(&commits) + length(CUT) + 2;
    fit(
        &mut sections,
        MOST_CHARACTERS.saturating_sub(around),
        length,
    );
    let mut page = top;
    for section in &sections {
        page.push_str(&section.written());
    }
    if sections.iter().any(|section| section.left_out > 0) {
        page.push_str(&format!("\n{CUT}\n"));
    }
    page.push_str(&commits);
    page
}

/// A commit id; anything else is not written outside of code.
fn identifier(commit: &str) -> &str {
    match commit.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        true => commit,
        false => "BASE",
    }
}

fn sections(diff: &Diff, compared: &Compared) -> Vec<Section> {
    let of = |wanted: &[Grade]| -> Vec<String> {
        let wanted = diff
            .differences
            .iter()
            .filter(|it| wanted.contains(&it.grade));
        wanted.map(row).collect()
    };
    let list = |title: &str, weight, rows: Vec<String>| Section {
        title: title.to_owned(),
        folded: true,
        rows: rows
            .iter()
            .map(|row| format!("- {}\n", cell(row)))
            .collect(),
        weight,
        ..Section::default()
    };
    let table = |title: &str, folded, weight, rows| Section {
        title: title.to_owned(),
        folded,
        head: DIFFERENCES,
        rows,
        weight,
        ..Section::default()
    };
    let unevaluated = diff.unevaluated.iter().map(|it| {
        let path = it.path.as_ref().map(|path| cell(path.as_str()));
        format!(
            "| {} | {} | {} | {} |\n",
            it.side.words(),
            cell(&it.what),
            path.unwrap_or_default(),
            cell(&it.why)
        )
    });
    let mut sections = vec![
        Section {
            head: "| | what | file | why |\n|---|---|---|---|\n",
            ..table("Could not be compared", false, 9, unevaluated.collect())
        },
        table(
            "What may be done after this change, or less safely",
            false,
            8,
            of(&[Grade::MoreReach, Grade::LessSafety]),
        ),
        table("What behaves differently", false, 7, of(&[Grade::Changed])),
    ];
    if let Some(fixtures) = &diff.fixtures {
        let differing = fixtures.differing.iter().map(ending);
        let skipped = fixtures.not_compared.iter();
        let skipped = skipped.map(|it| format!("{}: not {}: {}", it.name, it.side.words(), it.why));
        let title = format!(
            "Fixtures that end differently, of {} run",
            counted(fixtures.compared, "fixture")
        );
        sections.push(Section {
            folded: false,
            ..list(&title, 6, differing.chain(skipped).collect())
        });
    }
    let required = compared.approvals.iter().flatten().map(required);
    sections.push(Section {
        folded: false,
        ..list(
            "Approvals that the policy of the base demands",
            6,
            required.collect(),
        )
    });
    sections.push(table("Narrower or safer", true, 5, of(&[Grade::Safer])));
    let insufficient = diff.versions.iter().any(|bump| !bump.sufficient);
    sections.push(Section {
        folded: !insufficient,
        ..list("Versions", 4, diff.versions.iter().map(version).collect())
    });
    sections.push(Section {
        foot: APPROVALS_STAY.to_owned(),
        ..list("Moved", 3, diff.moves.iter().map(moved).collect())
    });
    let affected = diff.affected.iter().map(ToString::to_string).collect();
    sections.push(list("Runbooks whose closure changed", 2, affected));
    sections.push(table("Text edits", true, 1, of(&[Grade::Text])));
    sections.retain(|section| !section.rows.is_empty());
    sections
}

/// A difference as a row of a table.
pub(crate) fn row(difference: &Difference) -> String {
    let side = |value: &Option<String>| value.as_deref().map_or_else(|| "none".to_owned(), cell);
    let values = match (&difference.before, &difference.after) {
        (None, None) => String::new(),
        _ => format!("{} → {}", side(&difference.before), side(&difference.after)),
    };
    let spots = difference.at.iter().map(Spot::to_string);
    let mut place = cell(&difference.place.to_string());
    for spot in spots.take(MOST_SPOTS) {
        place.push_str(&format!("<br>{}", cell(&spot)));
    }
    if let Some(more) = difference
        .at
        .len()
        .checked_sub(MOST_SPOTS)
        .filter(|more| *more > 0)
    {
        place.push_str(&format!("<br>and {more} more"));
    }
    format!(
        "| {} | {} | {values} | {place} |\n",
        difference.grade.words(),
        cell(&difference.what)
    )
}

/// Text of a repository, shortened and as code. A blank one is told, so that no text changes what a row is made of.
pub(crate) fn cell(text: &str) -> String {
    let shown = match text.char_indices().nth(LONGEST) {
        Some((end, _)) => code(&format!("{}…", text.get(..end).unwrap_or_default())),
        None => code(text),
    };
    match shown.is_empty() {
        true => "<code>(blank)</code>".to_owned(),
        false => shown,
    }
}

fn length(text: &str) -> usize {
    text.chars().count()
}
