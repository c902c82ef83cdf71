//! `docs/governance.md` lists exactly the reasons there are.

use std::fmt::Write;

use crate::governance::{Reason, Weight};

fn table() -> String {
    let mut table = "| code | does | means |\n|---|---|---|\n".to_owned();
    for reason in Reason::ALL {
        let does = match reason.weight() {
            Weight::Note => "tells",
            Weight::Approval => "refuses an approval",
            Weight::Deny => "denies",
            Weight::Error => "error",
        };
        writeln!(
            table,
            "| `{}` | {does} | {} |",
            reason.code(),
            reason.meaning()
        )
        .unwrap();
    }
    table
}

#[test]
fn the_table_of_reasons_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/governance.md");
    let page = std::fs::read_to_string(path).unwrap();
    let listed: String = page
        .split_once("## Reasons\n")
        .unwrap()
        .1
        .split_inclusive('\n')
        .filter(|line| line.starts_with('|'))
        .collect();
    assert_eq!(listed, table(), "docs/governance.md, below `## Reasons`");
}
