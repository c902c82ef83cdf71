//! The size of a value that grows or shrinks.

use serde_json::Value;

use crate::document::unit::{Duration, Percent, Quantity, RateLimit};

/// A size, and what it is a size of. Sizes of different things do not compare.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Size {
    /// What is measured.
    pub(crate) unit: &'static str,
    /// How much, in a unit of its own.
    pub(crate) size: f64,
}

/// Modes, rising.
const MODES: [&str; 5] = ["off", "shadow", "advise", "gated", "auto"];

/// The size of a value; none for what has no size.
pub(crate) fn of(value: &Value) -> Option<Size> {
    let size = |unit, size| Some(Size { unit, size });
    if let Some(number) = value.as_f64() {
        return size("number", number);
    }
    let text = value.as_str()?;
    if let Some(rank) = MODES.iter().position(|mode| *mode == text) {
        return size("mode", rank as f64);
    }
    if let Ok(duration) = text.parse::<Duration>() {
        return size("duration", duration.as_millis() as f64);
    }
    if let Ok(percent) = text.parse::<Percent>() {
        return size("percent", percent.fraction());
    }
    if let Ok(rate) = text.parse::<RateLimit>() {
        let per = rate.per.as_millis() as f64;
        return (per > 0.0).then(|| Size {
            unit: "rate",
            size: f64::from(rate.count) / per,
        });
    }
    let quantity = text.parse::<Quantity>().ok()?;
    size(quantity.unit.describe(), quantity.value)
}
