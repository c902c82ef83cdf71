//! Reading a trace: the questions tests, reports and handoffs ask.

use super::{Record, Trace};
use crate::document::id::{ActionId, PathId, RunbookId};
use crate::document::model::Mode;
use crate::engine::call::Call;
use crate::engine::handoff::Handoff;
use crate::engine::machine::Ended;
use crate::engine::signature::SignatureResult;

impl Trace {
    fn records(&self) -> impl DoubleEndedIterator<Item = &Record> {
        self.entries.iter().map(|entry| &entry.what)
    }

    /// The signatures as scored when the run began, best first.
    pub fn candidates(&self) -> &[SignatureResult] {
        self.records()
            .find_map(|record| match record {
                Record::Scored { candidates, .. } => Some(candidates.as_slice()),
                _ => None,
            })
            .unwrap_or_default()
    }

    /// The runbook chosen.
    pub fn runbook(&self) -> Option<&RunbookId> {
        self.records().find_map(|record| match record {
            Record::RunbookChosen { runbook, .. } => Some(runbook),
            _ => None,
        })
    }

    /// The path taken.
    pub fn path(&self) -> Option<&PathId> {
        self.records().find_map(|record| match record {
            Record::Decided { path, .. } => path.as_ref(),
            _ => None,
        })
    }

    /// Every action started, in order, with its effective mode; the undo included.
    pub fn executed(&self) -> impl Iterator<Item = (&Call, Mode)> {
        self.records().filter_map(|record| match record {
            Record::Executed { call, mode, .. } => Some((&**call, *mode)),
            _ => None,
        })
    }

    /// Every action proposed instead of run, in order.
    pub fn proposed(&self) -> impl Iterator<Item = &ActionId> {
        self.records().filter_map(|record| match record {
            Record::Proposed { action, .. } => Some(action),
            _ => None,
        })
    }

    /// How the run ended.
    pub fn ended(&self) -> Option<&Ended> {
        self.records().rev().find_map(|record| match record {
            Record::Ended { ended, .. } => Some(ended),
            _ => None,
        })
    }

    /// What was handed over.
    pub fn handoff(&self) -> Option<&Handoff> {
        self.records().rev().find_map(|record| match record {
            Record::Ended { handoff, .. } => handoff.as_deref(),
            _ => None,
        })
    }
}
