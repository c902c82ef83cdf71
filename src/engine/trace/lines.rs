//! A trace as short lines for people, one per event.

use jiff::Timestamp;

use super::{ConditionTruth, Entry, Note, Record, Trace};
use crate::document::logic::Truth;
use crate::engine::event::ActionResult;
use crate::engine::evidence::Arguments;
use crate::engine::moment::since;
use crate::engine::refusal::Refusal;
use crate::engine::signature::SignatureResult;
use crate::engine::text;

impl Trace {
    /// The trace as short lines, one per event, each with the time since the run began.
    pub fn lines(&self) -> Vec<String> {
        let begun = self.inputs.begun;
        self.entries.iter().flat_map(|e| entry(e, begun)).collect()
    }
}

fn entry(entry: &Entry, begun: Timestamp) -> Vec<String> {
    let at = format!("+{}", since(entry.at, begun));
    describe(&entry.what)
        .into_iter()
        .map(|line| format!("{at:>7}  {line}"))
        .collect()
}

fn describe(record: &Record) -> Vec<String> {
    match record {
        Record::Scored {
            again, candidates, ..
        } => {
            let again = if *again { "again: " } else { "" };
            candidates
                .iter()
                .map(|c| format!("{again}{}", candidate(c)))
                .collect()
        }
        Record::RunbookRejected { runbook, why } => vec![format!("runbook {runbook}: no, {why}")],
        Record::RunbookChosen {
            runbook,
            signature,
            limit,
            ..
        } => {
            let by = match signature {
                Some(signature) => format!("by signature {signature}"),
                None => "by alert".to_owned(),
            };
            let limit = limit
                .map(|l| format!(", tier 0 only ({l})"))
                .unwrap_or_default();
            vec![format!("runbook {runbook} {by}{limit}")]
        }
        Record::Decided {
            rows,
            checks,
            path,
            because,
        } => {
            let mut lines: Vec<String> = checks
                .iter()
                .map(|(name, r)| format!("check {name}: {} ({})", r.truth, r.finding()))
                .collect();
            lines.extend(rows.iter().map(|row| {
                let when = row.when.as_deref().unwrap_or("otherwise");
                format!("row {} `{when}`: {}", row.row + 1, row.truth)
            }));
            let because = because
                .as_ref()
                .map(|b| format!(" ({b})"))
                .unwrap_or_default();
            match path {
                Some(path) => lines.push(format!("path {path}{because}")),
                None => lines.push(format!("no path{because}")),
            }
            lines
        }
        Record::Judged {
            step,
            action,
            stage,
            tier,
            target,
            mode,
            reasons,
        } => {
            let tier = tier.map(|t| format!(", tier {t}")).unwrap_or_default();
            let target = target
                .as_ref()
                .map(|t| format!(" on {t}"))
                .unwrap_or_default();
            let mode = mode
                .as_ref()
                .map(|m| format!(", mode {}", m.mode))
                .unwrap_or_default();
            let stage = format!("{stage:?}").to_lowercase();
            let mut lines = vec![format!(
                "policy ({stage}) step {step}: {action}{target}{tier}{mode}"
            )];
            lines.extend(reasons.iter().map(|r| match r.code {
                // A question, not the end: it is asked next.
                Refusal::ApprovalMissing => format!("  not without a go-ahead: {}", r.message),
                code => format!("  refused, {code}: {}", r.message),
            }));
            lines
        }
        Record::Proposed {
            step,
            action,
            arguments,
            mode,
        } => {
            vec![format!(
                "proposed ({mode}) step {step}: {action} {}",
                shown(arguments)
            )]
        }
        Record::Preflight {
            step,
            again,
            conditions,
            result,
        } => {
            let again = if *again { " again" } else { "" };
            let mut lines = vec![format!("preflight{again} of step {step}: {result}")];
            lines.extend(
                conditions
                    .iter()
                    .filter(|c| c.truth != Truth::Pass)
                    .map(condition),
            );
            lines
        }
        Record::ApprovalAsked { step, demand, .. } => {
            let from: Vec<&str> = demand.from.iter().map(|t| t.as_str()).collect();
            let (n, from) = (demand.approvals, from.join(", "));
            vec![format!(
                "approval of step {step}: {n} of {from}, within {}",
                demand.expires
            )]
        }
        Record::ApprovalAnswered {
            by,
            approve,
            ignored,
        } => {
            let what = if *approve { "approved" } else { "denied" };
            let ignored = ignored.as_ref().map(|i| format!(", does not count: {i}"));
            vec![format!(
                "{what} by {}{}",
                text::quote(by),
                ignored.unwrap_or_default()
            )]
        }
        Record::Snapshot {
            step,
            values,
            problem,
        } => vec![match problem {
            None => format!("snapshot of step {step}: {}", shown(values)),
            Some(problem) => format!("snapshot of step {step} failed: {problem}"),
        }],
        Record::Armed { undo, .. } => {
            vec![format!(
                "undo armed: {} {}",
                undo.action,
                shown(&undo.arguments)
            )]
        }
        Record::Executed {
            call,
            mode,
            attempt,
            ..
        } => {
            let what = if call.undo { "undo" } else { "run" };
            let attempt = if *attempt > 1 {
                format!(", attempt {attempt}")
            } else {
                String::new()
            };
            let arguments = shown(&call.arguments);
            vec![format!(
                "{what} ({mode}{attempt}) {} {arguments}",
                call.action
            )]
        }
        Record::ActionEnded { result, .. } => vec![match result {
            Some(ActionResult::Ok) => "action done".to_owned(),
            Some(ActionResult::Error { message }) => {
                format!("action failed: {}", text::quote(message))
            }
            None => "action did not answer".to_owned(),
        }],
        Record::Verified {
            step,
            end,
            looks,
            why,
            ..
        } => {
            let end = format!("{end:?}").to_lowercase();
            vec![format!(
                "verification of step {step}: {end} after {looks} looks ({why})"
            )]
        }
        Record::Noted { note } => vec![noted(note)],
        Record::Ended { ended, handoff } => {
            let reason = ended.reason.map(|r| format!(", {r}")).unwrap_or_default();
            let to = handoff
                .as_ref()
                .map(|h| format!(" to {}", h.to))
                .unwrap_or_default();
            vec![format!("{}{to}{reason}: {}", ended.outcome, ended.detail)]
        }
    }
}

