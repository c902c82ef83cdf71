//! `schema/statement.schema.json` describes what is written.

use super::*;

#[test]
fn statements_have_the_documented_shape() {
    let schema = include_str!("../../../../schema/statement.schema.json");
    let schema = jsonschema::draft202012::new(&serde_json::from_str(schema).unwrap()).unwrap();
    let mut statements = lines(&built(&history()).unwrap());
    let file = cases::file();
    for case in file["cases"].as_array().unwrap() {
        let id = case["id"].as_str().unwrap();
        let mut records = [adoption(), landing(id, '1', '2', vec![runbook("1.1.0")])];
        let policy = &file["policies"][case["policy"].as_str().unwrap()];
        for record in &mut records {
            record.policy = policy.clone();
            for unit in &mut record.facts.units {
                unit.apart = true;
            }
            for exception in &mut record.facts.exceptions {
                exception.reason = Some("it could not wait".to_owned());
            }
        }
        records[0].subjects = vec![governance(policy)];
        statements.extend(lines(&built(&records).unwrap()));
    }
    for statement in &statements {
        let errors: Vec<_> = schema
            .iter_errors(statement)
            .map(|it| it.to_string())
            .collect();
        assert!(errors.is_empty(), "{errors:?} {statement}");
    }
    let closed = |pointer: &str| {
        let mut statement = statements[1].clone();
        statement.pointer_mut(pointer).unwrap()["more"] = json!(1);
        !schema.is_valid(&statement)
    };
    assert!(
        [
            "",
            "/predicate",
            "/predicate/units/0",
            "/predicate/units/0/change"
        ]
        .into_iter()
        .all(closed)
    );
}
