//! Orders of incident commanders in words.

use jiff::Timestamp;

use crate::agent::{Halt, Orders, Recall};
use crate::cli::Console;
use crate::diagnostic::visible::visible_line;
use crate::document::model::HaltLevel;

/// Prints orders that are in force at a moment.
pub(super) fn tell(orders: &Orders, at: Timestamp, console: &mut Console) {
    let halts = orders.halts.iter();
    for halt in halts.filter(|halt| halt.until.is_none_or(|until| at < until)) {
        console.line(visible_line(&halt_words(halt)));
    }
    for recall in &orders.recalled {
        console.line(visible_line(&recall_words(recall)));
    }
    if orders.halts.is_empty() && orders.recalled.is_empty() {
        console.line("no orders are in force");
    }
}

fn halt_words(halt: &Halt) -> String {
    let level = level_name(halt.level);
    let mut words = format!("halt {level} by {} since {}", halt.by, halt.at);
    if let Some(until) = halt.until {
        words += &format!(" until {until}");
    }
    let environments = halt.environments.iter().flatten().map(ToString::to_string);
    let services = halt.services.iter().flatten().map(ToString::to_string);
    let places: Vec<String> = environments.chain(services).collect();
    if !places.is_empty() {
        words += &format!(", only for {}", places.join(", "));
    }
    words + ": " + &halt.reason
}

fn recall_words(recall: &Recall) -> String {
    let what = match (&recall.digest, recall.kind, &recall.id) {
        (None, Some(kind), Some(id)) => match &recall.version {
            Some(version) => format!("{kind}/{id}@{version}"),
            None => format!("{kind}/{id}"),
        },
        (digest, ..) => digest.map(|it| it.to_string()).unwrap_or_default(),
    };
    format!(
        "{what} is withdrawn by {} since {}: {}",
        recall.by, recall.at, recall.reason
    )
}

pub(super) fn level_name(level: HaltLevel) -> &'static str {
    match level {
        HaltLevel::AdviseOnly => "advise_only",
        HaltLevel::PauseNew => "pause_new",
        HaltLevel::StopNow => "stop_now",
    }
}
