//! Acting without ordinary approval in an emergency (step 16).

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;

use super::demand::risk;
use super::facts::{Account, Blob, EmergencyException, Facts, Unit};
use super::people::People;
use super::reason::Reason;
use super::rules::Rules;
use super::teams::Teams;

/// Why an exception does not cover a landing, the first reason that fits; none where it does.
///
/// `contributors` are those of the pull request, where there is one.
pub(super) fn refusal(
    exception: &EmergencyException,
    facts: &Facts,
    rules: &Rules,
    people: &People<'_>,
    teams: &Teams,
    contributors: &BTreeSet<Account>,
) -> Option<Reason> {
    let Some(glass) = &rules.break_glass else {
        return Some(Reason::ExcSignature);
    };
    let most = i64::try_from(glass.max_ttl.as_millis()).unwrap_or(i64::MAX);
    let lasts = exception.expires_at.duration_since(exception.granted_at);
    let is_granted = || {
        let authors: BTreeSet<Account> = exception
            .authors
            .iter()
            .map(|id| people.person(*id))
            .collect();
        glass.approvers.iter().all(|(team, needed)| {
            let by_team = exception
                .granted_by
                .iter()
                .filter(|id| teams.has(team, **id));
            let grantors: BTreeSet<Account> = by_team
                .map(|id| people.person(*id))
                .filter(|person| !contributors.contains(person) && !authors.contains(person))
                .collect();
            u32::try_from(grantors.len()).unwrap_or(u32::MAX) >= *needed
        })
    };
    if !exception.signature_ok {
        Some(Reason::ExcSignature)
    } else if lasts > SignedDuration::from_millis(most)
        || lasts <= SignedDuration::ZERO
        || exception.granted_at > facts.now
    {
        Some(Reason::ExcTtl)
    } else if !covers(&exception.digests, &facts.units) {
        Some(Reason::ExcDigest)
    } else if !facts
        .units
        .iter()
        .all(|unit| risk(unit).is_none_or(|tier| tier <= glass.max_tier) && is_for(exception, unit))
    {
        Some(Reason::ExcTier)
    } else if glass.approvers.is_empty() || !is_granted() {
        Some(Reason::ExcGrantor)
    } else if exception
        .incident
        .as_deref()
        .is_none_or(|id| id.trim().is_empty())
    {
        Some(Reason::ExcNoIncident)
    } else {
        (facts.now >= exception.expires_at).then_some(Reason::ExcExpired)
    }
}

/// Whether digests name exactly what landed, for every unit.
pub(super) fn covers(digests: &BTreeMap<String, Option<Blob>>, units: &[Unit]) -> bool {
    let mut units = units.iter();
    units.all(|unit| digests.get(&unit.path) == Some(&unit.landed))
}

fn is_for(exception: &EmergencyException, unit: &Unit) -> bool {
    let Some(named) = &exception.environments else {
        return true;
    };
    !unit.envs.is_empty()
        && unit
            .envs
            .iter()
            .all(|environment| named.contains(environment))
}
