mod documents;
mod examples;
mod fixes;
mod properties;
mod runs;

use std::sync::OnceLock;

use camino::Utf8PathBuf;

use super::{Options, Outcome, Overlay, TODAY, lint};
use crate::library::{Library, starter};

/// The library of some files.
fn library(files: &[(&str, &str)]) -> Library {
    let owned = |(path, text): &(&str, &str)| (Utf8PathBuf::from(path), text.as_bytes().to_vec());
    Library::from_sources(files.iter().map(owned))
}

/// The starter library, read once.
fn starter() -> &'static Library {
    static STARTER: OnceLock<Library> = OnceLock::new();
    STARTER.get_or_init(|| library(starter::FILES))
}

/// The library of an example.
fn overlaid(overlay: &Overlay) -> Library {
    let owned = |(path, text): (&String, &String)| (Utf8PathBuf::from(path), text.clone().into());
    let differs = |(path, text): &(&String, &String)| {
        let original = starter::FILES.iter().find(|(at, _)| at == path);
        original.is_none_or(|(_, original)| original != text)
    };
    let kept = |(path, _): &(&str, &str)| overlay.files.contains_key(*path);
    if starter::FILES.iter().all(kept) {
        // Sharing what is not changed makes hundreds of examples a matter of seconds.
        return starter().with_sources(overlay.files.iter().filter(differs).map(owned));
    }
    Library::from_sources(overlay.files.iter().map(owned))
}

fn run(library: &Library) -> Outcome {
    lint(library, &Options::on(TODAY)).unwrap()
}
