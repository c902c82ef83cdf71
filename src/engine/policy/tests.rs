use serde_json::json;

use super::*;
use crate::document::model::{Kind, Metadata};

fn policy(spec: serde_json::Value) -> Policy {
    Policy::new(Arc::new(Document {
        api_version: "rbk/v1".to_owned(),
        kind: Kind::Governance,
        metadata: Metadata::default(),
        spec: serde_json::from_value(spec).unwrap(),
    }))
}

fn example() -> Policy {
    policy(json!({
        "environments": ["production"],
        "teams": {"sre": {"members": [{"login": "Alice", "id": 1}, {"login": "alice-alt", "id": 2}]}, "far": {"github": "acme/far", "id": 9}},
        "aliases": [["alice", "alice-alt"]],
        "never_approve": ["bot"],
        "execute": {"production": {"0": "auto", "1": "auto", "2": "gated", "3": "off"}},
        "freezes": [{"id": "f", "environments": ["production"], "tiers": [1], "from": "2026-12-24", "to": "2026-12-26", "zone": "Asia/Tokyo", "allow": ["undo"]}],
        "rollout": {"checkout": "auto"},
    }))
}

#[test]
fn the_mode_is_the_minimum_of_everything_that_limits_it() {
    let policy = example();
    let production = EnvironmentId::from("production");
    let question = ModeQuestion {
        environment: &production,
        tier: Tier::LOW_RISK,
        runbook: Some(Mode::Auto),
        action: None,
        rollout: Some(Mode::Auto),
        halt: None,
        frozen: None,
        status: None,
    };
    assert_eq!(policy.effective_mode(&question).mode, Mode::Auto);
    for (limited, mode, source) in [
        (
            ModeQuestion {
                tier: Tier::NEEDS_APPROVAL,
                ..question
            },
            Mode::Gated,
            ModeSource::Matrix,
        ),
        (
            ModeQuestion {
                runbook: Some(Mode::Shadow),
                ..question
            },
            Mode::Shadow,
            ModeSource::Runbook,
        ),
        (
            ModeQuestion {
                action: Some(Mode::Gated),
                ..question
            },
            Mode::Gated,
            ModeSource::Action,
        ),
        (
            ModeQuestion {
                rollout: Some(Mode::Advise),
                ..question
            },
            Mode::Advise,
            ModeSource::Rollout,
        ),
        (
            ModeQuestion {
                halt: Some(HaltLevel::AdviseOnly),
                ..question
            },
            Mode::Advise,
            ModeSource::KillSwitch,
        ),
        (
            ModeQuestion {
                halt: Some(HaltLevel::PauseNew),
                ..question
            },
            Mode::Off,
            ModeSource::KillSwitch,
        ),
        (
            ModeQuestion {
                halt: Some(HaltLevel::StopNow),
                ..question
            },
            Mode::Off,
            ModeSource::KillSwitch,
        ),
        (
            ModeQuestion {
                frozen: Some("f"),
                ..question
            },
            Mode::Off,
            ModeSource::Freeze,
        ),
        (
            ModeQuestion {
                status: Some(Mode::Shadow),
                ..question
            },
            Mode::Shadow,
            ModeSource::Status,
        ),
    ] {
        let effective = policy.effective_mode(&limited);
        assert_eq!(effective.mode, mode, "{source:?}");
        let named = effective.contributions.iter().find(|c| c.mode == mode);
        assert_eq!(named.map(|c| c.source), Some(source));
    }
    let elsewhere = EnvironmentId::from("elsewhere");
    let nowhere = ModeQuestion {
        environment: &elsewhere,
        ..question
    };
    assert_eq!(policy.effective_mode(&nowhere).mode, Mode::Off);
}

#[test]
fn days_of_a_freeze_are_days_of_its_zone() {
    let policy = example();
    let production = EnvironmentId::from("production");
    let frozen = |at: &str, tier, action: Option<&str>| {
        let action = action.map(ActionId::from);
        let moment = at.parse().unwrap();
        policy
            .freeze_at(&production, tier, action.as_ref(), moment)
            .is_some()
    };
    // Tokyo is nine hours ahead.
    assert!(!frozen("2026-12-23T14:59:59Z", Tier::LOW_RISK, None));
    assert!(frozen("2026-12-23T15:00:00Z", Tier::LOW_RISK, None));
    assert!(frozen("2026-12-26T14:59:59Z", Tier::LOW_RISK, None));
    assert!(!frozen("2026-12-26T15:00:00Z", Tier::LOW_RISK, None));
    assert!(!frozen("2026-12-25T00:00:00Z", Tier::NEEDS_APPROVAL, None));
    assert!(!frozen(
        "2026-12-25T00:00:00Z",
        Tier::LOW_RISK,
        Some("undo")
    ));
    assert!(frozen(
        "2026-12-25T00:00:00Z",
        Tier::LOW_RISK,
        Some("other")
    ));
}

#[test]
fn people_are_told_apart_by_their_accounts() {
    let policy = example();
    let (sre, far) = (TeamId::from("sre"), TeamId::from("far"));
    assert!(policy.is_member("ALICE", &sre) && policy.is_member("alice-alt", &sre));
    assert_eq!(policy.principal("Alice-Alt"), policy.principal("alice"));
    assert!(!policy.is_member("bob", &sre) && !policy.is_member("alice", &far));
    assert!(policy.never_approves("Bot") && !policy.never_approves("alice"));
}

#[test]
fn the_policy_tests_itself() {
    let policy = example();
    let run = |given: serde_json::Value, expect: &str| {
        let test = json!({"name": "t", "given": given, "expect": expect});
        evaluate_policy_test(&policy, &serde_json::from_value(test).unwrap())
    };
    let given = json!({"environment": "production", "tier": 1, "rollout": "auto"});
    assert!(run(given.clone(), "auto").passed);
    assert!(!run(given, "gated").passed);
    assert!(
        run(
            json!({"environment": "production", "tier": 1, "service": "checkout"}),
            "auto"
        )
        .passed
    );
    assert!(
        run(
            json!({"environment": "production", "tier": 1, "service": "cart"}),
            "shadow"
        )
        .passed
    );
    assert!(
        run(
            json!({"environment": "production", "tier": 1, "at": "2026-12-25T12:00:00Z"}),
            "off"
        )
        .passed
    );
    assert!(run(json!({"environment": "production", "tier": 1, "at": "2026-12-25T12:00:00Z", "action": "undo"}), "auto").passed);
    assert!(
        run(
            json!({"environment": "production", "tier": 1, "kill_switch": "advise_only"}),
            "advise"
        )
        .passed
    );
    let unreadable = run(
        json!({"environment": "production", "tier": 1, "at": "Christmas"}),
        "auto",
    );
    assert!(!unreadable.passed && unreadable.error.is_some());
}
