//! The policy as the engine uses it: effective mode, freezes, budgets, who may give a go-ahead.

mod situation;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::{Offset, TimeZone};
use serde::{Deserialize, Serialize};

use crate::document::id::{ActionId, EnvironmentId, ServiceId, TeamId};
use crate::document::model::{
    Budgets, Document, Escalate, Freeze, Governance, HaltLevel, Mode, RunTimeApproval, Tier,
    TierCaps,
};
use crate::document::unit::Duration;

pub use situation::{PolicyTestResult, evaluate_policy_test};

/// What a run may use when neither policy nor runbook limits it.
pub const FALLBACK_BUDGETS: Budgets = Budgets {
    wall_clock: Some(Duration::from_secs(3_600)),
    actions: Some(5),
    queries: Some(1_000),
};

/// A policy ready to be asked.
#[derive(Debug)]
pub struct Policy {
    document: Arc<Document<Governance>>,
    freezes: Vec<FreezeWindow>,
}

#[derive(Debug)]
struct FreezeWindow {
    freeze: Freeze,
    begin: Timestamp,
    end: Timestamp,
}

/// Where a limit on the mode comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModeSource {
    /// The execution matrix.
    Matrix,
    /// The runbook's autonomy.
    Runbook,
    /// The action's `max_mode`.
    Action,
    /// The rollout stage of the service.
    Rollout,
    /// The kill switch.
    KillSwitch,
    /// A freeze.
    Freeze,
    /// The status of runbook or signature.
    Status,
    /// The caps of the tier.
    Caps,
    /// The budgets of the run.
    Budgets,
}

/// One limit on the mode.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contribution {
    /// Where it comes from.
    pub source: ModeSource,
    /// The highest mode it allows.
    pub mode: Mode,
    /// What it is, in words.
    pub detail: String,
}

/// How far automation may go, and why no further.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EffectiveMode {
    /// The minimum of all contributions; `off` without any.
    pub mode: Mode,
    /// Every limit, in a fixed order.
    pub contributions: Vec<Contribution>,
}

/// What the effective mode is asked for. What is `None` does not limit.
#[derive(Clone, Copy, Debug)]
pub struct ModeQuestion<'a> {
    /// Where.
    pub environment: &'a EnvironmentId,
    /// The computed tier of the call.
    pub tier: Tier,
    /// The runbook's mode.
    pub runbook: Option<Mode>,
    /// The action's highest mode.
    pub action: Option<Mode>,
    /// The rollout stage of the service.
    pub rollout: Option<Mode>,
    /// The kill switch.
    pub halt: Option<HaltLevel>,
    /// The name of a freeze that covers the call.
    pub frozen: Option<&'a str>,
    /// The highest mode the status of the documents involved allows.
    pub status: Option<Mode>,
}

impl Policy {
    /// Makes a policy ready. Freezes in an unknown zone cover every zone's reading of their days.
    pub fn new(document: Arc<Document<Governance>>) -> Self {
        let freezes = document
            .spec
            .freezes
            .iter()
            .map(|freeze| {
                let (begin, end) = bounds(freeze);
                FreezeWindow {
                    freeze: freeze.clone(),
                    begin,
                    end,
                }
            })
            .collect();
        Self { document, freezes }
    }

    /// The document.
    pub fn document(&self) -> &Document<Governance> {
        &self.document
    }

    /// Its content.
    pub fn governance(&self) -> &Governance {
        &self.document.spec
    }

    /// The freeze that covers an action, if any.
    pub fn freeze_at(
        &self,
        environment: &EnvironmentId,
        tier: Tier,
        action: Option<&ActionId>,
        moment: Timestamp,
    ) -> Option<&str> {
        let covering = self.freezes.iter().find(|window| {
            let freeze = &window.freeze;
            freeze.environments.contains(environment)
                && freeze.tiers.contains(&tier)
                && !action.is_some_and(|action| freeze.allow.contains(action))
                && window.begin <= moment
                && moment < window.end
        });
        covering.map(|window| window.freeze.id.as_str())
    }

    /// The rollout stage of a service; `shadow` when the policy does not name it.
    pub fn rollout(&self, service: &ServiceId) -> Mode {
        let stages = &self.governance().rollout;
        stages.get(service).copied().unwrap_or(Mode::Shadow)
    }

