//! The JSON Schemas of what agents read: the files of a release, and orders. Documents in them have the schemas of
//! [`crate::document::schema`], which lie beside these.

/// File name and text.
pub const SCHEMAS: &[(&str, &str)] = &[
    (
        "bundle-index.schema.json",
        include_str!("../../schema/bundle-index.schema.json"),
    ),
    (
        "bundle-pack.schema.json",
        include_str!("../../schema/bundle-pack.schema.json"),
    ),
    (
        "bundle-runbook.schema.json",
        include_str!("../../schema/bundle-runbook.schema.json"),
    ),
    (
        "bundle-signature.schema.json",
        include_str!("../../schema/bundle-signature.schema.json"),
    ),
    (
        "halt.schema.json",
        include_str!("../../schema/halt.schema.json"),
    ),
    (
        "recall.schema.json",
        include_str!("../../schema/recall.schema.json"),
    ),
    (
        "statement.schema.json",
        include_str!("../../schema/statement.schema.json"),
    ),
];
