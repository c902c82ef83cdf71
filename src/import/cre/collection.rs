//! A folder of rules with the logs they were tested with.
//!
//! Beside a rule, `test.log` is a log that it fires on, and `test-fp*.log` (false positive) one that it must be quiet on. A signature is kept when it does both; which others it fires on is reported.

use std::collections::BTreeMap;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use rayon::prelude::*;
use serde::Serialize;

use super::{Defaults, Refused, Rule, read, signature};
use crate::document::model::{Document, Fixture, Signature};
use crate::import::draft::{DraftError, id};
use crate::import::recording::{Recording, fixtures};
use crate::recognition::{LogSignature, LookError, look_through};

/// A signature that fires on the logs of so many others looks for little.
const GENERIC: usize = 3;

/// A rule that became a signature.
#[derive(Debug)]
pub struct Imported {
    /// The file it is from.
    pub file: Utf8PathBuf,
    /// The signature.
    pub signature: Document<Signature>,
    /// What its log holds of it, if there is one: how it is found, and how it is not.
    pub fixtures: Vec<Document<Fixture>>,
    /// The log it fires on.
    pub log: Option<Utf8PathBuf>,
    /// Logs it has to be quiet on, and is.
    pub quiet: Vec<Utf8PathBuf>,
}

/// A folder of rules, imported.
#[derive(Debug, Default)]
pub struct Collection {
    /// The rules that became signatures, by the id of the signature.
    pub imported: Vec<Imported>,
    /// The rules that did not, in the order of their files, and why.
    pub refused: Vec<(Utf8PathBuf, Refused)>,
    /// Logs on which others than their own signature fire.
    pub crossfire: Vec<Crossfire>,
}

/// A log on which another signature than its own fires.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Crossfire {
    /// The signature whose log it is.
    pub of: String,
    /// The signature that fires too.
    pub fires: String,
    /// What explains it.
    pub because: Overlap,
}

/// What explains that a signature fires on the log of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Overlap {
    /// Both logs are the same, byte by byte.
    SameLog,
    /// Both look for the same lines.
    SameConditions,
    /// It looks for so little that it fires on the logs of several others.
    Generic,
    /// The logs share the lines it looks for, which say what both have in common.
    SharedLines,
}