fn candidate(result: &SignatureResult) -> String {
    let SignatureResult {
        id,
        verdict,
        score,
        ceiling,
        why,
        ..
    } = result;
    let standing = if result.stable { "" } else { ", shadow" };
    format!("signature {id}: {verdict} {score:.2} (ceiling {ceiling:.2}{standing}): {why}")
}

fn condition(condition: &ConditionTruth) -> String {
    let why: Vec<String> = condition
        .why
        .iter()
        .map(|atom| format!("{} {}: {}", atom.name, atom.truth, atom.why))
        .collect();
    format!(
        "  {} `{}` ({})",
        condition.truth,
        condition.text,
        why.join("; ")
    )
}

fn noted(note: &Note) -> String {
    match note {
        Note::Commander { active: true } => "an incident commander takes over".to_owned(),
        Note::Commander { active: false } => "the incident commander hands back".to_owned(),
        Note::Halt { level } => format!("kill switch: {level:?}"),
        Note::Freeze => "a freeze begins".to_owned(),
        Note::Severity { severity } => format!("severity {}", text::quote(severity)),
        Note::Retry { step, attempt } => format!("step {step}: attempt {attempt}"),
        Note::RollbackBegins { writes } => format!("rolling back {writes} writes"),
        Note::EvidenceTooOld { step } => {
            format!("step {step}: the evidence is too old, asking again")
        }
    }
}

fn shown(arguments: &Arguments) -> String {
    let pairs: Vec<String> = arguments
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    format!("{{{}}}", pairs.join(", "))
}
