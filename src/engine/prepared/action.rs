//! Actions made ready to be called.

use std::collections::BTreeMap;

use super::{Preparation, PreparedCheck, PreparedCondition};
use crate::document::id::{ActionId, CheckName};
use crate::document::model::{Action, Effect, Mode, ReversibilityClass, Tier};
use crate::document::template::Template;
use crate::document::unit::Duration;
use crate::engine::arguments::PreparedParams;
use crate::engine::evidence::Arguments;
use crate::engine::scope::ArgumentTemplates;
use crate::library::closure::Pinned;

/// Longest run of an action that names none.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(300);

/// An action ready to be called.
#[derive(Debug)]
pub(crate) struct PreparedAction {
    pub(crate) id: ActionId,
    pub(crate) document: Pinned<Action>,
    pub(crate) params: PreparedParams,
    pub(crate) target: Option<Template>,
    pub(crate) checks: BTreeMap<CheckName, PreparedCheck>,
    pub(crate) preflight: Vec<PreparedCondition>,
    pub(crate) snapshot: BTreeMap<String, PreparedCheck>,
    pub(crate) undo: Option<PreparedUndo>,
}

/// The call that undoes an action.
#[derive(Debug)]
pub(crate) struct PreparedUndo {
    pub(crate) action: ActionId,
    pub(crate) arguments: ArgumentTemplates,
}

impl PreparedAction {
    /// Prepares `document`; what is wrong goes to `preparation`.
    pub(super) fn new(
        id: &ActionId,
        document: &Pinned<Action>,
        preparation: &mut Preparation<'_>,
    ) -> Option<Self> {
        let spec = &document.spec;
        let place = format!("action {id}");
        let checks = preparation.checks(&place, &spec.checks);
        let preflight = spec
            .preflight
            .iter()
            .filter_map(|text| preparation.condition(&place, text, &checks, true))
            .collect();
        let snapshot = spec
            .reversibility
            .snapshot
            .iter()
            .filter_map(|(name, check)| {
                let place = format!("{place}: snapshot `{name}`");
                Some((
                    name.clone(),
                    preparation.check(&place, check, Duration::ZERO)?,
                ))
            })
            .collect();
        let undo = match spec.reversibility.undo() {
            None => None,
            Some(call) => Some(PreparedUndo {
                action: call.action.clone(),
                arguments: preparation.kept(&place, ArgumentTemplates::parse(&call.with))?,
            }),
        };
        let target = match &spec.target {
            None => None,
            Some(text) => Some(preparation.kept(&place, Template::parse(text))?),
        };
        Some(Self {
            id: id.clone(),
            document: document.clone(),
            params: preparation.kept(&place, PreparedParams::new(&spec.params))?,
            target,
            checks,
            preflight,
            snapshot,
            undo,
        })
    }

    pub(crate) fn spec(&self) -> &Action {
        &self.document.spec
    }

    /// Whether the world differs afterwards.
    pub(crate) fn writes(&self) -> bool {
        self.spec().effect.changes_the_world()
    }

    /// Whether it needs an undo that is armed before it runs.
    pub(crate) fn needs_undo(&self) -> bool {
        matches!(
            self.spec().reversibility.class,
            ReversibilityClass::Reversible | ReversibilityClass::Compensable
        )
    }

    pub(crate) fn timeout(&self) -> Duration {
        self.spec().timeout.unwrap_or(DEFAULT_TIMEOUT)
    }

    pub(crate) fn max_mode(&self) -> Option<Mode> {
        self.spec().max_mode
    }

    /// The tier computed from effect, reversibility, declared tier and arguments. What is declared
    /// is a floor: a write is at least 1, an approximate undo at least 2, no undo at all 3.
    pub(crate) fn tier(&self, arguments: &Arguments) -> Tier {
        let spec = self.spec();
        let by_effect = match spec.effect {
            Effect::Read | Effect::Notify => Tier::READ_ONLY,
            Effect::Write | Effect::Delete => Tier::LOW_RISK,
        };
        let by_class = match spec.reversibility.class {
            ReversibilityClass::Irreversible if self.writes() => Tier::HUMAN_ONLY,
            ReversibilityClass::Compensable => Tier::NEEDS_APPROVAL,
            _ => Tier::READ_ONLY,
        };
        let raised = spec
            .raise_tier
            .iter()
            .filter(|raise| {
                arguments
                    .get(&raise.param)
                    .is_some_and(|v| raise.values.contains(v))
            })
            .map(|raise| raise.to);
        raised.fold(spec.tier.max(by_effect).max(by_class), Tier::max)
    }
}
