//! Names of target files and paths of published files: plain by construction, so that no name can leave a
//! directory, hide, or mean different things to different systems.

use super::reason::{Reason, Refusal};

/// Longest name of a target file, in bytes.
const MAX_NAME: usize = 128;

/// Whether `name` may be the name of a target file: `[A-Za-z0-9._-]`, no leading dot, 1 to 128 characters.
///
/// # Errors
/// [`Reason::Name`] with the name (escaped) and what is allowed.
pub fn check_target_name(name: &str) -> Result<(), Refusal> {
    let plain = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'));
    if plain && !name.is_empty() && name.len() <= MAX_NAME && !name.starts_with('.') {
        return Ok(());
    }
    let shown: String = name.chars().take(MAX_NAME).collect();
    Err(Refusal::new(
        Reason::Name,
        format!(
            "{shown:?} is not a plain file name: use [A-Za-z0-9._-], no leading dot, at most {MAX_NAME} characters"
        ),
    ))
}

/// A path below a publication, such as `metadata/timestamp.json`: two plain names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemotePath {
    folder: &'static str,
    file: String,
}

impl RemotePath {
    /// `metadata/timestamp.json`
    #[must_use]
    pub fn timestamp() -> Self {
        Self {
            folder: "metadata",
            file: "timestamp.json".to_owned(),
        }
    }

    /// `metadata/N.root.json`
    #[must_use]
    pub fn root(version: u64) -> Self {
        Self {
            folder: "metadata",
            file: format!("{version}.root.json"),
        }
    }

    /// `metadata/N.ROLE.json` for snapshot and targets, without `N.` where the root says so.
    #[must_use]
    pub fn metadata(role: &str, version: u64, consistent: bool) -> Self {
        let file = if consistent {
            format!("{version}.{role}.json")
        } else {
            format!("{role}.json")
        };
        Self {
            folder: "metadata",
            file,
        }
    }

    /// `targets/DIGEST.NAME`, without `DIGEST.` where the root says so.
    ///
    /// # Errors
    /// [`Reason::Name`] when the name is not plain.
    pub fn target(name: &str, sha256: &str, consistent: bool) -> Result<Self, Refusal> {
        check_target_name(name)?;
        let file = if consistent {
            format!("{sha256}.{name}")
        } else {
            name.to_owned()
        };
        Ok(Self {
            folder: "targets",
            file,
        })
    }

    /// A file as it is found in one of the folders; nothing when no publication has such a name.
    pub(crate) fn in_folder(folder: &'static str, file: &str) -> Option<Self> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
        let is_plain = file.bytes().all(plain) && !file.is_empty() && !file.starts_with('.');
        is_plain.then(|| Self {
            folder,
            file: file.to_owned(),
        })
    }

    /// Version and role of `metadata/N.ROLE.json`.
    pub(crate) fn version_and_role(&self) -> Option<(u64, &str)> {
        let (version, rest) = self.file.split_once('.')?;
        let role = rest.strip_suffix(".json")?;
        (self.folder == "metadata").then_some((version.parse().ok()?, role))
    }

    /// Whether the name says which bytes the file has, so that they never change.
    #[must_use]
    pub(crate) fn is_by_digest(&self) -> bool {
        let digest = self.file.split('.').next().unwrap_or_default();
        self.folder == "targets"
            && digest.len() == 64
            && digest.bytes().all(|byte| byte.is_ascii_hexdigit())
    }

    /// The folder: `metadata` or `targets`.
    #[must_use]
    pub fn folder(&self) -> &'static str {
        self.folder
    }

    /// The file's name in its folder.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }
}

impl std::fmt::Display for RemotePath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.folder, self.file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_could_leave_a_directory_or_hide_are_refused() {
        let long = "a".repeat(129);
        for name in [
            "",
            ".",
            "..",
            "../x",
            "a/b",
            "/etc/passwd",
            "a\\b",
            ".hidden",
            "a b",
            "a\nb",
            "ä",
            "a:b",
            "a\0b",
            &long,
        ] {
            assert_eq!(
                check_target_name(name).unwrap_err().reason,
                Reason::Name,
                "{name:?}"
            );
            assert!(RemotePath::target(name, "00", true).is_err());
        }
        for name in [
            "index.json",
            "pack-00.tar.gz",
            "evidence-00.jsonl",
            "A_b-c.1",
            &"a".repeat(128),
        ] {
            assert!(check_target_name(name).is_ok(), "{name}");
        }
    }
}