/// A folder that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum CollectionError {
    /// The folder or a file in it cannot be read.
    #[error("{path} cannot be read: {error}")]
    Read {
        /// Which.
        path: Utf8PathBuf,
        /// Why.
        error: io::Error,
    },
    /// There is no rule in it.
    #[error("there is no rule below {0}: no .yaml file has a list `rules`")]
    Empty(Utf8PathBuf),
    /// A log cannot be looked through.
    #[error(transparent)]
    Look(#[from] LookError),
    /// A document cannot be written.
    #[error(transparent)]
    Draft(#[from] DraftError),
}

/// Imports the rules of a folder and all below it.
///
/// # Errors
/// When files cannot be read, or none holds a rule.
pub fn import(folder: &Utf8Path, defaults: &Defaults) -> Result<Collection, CollectionError> {
    let mut files = Vec::new();
    walk(folder, &mut files)?;
    files.sort();
    let (rules, mut refused) = rules(&files)?;
    if rules.is_empty() && refused.is_empty() {
        return Err(CollectionError::Empty(folder.to_owned()));
    }
    let taken: Result<Vec<_>, CollectionError> = rules
        .into_par_iter()
        .map(
            |(file, rule)| match converted(&file, &rule, defaults, &files)? {
                Ok(imported) => Ok(Ok(imported)),
                Err(why) => Ok(Err((file, Refused { id: rule.id, why }))),
            },
        )
        .collect();
    let mut imported: BTreeMap<String, Imported> = BTreeMap::new();
    for rule in taken? {
        match rule {
            Err(failed) => refused.push(failed),
            Ok(it) => {
                let id = it.signature.metadata.id.clone();
                match imported.get(&id) {
                    None => drop(imported.insert(id, it)),
                    Some(other) => {
                        let why = format!("another rule of this id is in {}", other.file);
                        refused.push((it.file, Refused { id, why }));
                    }
                }
            }
        }
    }
    refused.sort_by(|a, b| (&a.0, &a.1.id).cmp(&(&b.0, &b.1.id)));
    let imported: Vec<Imported> = imported.into_values().collect();
    Ok(Collection {
        crossfire: crossfire(&imported)?,
        imported,
        refused,
    })
}

type Rules = (Vec<(Utf8PathBuf, Rule)>, Vec<(Utf8PathBuf, Refused)>);

fn rules(files: &[Utf8PathBuf]) -> Result<Rules, CollectionError> {
    let (mut rules, mut refused) = (Vec::new(), Vec::new());
    for file in files
        .iter()
        .filter(|file| matches!(file.extension(), Some("yaml" | "yml")))
    {
        let bytes = std::fs::read(file).map_err(|error| CollectionError::Read {
            path: file.clone(),
            error,
        })?;
        let text = String::from_utf8_lossy(&bytes);
        match read(&text) {
            Ok(found) => {
                for rule in found {
                    match rule {
                        Ok(rule) => rules.push((file.clone(), rule)),
                        Err(why) => refused.push((file.clone(), why)),
                    }
                }
            }
            Err(why) => refused.push((
                file.clone(),
                Refused {
                    id: "(unreadable)".to_owned(),
                    why,
                },
            )),
        }
    }
    Ok((rules, refused))
}

/// The signature of a rule, if it fires on its log and on none that it has to be quiet on.
fn converted(
    file: &Utf8Path,
    rule: &Rule,
    defaults: &Defaults,
    files: &[Utf8PathBuf],
) -> Result<Result<Imported, String>, CollectionError> {
    if rule.slug().is_empty() {
        return Ok(Err("its id has no letter and no digit".to_owned()));
    }
    let beside: Vec<&Utf8PathBuf> = files
        .iter()
        .filter(|log| log.parent() == file.parent() && log.extension() == Some("log"))
        .collect();
    let log = beside
        .iter()
        .find(|log| log.file_name() == Some("test.log"))
        .map(|log| (*log).clone());
    let quiet: Vec<Utf8PathBuf> = beside
        .into_iter()
        .filter(|log| {
            log.file_stem()
                .is_some_and(|name| name.starts_with("test-fp"))
        })
        .cloned()
        .collect();
    let mut why = String::new();
    for spanning in [false, true] {
        let signature = match signature(rule, defaults, spanning) {
            Ok(signature) => signature,
            Err(why) => return Ok(Err(why)),
        };
        let looked_for = match LogSignature::of(&signature) {
            Ok(looked_for) => looked_for,
            Err(error) => return Ok(Err(error.to_string())),
        };
        let fires = |log: &Utf8PathBuf| -> Result<bool, LookError> {
            let found = look_through(std::slice::from_ref(&looked_for), std::slice::from_ref(log))?;
            Ok(!found.signatures.is_empty())
        };
        if let Some(log) = &log
            && !fires(log)?
        {
            why = format!("its own {log} does not fire it");
            continue;
        }
        for log in &quiet {
            if fires(log)? {
                return Ok(Err(format!(
                    "it fires on {log}, on which it has to be quiet"
                )));
            }
        }
        let source = rule.source.rsplit('.').next().unwrap_or(&rule.source);
        let recording = Recording {
            service: defaults.service.clone().unwrap_or_else(|| id(source)),
            environment: defaults.environment.clone(),
            source: rule.id.clone(),
            licence: defaults.licence.clone(),
        };
        let fixtures = match &log {
            Some(log) => fixtures(&signature, &looked_for, log, &recording)?,
            None => Vec::new(),
        };
        return Ok(Ok(Imported {
            file: file.to_owned(),
            signature,
            fixtures,
            log,
            quiet,
        }));
    }
    Ok(Err(why))
}

/// Which signatures fire on the logs of others.
fn crossfire(imported: &[Imported]) -> Result<Vec<Crossfire>, CollectionError> {
    let signatures: Vec<LogSignature> = imported
        .iter()
        .filter_map(|it| LogSignature::of(&it.signature).ok())
        .collect();
    let by_id: BTreeMap<&str, &Imported> = imported
        .iter()
        .map(|it| (it.signature.metadata.id.as_str(), it))
        .collect();
    let contents = |it: &Imported| it.log.as_ref().and_then(|log| std::fs::read(log).ok());
    let of_one = |it: &Imported| -> Result<Vec<Crossfire>, LookError> {
        let Some(log) = &it.log else {
            return Ok(Vec::new());
        };
        let found = look_through(&signatures, std::slice::from_ref(log))?;
        let of = &it.signature.metadata.id;
        let others = found
            .signatures
            .into_iter()
            .filter(|found| found.signature.as_str() != of);
        let explained = others.map(|found| {
            let other = by_id.get(found.signature.as_str());
            let because = match other {
                Some(other) if contents(it) == contents(other) => Overlap::SameLog,
                Some(other) if other.signature.spec.require == it.signature.spec.require => {
                    Overlap::SameConditions
                }
                _ => Overlap::SharedLines,
            };
            Crossfire {
                of: of.clone(),
                fires: found.signature.to_string(),
                because,
            }
        });
        Ok(explained.collect())
    };
    let all: Result<Vec<Vec<Crossfire>>, LookError> = imported.par_iter().map(of_one).collect();
    let mut crossfire: Vec<Crossfire> = all?.into_iter().flatten().collect();
    let mut logs: BTreeMap<String, usize> = BTreeMap::new();
    for it in &crossfire {
        *logs.entry(it.fires.clone()).or_default() += 1;
    }
    for it in &mut crossfire {
        let is_generic = logs.get(&it.fires).is_some_and(|logs| *logs >= GENERIC);
        if is_generic && it.because == Overlap::SharedLines {
            it.because = Overlap::Generic;
        }
    }
    crossfire.sort();
    Ok(crossfire)
}

fn walk(folder: &Utf8Path, files: &mut Vec<Utf8PathBuf>) -> Result<(), CollectionError> {
    let failed = |error| CollectionError::Read {
        path: folder.to_owned(),
        error,
    };
    for entry in folder.read_dir_utf8().map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let kind = entry.file_type().map_err(failed)?;
        if kind.is_dir() {
            walk(entry.path(), files)?;
        } else if kind.is_file() {
            files.push(entry.path().to_owned());
        }
    }
    Ok(())
}
