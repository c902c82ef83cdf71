//! The pages of `docs/rules/` say what the rules say.

use std::collections::BTreeMap;

use rbk::lint::explain;

#[test]
fn the_pages_of_the_rules_are_up_to_date() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/rules");
    let written: BTreeMap<String, String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    let pages: BTreeMap<String, String> = explain::pages().into_iter().collect();
    for (name, page) in &pages {
        assert_eq!(
            written.get(name),
            Some(page),
            "{name}: run `rbk explain --out docs/rules`"
        );
    }
    assert_eq!(
        written.len(),
        pages.len(),
        "pages of rules there are none of"
    );
}
