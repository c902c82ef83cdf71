//! The moment a log line says it was written.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::{self, DateTime};
use jiff::tz::Offset;
use regex::bytes::{Captures, Regex};

/// How far into a line a timestamp is looked for, in bytes.
const HEAD: usize = 256;

/// How much of the moment a line says. Moments of different kinds cannot be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Known {
    /// Date and time. A time without a zone is taken as UTC.
    Moment,
    /// All but the year, as syslog and klog write it: counted within a leap year.
    WithoutYear,
    /// The time of day: counted within one day.
    WithoutDate,
}

/// When a line was written, as far as it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The moment, on the scale that `known` names.
    pub at: Timestamp,
    /// What of it the line says.
    pub known: Known,
}

/// The leap year in which moments without a year are counted.
const NO_YEAR: i16 = 2000;

const TIME: &str = r"(?P<H>\d{2}):(?P<M>\d{2}):(?P<S>\d{2})(?:[.,](?P<f>\d{1,9})\d*)?";
const ZONE: &str = r"(?: ?(?P<z>Z|UTC|GMT|[+-]\d{2}:?\d{2})(?:[^0-9A-Za-z]|$))?";
const MONTH: &str = r"(?P<mon>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}";
/// Names that loggers give the moment in JSON and in `name=value` lines.
const NAME: &str = r#"(?:@?timestamp|time|ts|t|datetime|date|asctime|eventTime)"?[:=] ?"?"#;

/// The notations, each with `{T}`, `{Z}`, `{MON}` and `{NAME}` filled in. Of those found in a line the first one in it counts, and of those
/// that begin together the first one here.
static NOTATIONS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        // 2019-02-05T12:07:37.123Z, 2019/02/05 12:07:37, 2019-02-05 12:07:37,123 +0100
        r"\b(?P<y>\d{4})[-/.](?P<m>\d{2})[-/.](?P<d>\d{2})[T _-] ?{T}{Z}",
        // 20190205T120737Z, 20190205 12:07:37
        r"\b(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})[T -](?P<H>\d{2}):?(?P<M>\d{2}):?(?P<S>\d{2})(?:[.,](?P<f>\d{1,9})\d*)?{Z}",
        // [05/Feb/2019:12:07:37 +0000], 05 Feb 2019 12:07:37.123, 5-Feb-2019::12:07:37
        r"\b(?P<d>\d{1,2})[/ -]{MON}[/ -](?P<y>\d{4})(?:::|:| ){T}{Z}",
        // Tue Feb  5 12:07:37 2019, Feb  5 12:07:37 UTC 2019, Feb  5 12:07:37
        r"\b{MON} {1,2}(?P<d>\d{1,2})(?:,? (?P<y1>\d{4}))?,? {T}(?: [A-Z]{2,5})?(?: (?P<y>\d{4})\b)?",
        // I0205 12:07:37.123456 (klog, glog)
        r"^[IWEFD](?P<m>\d{2})(?P<d>\d{2}) {T}",
        // 02-05 12:07:37.123 (Android)
        r"^(?P<m>\d{2})-(?P<d>\d{2}) {T}",
        // ts=1549368457.123, "time":1549368457123
        r"(?:^\[?|\b{NAME})(?P<e>\d{10}(?:\.\d{1,9})?|\d{13}|\d{16}|\d{19})(?:[^0-9.]|$)",
        // 12:07:37.123
        r"^\[?{T}",
    ]
    .iter()
    .filter_map(|notation| {
        let filled = notation
            .replace("{T}", TIME)
            .replace("{Z}", ZONE)
            .replace("{MON}", MONTH)
            .replace("{NAME}", NAME);
        Regex::new(&format!("(?-u:{filled})")).ok()
    })
    .collect()
});

/// When a line was written, if it says so in a notation that is known; in JSON and in `name=value` lines too.
///
/// Nothing is guessed: a date that does not exist, or a time alone that is not at the beginning, is no timestamp.
#[must_use]
pub fn stamp_of(line: &[u8]) -> Option<Stamp> {
    let head = line.get(..HEAD).unwrap_or(line);
    let mut found: Option<(usize, Stamp)> = None;
    for notation in NOTATIONS.iter() {
        let Some(captures) = notation.captures(head) else {
            continue;
        };
        let Some(start) = captures.get(0).map(|all| all.start()) else {
            continue;
        };
        if found.is_some_and(|(first, _)| first <= start) {
            continue;
        }
        if let Some(stamp) = read(&captures) {
            found = Some((start, stamp));
        }
    }
    found.map(|(_, stamp)| stamp)
}

