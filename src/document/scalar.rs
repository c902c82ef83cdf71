//! What a plain (unquoted) scalar means: the core schema of YAML 1.2, and where YAML 1.1 differs.

use std::fmt;

/// The meaning of a plain scalar in the YAML 1.2 core schema (YAML 1.2.2 §10.3).
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Resolved {
    /// `null`, `~` or nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A decimal, `0x` or `0o` integer.
    Int(i64),
    /// A number with a fraction or an exponent.
    Float(f64),
    /// Anything else.
    Str,
    /// A number that JSON or 64 bits cannot hold: `.inf`, `.nan`, `1e999`, `99999999999999999999`.
    OutOfRange,
}

/// Resolves the text of a plain scalar.
pub fn resolve(text: &str) -> Resolved {
    let Some(first) = text.bytes().next() else {
        return Resolved::Null;
    };
    // Most scalars are words; the first byte rules nearly all of them out.
    match first {
        b'0'..=b'9' | b'+' | b'-' | b'.' => number(text),
        b'~' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' => match text {
            "~" | "null" | "Null" | "NULL" => Resolved::Null,
            "true" | "True" | "TRUE" => Resolved::Bool(true),
            "false" | "False" | "FALSE" => Resolved::Bool(false),
            _ => Resolved::Str,
        },
        _ => Resolved::Str,
    }
}

fn number(text: &str) -> Resolved {
    if let Some(digits) = text.strip_prefix("0x") {
        return radix(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return radix(digits, 8);
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !unsigned.is_empty() && unsigned.bytes().all(|b| b.is_ascii_digit()) {
        return text.parse().map_or(Resolved::OutOfRange, Resolved::Int);
    }
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Resolved::OutOfRange;
    }
    if !is_float(unsigned) {
        return Resolved::Str;
    }
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Resolved::Float(value),
        Ok(_) => Resolved::OutOfRange,
        Err(_) => Resolved::Str,
    }
}

fn radix(digits: &str, radix: u32) -> Resolved {
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return Resolved::Str;
    }
    i64::from_str_radix(digits, radix).map_or(Resolved::OutOfRange, Resolved::Int)
}

// ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
fn is_float(text: &str) -> bool {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (text.get(..at).unwrap_or_default(), text.get(at + 1..)),
        None => (text, None),
    };
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let mantissa_ok = match mantissa.split_once('.') {
        Some((whole, fraction)) => {
            digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty())
        }
        None => !mantissa.is_empty() && digits(mantissa),
    };
    let exponent_ok = exponent.is_none_or(|exponent| {
        let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !unsigned.is_empty() && digits(unsigned)
    });
    mantissa_ok && exponent_ok
}

/// A plain scalar that programs following YAML 1.1 and YAML 1.2 read as different values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Ambiguity {
    /// `yes`, `no`, `on`, `off`, `y`, `n`: booleans in YAML 1.1, text in 1.2.
    Boolean,
    /// `017`, `0o17`: octal in one version only.
    Octal,
    /// `0x80`: a number to YAML, text to readers that know JSON's numbers only.
    Hexadecimal,
    /// `0b101`: binary in YAML 1.1, text in 1.2.
    Binary,
    /// `1e3`, `1.5e3`: a number in YAML 1.2, text in 1.1.
    Exponent,
    /// `22:30`: base sixty in YAML 1.1 (1350), text in 1.2.
    Sexagesimal,
    /// `1_000`: a number in YAML 1.1, text in 1.2.
    Underscore,
}

impl Ambiguity {
    /// The two readings, for a message that starts with the scalar itself.
    pub fn explanation(self) -> &'static str {
        match self {
            Self::Boolean => "is a boolean in YAML 1.1 and text in YAML 1.2",
            Self::Octal => "is octal in one version of YAML and something else in the other",
            Self::Hexadecimal => "is a hexadecimal number to some readers and text to others",
            Self::Binary => "is a binary number in YAML 1.1 and text in YAML 1.2",
            Self::Exponent => "is text in YAML 1.1 and a number in YAML 1.2",
            Self::Sexagesimal => "is a number in base sixty in YAML 1.1 and text in YAML 1.2",
            Self::Underscore => "is a number in YAML 1.1 and text in YAML 1.2",
        }
    }
}

impl fmt::Display for Ambiguity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.explanation())
    }
}

/// Whether YAML 1.1 and 1.2 read this plain scalar differently.
///
/// Dates and RFC 3339 timestamps, which YAML 1.1 knows as a type, are not reported: every typed
/// reader takes them as text and they are common.
pub fn ambiguous(text: &str) -> Option<Ambiguity> {
    let first = text.bytes().next()?;
    if first.is_ascii_alphabetic() {
        // Most scalars are words, and most words are longer than any of these.
        if text.len() > 3 {
            return None;
        }
        let boolean = matches!(
            text,
            "y" | "Y"
                | "n"
                | "N"
                | "yes"
                | "Yes"
                | "YES"
                | "no"
                | "No"
                | "NO"
                | "on"
                | "On"
                | "ON"
                | "off"
                | "Off"
                | "OFF"
        );
        return boolean.then_some(Ambiguity::Boolean);
    }
    let number = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !number
        .bytes()
        .next()
        .is_some_and(|b| b.is_ascii_digit() || b == b'.')
    {
        return None;
    }
    if let Some(kind) = prefixed(number) {
        return Some(kind);
    }
    if number.contains('_') {
        let plain = number.replace('_', "");
        let is_number = || is_float(&plain).then_some(Ambiguity::Underscore);
        let sexagesimal = is_sexagesimal(&plain).then_some(Ambiguity::Sexagesimal);
        return sexagesimal.or_else(is_number);
    }
    if is_sexagesimal(number) {
        return Some(Ambiguity::Sexagesimal);
    }
    if number.len() > 1 && number.starts_with('0') && number.bytes().all(|b| b.is_ascii_digit()) {
        return Some(Ambiguity::Octal);
    }
    (is_float(number) && has_ambiguous_exponent(number)).then_some(Ambiguity::Exponent)
}

