//! Replacing files a user works on: whole or not at all, and only the text that was looked at.

use std::fs;
use std::io::Write;

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::NamedTempFile;

use super::CliError;

/// A file that is to be replaced. It was found to be what was looked at.
#[derive(Debug)]
pub(super) struct Replacement {
    path: Utf8PathBuf,
    before: Vec<u8>,
    after: Vec<u8>,
}

impl Replacement {
    /// Looks whether a file below `root`, which has no symbolic links in its path, can be replaced.
    ///
    /// # Errors
    /// A file that is reached through a symbolic link, is no regular file, or is not what was looked at.
    pub(super) fn prepare(
        root: &Utf8Path,
        file: &Utf8Path,
        before: Vec<u8>,
        after: Vec<u8>,
    ) -> Result<Self, CliError> {
        let path = root.join(file);
        let replacement = Self {
            path,
            before,
            after,
        };
        replacement.check()?;
        Ok(replacement)
    }

    /// Writes the new content beside the file, with its permissions, and puts it in the file's place.
    ///
    /// # Errors
    /// As [`Replacement::prepare`], and what the file system says.
    pub(super) fn write(self) -> Result<(), CliError> {
        let failed = |error: &dyn std::fmt::Display| {
            CliError::could_not(format!("{} cannot be written: {error}", self.path))
                .help("check the permissions of the file and its folder")
        };
        let folder = self.path.parent().unwrap_or(Utf8Path::new("."));
        let permissions = fs::metadata(&self.path)
            .map_err(|error| failed(&error))?
            .permissions();
        let mut beside = NamedTempFile::new_in(folder).map_err(|error| failed(&error))?;
        beside
            .write_all(&self.after)
            .map_err(|error| failed(&error))?;
        fs::set_permissions(beside.path(), permissions).map_err(|error| failed(&error))?;
        beside
            .as_file()
            .sync_all()
            .map_err(|error| failed(&error))?;
        self.check()?;
        beside
            .persist(&self.path)
            .map_err(|error| failed(&error.error))?;
        Ok(())
    }

    fn check(&self) -> Result<(), CliError> {
        let path = &self.path;
        let unreadable =
            |error: std::io::Error| CliError::could_not(format!("{path} cannot be read: {error}"));
        let file = fs::symlink_metadata(path).map_err(unreadable)?;
        let is_direct = path.canonicalize_utf8().map_err(unreadable)? == *path;
        if !file.is_file() || !is_direct {
            return Err(
                CliError::could_not(format!("{path} is reached through a symbolic link"))
                    .help("a link may lead out of the repository; change the file it leads to"),
            );
        }
        if fs::read(path).map_err(unreadable)? != self.before {
            return Err(
                CliError::could_not(format!("{path} has changed since it was read"))
                    .help("save your work in other programs and run the command again"),
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, Utf8PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(folder.path())
            .unwrap()
            .canonicalize_utf8()
            .unwrap();
        (folder, path)
    }

    fn prepare(root: &Utf8Path, name: &str) -> Result<Replacement, CliError> {
        Replacement::prepare(root, Utf8Path::new(name), b"old".to_vec(), b"new".to_vec())
    }

    #[cfg(unix)]
    #[test]
    fn permissions_are_kept() {
        use std::os::unix::fs::PermissionsExt;
        let (_folder, root) = folder();
        let path = root.join("a.yaml");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        prepare(&root, "a.yaml").unwrap().write().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o640
        );
        assert_eq!(
            fs::read_dir(&root).unwrap().count(),
            1,
            "nothing is left beside it"
        );
    }

    #[test]
    fn a_file_that_changed_meanwhile_is_left_alone() {
        let (_folder, root) = folder();
        let path = root.join("a.yaml");
        fs::write(&path, "other").unwrap();
        assert!(prepare(&root, "a.yaml").is_err());
        fs::write(&path, "old").unwrap();
        let replacement = prepare(&root, "a.yaml").unwrap();
        fs::write(&path, "later").unwrap();
        assert!(replacement.write().is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "later");
        assert_eq!(fs::read_dir(&root).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_refused() {
        let (_folder, root) = folder();
        fs::create_dir(root.join("real")).unwrap();
        fs::write(root.join("real/a.yaml"), "old").unwrap();
        std::os::unix::fs::symlink(root.join("real/a.yaml"), root.join("link.yaml")).unwrap();
        std::os::unix::fs::symlink(root.join("real"), root.join("linked")).unwrap();
        for name in ["link.yaml", "linked/a.yaml"] {
            let error = prepare(&root, name).unwrap_err();
            assert!(error.to_string().contains("symbolic link"), "{error}");
        }
    }
}
