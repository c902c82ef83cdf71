//! Replacing the content of files that exist.

use std::fs;
use std::io::{self, Write};

use camino::Utf8Path;
use tempfile::Builder;

use crate::cli::CliError;

/// Replaces the content of a file at once: whoever reads it sees the old content or the new one, never a part.
/// Permissions stay. A symbolic link is refused, because what it points at may lie outside the repository.
pub(super) fn replace_file(path: &Utf8Path, bytes: &[u8]) -> Result<(), CliError> {
    replace(path, bytes).map_err(|error| {
        CliError::could_not(format!("{path} cannot be replaced: {error}"))
            .help("make it a plain file that you may write to, in a folder you may write to")
    })
}

fn replace(path: &Utf8Path, bytes: &[u8]) -> io::Result<()> {
    let before = fs::symlink_metadata(path)?;
    if !before.is_file() {
        return Err(io::Error::other("it is not a plain file"));
    }
    let folder = path.parent().filter(|folder| *folder != "");
    let mut beside = Builder::new()
        .prefix(".rbk-")
        .tempfile_in(folder.unwrap_or(Utf8Path::new(".")))?;
    beside.write_all(bytes)?;
    beside.as_file().set_permissions(before.permissions())?;
    beside.as_file().sync_all()?;
    beside.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use camino::Utf8PathBuf;

    use super::*;

    #[cfg(unix)]
    #[test]
    fn permissions_stay_and_links_are_refused() {
        use std::os::unix::fs::{PermissionsExt, symlink};

        let folder = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
        let (file, link) = (root.join("a.yaml"), root.join("b.yaml"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&file, &link).unwrap();
        assert!(replace_file(&link, b"new").is_err());
        assert_eq!(fs::read(&file).unwrap(), b"old");
        replace_file(&file, b"new").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"new");
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
        assert_eq!(fs::read_dir(&root).unwrap().count(), 2, "nothing is left");
    }
}