    /// The minimum of everything that limits the mode, each limit named.
    pub fn effective_mode(&self, question: &ModeQuestion<'_>) -> EffectiveMode {
        let ModeQuestion {
            environment, tier, ..
        } = *question;
        let cell = self
            .governance()
            .execute
            .get(environment)
            .and_then(|tiers| tiers.get(&tier));
        let matrix = match cell {
            Some(mode) => (*mode, format!("{environment}, tier {tier}")),
            None => (Mode::Off, format!("no cell for {environment}, tier {tier}")),
        };
        let halt = question.halt.map(|level| match level {
            HaltLevel::AdviseOnly => (Mode::Advise, "advise_only".to_owned()),
            HaltLevel::PauseNew => (Mode::Off, "pause_new".to_owned()),
            HaltLevel::StopNow => (Mode::Off, "stop_now".to_owned()),
        });
        let said = |mode: Option<Mode>, what: &str| mode.map(|mode| (mode, what.to_owned()));
        let limits = [
            (ModeSource::Matrix, Some(matrix)),
            (ModeSource::Runbook, said(question.runbook, "autonomy.mode")),
            (ModeSource::Action, said(question.action, "max_mode")),
            (ModeSource::Rollout, said(question.rollout, "rollout stage")),
            (ModeSource::KillSwitch, halt),
            (
                ModeSource::Freeze,
                question.frozen.map(|id| (Mode::Off, id.to_owned())),
            ),
            (ModeSource::Status, said(question.status, "status")),
        ];
        let contributions: Vec<Contribution> = limits
            .into_iter()
            .filter_map(|(source, limit)| {
                let (mode, detail) = limit?;
                Some(Contribution {
                    source,
                    mode,
                    detail,
                })
            })
            .collect();
        let mode = contributions.iter().map(|c| c.mode).min();
        EffectiveMode {
            mode: mode.unwrap_or(Mode::Off),
            contributions,
        }
    }

    /// Who gives the go-ahead for a tier.
    pub fn approval(&self, tier: Tier) -> Option<&RunTimeApproval> {
        self.governance().run_time_approval.get(&tier)
    }

    /// The limits of a tier.
    pub fn caps(&self, tier: Tier) -> TierCaps {
        self.governance()
            .caps
            .get(&tier)
            .copied()
            .unwrap_or_default()
    }

    /// How old preflight evidence may be for a tier; `None` means that it has to be asked for anew.
    pub fn evidence_max_age(&self, tier: Tier) -> Option<Duration> {
        let defaults = self.governance().defaults.as_ref()?;
        defaults.evidence_max_age.get(&tier).copied()
    }

    /// What a run may use at most.
    pub fn budgets(&self) -> Budgets {
        let own = self.governance().defaults.as_ref().and_then(|d| d.budgets);
        own.map_or(FALLBACK_BUDGETS, |own| Budgets {
            wall_clock: own.wall_clock.or(FALLBACK_BUDGETS.wall_clock),
            actions: own.actions.or(FALLBACK_BUDGETS.actions),
            queries: own.queries.or(FALLBACK_BUDGETS.queries),
        })
    }

    /// Whom to tell when a runbook does not say.
    pub fn escalate(&self) -> Option<&Escalate> {
        self.governance().defaults.as_ref()?.escalate.as_ref()
    }

    /// The one human behind a login: the first alias of its group, in lower case.
    pub fn principal(&self, login: &str) -> String {
        let group = self
            .governance()
            .aliases
            .iter()
            .find(|group| group.iter().any(|alias| alias.eq_ignore_ascii_case(login)));
        let first = group
            .and_then(|group| group.first())
            .map_or(login, String::as_str);
        first.to_ascii_lowercase()
    }

    /// Whether `login` belongs to `team`. A team whose members are not listed has none: a claim
    /// alone is no proof.
    pub fn is_member(&self, login: &str, team: &TeamId) -> bool {
        let person = self.principal(login);
        let members = self.governance().teams.get(team).map(|team| &team.members);
        members
            .into_iter()
            .flatten()
            .any(|member| self.principal(&member.login) == person)
    }

    /// Whether the policy says that approvals of `login` never count.
    pub fn never_approves(&self, login: &str) -> bool {
        let person = self.principal(login);
        let barred = &self.governance().never_approve;
        barred.iter().any(|other| self.principal(other) == person)
    }

    /// The teams that `names` stand for; `service_oncall` is `oncall`.
    pub fn teams_of(&self, names: &[String], oncall: Option<&TeamId>) -> BTreeSet<TeamId> {
        names
            .iter()
            .filter_map(|name| match name.as_str() {
                "service_oncall" => oncall.cloned(),
                team => Some(TeamId::from(team)),
            })
            .collect()
    }
}

/// The tighter of two budgets, limit by limit.
pub(crate) fn tighter(a: Budgets, b: Budgets) -> Budgets {
    fn least<T: Ord>(a: Option<T>, b: Option<T>) -> Option<T> {
        match (a, b) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (one, other) => one.or(other),
        }
    }
    Budgets {
        wall_clock: least(a.wall_clock, b.wall_clock),
        actions: least(a.actions, b.actions),
        queries: least(a.queries, b.queries),
    }
}

/// From the beginning of the first day to the end of the last one.
fn bounds(freeze: &Freeze) -> (Timestamp, Timestamp) {
    let moment = |date: Date, zone: &TimeZone| {
        date.to_datetime(Time::midnight())
            .to_zoned(zone.clone())
            .map(|zoned| zoned.timestamp())
    };
    let (east, west) = match TimeZone::get(&freeze.zone) {
        Ok(zone) => (zone.clone(), zone),
        // The first and the last place on Earth where a day begins.
        Err(_) => (
            TimeZone::fixed(Offset::constant(14)),
            TimeZone::fixed(Offset::constant(-12)),
        ),
    };
    let begin = moment(freeze.from, &east).unwrap_or(Timestamp::MIN);
    let end = freeze
        .to
        .tomorrow()
        .ok()
        .and_then(|day| moment(day, &west).ok());
    (begin, end.unwrap_or(Timestamp::MAX))
}
