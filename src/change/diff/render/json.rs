//! Differences for programs. The shape is `schema/diff.schema.json`; a change that could break a reader raises
//! [`VERSION`].

use serde::Serialize;

use super::Compared;
use crate::change::diff::Diff;

/// Version of the shape.
pub const VERSION: u32 = 1;

#[derive(Serialize)]
struct Output<'d> {
    version: u32,
    tool: Tool,
    #[serde(flatten)]
    compared: &'d Compared,
    #[serde(flatten)]
    diff: &'d Diff,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

/// The difference as indented JSON, ending with a line break.
pub fn json(diff: &Diff, compared: &Compared) -> String {
    let output = Output {
        version: VERSION,
        tool: Tool {
            name: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
        },
        compared,
        diff,
    };
    // Nothing in it can fail: keys are text and numbers are finite.
    let mut text = serde_json::to_string_pretty(&output).unwrap_or_default();
    text.push('\n');
    text
}
