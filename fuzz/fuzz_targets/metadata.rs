//! Bytes from a mirror to metadata and into the trust core: nothing may panic or hang, what is read is written back
//! the same, and nothing is believed without a signature.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rbk::distribution::metadata::{Metadata, Role, Root, Snapshot, Targets, Timestamp};
use rbk::distribution::trusted::TrustedSet;
use rbk::distribution::{Json, Reason, RootChain, root};

/// A root that trusts keys nobody has.
const ANCHOR: &[u8] = include_bytes!("../../src/distribution/testdata/python-tuf.root.json");

fuzz_target!(|data: &[u8]| {
    if let Ok(json) = Json::parse(data) {
        assert_eq!(Json::parse(&json.to_bytes()).as_ref(), Ok(&json));
        let _ = json.canonical();
    }
    round_trip::<Root>(data);
    round_trip::<Timestamp>(data);
    round_trip::<Snapshot>(data);
    round_trip::<Targets>(data);

    let _ = root::status(data, Some(ANCHOR));
    let _ = root::merge(&[data.to_vec(), data.to_vec()]);

    let chain = RootChain::anchor(ANCHOR).expect("the anchor is a root");
    let mut trusted = TrustedSet::new(chain, jiff::Timestamp::UNIX_EPOCH);
    assert!(trusted.update_root(data).is_err());
    assert!(trusted.update_timestamp(data).is_err());
    assert_eq!(trusted.update_snapshot(data).map_err(|refusal| refusal.reason), Err(Reason::OutOfOrder));
});

fn round_trip<T: Role + std::fmt::Debug + PartialEq>(data: &[u8]) {
    let Ok(read) = Metadata::<T>::parse(data) else { return };
    assert_eq!(read.raw(), data);
    let written = Metadata::sign(read.signed, &[]).expect("no key, no failure");
    let again = Metadata::<T>::parse(written.raw()).expect("what is written can be read");
    assert_eq!(again.payload(), written.payload());
    assert_eq!(again.signed, written.signed);
}
