//! What becomes of alerts, and what of their expressions.

use super::*;
use crate::document::unit::Literal;

fn only(expression: &str, more: &str) -> Result<Imported, Refused> {
    let text = format!(
        "groups: [{{name: g, rules: [{{alert: HostCPUIsHigh, expr: {expression:?}{more}}}]}}]"
    );
    Importer::new("unclassified".to_owned(), "unassigned".to_owned())
        .read(&text)
        .unwrap()
        .remove(0)
}

fn asked(expression: &str) -> (String, Check) {
    let imported = only(expression, "").unwrap();
    let check = imported
        .runbook
        .unwrap()
        .spec
        .checks
        .remove(&CheckName::new("firing"))
        .unwrap();
    (imported.query.spec.template, check)
}

#[test]
fn a_comparison_with_a_number_becomes_one_of_the_check() {
    let (template, check) = asked("sum(rate(errors[5m])) / sum(rate(all[5m])) * 100 >= 5");
    assert_eq!(template, "sum(rate(errors[5m])) / sum(rate(all[5m])) * 100");
    assert_eq!(check.at_least, Some(Literal::Number(5.0)));
    let (_, check) = asked("a < -0.5");
    assert!(check.below == Some(Literal::Number(-0.5)) || check.present == Some(true));
}

#[test]
fn of_anything_else_an_answer_counts() {
    for expression in [
        "absent(up)",
        "a > b",
        "a > 1 and b < 2",
        "a > bool 1",
        "up == 0 unless on (job) x",
    ] {
        let (template, check) = asked(expression);
        assert_eq!((template.as_str(), check.present), (expression, Some(true)));
    }
}

#[test]
fn what_is_no_expression_is_refused() {
    assert!(only("sum(", "").unwrap_err().why.contains("no PromQL"));
    assert!(
        only("up", ", for: soon")
            .unwrap_err()
            .why
            .contains("`for: soon`")
    );
    assert!(
        Importer::new("a".to_owned(), "b".to_owned())
            .read("groups: 3")
            .is_err()
    );
}

#[test]
fn nothing_can_act_on_a_draft() {
    let runbook = only("up == 0", ", for: 1y2d").unwrap().runbook.unwrap();
    assert_eq!(runbook.metadata.id, "host-cpu-is-high");
    assert_eq!(runbook.metadata.status, Some(Status::Draft));
    assert_eq!(
        (runbook.spec.autonomy.max_tier, runbook.spec.autonomy.mode),
        (Tier::READ_ONLY, Mode::Off)
    );
    assert_eq!(
        runbook.spec.checks[&CheckName::new("firing")].hold,
        "367d".parse().ok()
    );
}

#[test]
fn what_a_template_would_fill_is_kept_out() {
    assert!(
        only(r#"a{b=~"{{x}}"}"#, "")
            .unwrap_err()
            .why
            .contains("fill in")
    );
    assert_eq!(
        without_templates("Down (instance {{ $labels.instance }})"),
        "Down"
    );
}

#[test]
fn alerts_of_one_name_get_ids_of_their_own() {
    let mut importer = Importer::new("c".to_owned(), "o".to_owned());
    let text = "groups: [{name: Kafka, rules: [{alert: Down, expr: up}, {alert: Down, expr: up}, {alert: Down, expr: up}]}]";
    let ids = importer
        .read(text)
        .unwrap()
        .into_iter()
        .map(|it| it.unwrap().query.metadata.id);
    assert_eq!(
        ids.collect::<Vec<_>>(),
        ["down", "kafka-down", "kafka-down-2"]
    );
}
