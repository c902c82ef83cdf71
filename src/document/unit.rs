//! Literals that carry a unit: durations, quantities and rates.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

/// What a literal or a query's result measures. Values are kept in the base unit named here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A share of a whole; base unit 1, so `5%` is 0.05.
    Ratio,
    /// A length of time; base unit second.
    Seconds,
    /// An amount of data; base unit byte.
    Bytes,
    /// Events per second.
    PerSecond,
    /// A number of things.
    Count,
    /// A number without a meaning of its own, e.g. a revision.
    None,
}

impl Unit {
    /// The unit in words, with a literal that shows how to write it.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Ratio => "a ratio such as 5%",
            Self::Seconds => "a duration such as 300ms",
            Self::Bytes => "an amount of data such as 2GiB",
            Self::PerSecond => "a rate such as 40/s",
            Self::Count => "a count such as 3",
            Self::None => "a plain number such as 3",
        }
    }

    /// Whether a literal of unit `self` may be compared with a result of unit `result`.
    ///
    /// A bare number is a count or a plain number; it is never read as a ratio, so that `0.05`
    /// cannot silently stand for `0.05%` or `5%`.
    pub fn agrees_with(self, result: Self) -> bool {
        self == result || (self == Self::None && result == Self::Count)
    }
}

/// A literal could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{text}` is not {expected}")]
pub struct LiteralError {
    /// The text as written, cut to a length fit for a message.
    pub text: String,
    /// What would have been accepted, with an example.
    pub expected: &'static str,
}

impl LiteralError {
    fn new(text: &str, expected: &'static str) -> Self {
        Self {
            text: text.chars().take(60).collect(),
            expected,
        }
    }
}

/// A length of time in whole milliseconds, written `500ms`, `30s`, `5m`, `1h30m`, `2d` or `1w`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(u64);

const DURATION_UNITS: [(&str, u64); 6] = [
    ("w", 604_800_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

impl Duration {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// Longest duration accepted: ten years.
    pub const MAX: Self = Self(3_650 * 86_400_000);

    /// From milliseconds.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// From seconds; saturates.
    pub const fn from_secs(seconds: u64) -> Self {
        Self(seconds.saturating_mul(1_000))
    }

    /// In milliseconds.
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// In seconds.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1_000.0
    }

    /// The sum, saturating.
    pub const fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl FromStr for Duration {
    type Err = LiteralError;

    /// Units must fall from large to small and appear once, so that a duration has one spelling
    /// per value order and `5m5m` is refused.
    fn from_str(text: &str) -> Result<Self, LiteralError> {
        const EXPECTED: &str = "a duration such as 30s, 5m or 1h30m";
        let refuse = || LiteralError::new(text, EXPECTED);
        let mut rest = text;
        let mut total = 0_u64;
        let mut next_unit = 0;
        while !rest.is_empty() {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let (number, tail) = rest.split_at(digits);
            let letters = tail.bytes().take_while(u8::is_ascii_lowercase).count();
            let (name, after) = tail.split_at(letters);
            let index = DURATION_UNITS
                .iter()
                .position(|(unit, _)| *unit == name)
                .filter(|index| *index >= next_unit)
                .ok_or_else(refuse)?;
            let millis = number
                .parse::<u64>()
                .ok()
                .and_then(|n| n.checked_mul(DURATION_UNITS[index].1))
                .ok_or_else(refuse)?;
            total = total.checked_add(millis).ok_or_else(refuse)?;
            next_unit = index + 1;
            rest = after;
        }
        if text.is_empty() || total > Self::MAX.0 {
            return Err(refuse());
        }
        Ok(Self(total))
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("0s");
        }
        let mut rest = self.0;
        for (name, millis) in &DURATION_UNITS[1..] {
            if rest >= *millis {
                write!(f, "{}{name}", rest / millis)?;
                rest %= millis;
            }
        }
        Ok(())
    }
}

impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// A number with its unit, in the unit's base.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantity {
    /// The value in the base of `unit`; always finite.
    pub value: f64,
    /// What is measured.
    pub unit: Unit,
}