fn read(captures: &Captures<'_>) -> Option<Stamp> {
    if let Some(epoch) = text(captures, "e") {
        let at = of_epoch(epoch)?;
        return Some(Stamp {
            at,
            known: Known::Moment,
        });
    }
    let (hour, minute) = (number(captures, "H")?, number(captures, "M")?);
    // A leap second is the end of its minute.
    let second = number::<i8>(captures, "S")?.min(59);
    let time = civil::Time::new(hour, minute, second, fraction(captures)).ok()?;
    let Some(day) = number(captures, "d") else {
        let date = civil::Date::new(NO_YEAR, 1, 1).ok()?;
        return stamp(
            DateTime::from_parts(date, time),
            Offset::UTC,
            Known::WithoutDate,
        );
    };
    let month = number(captures, "m").or_else(|| month(text(captures, "mon")?))?;
    let year = number::<i16>(captures, "y").or_else(|| number(captures, "y1"));
    let date = civil::Date::new(year.unwrap_or(NO_YEAR), month, day).ok()?;
    let known = if year.is_some() {
        Known::Moment
    } else {
        Known::WithoutYear
    };
    let offset = text(captures, "z").map_or(Some(Offset::UTC), offset)?;
    stamp(DateTime::from_parts(date, time), offset, known)
}

fn stamp(at: DateTime, offset: Offset, known: Known) -> Option<Stamp> {
    let at = offset.to_timestamp(at).ok()?;
    Some(Stamp { at, known })
}

fn text<'a>(captures: &'a Captures<'_>, name: &str) -> Option<&'a str> {
    std::str::from_utf8(captures.name(name)?.as_bytes()).ok()
}

fn number<T: std::str::FromStr>(captures: &Captures<'_>, name: &str) -> Option<T> {
    text(captures, name)?.parse().ok()
}

/// Nanoseconds of a fraction of up to nine digits.
fn fraction(captures: &Captures<'_>) -> i32 {
    let digits = text(captures, "f").unwrap_or_default();
    format!("{digits:0<9}").parse().unwrap_or(0)
}

fn month(name: &str) -> Option<i8> {
    let months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let place = months.find(name)?;
    i8::try_from(place / 3 + 1).ok()
}

fn offset(text: &str) -> Option<Offset> {
    let mut digits = text
        .bytes()
        .filter(u8::is_ascii_digit)
        .map(|digit| i32::from(digit - b'0'));
    let mut two = || Some(digits.next()? * 10 + digits.next()?);
    let Some((hours, minutes)) = two().zip(two()) else {
        return Some(Offset::UTC);
    };
    let seconds = (hours * 60 + minutes) * 60;
    Offset::from_seconds(if text.starts_with('-') {
        -seconds
    } else {
        seconds
    })
    .ok()
}

