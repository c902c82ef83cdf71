use super::*;
use crate::distribution::testing::first_root;
use proptest::prelude::*;

const PYTHON_TUF: &str = include_str!("../testdata/python-tuf.targets.json");
const PYTHON_TUF_ROOT: &str = include_str!("../testdata/python-tuf.root.json");

fn reason<T: std::fmt::Debug>(result: Result<T, Refusal>) -> (Reason, String) {
    let refusal = result.unwrap_err();
    (refusal.reason, refusal.message)
}

fn timestamp(spec: &str, version: &str, expires: &str, meta: &str) -> Vec<u8> {
    format!(
        r#"{{"signatures":[],"signed":{{"_type":"timestamp","spec_version":"{spec}","version":{version},"expires":"{expires}","meta":{meta}}}}}"#
    )
    .into_bytes()
}

const META: &str = r#"{"snapshot.json":{"version":1}}"#;
const EXPIRES: &str = "2030-01-31T00:00:00Z";

#[test]
fn metadata_made_by_python_tuf_verifies() {
    let root = Metadata::<Root>::parse(PYTHON_TUF_ROOT.as_bytes()).unwrap();
    root.require_signed_by(&root.signed).unwrap();
    let targets = Metadata::<Targets>::parse(PYTHON_TUF.as_bytes()).unwrap();
    targets.require_signed_by(&root.signed).unwrap();
    // One ed25519 and one ECDSA P-256 key each signed it.
    let role = root.signed.roles.get("targets").unwrap();
    assert_eq!(
        targets.signed_by(&root.signed.keys, role),
        Tally {
            valid: 2,
            needed: 2
        }
    );
    assert_eq!(targets.raw(), PYTHON_TUF.as_bytes());
    assert!(targets.signed.targets.contains_key("index.json"));
}

#[test]
fn the_smallest_timestamp_is_read() {
    for spec in ["1.0", "1.0.0", "1.0.31", "1.99.99"] {
        let read = Metadata::<Timestamp>::parse(&timestamp(spec, "7", EXPIRES, META)).unwrap();
        assert_eq!((read.signed.version, read.signed.snapshot.version), (7, 1));
    }
}

#[test]
fn unknown_specification_versions_are_refused() {
    for spec in ["2.0", "0.9", "10.0.0"] {
        let (reason, message) = reason(Metadata::<Timestamp>::parse(&timestamp(
            spec, "1", EXPIRES, META,
        )));
        assert_eq!(reason, Reason::UnsupportedVersion, "{message}");
    }
    for spec in ["", "1", "1.x", "1.0.0.0", "1..0", "v1.0"] {
        let (reason, _) = reason(Metadata::<Timestamp>::parse(&timestamp(
            spec, "1", EXPIRES, META,
        )));
        assert_eq!(reason, Reason::Malformed, "{spec}");
    }
}

