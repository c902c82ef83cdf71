//! The releases a publication holds: the newest, and those before it.

use super::error::refused;
use super::{PublishError, Repository};
use crate::distribution::metadata::{EMERGENCY, Role as _, Snapshot, Targets};
use crate::distribution::name::RemotePath;

impl Repository {
    /// The files that an agent needs which follows the publication from the first root on, in an order in which they may be copied: the
    /// timestamp is last.
    ///
    /// # Errors
    /// When nothing is published yet, or orders cannot be read.
    pub fn newest(&self) -> Result<Vec<RemotePath>, PublishError> {
        let parts = self.before.as_ref();
        let parts = parts.and_then(|before| before.snapshot().zip(before.targets()));
        let (snapshot, targets) = parts.ok_or_else(|| self.nothing_published())?;
        let emergency = self.published_emergency()?;
        let lists = [Some(targets), emergency.as_ref()];
        let mut paths = Vec::new();
        for (name, info) in lists
            .into_iter()
            .flatten()
            .flat_map(|list| &list.signed.targets)
        {
            let path = RemotePath::target(name, &info.hashes.sha256, true);
            paths.push(path.map_err(refused("the release"))?);
        }
        let metadata = |name, version| RemotePath::metadata(name, version, true);
        paths.push(metadata(Targets::NAME, targets.signed.version));
        paths.extend(emergency.map(|emergency| metadata(EMERGENCY, emergency.signed.version)));
        paths.push(metadata(Snapshot::NAME, snapshot.signed.version));
        let known = |version: &u64| {
            self.dir
                .join(RemotePath::root(*version).to_string())
                .exists()
        };
        let newest = self.roots.newest().signed.version;
        paths.extend((1..=newest).filter(known).map(RemotePath::root));
        paths.push(RemotePath::timestamp());
        Ok(paths)
    }
}