const BYTE_UNITS: [(&str, f64); 9] = [
    ("KiB", 1_024.0),
    ("MiB", 1_048_576.0),
    ("GiB", 1_073_741_824.0),
    ("TiB", 1_099_511_627_776.0),
    ("kB", 1e3),
    ("MB", 1e6),
    ("GB", 1e9),
    ("TB", 1e12),
    ("B", 1.0),
];

impl FromStr for Quantity {
    type Err = LiteralError;

    fn from_str(text: &str) -> Result<Self, LiteralError> {
        const EXPECTED: &str = "a quantity such as 5%, 300ms, 2GiB, 40/s or 3";
        let refuse = || LiteralError::new(text, EXPECTED);
        let quantity = |number: &str, scale: f64, unit: Unit| {
            let value = decimal(number).ok_or_else(refuse)? * scale;
            Ok(Self { value, unit })
        };
        if let Some(number) = text.strip_suffix('%') {
            let percent = decimal(number).ok_or_else(refuse)?;
            return Ok(Self {
                value: percent / 100.0,
                unit: Unit::Ratio,
            });
        }
        if let Some(number) = text.strip_suffix("/s") {
            return quantity(number, 1.0, Unit::PerSecond);
        }
        if let Some(number) = text.strip_suffix("/m") {
            let per_minute = decimal(number).ok_or_else(refuse)?;
            return Ok(Self {
                value: per_minute / 60.0,
                unit: Unit::PerSecond,
            });
        }
        for (name, scale) in BYTE_UNITS {
            if let Some(number) = text.strip_suffix(name) {
                return quantity(number, scale, Unit::Bytes);
            }
        }
        if let Ok(duration) = text.parse::<Duration>() {
            return Ok(Self {
                value: duration.as_secs_f64(),
                unit: Unit::Seconds,
            });
        }
        if let Some(number) = text.strip_suffix("ms") {
            let millis = decimal(number).ok_or_else(refuse)?;
            return Ok(Self {
                value: millis / 1_000.0,
                unit: Unit::Seconds,
            });
        }
        if let Some(number) = text.strip_suffix('s') {
            return quantity(number, 1.0, Unit::Seconds);
        }
        quantity(text, 1.0, Unit::None)
    }
}

/// Reads `12`, `-0.5`; no exponent, no infinity, at most 18 digits.
fn decimal(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || whole.len() + fraction.len() > 18 {
        return None;
    }
    text.parse().ok()
}

/// At most `count` times within `per`, written `2 per 1h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// How many times.
    pub count: u32,
    /// Within which sliding window.
    pub per: Duration,
}

impl FromStr for RateLimit {
    type Err = LiteralError;

    fn from_str(text: &str) -> Result<Self, LiteralError> {
        let refuse = || LiteralError::new(text, "a rate such as `2 per 1h`");
        let (count, per) = text.split_once(" per ").ok_or_else(refuse)?;
        let count = count
            .parse()
            .ok()
            .filter(|_| count.bytes().all(|b| b.is_ascii_digit()))
            .ok_or_else(refuse)?;
        let per: Duration = per.parse().map_err(|_| refuse())?;
        if per == Duration::ZERO {
            return Err(refuse());
        }
        Ok(Self { count, per })
    }
}

impl fmt::Display for RateLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} per {}", self.count, self.per)
    }
}

impl Serialize for RateLimit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RateLimit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// A literal as written in a document: a number, a boolean or a text that may carry a unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Literal {
    /// `true` or `false`.
    Bool(bool),
    /// A bare number.
    Number(f64),
    /// Any text, `5%` included.
    Text(String),
}

