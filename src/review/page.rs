//! The comment and the job summary: the same page, cut to what each may be long.

use super::text::{quoted, utf16_units};
use super::{Review, approvals, changes, headline};
use crate::diagnostic::render::page::{Section, fit};
use crate::document::Digest;

/// What every comment of ours begins with. No text of others can begin a page, nor is any shown unescaped.
pub const MARKER: &str = "<!-- rbk:review v1 ";

/// Most UTF-16 units of a comment. GitHub takes 65,536 characters and does not say of which kind.
pub const MOST_COMMENT: usize = 60_000;

/// Most bytes of a job summary. GitHub takes 1 MiB a step; the rest is for what else the step writes.
pub const MOST_SUMMARY: usize = 1_000_000;

const CUT: &str = "Cut to size. Left out first are text edits, then affected runbooks, moves, versions, findings, tests, what \
                   is safer, fixtures, what behaves differently, approvals that do not count, approvals that are needed, \
                   what an agent could do, and last what denies the change or could not be evaluated.";

/// The comment on the pull request, which one begins with [`MARKER`] and a digest of the rest. It has at most
/// [`MOST_COMMENT`] UTF-16 units.
pub fn comment(review: &Review) -> String {
    let limit = Limit {
        most: MOST_COMMENT.saturating_sub(utf16_units(&marked(""))),
        length: utf16_units,
    };
    marked(&page(review, "", limit))
}

/// Whether a comment as it is today says what `comment` says, so that it need not be written again. Line breaks may have been
/// written anew by the forge or an editor.
pub fn is_current(today: &str, comment: &str) -> bool {
    let plain = |text: &str| text.replace("\r\n", "\n").trim_end().to_owned();
    plain(today) == plain(comment)
}

/// The summary of the job: what the comment says, and more of it, in at most [`MOST_SUMMARY`] bytes.
pub fn summary(review: &Review) -> String {
    let limit = Limit {
        most: MOST_SUMMARY,
        length: str::len,
    };
    let pull = format!(
        "Pull request {}: {}\n\n",
        review.pull.number,
        quoted(&review.pull.title)
    );
    page(review, &pull, limit)
}

/// The page after a line that only programs see.
fn marked(page: &str) -> String {
    format!("{MARKER}{} -->\n{page}", Digest::of(page.as_bytes()))
}

/// How long a page may be, and how that is counted.
struct Limit {
    most: usize,
    length: fn(&str) -> usize,
}

fn page(review: &Review, about: &str, limit: Limit) -> String {
    let top = format!(
        "{}\n\n{about}{}\n",
        headline::headline(review),
        headline::explanation(review)
    );
    let footer = footer(review);
    let mut sections: Vec<Section> = vec![
        changes::obstacles(review),
        approvals::in_the_way(review),
        approvals::needed(review),
        approvals::not_counted(review),
    ];
    sections.extend(changes::open(review));
    sections.extend(changes::folded(review));
    sections.retain(|section| !section.rows.is_empty());
    let around = [top.as_str(), &footer, CUT, "\n\n"];
    let around: usize = around.into_iter().map(limit.length).sum();
    fit(
        &mut sections,
        limit.most.saturating_sub(around),
        limit.length,
    );
    let mut page = top;
    for section in &sections {
        page.push_str(&section.written());
    }
    if sections.iter().any(|section| section.left_out > 0) {
        page.push_str(&format!("\n{CUT}\n"));
    }
    page.push_str(&footer);
    page
}

/// At which commits, under which policy, and how to see the same at home.
fn footer(review: &Review) -> String {
    let pull = &review.pull;
    let policy = match &pull.policy {
        Some(commit) => format!("policy of {}", quoted(commit)),
        None => "no policy could be read".to_owned(),
    };
    let checked = match &review.findings {
        Ok(report) => report.summary.sentence(),
        Err(_) => "not checked".to_owned(),
    };
    let tested = match &review.tests {
        Ok(report) => report.summary.sentence(),
        Err(why) => format!("tests not run: {}", quoted(why)),
    };
    format!(
        "\n<sub>{checked} · {tested}<br>head {} · compared with {} · {policy} · {}</sub>\n",
        quoted(&pull.head),
        quoted(&pull.base),
        quoted(&review.reproduce)
    )
}
