mod documents;
mod examples;
mod properties;
mod runs;

use camino::Utf8PathBuf;

use super::{Options, Outcome, Overlay, TODAY, lint};
use crate::library::Library;

/// The library of some files.
fn library(files: &[(&str, &str)]) -> Library {
    let owned = |(path, text): &(&str, &str)| (Utf8PathBuf::from(path), text.as_bytes().to_vec());
    Library::from_sources(files.iter().map(owned))
}

/// The library of an example.
fn overlaid(overlay: &Overlay) -> Library {
    let owned = |(path, text): (&String, &String)| (Utf8PathBuf::from(path), text.clone().into());
    Library::from_sources(overlay.files.iter().map(owned))
}

fn run(library: &Library) -> Outcome {
    lint(library, &Options::on(TODAY)).unwrap()
}
