//! Answers kept from earlier runs. With what GitHub called their version, asking again costs nothing of the limit while
//! nothing changed.

use std::fs;
use std::io::Write;

use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};

use crate::document::Digest;

/// A folder of answers. Whoever can write to it can say what GitHub answered: it is for machines and accounts that may
/// decide anyway, and is used only where it was asked for.
#[derive(Clone, Debug)]
pub struct Cache {
    folder: Utf8PathBuf,
}

/// An answer with its version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    /// The address that was asked.
    pub(super) address: String,
    /// The version.
    pub(super) etag: String,
    /// Where the next page is.
    pub(super) next: Option<String>,
    /// The body.
    pub(super) body: String,
}

impl Cache {
    /// Keeps answers in a folder, which need not exist yet.
    pub fn new(folder: Utf8PathBuf) -> Self {
        Self { folder }
    }

    /// The answer kept for an address. What cannot be read is as if it were not there: it is asked for again.
    pub(super) fn find(&self, address: &str) -> Option<Kept> {
        let bytes = fs::read(self.file(address)).ok()?;
        let kept: Kept = serde_json::from_slice(&bytes).ok()?;
        (kept.address == address).then_some(kept)
    }

    /// Keeps an answer. Where that fails the next run asks for it again, and nothing else is lost.
    pub(super) fn keep(&self, kept: &Kept) {
        // A file that others never see half written, and that only its owner reads: it may be about a private repository.
        let write = || -> std::io::Result<()> {
            fs::create_dir_all(&self.folder)?;
            let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
            file.write_all(&serde_json::to_vec(kept)?)?;
            file.persist(self.file(&kept.address))?;
            Ok(())
        };
        let _ = write();
    }

    fn file(&self, address: &str) -> Utf8PathBuf {
        let name = Digest::of(address.as_bytes()).hex();
        self.folder.join(format!("{name}.json"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let folder = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
        let cache = Cache::new(folder.join("deep/er"));
        let kept = Kept {
            address: "https://x/1".to_owned(),
            etag: "\"a\"".to_owned(),
            next: None,
            body: "[]".to_owned(),
        };
        assert_eq!(cache.find("https://x/1"), None);
        cache.keep(&kept);
        assert_eq!(cache.find("https://x/1"), Some(kept));
        assert_eq!(cache.find("https://x/2"), None);
        fs::write(cache.file("https://x/1"), "{\"addr").unwrap();
        assert_eq!(cache.find("https://x/1"), None);
    }
}
