//! Deterministic archives: the same entries give the same bytes, and reading one is bounded.

use std::collections::BTreeMap;
use std::io::{self, Read};

use flate2::{Compression, GzBuilder, read::GzDecoder};
use thiserror::Error;

/// Most bytes an archive may unpack to. A pack holds about 64 documents.
pub const MAX_UNPACKED: u64 = 64 * 1024 * 1024;
/// Most entries in an archive.
pub const MAX_ENTRIES: usize = 4_096;

/// An archive cannot be written or read.
#[derive(Debug, Error)]
pub enum ArchiveError {
    /// The compressed stream or the archive in it is broken.
    #[error("the archive is damaged: {0}")]
    Damaged(#[from] io::Error),
    /// It unpacks to more than [`MAX_UNPACKED`] bytes.
    #[error("the archive unpacks to more than {MAX_UNPACKED} bytes")]
    TooLarge,
    /// It has more than [`MAX_ENTRIES`] entries.
    #[error("the archive has more than {MAX_ENTRIES} entries")]
    TooMany,
    /// An entry is a link, a folder or a device.
    #[error("entry `{0}` is not a regular file")]
    NotAFile(String),
    /// An entry's name could lead out of the archive.
    #[error("entry `{0}` has a name that is not allowed; names are relative paths without `..`")]
    BadName(String),
    /// Two entries have one name.
    #[error("entry `{0}` appears twice")]
    Duplicate(String),
}

/// Packs `entries`, name to content, into a gzip-compressed archive without times or owners.
///
/// # Errors
/// When a name is not allowed. Writing to memory does not fail.
pub fn pack(entries: &BTreeMap<String, Vec<u8>>) -> Result<Vec<u8>, ArchiveError> {
    // Time 0 and an unknown system: the header then says nothing about the machine.
    let gzip = GzBuilder::new()
        .mtime(0)
        .operating_system(255)
        .write(Vec::new(), Compression::new(6));
    let mut archive = tar::Builder::new(gzip);
    for (name, content) in entries {
        check_name(name)?;
        let mut header = tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(0);
        header.set_entry_type(tar::EntryType::Regular);
        archive.append_data(&mut header, name, content.as_slice())?;
    }
    Ok(archive.into_inner()?.finish()?)
}

/// Reads an archive into memory: name to content.
///
/// # Errors
/// When it is damaged, too large, or holds anything but regular files with plain names.
pub fn unpack(bytes: &[u8]) -> Result<BTreeMap<String, Vec<u8>>, ArchiveError> {
    // The whole stream first: the archive's end would otherwise be believed before the checksum
    // behind it was read.
    let mut tarball = Vec::new();
    GzDecoder::new(bytes)
        .take(MAX_UNPACKED + 1)
        .read_to_end(&mut tarball)?;
    if tarball.len() as u64 > MAX_UNPACKED {
        return Err(ArchiveError::TooLarge);
    }
    let mut archive = tar::Archive::new(tarball.as_slice());
    let mut entries = BTreeMap::new();
    for entry in archive.entries()? {
        let mut entry = entry?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if entry.header().entry_type() != tar::EntryType::Regular {
            return Err(ArchiveError::NotAFile(name));
        }
        check_name(&name)?;
        if entries.len() == MAX_ENTRIES {
            return Err(ArchiveError::TooMany);
        }
        let mut content = Vec::new();
        entry.read_to_end(&mut content)?;
        if entries.insert(name.clone(), content).is_some() {
            return Err(ArchiveError::Duplicate(name));
        }
    }
    Ok(entries)
}

fn check_name(name: &str) -> Result<(), ArchiveError> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'/');
    let sound = !name.is_empty()
        && name.len() <= 250
        && name.bytes().all(plain)
        && name.split('/').all(|part| !matches!(part, "" | "." | ".."));
    if sound {
        Ok(())
    } else {
        Err(ArchiveError::BadName(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(names: &[&str]) -> BTreeMap<String, Vec<u8>> {
        names
            .iter()
            .map(|name| (name.to_string(), name.as_bytes().repeat(100)))
            .collect()
    }

    fn raw(build: impl FnOnce(&mut tar::Builder<flate2::write::GzEncoder<Vec<u8>>>)) -> Vec<u8> {
        let gzip = GzBuilder::new().write(Vec::new(), Compression::fast());
        let mut archive = tar::Builder::new(gzip);
        build(&mut archive);
        archive.into_inner().unwrap().finish().unwrap()
    }

    fn header(size: u64, kind: tar::EntryType) -> tar::Header {
        let mut header = tar::Header::new_ustar();
        header.set_size(size);
        header.set_entry_type(kind);
        header
    }

    #[test]
    fn what_is_packed_is_unpacked_and_packs_to_the_same_bytes() {
        let before = entries(&["closures/a.json", "index.json", "z"]);
        let packed = pack(&before).unwrap();
        assert_eq!(unpack(&packed).unwrap(), before);
        assert_eq!(pack(&before).unwrap(), packed);
    }

    #[test]
    fn names_cannot_lead_out() {
        for bad in [
            "../x", "/x", "a//b", "a/./b", "a/../b", "", "a\0b", "ä", "a b", "C:x",
        ] {
            assert!(
                matches!(pack(&entries(&[bad])), Err(ArchiveError::BadName(_))),
                "{bad}"
            );
        }
        let hostile = raw(|archive| {
            let mut header = header(1, tar::EntryType::Regular);
            header.as_old_mut().name[..4].copy_from_slice(b"../x");
            header.set_cksum();
            archive.append(&header, b"x".as_slice()).unwrap();
        });
        assert!(matches!(unpack(&hostile), Err(ArchiveError::BadName(_))));
    }

    #[test]
    fn links_and_duplicates_are_refused() {
        let link = raw(|archive| {
            let mut header = header(0, tar::EntryType::Symlink);
            archive
                .append_link(&mut header, "x", "/etc/passwd")
                .unwrap();
        });
        assert!(matches!(unpack(&link), Err(ArchiveError::NotAFile(_))));
        let twice = raw(|archive| {
            for _ in 0..2 {
                archive
                    .append_data(
                        &mut header(1, tar::EntryType::Regular),
                        "x",
                        b"x".as_slice(),
                    )
                    .unwrap();
            }
        });
        assert!(matches!(unpack(&twice), Err(ArchiveError::Duplicate(_))));
    }

    #[test]
    fn bombs_are_refused() {
        let zeros = vec![0_u8; 1 << 20];
        let big = raw(|archive| {
            for at in 0..80 {
                let name = format!("f{at}");
                archive
                    .append_data(
                        &mut header(1 << 20, tar::EntryType::Regular),
                        name,
                        zeros.as_slice(),
                    )
                    .unwrap();
            }
        });
        assert!(big.len() < 1 << 20);
        assert!(matches!(unpack(&big), Err(ArchiveError::TooLarge)));
        let many = raw(|archive| {
            for at in 0..=MAX_ENTRIES {
                archive
                    .append_data(
                        &mut header(0, tar::EntryType::Regular),
                        format!("f{at}"),
                        io::empty(),
                    )
                    .unwrap();
            }
        });
        assert!(matches!(unpack(&many), Err(ArchiveError::TooMany)));
    }

    #[test]
    fn damage_is_an_error() {
        let packed = pack(&entries(&["a", "b"])).unwrap();
        for at in 0..packed.len() {
            let mut damaged = packed.clone();
            damaged[at] ^= 1;
            // Some header bits of gzip carry nothing; what is read must then be what was packed.
            if let Ok(read) = unpack(&damaged) {
                assert_eq!(read, entries(&["a", "b"]), "byte {at}");
            }
        }
        assert!(unpack(&packed[..packed.len() / 2]).is_err());
    }
}
