//! Files as an editor names them: `file:` addresses (RFC 8089).

use std::str::FromStr;

use camino::{Utf8Path, Utf8PathBuf};
use lsp_types::Uri;

/// The path of a `file:` address on this machine; none for other addresses.
pub(super) fn path(uri: &Uri) -> Option<Utf8PathBuf> {
    path_of(uri.as_str())
}

fn path_of(uri: &str) -> Option<Utf8PathBuf> {
    let rest = uri.strip_prefix("file://")?;
    let rest = rest.strip_prefix("localhost").unwrap_or(rest);
    let encoded = rest.split(['?', '#']).next().unwrap_or_default();
    let decoded = decoded(encoded)?;
    let text = decoded.strip_prefix('/')?;
    let is_drive = text.as_bytes().get(1) == Some(&b':');
    let path = Utf8PathBuf::from(if is_drive { text } else { &decoded });
    let climbs = path.components().any(|part| part.as_str() == "..");
    (!climbs).then_some(path)
}

/// The address of a path on this machine.
pub(super) fn uri(path: &Utf8Path) -> Option<Uri> {
    let text = path.as_str().replace('\\', "/");
    let slash = if text.starts_with('/') { "" } else { "/" };
    let mut address = format!("file://{slash}");
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            address.push(char::from(byte));
        } else {
            address.push_str(&format!("%{byte:02X}"));
        }
    }
    Uri::from_str(&address).ok()
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        if *first == b'%' {
            let digits = std::str::from_utf8(tail.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = tail.get(2..)?;
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    let text = String::from_utf8(bytes).ok()?;
    (!text.contains('\0')).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_survives_the_way_to_an_address_and_back() {
        for text in ["/a/b.yaml", "/with space/ü%#?.yaml", "/~x/a+b"] {
            let uri = uri(text.into()).unwrap();
            assert_eq!(path(&uri).unwrap(), text);
        }
        assert_eq!(path_of("file:///c%3A/x").unwrap(), "c:/x");
    }

    #[test]
    fn what_is_no_file_of_this_machine_has_no_path() {
        for text in [
            "untitled:1",
            "file://host/a",
            "file:///a/../b",
            "file:///a%2",
            "file:///%00",
        ] {
            assert_eq!(path_of(text), None, "{text}");
        }
    }
}
