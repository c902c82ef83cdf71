//! The kill switch of this machine: the files and variables that the policy names as sources beside the bundle. They count at
//! once, with or without a network.

use std::io;

use camino::Utf8Path;
use jiff::Timestamp;

use super::orders::{HaltFile, ORDERS_FORMAT, Orders};
use crate::document::model::{HaltLevel, KillSwitch};
use crate::engine::incident::Incident;

/// Longest text of a source that is read, in bytes.
const MAX_TEXT: usize = 64 * 1024;

/// How far a source of this machine stops agents, and which it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalHalt {
    /// How far.
    pub level: HaltLevel,
    /// The source, as the policy names it.
    pub source: String,
    /// What was found there, in words.
    pub why: String,
}

/// What a place that may hold an order holds: nothing, a text, or something that cannot be read.
pub type Reading = io::Result<Option<Vec<u8>>>;

/// What the sources of a policy say on this machine about an incident at a moment; `file` and `variable` look a source up.
///
/// Whoever puts something there wants agents to stop: an empty file, or a text that is not understood, is `stop_now`. A word is
/// that level, and JSON is what `halt.json` is. A source that cannot be read counts as what the policy says of unreachable ones.
pub fn local_halts(
    switch: &KillSwitch,
    incident: &Incident,
    at: Timestamp,
    file: &dyn Fn(&Utf8Path) -> Reading,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Vec<LocalHalt> {
    let looked_up = |source: &String| {
        let found = match source.split_once(':') {
            Some(("file", path)) => file(Utf8Path::new(path)),
            Some(("env", name)) => Ok(variable(name)
                .filter(|text| !text.trim().is_empty())
                .map(String::into_bytes)),
            _ => return None,
        };
        let (level, why) = match found {
            Ok(None) => return None,
            Ok(Some(text)) => said(&text, incident, at)?,
            Err(error) => (switch.unreachable, format!("it cannot be read: {error}")),
        };
        Some(LocalHalt {
            level,
            source: source.clone(),
            why,
        })
    };
    switch.sources.iter().filter_map(looked_up).collect()
}

/// What a text orders for an incident; nothing where it is about others.
fn said(text: &[u8], incident: &Incident, at: Timestamp) -> Option<(HaltLevel, String)> {
    let word = text.trim_ascii();
    if word.is_empty() {
        return Some((HaltLevel::StopNow, "it is there".to_owned()));
    }
    let level: Result<HaltLevel, _> =
        serde_json::from_value(String::from_utf8_lossy(word).into_owned().into());
    if let Ok(level) = level {
        return Some((level, "it says so".to_owned()));
    }
    let file = serde_json::from_slice::<HaltFile>(word).ok();
    let file = file.filter(|file| text.len() <= MAX_TEXT && file.format == ORDERS_FORMAT);
    let Some(file) = file else {
        return Some((HaltLevel::StopNow, "it is not understood".to_owned()));
    };
    let orders = Orders {
        halts: file.halts,
        recalled: Vec::new(),
    };
    let level = orders.halt(incident, at)?;
    Some((level, "it says so".to_owned()))
}

/// A file of this machine; one that is not there holds nothing.
///
/// # Errors
/// When it is there and cannot be read.
pub fn read_file(path: &Utf8Path) -> Reading {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn levels(sources: &[&str], text: Option<&str>) -> Vec<(String, HaltLevel)> {
        let switch = KillSwitch {
            levels: Vec::new(),
            who: "any_responder".to_owned(),
            sources: sources.iter().map(|it| (*it).to_owned()).collect(),
            unreachable: HaltLevel::AdviseOnly,
        };
        let incident: Incident = serde_json::from_value(
            json!({"id": "i", "service": "checkout", "environment": "production"}),
        )
        .unwrap();
        let at = "2026-11-10T13:00:00Z".parse().unwrap();
        let file = |path: &Utf8Path| match path.as_str() {
            "/broken" => Err(io::Error::other("no")),
            _ => Ok(text.map(|text| text.as_bytes().to_vec())),
        };
        let variable = |_: &str| text.map(str::to_owned);
        let halts = local_halts(&switch, &incident, at, &file, &variable);
        halts.into_iter().map(|it| (it.source, it.level)).collect()
    }

    #[test]
    fn whoever_puts_something_there_stops_agents() {
        use HaltLevel::{AdviseOnly, PauseNew, StopNow};
        let here = r#"{"format": 1, "halts": [{"level": "pause_new", "reason": "r", "by": "b", "at": "2026-11-10T12:00:00Z"}]}"#;
        for (text, level) in [
            ("", StopNow),
            ("\n", StopNow),
            ("pause_new\n", PauseNew),
            ("advise_only", AdviseOnly),
            ("stop", StopNow),
            ("{", StopNow),
            (here, PauseNew),
            (r#"{"format": 2, "halts": []}"#, StopNow),
        ] {
            let found = levels(&["bundle", "file:/etc/rbk/halt"], Some(text));
            assert_eq!(found, [("file:/etc/rbk/halt".to_owned(), level)], "{text}");
        }
    }

    #[test]
    fn nothing_there_stops_nothing() {
        let sources = ["bundle", "file:/etc/rbk/halt", "env:RBK_HALT"];
        assert_eq!(levels(&sources, None), []);
        // An order about another place is none here, and a variable that is set to nothing is not set.
        let elsewhere = r#"{"format": 1, "halts": [{"level": "stop_now", "reason": "r", "by": "b", "at": "2026-11-10T12:00:00Z", "environments": ["staging"]}]}"#;
        assert_eq!(levels(&sources, Some(elsewhere)), []);
        assert_eq!(levels(&["env:RBK_HALT"], Some(" ")), []);
    }

    #[test]
    fn what_cannot_be_read_is_what_the_policy_says_of_it() {
        let found = levels(&["file:/broken"], None);
        assert_eq!(found, [("file:/broken".to_owned(), HaltLevel::AdviseOnly)]);
    }
}