#[test]
fn malformed_metadata_is_refused_naming_the_member() {
    let digest = "0".repeat(63);
    let short = format!(r#"{{"snapshot.json":{{"version":1,"hashes":{{"sha256":"{digest}"}}}}}}"#);
    for (version, expires, meta, names) in [
        ("0", EXPIRES, META, "version"),
        ("-1", EXPIRES, META, "version"),
        ("\"1\"", EXPIRES, META, "version"),
        ("1.0", EXPIRES, META, "integer"),
        ("9223372036854775808", EXPIRES, META, "64 bits"),
        ("1", "2030-01-31", META, "expires"),
        ("1", "2030-01-31T00:00:00+00:00", META, "expires"),
        ("1", "2030-01-31T00:00:00.5Z", META, "expires"),
        ("1", "2030-02-31T00:00:00Z", META, "expires"),
        ("1", "2030-01-31t00:00:00z", META, "expires"),
        ("1", EXPIRES, "{}", "snapshot.json"),
        ("1", EXPIRES, "[]", "meta"),
        (
            "1",
            EXPIRES,
            r#"{"snapshot.json":{"version":1},"x":{}}"#,
            "snapshot.json",
        ),
        (
            "1",
            EXPIRES,
            r#"{"snapshot.json":{"version":1,"length":-1}}"#,
            "length",
        ),
        (
            "1",
            EXPIRES,
            r#"{"snapshot.json":{"version":1,"hashes":{"md5":"00"}}}"#,
            "sha256",
        ),
        ("1", EXPIRES, short.as_str(), "digest"),
    ] {
        let bytes = timestamp("1.0", version, expires, meta);
        let (reason, message) = reason(Metadata::<Timestamp>::parse(&bytes));
        assert_eq!(reason, Reason::Malformed);
        assert!(
            message.starts_with("timestamp: ") && message.contains(names),
            "{message}"
        );
    }
}

#[test]
fn the_type_must_be_that_of_the_role() {
    let bytes = String::from_utf8(timestamp("1.0", "1", EXPIRES, META)).unwrap();
    // In shape a timestamp, in name a snapshot.
    let other = bytes.replace("\"_type\":\"timestamp\"", "\"_type\":\"snapshot\"");
    let (reason, message) = reason(Metadata::<Timestamp>::parse(other.as_bytes()));
    assert_eq!(reason, Reason::Malformed);
    assert!(message.contains("found \"snapshot\""), "{message}");
}

#[test]
fn two_signatures_by_one_key_are_refused() {
    let bytes = String::from_utf8(timestamp("1.0", "1", EXPIRES, META)).unwrap();
    let twice = bytes.replace("[]", r#"[{"keyid":"a","sig":""},{"keyid":"a","sig":"00"}]"#);
    let (reason, message) = reason(Metadata::<Timestamp>::parse(twice.as_bytes()));
    assert_eq!(reason, Reason::Malformed);
    assert!(message.contains("two signatures"), "{message}");
}

#[test]
fn roots_with_impossible_roles_are_refused() {
    let root = String::from_utf8(first_root()).unwrap();
    for (from, to) in [
        ("\"threshold\":2", "\"threshold\":0"),
        ("\"timestamp\":{", "\"timestamps\":{"),
        ("\"keytype\":\"ed25519\"", "\"keytype\":5"),
        ("\"consistent_snapshot\":true", "\"consistent_snapshot\":1"),
    ] {
        let changed = root.replacen(from, to, 1);
        assert_ne!(changed, root, "{from}");
        assert_eq!(
            reason(Metadata::<Root>::parse(changed.as_bytes())).0,
            Reason::Malformed,
            "{from}"
        );
    }
}

#[test]
fn what_is_written_is_read_back() {
    let root = Metadata::<Root>::parse(&first_root()).unwrap();
    let again = Metadata::sign(root.signed.clone(), &[]).unwrap();
    assert_eq!(again.payload(), root.payload());
    assert_eq!(
        Metadata::<Root>::parse(again.raw()).unwrap().signed,
        root.signed
    );
}

proptest! {
    #[test]
    fn no_bytes_make_reading_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = Metadata::<Root>::parse(&bytes);
        let _ = Metadata::<Targets>::parse(&bytes);
    }

    #[test]
    fn changed_metadata_is_refused_or_not_signed(position in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let good = PYTHON_TUF.as_bytes();
        let root = Metadata::<Root>::parse(PYTHON_TUF_ROOT.as_bytes()).unwrap();
        let good_payload = Metadata::<Targets>::parse(good).unwrap().payload().to_vec();
        let mut changed = good.to_vec();
        changed[position.index(good.len())] = byte;
        if let Ok(read) = Metadata::<Targets>::parse(&changed) {
            // Another payload is never accepted; white space outside it does not matter.
            prop_assert!(read.payload() == good_payload || read.require_signed_by(&root.signed).is_err());
        }
    }
}
