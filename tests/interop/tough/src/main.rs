//! `tough-reader ROOT URL DATASTORE`: loads a publication from a trusted root, downloads every target, and prints names with
//! SHA-256 as JSON.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::PathBuf;

use futures::StreamExt as _;
use sha2::{Digest as _, Sha256};
use tough::{RepositoryLoader, TargetName};
use url::Url;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [root, address, store] = arguments.as_slice() else {
        return Err("usage: tough-reader ROOT URL DATASTORE".into());
    };
    let root = std::fs::read(root)?;
    std::fs::create_dir_all(store)?;
    let (metadata, targets) = (
        Url::parse(&format!("{address}/metadata/"))?,
        Url::parse(&format!("{address}/targets/"))?,
    );
    let repository = RepositoryLoader::new(&root, metadata, targets)
        .datastore(PathBuf::from(store))
        .load()
        .await?;
    let names: Vec<TargetName> = repository.targets().signed.targets.keys().cloned().collect();
    let mut found = BTreeMap::new();
    for name in names {
        let content = repository.read_target(&name).await?.ok_or("a target is gone")?;
        let mut digest = Sha256::new();
        futures::pin_mut!(content);
        while let Some(part) = content.next().await {
            digest.update(part?);
        }
        found.insert(name.raw().to_owned(), format!("{:x}", digest.finalize()));
    }
    println!("{}", serde_json::to_string(&found)?);
    Ok(())
}