/// Seconds, or milli-, micro- or nanoseconds, told apart by their digits: 10, 13, 16 and 19 from 2001 to 2286.
fn of_epoch(digits: &str) -> Option<Timestamp> {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let number: i128 = format!("{whole}{fraction}").parse().ok()?;
    let places = u32::try_from(whole.len() + fraction.len()).ok()?;
    Timestamp::from_nanosecond(
        number.checked_mul(10_i128.checked_pow(19_u32.checked_sub(places)?)?)?,
    )
    .ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(line: &str) -> Option<(String, Known)> {
        stamp_of(line.as_bytes()).map(|stamp| (stamp.at.to_string(), stamp.known))
    }

    #[test]
    fn every_notation_is_read() {
        for line in [
            "2019-02-05T12:07:37Z started",
            "2019-02-05T12:07:37+00:00 started",
            "2019-02-05T13:07:37+0100 started",
            "2019-02-05T07:37:37-04:30",
            "2019-02-05 12:07:37 UTC [1] LOG:  ready",
            "2019/02/05 12:07:37 [notice] 1629#1629: signal process started",
            "2019.02.05 12:07:37 worker",
            "[2019-02-05 12:07:37] app.ERROR",
            "20190205T120737Z x",
            "20190205 12:07:37 x",
            "127.0.0.1 - - [05/Feb/2019:12:07:37 +0000] \"GET / HTTP/1.1\" 200",
            "127.0.0.1 - - [05/Feb/2019:14:07:37 +0200] \"GET / HTTP/1.1\" 200",
            "05 Feb 2019 12:07:37 INFO",
            "=INFO REPORT==== 5-Feb-2019::12:07:37 ===",
            "Tue Feb  5 12:07:37 2019: logged in",
            "Tue Feb 5 12:07:37 UTC 2019",
            "Tue, 05 Feb 2019 12:07:37 GMT",
            "Feb 5, 2019 12:07:37",
            "1549368457 started",
            "ts=1549368457 level=info",
            "{\"level\":\"info\",\"ts\":1549368457,\"msg\":\"x\"}",
            "{\"msg\": \"x\", \"time\": \"2019-02-05T12:07:37Z\"}",
            "{\"timestamp\":1549368457000}",
            "t=1549368457000000 x",
            "ts=1549368457000000000",
        ] {
            let expected = ("2019-02-05T12:07:37Z".to_owned(), Known::Moment);
            assert_eq!(at(line), Some(expected), "{line}");
        }
    }

    #[test]
    fn fractions_are_read_to_the_nanosecond() {
        for (line, fraction) in [
            ("2019-02-05 12:07:37,5 x", "5"),
            ("2019-02-05T12:07:37.123Z", "123"),
            ("1:M 05 Feb 2019 12:07:37.123 * Ready", "123"),
            ("2019-02-05T12:07:37.123456789Z", "123456789"),
            ("2019-02-05T12:07:37.1234567891Z", "123456789"),
            ("ts=1549368457.25", "25"),
        ] {
            let expected = format!("2019-02-05T12:07:37.{fraction}Z");
            assert_eq!(at(line), Some((expected, Known::Moment)), "{line}");
        }
    }

    #[test]
    fn what_a_line_leaves_out_is_said() {
        let without_year = ("2000-02-05T12:07:37Z".to_owned(), Known::WithoutYear);
        for line in [
            "Feb  5 12:07:37 host sshd[1]: x",
            "I0205 12:07:37 1 main.go:1] x",
            "02-05 12:07:37 E x",
        ] {
            assert_eq!(at(line), Some(without_year.clone()), "{line}");
        }
        let without_date = ("2000-01-01T12:07:37Z".to_owned(), Known::WithoutDate);
        for line in ["12:07:37 x", "[12:07:37] x"] {
            assert_eq!(at(line), Some(without_date.clone()), "{line}");
        }
    }

    #[test]
    fn nothing_is_guessed() {
        for line in [
            "",
            "started",
            "2019-13-05T12:07:37Z",
            "2019-02-30T12:07:37Z",
            "2019-02-05",
            "took 12:07:37",
            "request 1549368457 failed",
            "id=1549368457",
            "25:07:37 x",
            "    at com.example.Main(Main.java:12)",
        ] {
            assert_eq!(at(line), None, "{line}");
        }
        let far = format!("{} 2019-02-05T12:07:37Z", "x".repeat(HEAD));
        assert_eq!(at(&far), None);
    }

    #[test]
    fn the_first_in_a_line_counts() {
        let line = "2025-03-10T17:26:07Z ts=2025-03-10T17:26:01Z level=info";
        assert_eq!(at(line).unwrap().0, "2025-03-10T17:26:07Z");
    }

    proptest! {
        #[test]
        fn any_moment_is_read_back(seconds in 1_000_000_000_i64..4_102_444_800, nanos in 0..1_000_000_000_i32) {
            let moment = Timestamp::new(seconds, nanos).unwrap();
            let stamp = stamp_of(format!("{moment} x").as_bytes()).unwrap();
            prop_assert_eq!(stamp, Stamp { at: moment, known: Known::Moment });
            let millis = stamp_of(format!("ts={} x", moment.as_millisecond()).as_bytes()).unwrap();
            prop_assert_eq!(millis.at.as_millisecond(), moment.as_millisecond());
        }

        #[test]
        fn any_bytes_are_a_line(line in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = stamp_of(&line);
        }
    }
}
