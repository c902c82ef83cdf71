//! Values and untrusted texts as humans see them.

use super::evidence::Scalar;
use crate::document::unit::{Duration, Unit};

/// Longest quotation of an untrusted text, in characters.
pub const MAX_QUOTE: usize = 160;

/// An untrusted text in quotation marks: cut to [`MAX_QUOTE`], with control, bidirectional and
/// zero-width characters made visible, so that it can be shown to people and models without acting
/// on either's terminal, layout or markup.
pub fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len().min(MAX_QUOTE) + 2);
    quoted.push('"');
    let mut cut = false;
    for (shown, character) in text.chars().enumerate() {
        if shown >= MAX_QUOTE {
            cut = true;
            break;
        }
        match character {
            '"' => quoted.push('\''),
            '`' => quoted.push('\''),
            c if c.is_control() || is_invisible(c) => {
                quoted.push_str(&format!("\\u{{{:x}}}", u32::from(c)));
            }
            c => quoted.push(c),
        }
    }
    if cut {
        quoted.push('…');
    }
    quoted.push('"');
    quoted
}

fn is_invisible(character: char) -> bool {
    matches!(u32::from(character),
        0xad | 0x34f | 0x61c | 0x115f | 0x1160 | 0x17b4 | 0x17b5 | 0x180b..=0x180f
        | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0x3164
        | 0xfe00..=0xfe0f | 0xfeff | 0xffa0 | 0xfff0..=0xfffb
        | 0x1_d173..=0x1_d17a | 0xe_0000..=0xe_0fff)
}

/// A number in a unit: `8.1%`, `300ms`, `2GiB`, `40/s`, `3`.
pub fn number(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Ratio => format!("{}%", short(value * 100.0)),
        Unit::Seconds => seconds(value),
        Unit::Bytes => bytes(value),
        Unit::PerSecond => format!("{}/s", short(value)),
        Unit::Count | Unit::None => short(value),
    }
}

/// The value of a sample, a text quoted.
pub fn scalar(value: &Scalar, unit: Unit) -> String {
    match value {
        Scalar::Boolean(value) => value.to_string(),
        Scalar::Number(value) => number(*value, unit),
        Scalar::Text(text) => quote(text),
    }
}

/// At most four decimals, without trailing zeros.
fn short(value: f64) -> String {
    let text = format!("{value:.4}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

fn seconds(value: f64) -> String {
    if !(0.001..1e9).contains(&value) {
        return format!("{}s", short(value));
    }
    // In range: below 1e12 milliseconds and not negative.
    Duration::from_millis((value * 1_000.0).round() as u64).to_string()
}

fn bytes(value: f64) -> String {
    const STEPS: [(f64, &str); 4] = [
        (1_099_511_627_776.0, "TiB"),
        (1_073_741_824.0, "GiB"),
        (1_048_576.0, "MiB"),
        (1_024.0, "KiB"),
    ];
    for (size, name) in STEPS {
        if value.abs() >= size {
            let scaled = (value / size * 10.0).round() / 10.0;
            return format!("{}{name}", short(scaled));
        }
    }
    format!("{}B", short(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_in_their_unit() {
        let cases = [
            (0.081, Unit::Ratio, "8.1%"),
            (0.3, Unit::Seconds, "300ms"),
            (90.0, Unit::Seconds, "1m30s"),
            (2_147_483_648.0, Unit::Bytes, "2GiB"),
            (40.0, Unit::PerSecond, "40/s"),
            (3.0, Unit::Count, "3"),
            (-1.5, Unit::None, "-1.5"),
        ];
        for (value, unit, shown) in cases {
            assert_eq!(number(value, unit), shown);
        }
    }

    #[test]
    fn untrusted_text_is_cut_and_cannot_act() {
        let quoted = quote("a\u{1b}[2J\u{202e}\n`rm`\u{e0041}");
        assert_eq!(quoted, "\"a\\u{1b}[2J\\u{202e}\\u{a}'rm'\\u{e0041}\"");
        let long = quote(&"x".repeat(10_000));
        assert_eq!(long.chars().count(), MAX_QUOTE + 3);
    }
}
