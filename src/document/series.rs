//! Series notation of fixtures, after the one of promtool's unit tests, with units.
//!
//! `5` is one sample, `5x3` is 5 and three more of it, `5+2x3` is `5 7 9 11`, `5-1x3` is `5 4 3 2`,
//! `_` is a missing sample and `_x3` three of them.

use thiserror::Error;

use super::source::Span;
use super::unit::{Quantity, Unit};

/// Most samples a series may have; a fixture's clock has far fewer instants.
pub const MAX_SAMPLES: usize = 100_000;

/// A series could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{text}` is not a sample: {problem}")]
pub struct SeriesError {
    /// The part that was not understood, cut to a length fit for a message.
    pub text: String,
    /// What is wrong with it.
    pub problem: &'static str,
    /// Where the part lies within the text of the series.
    pub span: Span,
}

/// Samples at consecutive instants, kept as runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    runs: Vec<Run>,
    unit: Option<Unit>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Run {
    first: usize,
    length: usize,
    start: Option<f64>,
    step: f64,
}

impl Series {
    /// Reads the notation.
    ///
    /// # Errors
    /// When a part is not understood, units are mixed, or there are more than [`MAX_SAMPLES`].
    pub fn parse(text: &str) -> Result<Self, SeriesError> {
        let mut series = Self::default();
        let mut length = 0;
        for part in text.split_whitespace() {
            let refuse = |problem| SeriesError {
                text: part.chars().take(40).collect(),
                problem,
                span: span_of(text, part),
            };
            let run = Notation::read(part).map_err(refuse)?;
            if let Some(unit) = run.unit {
                if series.unit.is_some_and(|known| known != unit) {
                    return Err(refuse("its unit differs from the samples before it"));
                }
                series.unit = Some(unit);
            }
            series.runs.push(Run {
                first: length,
                length: run.length,
                start: run.start,
                step: run.step,
            });
            length += run.length;
            if length > MAX_SAMPLES {
                return Err(refuse("the series has more than 100000 samples"));
            }
        }
        Ok(series)
    }

    /// A series with the same value at every one of `length` instants.
    pub fn constant(value: f64, length: usize) -> Self {
        let run = Run {
            first: 0,
            length,
            start: Some(value),
            step: 0.0,
        };
        Self {
            runs: vec![run],
            unit: None,
        }
    }

    /// Number of samples, missing ones included.
    pub fn len(&self) -> usize {
        self.runs.last().map_or(0, |run| run.first + run.length)
    }

    /// Whether there are no samples at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The unit the samples are written in, when any is present.
    pub fn unit(&self) -> Option<Unit> {
        self.unit
    }

    /// The sample at an instant, counted from 0; `None` when missing or beyond the end.
    pub fn at(&self, index: usize) -> Option<f64> {
        let after = self.runs.partition_point(|run| run.first <= index);
        let run = self.runs.get(after.checked_sub(1)?)?;
        let offset = index - run.first;
        (offset < run.length).then_some(run.start? + run.step * offset as f64)
    }

    /// The sample at an instant, the last one being held for ever after.
    pub fn held_at(&self, index: usize) -> Option<f64> {
        self.at(index.min(self.len().checked_sub(1)?))
    }
}

struct Notation {
    start: Option<f64>,
    step: f64,
    length: usize,
    unit: Option<Unit>,
}

impl Notation {
    fn read(part: &str) -> Result<Self, &'static str> {
        const FORM: &str = "write `5%`, `5%x3`, `5+2x3`, `_` or `_x3`";
        let (sample, times) = match part.split_once('x') {
            Some((sample, times)) => (sample, Some(count(times).ok_or(FORM)?)),
            None => (part, None),
        };
        if sample == "_" {
            let length = times.unwrap_or(1);
            return Ok(Self {
                start: None,
                step: 0.0,
                length,
                unit: None,
            });
        }
        let length = times.unwrap_or(0) + 1;
        let sign = sample
            .get(1..)
            .and_then(|rest| rest.find(['+', '-']))
            .map(|at| at + 1);
        let (start, step) = match sign {
            Some(at) => sample.split_at_checked(at).ok_or(FORM)?,
            None => (sample, ""),
        };
        let start: Quantity = start.parse().map_err(|_| FORM)?;
        let step = match step.strip_prefix('+').unwrap_or(step) {
            "" if sign.is_none() => 0.0,
            step => {
                let step: Quantity = step.parse().map_err(|_| FORM)?;
                if step.unit != start.unit {
                    return Err("the step's unit differs from the sample's");
                }
                step.value
            }
        };
        Ok(Self {
            start: Some(start.value),
            step,
            length,
            unit: Some(start.unit),
        })
    }
}

fn count(text: &str) -> Option<usize> {
    let digits = !text.is_empty() && text.len() <= 6 && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

fn span_of(text: &str, part: &str) -> Span {
    let start = part.as_ptr().addr().saturating_sub(text.as_ptr().addr());
    let clamp = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
    Span::new(clamp(start), clamp(start + part.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(text: &str) -> Vec<Option<f64>> {
        let series = Series::parse(text).unwrap();
        (0..series.len()).map(|index| series.at(index)).collect()
    }

    #[test]
    fn notation_is_that_of_promtool() {
        assert_eq!(samples("5"), [Some(5.0)]);
        assert_eq!(samples("5x2"), [Some(5.0); 3]);
        assert_eq!(samples("5+2x3"), [5.0, 7.0, 9.0, 11.0].map(Some));
        assert_eq!(
            samples("5-1x2 _ _x2 1"),
            [Some(5.0), Some(4.0), Some(3.0), None, None, None, Some(1.0)]
        );
        assert_eq!(samples("-1-1x1"), [Some(-1.0), Some(-2.0)]);
        assert_eq!(samples(""), []);
    }

    #[test]
    fn samples_carry_units() {
        let series = Series::parse("0.2%x5 8%x74").unwrap();
        assert_eq!((series.len(), series.unit()), (81, Some(Unit::Ratio)));
        assert_eq!(
            (series.at(5), series.at(6), series.at(81)),
            (Some(0.002), Some(0.08), None)
        );
        assert_eq!(series.held_at(500), Some(0.08));
    }

    #[test]
    fn what_is_not_understood_is_pointed_at() {
        for bad in [
            "x",
            "5x",
            "x3",
            "5x-1",
            "5%+1x3",
            "1% 5ms",
            "5y",
            "5x9999999",
            "é",
            "+",
            "-",
        ] {
            assert!(Series::parse(bad).is_err(), "{bad}");
        }
        let error = Series::parse("5 oops 6").unwrap_err();
        assert_eq!((error.span.start, error.span.end), (2, 6));
    }

    #[test]
    fn the_number_of_samples_is_bounded() {
        assert!(Series::parse("1x99999").is_ok());
        assert!(Series::parse("1x99999 1").is_err());
    }
}
