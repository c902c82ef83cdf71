//! Where `current` and `previous` point.

use std::path::PathBuf;

/// A release's directory: `releases/N`, or `releases/N.b` when release N had to be laid out a second time while
/// it was in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) number: u64,
    second: bool,
}

impl Link {
    pub(crate) fn new(number: u64) -> Self {
        Self {
            number,
            second: false,
        }
    }

    pub(crate) fn other(number: u64) -> Self {
        Self {
            number,
            second: true,
        }
    }

    /// The path relative to the state directory.
    pub(crate) fn path(&self) -> PathBuf {
        let suffix = if self.second { ".b" } else { "" };
        PathBuf::from(format!("releases/{}{suffix}", self.number))
    }

    /// Reads exactly what [`Link::path`] writes.
    pub(crate) fn parse(path: &str) -> Option<Self> {
        let name = path.strip_prefix("releases/")?;
        let digits = name.strip_suffix(".b").unwrap_or(name);
        let link = Self {
            number: digits.parse().ok()?,
            second: digits.len() != name.len(),
        };
        (link.path().to_str() == Some(path)).then_some(link)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_own_form_is_read() {
        for link in [Link::new(7), Link::other(7)] {
            assert_eq!(Link::parse(link.path().to_str().unwrap()), Some(link));
        }
        for path in [
            "releases/",
            "releases/07",
            "releases/+7",
            "releases/7/",
            "/releases/7",
            "releases/../7",
            "7",
        ] {
            assert_eq!(Link::parse(path), None, "{path}");
        }
    }
}
