//! Characters that make text look different from what is read: bidirectional controls, zero-width
//! characters and control characters (rule S011; CVE-2021-42574 describes the attack).

use std::borrow::Cow;

/// Whether the character may not occur, neither as itself nor as an escape.
pub fn is_forbidden(character: char) -> bool {
    match character {
        '\t' | '\n' | '\r' | ' '..='~' => false,
        '\0'..='\x1F' | '\x7F'..='\u{9F}' => true,
        _ => is_bidirectional(character) || is_invisible(character),
    }
}

fn is_bidirectional(character: char) -> bool {
    matches!(character, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

// Zero-width characters, invisible operators, line separators other programs honour, the
// byte-order mark, noncharacters YAML excludes, and the tag characters that carry invisible ASCII.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{180E}' | '\u{200B}'..='\u{200D}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{2065}'
            | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}' | '\u{E0000}'..='\u{E007F}'
    )
}

/// What the character is, for messages.
pub(super) fn describe(character: char) -> &'static str {
    match character {
        '\u{FEFF}' => "byte-order mark",
        '\u{2028}' | '\u{2029}' => "line separator",
        '\u{E0000}'..='\u{E007F}' => "invisible tag character",
        _ if is_bidirectional(character) => "bidirectional control character",
        _ if is_invisible(character) => "invisible character",
        _ => "control character",
    }
}

// Leading bytes of the UTF-8 form of every forbidden character, so that clean text costs one look per byte.
static SUSPECT: [bool; 256] = suspects();

const fn suspects() -> [bool; 256] {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = true;
        byte += 1;
    }
    table[b'\t' as usize] = false;
    table[b'\n' as usize] = false;
    table[0x7F] = true;
    table[0xC2] = true; // U+0080..U+009F
    table[0xD8] = true; // U+061C
    table[0xE1] = true; // U+180E
    table[0xE2] = true; // U+2000..U+2FFF
    table[0xEF] = true; // U+F000..U+FFFF
    table[0xF3] = true; // U+E0000
    table
}

/// The forbidden characters of a text with their offsets, including carriage returns that no line feed follows.
pub(super) fn forbidden(text: &str) -> impl Iterator<Item = (usize, char)> + '_ {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let rest = bytes.get(at..)?;
            at += rest.iter().position(|byte| SUSPECT[*byte as usize])?;
            let found = at;
            let character = text.get(found..)?.chars().next()?;
            at += character.len_utf8();
            let lone_return = character == '\r' && bytes.get(at) != Some(&b'\n');
            if lone_return || is_forbidden(character) {
                return Some((found, character));
            }
        }
    })
}

/// Replaces what YAML cannot contain by letters of the same length, so that one such character does
/// not hide every other problem of the document. Offsets stay valid; the character itself is reported. `forbidden`
/// are the forbidden characters of the text, as [`forbidden()`] found them.
pub(super) fn parseable<'t>(text: &'t str, forbidden: &[(usize, char)]) -> Cow<'t, str> {
    let unprintable = |c: char| {
        matches!(c, '\0'..='\x08' | '\x0B' | '\x0C' | '\x0E'..='\x1F' | '\x7F'..='\u{84}' | '\u{86}'..='\u{9F}'
            | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}')
    };
    if !forbidden.iter().any(|(_, c)| unprintable(*c)) {
        return Cow::Borrowed(text);
    }
    let stand_in = |c: char| match c.len_utf8() {
        _ if !unprintable(c) => c,
        1 => '_',
        2 => '\u{E9}',
        _ => '\u{4E00}',
    };
    Cow::Owned(text.chars().map(stand_in).collect())
}

/// The forbidden characters that a double-quoted scalar writes as escapes: offset and length in `raw`, character.
pub(super) fn forbidden_escapes(raw: &str) -> Vec<(usize, usize, char)> {
    let mut found = Vec::new();
    let mut rest = raw.char_indices();
    while let Some((at, character)) = rest.next() {
        if character != '\\' {
            continue;
        }
        let Some((_, name)) = rest.next() else { break };
        let digits = match name {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => 0,
        };
        let decoded = match name {
            '0' => Some('\0'),
            'a' => Some('\x07'),
            'b' => Some('\x08'),
            'v' => Some('\x0B'),
            'f' => Some('\x0C'),
            'e' => Some('\x1B'),
            'N' => Some('\u{85}'),
            'L' => Some('\u{2028}'),
            'P' => Some('\u{2029}'),
            _ if digits > 0 => {
                let hex = raw.get(at + 2..at + 2 + digits);
                hex.and_then(|hex| u32::from_str_radix(hex, 16).ok())
                    .and_then(char::from_u32)
            }
            _ => None,
        };
        if let Some(decoded) = decoded.filter(|c| is_forbidden(*c)) {
            found.push((at, 2 + digits, decoded));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forbidden_characters_are_found_with_their_offsets() {
        let text = "a\u{202E}b\u{200B}\0é\t\r\n\rx\u{7F}\u{85}–\u{E0041}";
        let found: Vec<_> = forbidden(text).collect();
        let expected = [
            (1, '\u{202E}'),
            (5, '\u{200B}'),
            (8, '\0'),
            (14, '\r'),
            (16, '\x7F'),
            (17, '\u{85}'),
            (22, '\u{E0041}'),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn every_forbidden_character_has_a_suspect_first_byte() {
        for character in (0..=0x10_FFFF)
            .filter_map(char::from_u32)
            .filter(|c| is_forbidden(*c))
        {
            let text = character.to_string();
            assert_eq!(
                forbidden(&text).next(),
                Some((0, character)),
                "{character:?}"
            );
        }
    }

    #[test]
    fn escapes_are_decoded() {
        let raw = r#""a\u202Eb\\u202E\x1b\n\t\e\U000E0041\u00e9""#;
        let found: Vec<_> = forbidden_escapes(raw)
            .into_iter()
            .map(|(at, len, c)| (&raw[at..at + len], c))
            .collect();
        let expected = [
            ("\\u202E", '\u{202E}'),
            ("\\x1b", '\x1B'),
            ("\\e", '\x1B'),
            ("\\U000E0041", '\u{E0041}'),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn stand_ins_keep_the_length() {
        let parseable = |text| parseable(text, &forbidden(text).collect::<Vec<_>>()).into_owned();
        let text = "a\0b\u{FEFF}c\u{84}";
        assert_eq!(parseable(text), "a_b\u{4E00}c\u{E9}");
        assert_eq!(parseable(text).len(), text.len());
        assert_eq!(parseable("a\u{202E}"), "a\u{202E}");
    }
}
