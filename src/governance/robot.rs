//! Changes by robots that the policy trusts with a little (step 15).

use super::demand::{Demand, is_governance, risk};
use super::facts::{Account, Unit};
use super::people::Contributors;
use super::rules::{Robot, Rules};

/// What a change needs that a trusted robot made alone: only in its paths, up to its tier, and nothing of the policy itself.
/// None where the ordinary rules apply.
pub(super) fn demand(
    author: Option<Account>,
    units: &[Unit],
    contributors: &Contributors,
    rules: &Rules,
) -> Option<Demand> {
    let author = author?;
    let mut robots = rules.robots.iter().filter(|robot| robot.id == author);
    let is_alone =
        !contributors.has_unknown && contributors.accounts.iter().all(|id| *id == author);
    let robot =
        robots.find(|robot| units.iter().all(|unit| is_trusted_with(robot, unit, rules)))?;
    is_alone.then(|| Demand::of(&robot.row))
}

fn is_trusted_with(robot: &Robot, unit: &Unit, rules: &Rules) -> bool {
    robot.paths.fit(&unit.path)
        && !is_governance(unit, rules)
        && risk(unit).is_none_or(|tier| tier <= robot.max_tier)
}
