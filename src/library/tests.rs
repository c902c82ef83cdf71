//! Behaviour of whole libraries, mostly variations of the starter library.

mod closures;
mod loading;
mod relations;

use camino::Utf8PathBuf;

use super::{Library, starter};

/// The starter library with one text replaced in one file, which has to hold it.
fn starter_with(changes: &[(&str, &str, &str)]) -> Library {
    let mut files = starter_files();
    for (path, old, new) in changes {
        let file = files.iter_mut().find(|(name, _)| name == path).unwrap();
        let text = String::from_utf8(file.1.clone()).unwrap();
        assert!(text.contains(old), "{path} does not hold {old:?}");
        file.1 = text.replace(old, new).into_bytes();
    }
    Library::from_sources(files)
}

fn starter_files() -> Vec<(Utf8PathBuf, Vec<u8>)> {
    let files = starter::FILES.iter();
    files
        .map(|(path, text)| (Utf8PathBuf::from(*path), text.as_bytes().to_vec()))
        .collect()
}

fn sources(files: &[(&str, &str)]) -> Library {
    let files = files.iter();
    Library::from_sources(files.map(|(path, text)| ((*path).into(), text.as_bytes().to_vec())))
}

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";
const QUERY: &str = "runbooks/catalog/queries/http-error-ratio.yaml";
const UNDO: &str = "runbooks/catalog/actions/k8s.rollout-undo.yaml";
const SIGNATURE: &str = "postmortems/2026-03-14-null-currency/signature.yaml";
const CHECKOUT: &str = "runbooks/catalog/services/checkout.yaml";
const TAXONOMY: &str = "runbooks/catalog/taxonomy/taxonomy.yaml";
const GOVERNANCE: &str = "runbooks/governance.yaml";
