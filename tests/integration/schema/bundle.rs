//! What agents read, as the real binary writes it: every file has the form its schema says, and every schema is said in
//! `docs/bundle-format.md`.

mod documented;

use std::collections::BTreeSet;
use std::fs;
use std::sync::OnceLock;

use rbk::agent::{Halt, HaltFile, ORDERS_FORMAT, Recall, RecallFile};
use rbk::bundle::CanaryRef;
use rbk::bundle::archive::unpack;
use rbk::bundle::index::{
    DocumentRef, EvidenceRef, FORMAT, FORMAT_CANARY, FORMAT_EVIDENCE, Index, PackIndex, PackRef,
};
use rbk::closure::{Closure, SignatureClosure};
use rbk::document::model::{API_VERSION, Kind};
use serde_json::{Value, json};

use super::annotations::{each_property, each_schema};
use super::types::{Names, names};
use super::{RELEASES, all_schemas, validator};
use crate::approvals_history::with_evidence;
use crate::workbench::{Workbench, files, words};

/// The schema of a JSON document and the document.
type Instance = (&'static str, Value);

/// Everything that agents read of four bundles and of orders.
fn written() -> &'static [Instance] {
    static WRITTEN: OnceLock<Vec<Instance>> = OnceLock::new();
    WRITTEN.get_or_init(|| {
        let starter = Workbench::new();
        starter.starter("library");
        let own = Workbench::new();
        own.own_library("library");
        let lone = Workbench::new();
        lone.starter("library");
        lone_signature(&lone);
        for bench in [&starter, &own, &lone] {
            bench
                .rbk(&words("bundle build library --out bundle"))
                .expect(0);
        }
        let mut found = Vec::new();
        for bench in [&starter, &own, &lone, &with_evidence()] {
            of_bundle(bench, &mut found);
        }
        of_orders(&starter, &mut found);
        of_unproven(&own, &mut found);
        found
    })
}

/// A signature that no runbook answers, with a query of its own.
fn lone_signature(bench: &Workbench) {
    let mut new = bench.command(&["new", "signature", "lone"]);
    let made = new.current_dir(bench.path("library")).output().unwrap();
    assert!(made.status.success(), "{made:?}");
    let file = "library/runbooks/signatures/lone/signature.yaml";
    bench.replace(file, "status: draft", "status: shadow");
    let support = "  support:\n    failing: {query: http-error-ratio, at_least: 5%, weight: 0.1}\n";
    bench.replace(file, "  score:", &format!("{support}  score:"));
    bench.commit("library");
}

fn of_bundle(bench: &Workbench, found: &mut Vec<Instance>) {
    let folder = bench.path("bundle");
    for file in files(&folder) {
        let bytes = fs::read(folder.join(&file)).unwrap();
        let name = file.to_str().unwrap();
        match name.split(['.', '-']).next().unwrap() {
            "index" => found.push(("bundle-index", parsed(&bytes))),
            "governance" => found.push(("governance", parsed(&bytes))),
            "pack" => of_pack(&bytes, found),
            "evidence" => {
                let lines = bytes.split(|byte| *byte == b'\n');
                let lines = lines.filter(|line| !line.is_empty());
                found.extend(lines.map(|line| ("statement", parsed(line))));
            }
            _ => panic!("no schema says what {name} is"),
        }
    }
}

fn of_pack(bytes: &[u8], found: &mut Vec<Instance>) {
    let mut entries = unpack(bytes).unwrap();
    let pack = parsed(&entries.remove("pack.json").unwrap());
    for document in pack["documents"].as_array().unwrap() {
        let mut take = |name: &str| {
            let name = document[name].as_str().unwrap();
            let taken = entries.remove(name);
            (name.to_owned(), taken.unwrap_or_else(|| panic!("{name}")))
        };
        let (name, closure) = take("closure");
        let schema = match name.split_once('/').unwrap().0 {
            "runbooks" => "bundle-runbook",
            "signatures" => "bundle-signature",
            _ => panic!("no schema says what {name} is"),
        };
        found.push((schema, parsed(&closure)));
        assert!(take("source").0.starts_with("sources/"));
    }
    assert_eq!(entries.keys().next(), None, "nothing else is in a pack");
    found.push(("bundle-pack", pack));
}

/// Orders of every form, as commanders publish them.
fn of_orders(bench: &Workbench, found: &mut Vec<Instance>) {
    bench.make_root();
    bench.rbk(&words("keys new commander --out keys")).expect(0);
    let more = "--emergency-key keys/commander.pub --key file:keys/commander.pem";
    bench.publish_with("bundle", more).expect(0);
    let digest = format!("sha256:{}", "0".repeat(64));
    for order in [
        "halt --level stop_now".to_owned(),
        "halt --level pause_new --environment staging --service ledger --until 2100-01-01T00:00:00Z"
            .to_owned(),
        format!("recall Runbook/error-rate-after-deploy@1.0.0 Action/k8s.scale-in {digest}"),
    ] {
        let line = format!(
            "{order} --to public --root root.json --by dave --reason drained --key file:keys/commander.pem \
             --key file:keys/snapshot.pem --key file:keys/timestamp.pem"
        );
        bench.rbk(&words(&line)).expect(0);
    }
    published(bench, &["halt", "recall"], found);
}

