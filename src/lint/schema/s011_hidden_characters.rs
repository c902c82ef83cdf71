//! S011: characters that make text look different from what it is.

use crate::diagnostic::Severity;
use crate::lint::{Category, Check, Example, Needs, Rule};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "S011",
    name: "hidden-characters",
    severity: Severity::Error,
    locked: true,
    category: Category::Schema,
    needs: Needs::File,
    summary: "Documents hold no bidirectional, zero-width or control characters, not even as escapes.",
    why: "Such characters let a diff show `not migrations` where the file says something else (CVE-2021-42574), hide \
          instructions to a model in text that looks empty, and make two equal names different.",
    remedy: "Delete the character. Recorded logs that contain such characters belong into a data file.",
    bad: &[
        Example::edit(
            RUNBOOK,
            "because: no trusted",
            "because: no«\u{202E}» trusted",
        ),
        Example::edit(
            RUNBOOK,
            "because: no trusted pattern",
            "because: \"no trusted«\\u200b» pattern\"",
        ),
        Example::edit(
            "postmortems/2026-03-14-null-currency/postmortem.md",
            "Two minutes later",
            "Two«\u{200B}» minutes later",
        ),
    ],
    good: &[Example::edit(
        RUNBOOK,
        "because: no trusted pattern",
        "because: no trusted pattern – überprüft",
    )],
    check: Check::Runner,
};
