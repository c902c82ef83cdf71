//! The chain of root versions, from one that is trusted without proof to the newest.

use super::metadata::{Metadata, Role, Root, key_set};
use super::reason::{Reason, Refusal};

/// Consecutive root versions, each signed by the threshold of its predecessor and of itself.
#[derive(Debug, Clone)]
pub struct RootChain {
    older: Vec<Metadata<Root>>,
    newest: Metadata<Root>,
}

impl RootChain {
    /// Starts a chain at a root that came from a trusted place (TUF 5.3.1, 5.2).
    ///
    /// # Errors
    /// When the bytes are not a root that is signed by the threshold of its own keys.
    pub fn anchor(bytes: &[u8]) -> Result<Self, Refusal> {
        let root = Metadata::<Root>::parse(bytes)?;
        root.require_signed_by(&root.signed)?;
        Ok(Self {
            older: Vec::new(),
            newest: root,
        })
    }

    /// Adds the next version. Its expiry does not matter yet (TUF 5.3.6).
    ///
    /// # Errors
    /// [`Reason::Signature`], [`Reason::Threshold`] or [`Reason::RootVersion`]; the chain stays as it was.
    pub fn extend(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        let next = Metadata::<Root>::parse(bytes)?;
        let trusted = &self.newest.signed;
        // TUF 5.3.4: signed by a threshold of the trusted root's keys, and of its own.
        next.require_signed_by(trusted)?;
        next.require_signed_by(&next.signed)?;
        // TUF 5.3.5: exactly the next version.
        if trusted.version.checked_add(1) != Some(next.signed.version) {
            return Err(Refusal::new(
                Reason::RootVersion,
                format!(
                    "root version {} was offered where version {} follows",
                    next.signed.version,
                    trusted.version.saturating_add(1)
                ),
            ));
        }
        self.older.push(std::mem::replace(&mut self.newest, next));
        Ok(())
    }

    /// The newest root.
    #[must_use]
    pub fn newest(&self) -> &Metadata<Root> {
        &self.newest
    }

    /// The root with this version, if the chain has it.
    #[must_use]
    pub fn get(&self, version: u64) -> Option<&Metadata<Root>> {
        self.iter().find(|root| root.signed.version == version)
    }

    /// The chain without the roots after `version`; at least the first stays.
    #[must_use]
    pub fn up_to(&self, version: u64) -> Self {
        let mut chain = self.clone();
        while chain.newest.signed.version > version
            && let Some(older) = chain.older.pop()
        {
            chain.newest = older;
        }
        chain
    }

    /// All roots, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Metadata<Root>> {
        self.older.iter().chain(std::iter::once(&self.newest))
    }

    /// Requires that some root of the chain gives the keys that signed this, and returns the newest such root.
    ///
    /// For what was accepted earlier, perhaps under an older root; never for something new.
    ///
    /// # Errors
    /// [`Reason::Signature`] or [`Reason::Threshold`], as the newest root sees it.
    pub fn require_signed_by_any<T: Role>(
        &self,
        metadata: &Metadata<T>,
    ) -> Result<&Metadata<Root>, Refusal> {
        match self
            .iter()
            .rev()
            .find(|root| metadata.require_signed_by(&root.signed).is_ok())
        {
            Some(root) => Ok(root),
            None => metadata
                .require_signed_by(&self.newest.signed)
                .map(|()| &self.newest),
        }
    }

    /// Whether the keys of timestamp or snapshot changed anywhere after `version` (TUF 5.3.11). What was
    /// remembered under the old keys is then no longer a measure of rollback: whoever held those keys could
    /// have raised the version numbers at will.
    #[must_use]
    pub fn online_keys_changed_since(&self, version: u64) -> bool {
        let roots: Vec<_> = self
            .iter()
            .filter(|root| root.signed.version() >= version)
            .collect();
        roots.windows(2).any(|pair| match pair {
            [old, new] => ["timestamp", "snapshot"]
                .iter()
                .any(|role| key_set(&old.signed, role) != key_set(&new.signed, role)),
            _ => false,
        })
    }
}
