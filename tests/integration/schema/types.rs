//! Every Rust type of the model has the keys of its definition in the schema, and no others.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;

use rbk::document::model::*;
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::forward_to_deserialize_any;

use super::schemas;

/// Learns which fields a type asks for, and then refuses to go on.
struct FieldTracer<'f>(&'f RefCell<Vec<&'static str>>);

#[derive(Debug)]
struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("only the fields were asked for")
    }
}

impl std::error::Error for Refused {}

impl Error for Refused {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

impl<'de> Deserializer<'de> for FieldTracer<'_> {
    type Error = Refused;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Refused> {
        self.0.borrow_mut().extend(fields);
        Err(Refused)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Refused> {
        self.0.borrow_mut().extend(variants);
        Err(Refused)
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Refused> {
        Err(Refused)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map identifier ignored_any
    }
}

pub(super) fn names<'de, T: Deserialize<'de>>() -> BTreeSet<&'static str> {
    let fields = RefCell::new(Vec::new());
    let _ = T::deserialize(FieldTracer(&fields));
    fields.into_inner().into_iter().collect()
}

pub(super) type Names = fn() -> BTreeSet<&'static str>;

/// Structs with the place of the schema object that mirrors them.
const STRUCTS: &[(&str, &str, Names)] = &[
    ("action", "", names::<Document<Action>>),
    ("runbook", "", names::<Document<Runbook>>),
    ("common", "/$defs/metadata_base", names::<Metadata>),
    ("common", "/$defs/check", names::<Check>),
    ("common", "/$defs/log_match", names::<LogMatch>),
    ("common", "/$defs/trace_match", names::<TraceMatch>),
    ("common", "/$defs/line_count", names::<Count>),
    ("common", "/$defs/span_share", names::<Share>),
    ("common", "/$defs/param", names::<ParamSpec>),
    ("common", "/$defs/escalate", names::<Escalate>),
    ("common", "/$defs/budgets", names::<Budgets>),
    ("action", "/$defs/spec", names::<Action>),
    ("action", "/$defs/adapter", names::<Adapter>),
    ("action", "/$defs/reversibility", names::<Reversibility>),
    ("action", "/$defs/armed_call", names::<ArmedCall>),
    ("action", "/$defs/raise_tier", names::<RaiseTier>),
    ("action", "/$defs/blast_radius", names::<BlastRadius>),
    ("action", "/$defs/limits", names::<Limits>),
    ("action", "/$defs/verify_floor", names::<VerifyFloor>),
    ("query", "/$defs/spec", names::<Query>),
    ("query", "/$defs/result", names::<QueryResult>),
    ("query", "/$defs/caps", names::<QueryCaps>),
    ("runbook", "/$defs/spec", names::<Runbook>),
    ("runbook", "/$defs/scope", names::<Scope>),
    ("runbook", "/$defs/autonomy", names::<Autonomy>),
    ("runbook", "/$defs/decision", names::<Decision>),
    ("runbook", "/$defs/path", names::<Path>),
    ("runbook", "/$defs/waiver", names::<Waiver>),
    ("runbook", "/$defs/step", names::<Step>),
    ("runbook", "/$defs/verify", names::<Verify>),
    ("runbook", "/$defs/retry", names::<Retry>),
    ("signature", "/$defs/spec", names::<Signature>),
    ("signature", "/$defs/negation", names::<Negation>),
    ("signature", "/$defs/score", names::<Score>),
    ("signature", "/$defs/route", names::<SignatureRoute>),
    ("service", "/$defs/spec", names::<Service>),
    ("service", "/$defs/oncall", names::<Oncall>),
    ("taxonomy", "/$defs/spec", names::<Taxonomy>),
    ("taxonomy", "/$defs/incident_class", names::<IncidentClass>),
    ("taxonomy", "/$defs/severity", names::<Severity>),
    ("postmortem", "/$defs/spec", names::<Postmortem>),
    ("postmortem", "/$defs/times", names::<Times>),
    ("postmortem", "/$defs/detection", names::<Detection>),
    (
        "postmortem",
        "/$defs/misleading_signal",
        names::<MisleadingSignal>,
    ),
    ("postmortem", "/$defs/mitigation", names::<Mitigation>),
    ("postmortem", "/$defs/automation", names::<Automation>),
    ("postmortem", "/$defs/action_item", names::<ActionItem>),
    ("fixture", "/$defs/spec", names::<Fixture>),
    ("fixture", "/$defs/target", names::<Target>),
    ("fixture", "/$defs/provenance", names::<Provenance>),
    ("fixture", "/$defs/clock", names::<Clock>),
    ("fixture", "/$defs/subject", names::<Subject>),
    ("fixture", "/$defs/alert", names::<FixtureAlert>),
    ("fixture", "/$defs/change", names::<Change>),
    ("fixture", "/$defs/log_line", names::<LogLine>),
    ("fixture", "/$defs/spans", names::<TraceSpan>),
    ("fixture", "/$defs/event", names::<FixtureEvent>),
    ("fixture", "/$defs/world", names::<World>),
    ("fixture", "/$defs/expect", names::<Expect>),
    ("fixture", "/$defs/expected_action", names::<ExpectedAction>),
    (
        "fixture",
        "/$defs/expected_escalation",
        names::<EscalationExpectation>,
    ),
    ("governance", "/$defs/spec", names::<Governance>),
    ("governance", "/$defs/repository", names::<RepositoryRef>),
    ("governance", "/$defs/baseline", names::<Baseline>),
    ("governance", "/$defs/team", names::<Team>),
    ("governance", "/$defs/member", names::<Member>),
    (
        "governance",
        "/$defs/run_time_approval",
        names::<RunTimeApproval>,
    ),
    ("governance", "/$defs/caps", names::<TierCaps>),
    ("governance", "/$defs/freeze", names::<Freeze>),
    ("governance", "/$defs/kill_switch", names::<KillSwitch>),
    ("governance", "/$defs/defaults", names::<Defaults>),
    ("governance", "/$defs/promotion", names::<Promotion>),
    ("governance", "/$defs/approve", names::<ApproveMatrix>),
    (
        "governance",
        "/$defs/approval_defaults",
        names::<ApprovalDefaults>,
    ),
    ("governance", "/$defs/approve_row", names::<ApproveRow>),
    ("governance", "/$defs/path_rule", names::<PathRule>),
    (
        "governance",
        "/$defs/governance_change",
        names::<GovernanceChange>,
    ),
    (
        "governance",
        "/$defs/trusted_author",
        names::<TrustedAuthor>,
    ),
    ("governance", "/$defs/break_glass", names::<BreakGlass>),
    ("governance", "/$defs/publish", names::<PublishPolicy>),
    ("governance", "/$defs/stale_release", names::<StalePolicy>),
    ("governance", "/$defs/test", names::<PolicyTest>),
    ("governance", "/$defs/given", names::<PolicyTestGiven>),
    ("exception", "/$defs/spec", names::<Exception>),
    ("repository", "/$defs/spec", names::<Repository>),
];

/// Enumerations with the place of the schema that lists their values.
const ENUMS: &[(&str, &str, Names)] = &[
    ("common", "/$defs/mode", names::<Mode>),
    ("common", "/$defs/outcome", names::<Outcome>),
    ("common", "/$defs/halt_level", names::<HaltLevel>),
    ("common", "/$defs/param/properties/type", names::<ParamType>),
    ("common", "/$defs/param/properties/lookup", names::<Lookup>),
    ("action", "/$defs/spec/properties/effect", names::<Effect>),
    (
        "action",
        "/$defs/reversibility/properties/class",
        names::<ReversibilityClass>,
    ),
    ("query", "/$defs/spec/properties/backend", names::<Backend>),
    ("query", "/$defs/spec/properties/signal", names::<Signal>),
    ("query", "/$defs/spec/properties/no_data", names::<NoData>),
    (
        "query",
        "/$defs/spec/properties/sensitivity",
        names::<Sensitivity>,
    ),
    (
        "query",
        "/$defs/result/properties/type",
        names::<ResultType>,
    ),
    (
        "query",
        "/$defs/result/properties/unit",
        names::<rbk::document::unit::Unit>,
    ),
    (
        "runbook",
        "/$defs/decision/properties/otherwise",
        names::<DecisionOutcome>,
    ),
    (
        "runbook",
        "/$defs/step/properties/on_failure",
        names::<OnFailure>,
    ),
    (
        "fixture",
        "/$defs/spec/properties/kind",
        names::<FixtureKind>,
    ),
    (
        "fixture",
        "/$defs/event/properties/do",
        names::<FixtureEventKind>,
    ),
    (
        "fixture",
        "/$defs/world/properties/result",
        names::<WorldResult>,
    ),
    (
        "fixture",
        "/$defs/expect/properties/signatures/additionalProperties",
        names::<ExpectedVerdict>,
    ),
    (
        "governance",
        "/$defs/run_time_approval/properties/on_timeout",
        names::<TimeoutAction>,
    ),
    (
        "repository",
        "/$defs/spec/properties/rules/additionalProperties",
        names::<RuleLevel>,
    ),
    ("rbk", "/properties/kind", names::<Kind>),
];

#[test]
fn schema_and_types_have_the_same_keys() {
    let schemas = schemas();
    for (file, pointer, names) in STRUCTS {
        let properties = schemas[*file].pointer(&format!("{pointer}/properties"));
        let properties = properties.and_then(|properties| properties.as_object());
        let properties = properties.unwrap_or_else(|| panic!("{file}#{pointer} is not there"));
        let keys: BTreeSet<&str> = properties.keys().map(String::as_str).collect();
        assert_eq!(
            keys,
            names(),
            "{file}#{pointer}: left the schema, right the type"
        );
    }
}

#[test]
fn schema_and_types_have_the_same_values() {
    let schemas = schemas();
    for (file, pointer, names) in ENUMS {
        let listed = schemas[*file].pointer(&format!("{pointer}/enum"));
        let listed = listed.and_then(|listed| listed.as_array());
        let listed = listed.unwrap_or_else(|| panic!("{file}#{pointer} is not there"));
        let values: BTreeSet<&str> = listed.iter().filter_map(|value| value.as_str()).collect();
        assert_eq!(
            values,
            names(),
            "{file}#{pointer}: left the schema, right the type"
        );
    }
}

/// The table above is complete: every object with named keys is in it, or is one of those that serde reads as a map.
#[test]
fn no_schema_object_is_left_out() {
    let listed: BTreeSet<String> = STRUCTS
        .iter()
        .map(|(file, pointer, _)| format!("{file}#{pointer}"))
        .collect();
    let mut others = BTreeSet::new();
    for (name, schema) in schemas() {
        super::annotations::each_property(&schema, &mut |pointer, _| {
            let object = pointer
                .rsplit_once("/properties/")
                .map_or("", |(object, _)| object);
            others.insert(format!("{name}#{object}"));
        });
    }
    let left_out: Vec<&String> = others.difference(&listed).collect();
    let envelopes = [
        "exception",
        "fixture",
        "governance",
        "postmortem",
        "query",
        "rbk",
        "repository",
        "service",
        "signature",
        "taxonomy",
    ];
    let known: BTreeSet<String> = envelopes
        .map(|kind| format!("{kind}#"))
        .into_iter()
        .chain(
            [
                // A check and its weight, flattened; a query and its arguments, a part of a check.
                "common#/$defs/support",
                "common#/$defs/reading",
                // They narrow the status of `metadata_base`.
                "common#/$defs/metadata",
                "common#/$defs/metadata_exception",
                "common#/$defs/metadata_fixture",
                "common#/$defs/metadata_postmortem",
                "common#/$defs/metadata_repository",
                "common#/$defs/metadata_reviewed",
                // Arguments and a form, flattened.
                "fixture#/$defs/answer",
                // Maps from tier to something.
                "governance#/$defs/defaults/properties/evidence_max_age",
                "governance#/$defs/spec/properties/caps",
                "governance#/$defs/spec/properties/execute/additionalProperties",
                "governance#/$defs/spec/properties/run_time_approval",
            ]
            .map(str::to_owned),
        )
        .collect();
    let unexplained: Vec<&&String> = left_out
        .iter()
        .filter(|object| !known.contains(**object))
        .collect();
    assert!(unexplained.is_empty(), "{unexplained:#?}");
}