impl Literal {
    /// The literal as a number with unit.
    ///
    /// # Errors
    /// When it is a boolean or a text that is no quantity.
    pub fn quantity(&self) -> Result<Quantity, LiteralError> {
        match self {
            Self::Number(value) => Ok(Quantity {
                value: *value,
                unit: Unit::None,
            }),
            Self::Text(text) => text.parse(),
            Self::Bool(value) => Err(LiteralError::new(
                if *value { "true" } else { "false" },
                "a quantity such as 5%, 300ms, 2GiB, 40/s or 3",
            )),
        }
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => value.fmt(f),
            Self::Number(value) => value.fmt(f),
            Self::Text(text) => text.fmt(f),
        }
    }
}

/// A share of a whole written as a percentage; held as written, so that `7%` is printed as `7%`.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Percent(f64);

impl Percent {
    /// The share, 1.0 being the whole.
    pub const fn fraction(self) -> f64 {
        self.0 / 100.0
    }
}

impl FromStr for Percent {
    type Err = LiteralError;

    fn from_str(text: &str) -> Result<Self, LiteralError> {
        text.strip_suffix('%')
            .filter(|number| !number.starts_with('-'))
            .and_then(decimal)
            .map(Self)
            .ok_or_else(|| LiteralError::new(text, "a percentage such as 60%"))
    }
}

impl Serialize for Percent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}%", self.0))
    }
}

impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_one_reading() {
        let millis = |text: &str| text.parse::<Duration>().map(Duration::as_millis);
        assert_eq!(millis("1h30m"), Ok(5_400_000));
        assert_eq!(millis("250ms"), Ok(250));
        for bad in [
            "",
            "5",
            "m",
            "5m5m",
            "30m1h",
            "-5m",
            "5 m",
            "1.5h",
            "99999999999w",
        ] {
            assert!(millis(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn durations_print_as_they_are_read() {
        for text in ["30s", "5m", "1h30m", "2d", "250ms", "1d2h3m4s5ms", "0s"] {
            assert_eq!(text.parse::<Duration>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn quantities_carry_their_unit() {
        let read = |text: &str| text.parse::<Quantity>().map(|q| (q.value, q.unit));
        assert_eq!(read("5%"), Ok((0.05, Unit::Ratio)));
        assert_eq!(read("300ms"), Ok((0.3, Unit::Seconds)));
        assert_eq!(read("0.5s"), Ok((0.5, Unit::Seconds)));
        assert_eq!(read("2GiB"), Ok((2_147_483_648.0, Unit::Bytes)));
        assert_eq!(read("40/s"), Ok((40.0, Unit::PerSecond)));
        assert_eq!(read("-3"), Ok((-3.0, Unit::None)));
        for bad in [
            "", "%", "1e3", "inf", "NaN", "5 %", "0x10", "1.", ".5", "1.2.3%",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_bare_number_is_not_a_ratio() {
        assert!(!Unit::None.agrees_with(Unit::Ratio));
        assert!(Unit::None.agrees_with(Unit::Count));
        assert!(!Unit::Seconds.agrees_with(Unit::Bytes));
    }

    #[test]
    fn percentages_print_as_they_are_read() {
        for text in ["7%", "29%", "99.9%", "0%", "100%"] {
            let percent: Percent = text.parse().unwrap();
            assert_eq!(serde_json::to_value(percent).unwrap(), text);
        }
        assert_eq!("60%".parse::<Percent>().unwrap().fraction(), 0.6);
        for bad in ["60", "-1%", "-0%", "%", "5%%", "5 %"] {
            assert!(bad.parse::<Percent>().is_err(), "{bad}");
        }
    }

    #[test]
    fn rates_name_their_window() {
        let rate: RateLimit = "2 per 1h".parse().unwrap();
        assert_eq!((rate.count, rate.per.as_millis()), (2, 3_600_000));
        for bad in ["2", "per 1h", "2 per", "2 per 0s", "-1 per 1h", "+2 per 1h"] {
            assert!(bad.parse::<RateLimit>().is_err(), "{bad}");
        }
    }
}
