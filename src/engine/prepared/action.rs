//! Actions made ready to be called.

use std::collections::BTreeMap;

use super::{Preparation, PreparedCheck, PreparedCondition};
use crate::closure::Pinned;
use crate::document::id::{ActionId, CheckName};
use crate::document::model::{Action, Mode, ReversibilityClass, Tier};
use crate::document::template::Template;
use crate::document::unit::Duration;
use crate::engine::arguments::PreparedParams;
use crate::engine::evidence::Arguments;
use crate::engine::scope::ArgumentTemplates;
use crate::engine::tier;

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

    /// The tier of a call with these arguments.
    pub(crate) fn tier(&self, arguments: &Arguments) -> Tier {
        tier::of_call(self.spec(), |raise| {
            let argument = arguments.get(&raise.param);
            argument.is_some_and(|value| raise.values.contains(value))
        })
    }
}
