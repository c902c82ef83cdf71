//! Text to literals with units: what is read is finite and bounded, and is written as it is read.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rbk::document::unit::{Duration, LiteralError, Percent, Quantity, RateLimit};

fuzz_target!(|text: &str| {
    if let Some(duration) = read::<Duration>(text) {
        assert!(duration <= Duration::MAX);
        assert_eq!(duration.to_string().parse(), Ok(duration));
    }
    if let Some(quantity) = read::<Quantity>(text) {
        assert!(quantity.value.is_finite());
    }
    if let Some(rate) = read::<RateLimit>(text) {
        assert!(rate.per > Duration::ZERO);
        assert_eq!(rate.to_string().parse(), Ok(rate));
    }
    if let Some(percent) = read::<Percent>(text) {
        assert!(percent.fraction() >= 0.0);
        let written = serde_json::to_value(percent).expect("a percentage is JSON");
        assert_eq!(
            serde_json::from_value::<Percent>(written).ok(),
            Some(percent)
        );
    }
});

fn read<T: std::str::FromStr<Err = LiteralError>>(text: &str) -> Option<T> {
    match text.parse() {
        Ok(value) => Some(value),
        Err(error) => {
            assert!(error.text.chars().count() <= 60);
            None
        }
    }
}
