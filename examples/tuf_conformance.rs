//! The command line of the TUF client conformance suite over rbk's trust core.
//!
//! ```text
//! tuf_conformance --metadata-dir DIR init TRUSTED_ROOT
//! tuf_conformance --metadata-dir DIR --metadata-url URL refresh
//! tuf_conformance --metadata-dir DIR --metadata-url URL --target-name NAME --target-base-url URL --target-dir DIR download
//! ```
//!
//! It ends with 1 on any refusal. The metadata directory holds what is trusted, byte for byte: `root.json`, `timestamp.json`,
//! `snapshot.json`, `targets.json`. Names of targets are plain, and no delegation is searched: what rbk publishes has none but the
//! one for orders, which `rbk sync` follows.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use jiff::Timestamp;
use rbk::distribution::metadata::{Metadata, Role};
use rbk::distribution::trusted::{TimestampUpdate, TrustedSet};
use rbk::distribution::{
    HttpOptions, HttpTransport, Limits, RemotePath, RootChain, Transport as _, replace_file,
};

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Outcome<()> {
    let (options, words) = arguments()?;
    let client = Client {
        metadata: PathBuf::from(option(&options, "metadata-dir")?),
        options,
    };
    match words
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["init", root] => client.init(Path::new(root)),
        ["refresh"] => client.refresh().map(drop),
        ["download"] => client.download(),
        _ => Err("expected `init TRUSTED_ROOT`, `refresh` or `download`".into()),
    }
}

/// Options by name, and the other words.
fn arguments() -> Outcome<(BTreeMap<String, String>, Vec<String>)> {
    let (mut options, mut words) = (BTreeMap::new(), Vec::new());
    let mut given = std::env::args().skip(1);
    while let Some(word) = given.next() {
        match word.strip_prefix("--") {
            Some(name) => {
                let value = given.next().ok_or(format!("--{name} has no value"))?;
                options.insert(name.to_owned(), value);
            }
            None => words.push(word),
        }
    }
    Ok((options, words))
}

fn option<'a>(options: &'a BTreeMap<String, String>, name: &str) -> Outcome<&'a str> {
    let value = options.get(name).map(String::as_str);
    value.ok_or_else(|| format!("--{name} is missing").into())
}

struct Client {
    metadata: PathBuf,
    options: BTreeMap<String, String>,
}

impl Client {
    fn init(&self, root: &Path) -> Outcome<()> {
        let bytes = fs::read(root)?;
        RootChain::anchor(&bytes)?;
        fs::create_dir_all(&self.metadata)?;
        Ok(fs::write(self.metadata.join("root.json"), bytes)?)
    }

    fn local(&self, role: &str) -> Option<Vec<u8>> {
        fs::read(self.metadata.join(format!("{role}.json"))).ok()
    }

    fn save<T: Role>(&self, metadata: Option<&Metadata<T>>) -> Outcome<()> {
        let metadata = metadata.ok_or("nothing was trusted")?;
        let place = self.metadata.join(format!("{}.json", T::NAME));
        Ok(replace_file(&place, metadata.raw())?)
    }

    /// Where a folder of the publication lies, without the folder.
    fn transport(&self, option_name: &str, folder: &str) -> Outcome<HttpTransport> {
        let address = option(&self.options, option_name)?.trim_end_matches('/');
        let base = address
            .strip_suffix(folder)
            .and_then(|base| base.strip_suffix('/'));
        let base = base.ok_or(format!("--{option_name} has to end with /{folder}"))?;
        Ok(HttpTransport::new(base, HttpOptions::default())?)
    }

    /// The client workflow of TUF 1.0, section 5; every step is saved as soon as it is trusted.
    fn refresh(&self) -> Outcome<TrustedSet> {
        let limits = Limits::default();
        let transport = self.transport("metadata-url", "metadata")?;
        let needed = |path: &RemotePath, most: u64| -> Outcome<Vec<u8>> {
            let bytes = transport.fetch(path, most)?;
            bytes.ok_or_else(|| format!("{path} is not offered").into())
        };
        let root = self
            .local("root")
            .ok_or("there is no trusted root; run `init`")?;
        let mut trusted = TrustedSet::new(RootChain::anchor(&root)?, Timestamp::now());
        // What is here and does not verify any more is as good as nothing.
        if let Some(bytes) = self.local("timestamp") {
            let _ = trusted.remember_timestamp(&bytes);
        }
        if let Some(bytes) = self.local("snapshot") {
            let _ = trusted.remember_snapshot(&bytes);
        }

        // 5.3
        let before = trusted.roots().newest().signed.version;
        for _ in 0..limits.root_rotations {
            let next = trusted.roots().newest().signed.version + 1;
            let Some(bytes) = transport.fetch(&RemotePath::root(next), limits.root)? else {
                break;
            };
            trusted.update_root(&bytes)?;
            self.save(Some(trusted.roots().newest()))?;
        }
        if trusted.roots().online_keys_changed_since(before) {
            trusted.forget();
            for role in ["timestamp", "snapshot"] {
                let _ = fs::remove_file(self.metadata.join(format!("{role}.json")));
            }
        }
        let consistent = trusted.roots().newest().signed.consistent_snapshot;

        // 5.4
        let bytes = needed(&RemotePath::timestamp(), limits.timestamp)?;
        if let TimestampUpdate::Reused(refusal) = trusted.update_timestamp(&bytes)? {
            return Err(refusal.into());
        }
        self.save(trusted.timestamp())?;

        // 5.5
        let listed = trusted.timestamp().map(|it| it.signed.snapshot.clone());
        let listed = listed.ok_or("there is no timestamp")?;
        let known = self
            .local("snapshot")
            .filter(|bytes| trusted.update_snapshot(bytes).is_ok());
        if known.is_none() {
            let path = RemotePath::metadata("snapshot", listed.version, consistent);
            let most = listed
                .length
                .unwrap_or(limits.snapshot)
                .min(limits.snapshot);
            trusted.update_snapshot(&needed(&path, most)?)?;
        }
        self.save(trusted.snapshot())?;

        // 5.6
        let listed = trusted
            .snapshot()
            .and_then(|it| it.signed.meta.get("targets.json").cloned());
        let listed = listed.ok_or("the snapshot lists no targets.json")?;
        let known = self
            .local("targets")
            .filter(|bytes| trusted.update_targets(bytes).is_ok());
        if known.is_none() {
            let path = RemotePath::metadata("targets", listed.version, consistent);
            let most = listed.length.unwrap_or(limits.targets).min(limits.targets);
            trusted.update_targets(&needed(&path, most)?)?;
        }
        self.save(trusted.targets())?;
        Ok(trusted)
    }

    /// 5.7
    fn download(&self) -> Outcome<()> {
        let trusted = self.refresh()?;
        let name = option(&self.options, "target-name")?;
        let targets = trusted.targets().ok_or("there are no targets")?;
        let info = targets
            .signed
            .targets
            .get(name)
            .ok_or(format!("no target is called {name}"))?;
        let consistent = trusted.roots().newest().signed.consistent_snapshot;
        let path = RemotePath::target(name, &info.hashes.sha256, consistent)?;
        let transport = self.transport("target-base-url", "targets")?;
        let bytes = transport
            .fetch(&path, info.length)?
            .ok_or(format!("{path} is not offered"))?;
        info.check(&bytes, name)?;
        let folder = Path::new(option(&self.options, "target-dir")?);
        fs::create_dir_all(folder)?;
        Ok(replace_file(&folder.join(name), &bytes)?)
    }
}