fn prefixed(number: &str) -> Option<Ambiguity> {
    let (marker, digits) = (number.get(..2)?, number.get(2..)?);
    let all =
        |radix: u32| !digits.is_empty() && digits.chars().all(|c| c == '_' || c.is_digit(radix));
    match marker {
        "0x" if all(16) => Some(Ambiguity::Hexadecimal),
        "0o" if all(8) => Some(Ambiguity::Octal),
        "0b" if all(2) => Some(Ambiguity::Binary),
        _ => None,
    }
}

// YAML 1.1: [1-9][0-9_]*(:[0-5]?[0-9])+ and the same with a fraction; readers also take a leading zero.
fn is_sexagesimal(number: &str) -> bool {
    let mut parts = number.split(':');
    let head_ok = parts
        .next()
        .is_some_and(|head| !head.is_empty() && head.bytes().all(|b| b.is_ascii_digit()));
    let mut rest = parts.peekable();
    if !head_ok || rest.peek().is_none() {
        return false;
    }
    while let Some(part) = rest.next() {
        let whole = match part.split_once('.') {
            Some((whole, fraction))
                if rest.peek().is_none() && fraction.bytes().all(|b| b.is_ascii_digit()) =>
            {
                whole
            }
            Some(_) => return false,
            None => part,
        };
        let in_range = matches!(whole.as_bytes(), [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9']);
        if !in_range {
            return false;
        }
    }
    true
}

// YAML 1.1 needs both a point and a signed exponent: [-+]?([0-9][0-9_]*)?\.[0-9.]*([eE][-+][0-9]+)?
fn has_ambiguous_exponent(number: &str) -> bool {
    match number.find(['e', 'E']) {
        Some(at) => {
            let signed = number
                .get(at + 1..)
                .is_some_and(|exponent| exponent.starts_with(['+', '-']));
            !(signed && number.contains('.'))
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn core_schema() {
        for (text, expected) in [
            ("", Resolved::Null),
            ("~", Resolved::Null),
            ("null", Resolved::Null),
            ("true", Resolved::Bool(true)),
            ("FALSE", Resolved::Bool(false)),
            ("tRue", Resolved::Str),
            ("yes", Resolved::Str),
            ("0", Resolved::Int(0)),
            ("-17", Resolved::Int(-17)),
            ("+3", Resolved::Int(3)),
            ("017", Resolved::Int(17)),
            ("0o17", Resolved::Int(15)),
            ("0x1F", Resolved::Int(31)),
            ("-0x1F", Resolved::Str),
            ("0x", Resolved::Str),
            ("1.5", Resolved::Float(1.5)),
            (".5", Resolved::Float(0.5)),
            ("1.", Resolved::Float(1.0)),
            ("1e3", Resolved::Float(1000.0)),
            ("-1.5E-2", Resolved::Float(-0.015)),
            ("1e", Resolved::Str),
            (".", Resolved::Str),
            ("-", Resolved::Str),
            ("1.2.3", Resolved::Str),
            ("2027-03-01", Resolved::Str),
            ("5m", Resolved::Str),
            ("5%", Resolved::Str),
            ("-.inf", Resolved::OutOfRange),
            (".nan", Resolved::OutOfRange),
            ("1e999", Resolved::OutOfRange),
            ("9223372036854775807", Resolved::Int(i64::MAX)),
            ("9223372036854775808", Resolved::OutOfRange),
            ("1_000", Resolved::Str),
        ] {
            assert_eq!(resolve(text), expected, "{text:?}");
        }
    }

    #[test]
    fn ambiguous_scalars() {
        for (text, expected) in [
            ("no", Some(Ambiguity::Boolean)),
            ("ON", Some(Ambiguity::Boolean)),
            ("y", Some(Ambiguity::Boolean)),
            ("0x80", Some(Ambiguity::Hexadecimal)),
            ("017", Some(Ambiguity::Octal)),
            ("0o17", Some(Ambiguity::Octal)),
            ("0b11", Some(Ambiguity::Binary)),
            ("1e3", Some(Ambiguity::Exponent)),
            ("1.5e3", Some(Ambiguity::Exponent)),
            ("22:30", Some(Ambiguity::Sexagesimal)),
            ("-1:30:00.5", Some(Ambiguity::Sexagesimal)),
            ("1_000", Some(Ambiguity::Underscore)),
            ("1.5e+3", None),
            ("0", None),
            ("10", None),
            ("0.5", None),
            ("1.2.3", None),
            ("22:77", None),
            ("2027-03-01", None),
            ("2027-03-01T22:30:00Z", None),
            ("10:00-12:00", None),
            ("1_abc", None),
            ("true", None),
            ("none", None),
            ("0xyz", None),
            ("5m", None),
        ] {
            assert_eq!(ambiguous(text), expected, "{text:?}");
        }
    }
}