/// The index of a release whose publisher said that nothing shows who approved it.
fn of_unproven(bench: &Workbench, found: &mut Vec<Instance>) {
    bench.make_root();
    bench.publish_with("bundle", "--without-evidence").expect(0);
    published(bench, &["index"], found);
}

fn published(bench: &Workbench, names: &[&'static str], found: &mut Vec<Instance>) {
    let folder = bench.path("public/targets");
    for file in files(&folder) {
        let name = file.to_str().unwrap().split('.').nth(1).unwrap();
        let Some(name) = names.iter().find(|it| **it == name) else {
            continue;
        };
        let schema = match *name {
            "index" => "bundle-index",
            other => other,
        };
        found.push((schema, parsed(&fs::read(folder.join(&file)).unwrap())));
    }
}

fn parsed(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

/// What is written, and each of it that has such a place with one wrong value, or with one member more there.
pub(super) fn judged() -> Vec<(&'static str, Value, bool)> {
    let digest = format!("sha256:{}", "A".repeat(64));
    let wrong: &[(&str, &str, Value)] = &[
        ("bundle-index", "/format", json!(3)),
        ("bundle-index", "/schema", json!("rbk/v2")),
        ("bundle-index", "/packs", json!([])),
        ("bundle-index", "/packs/0/digest", json!(digest)),
        ("bundle-index", "/packs/0/name", json!("../pack-00.tar.gz")),
        ("bundle-index", "/evidence/statements", json!(-1)),
        ("bundle-index", "/without_evidence", json!("yes")),
        ("bundle-pack", "/documents/0/kind", json!("Action")),
        ("bundle-pack", "/documents/0/status", json!("draft")),
        ("bundle-pack", "/documents/0/closure", json!("a b.json")),
        ("bundle-runbook", "/runbook/kind", json!("Signature")),
        ("bundle-runbook", "/class/title", json!(7)),
        ("bundle-runbook", "/severities/0/page", json!("no")),
        ("bundle-runbook", "/defaults/stop_when", json!(["bored"])),
        ("bundle-signature", "/signature/kind", json!("Runbook")),
        (
            "bundle-signature",
            "/queries/http-error-ratio/kind",
            json!("Action"),
        ),
        ("governance", "/kind", json!("Taxonomy")),
        ("halt", "/format", json!(2)),
        ("halt", "/halts/0/level", json!("slow")),
        ("halt", "/halts/0/at", json!("yesterday")),
        ("recall", "/recalled/0/kind", json!("Rumbook")),
        ("recall", "/recalled/2/digest", json!(digest)),
        ("statement", "/predicateType", json!("")),
    ];
    let closed = [
        ("bundle-index", "/packs/0"),
        ("bundle-index", "/runbooks_by_tier"),
        ("bundle-index", "/evidence"),
        ("bundle-pack", "/documents/0"),
        ("bundle-runbook", "/runbook"),
        ("bundle-runbook", "/class"),
        ("bundle-runbook", "/severities/0"),
        ("bundle-runbook", "/defaults"),
        ("bundle-signature", "/signature"),
        ("bundle-signature", "/class"),
        ("halt", "/halts/0"),
        ("recall", "/recalled/0"),
        ("statement", "/predicate"),
    ];
    let mut judged = Vec::new();
    for (schema, value) in written() {
        judged.push((*schema, value.clone(), true));
        let mut open = value.clone();
        open["more"] = json!(1);
        judged.push((*schema, open, false));
    }
    let mut change = |schema: &str, pointer: &str, to: &dyn Fn(&mut Value)| {
        let mut found = written().iter().filter(|(name, _)| *name == schema);
        let found = found.find(|(_, value)| value.pointer(pointer).is_some());
        let (name, mut value) = found.cloned().unwrap_or_else(|| panic!("{pointer}"));
        to(value.pointer_mut(pointer).unwrap());
        judged.push((name, value, false));
    };
    for (schema, pointer, to) in wrong {
        change(schema, pointer, &|place| place.clone_from(to));
    }
    for (schema, pointer) in closed {
        change(schema, pointer, &|place| place["more"] = json!(1));
    }
    judged
}

#[test]
fn what_agents_read_has_the_documented_shape_and_nothing_else_has() {
    let judged = judged();
    for schema in [&RELEASES[..], &["governance", "statement"]].concat() {
        let validator = validator(schema, "");
        let (mut valid, mut invalid) = (0, 0);
        for (_, value, is_valid) in judged.iter().filter(|(name, ..)| *name == schema) {
            let errors: Vec<_> = validator
                .iter_errors(value)
                .map(|it| format!("{} {it}", it.instance_path()))
                .collect();
            assert_eq!(errors.is_empty(), *is_valid, "{schema}: {errors:?} {value}");
            valid += u32::from(*is_valid);
            invalid += u32::from(!is_valid);
        }
        assert!(valid > 0 && invalid > 1, "{schema}: {valid}, {invalid}");
    }
}

/// Beside what [`judged`] makes of real files: what one member says of another.
#[test]
fn members_have_to_fit_each_other() {
    let first = |schema: &str, pointer: &str| {
        let mut found = written().iter().filter(|(name, _)| *name == schema);
        let found = found.find(|(_, value)| value.pointer(pointer).is_some());
        found.unwrap().1.clone()
    };
    let refused = |schema: &str, value: &Value| !validator(schema, "").is_valid(value);

    let mut index = first("bundle-index", "/evidence");
    index["format"] = json!(FORMAT);
    assert!(refused("bundle-index", &index));
    index["format"] = json!(FORMAT_EVIDENCE);
    assert!(!refused("bundle-index", &index));
    index.as_object_mut().unwrap().remove("evidence");
    assert!(refused("bundle-index", &index));
    index["without_evidence"] = json!(true);
    assert!(!refused("bundle-index", &index));

    let mut pack = first("bundle-pack", "/documents/0/tier");
    pack["documents"][0]["kind"] = json!("Signature");
    assert!(refused("bundle-pack", &pack));

    let recall = |what: &Value| {
        let mut recall = json!({"reason": "r", "by": "b", "at": "2026-11-10T12:00:00Z"});
        let what = what.as_object().unwrap().clone();
        recall.as_object_mut().unwrap().extend(what);
        refused("recall", &json!({"format": 1, "recalled": [recall]}))
    };
    let digest = format!("sha256:{}", "0".repeat(64));
    assert!(!recall(&json!({"digest": digest})));
    assert!(!recall(&json!({"kind": "Runbook", "id": "x"})));
    for what in [
        json!({}),
        json!({"kind": "Runbook"}),
        json!({"id": "x"}),
        json!({"digest": digest, "version": "1.0.0"}),
        json!({"digest": digest, "kind": "Runbook", "id": "x"}),
    ] {
        assert!(recall(&what), "{what}");
    }
}

/// Structs with the place of the schema object that mirrors them.
const STRUCTS: [(&str, &str, Names); 12] = [
    ("bundle-index", "", names::<Index>),
    ("bundle-index", "/$defs/evidence", names::<EvidenceRef>),
    ("bundle-index", "/$defs/canary", names::<CanaryRef>),
    ("bundle-index", "/$defs/file", names::<PackRef>),
    ("bundle-pack", "", names::<PackIndex>),
    ("bundle-pack", "/$defs/document", names::<DocumentRef>),
    ("bundle-runbook", "", names::<Closure>),
    ("bundle-signature", "", names::<SignatureClosure>),
    ("halt", "", names::<HaltFile>),
    ("halt", "/$defs/halt", names::<Halt>),
    ("recall", "", names::<RecallFile>),
    ("recall", "/$defs/recall", names::<Recall>),
];

#[test]
fn schemas_of_releases_and_types_have_the_same_keys() {
    let schemas = all_schemas();
    for (file, pointer, names) in STRUCTS {
        let properties = schemas[file].pointer(&format!("{pointer}/properties"));
        let properties = properties.and_then(Value::as_object).unwrap();
        let keys: BTreeSet<&str> = properties.keys().map(String::as_str).collect();
        assert_eq!(keys, names(), "{file}#{pointer}: schema, type");
    }
    let mut kinds: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
    kinds.sort_unstable();
    let recall = &schemas["recall"];
    let recalled = &recall["$defs"]["recall"]["properties"]["kind"]["enum"];
    assert_eq!(*recalled, json!(kinds));
    let index = &schemas["bundle-index"]["properties"];
    assert_eq!(
        index["format"]["enum"],
        json!([FORMAT, FORMAT_EVIDENCE, FORMAT_CANARY])
    );
    assert_eq!(index["schema"]["const"], API_VERSION);
    for orders in [recall, &schemas["halt"]] {
        assert_eq!(orders["properties"]["format"]["const"], ORDERS_FORMAT);
    }
}

#[test]
fn schemas_of_releases_are_described_and_closed() {
    let schemas = all_schemas();
    for name in RELEASES {
        each_property(&schemas[name], &mut |pointer, property| {
            let text = property["description"].as_str().unwrap_or_default();
            assert!(text.ends_with('.'), "{name}#{pointer}: {text:?}");
        });
        each_schema(&schemas[name], "", &mut |pointer, schema| {
            let rest = &schema["additionalProperties"];
            let is_closed = *rest == json!(false) || rest.is_object();
            let is_mapping = schema["type"] == "object";
            assert!(!is_mapping || is_closed, "{name}#{pointer} is open");
        });
    }
}
