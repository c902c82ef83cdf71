//! Who approved what is in a bundle: a chain of statements beside the packs, and whether it covers every document.
//!
//! The statements are cut into files by their number alone, so that a chain which grows leaves the files before the last as
//! they are, and agents fetch only what is new.

use std::collections::BTreeMap;

use jiff::Timestamp;
use thiserror::Error;

use super::index::{DocumentRef, EvidenceRef, Index, PackRef};
use super::open::Bundle;
use crate::document::model::Governance;
use crate::document::{Digest, to_canonical_json};
use crate::governance::statement::{Chain, ChainFault, FaultCode, Open, Standing};

/// Statements of one file.
const PER_FILE: usize = 128;

/// The statements of a bundle, as bytes that are those the index names.
#[derive(Clone, Debug)]
pub struct Evidence {
    reference: EvidenceRef,
    lines: Vec<u8>,
}

/// Why a bundle's evidence does not show that what is in it was approved.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unapproved {
    /// It has none.
    #[error("NO_EVIDENCE: the bundle carries no evidence of who approved it")]
    NoEvidence,
    /// The chain is broken, or a statement of it does not hold.
    #[error("{0}")]
    Chain(#[from] ChainFault),
    /// The bundle was built from another commit than the chain ends with.
    #[error("OTHER_COMMIT: the bundle was built from commit {built}, and the evidence ends with {}", .ends.as_deref().unwrap_or("nothing"))]
    Commit {
        /// The commit it was built from.
        built: String,
        /// The last commit of the chain.
        ends: Option<String>,
    },
    /// Its policy is not the one that was approved.
    #[error("POLICY_NOT_APPROVED: the policy of the bundle is {found}, and the evidence ends with {}", .approved.map_or("none".to_owned(), |it| it.to_string()))]
    Policy {
        /// The policy of the bundle.
        found: Digest,
        /// The policy as the last landing left it.
        approved: Option<Digest>,
    },
    /// A landing is not allowed, and what it brought is there.
    #[error("LANDING_NOT_ALLOWED: commit {} (statement {}): {}", .0.tip, .0.statement, codes(.0))]
    Landing(Open),
    /// A document is not in the form that was approved.
    #[error("DOCUMENT_NOT_APPROVED: {document}: {why}")]
    Document {
        /// Kind, id and version.
        document: String,
        /// Why.
        why: String,
    },
}

fn codes(open: &Open) -> String {
    let codes: Vec<_> = open.reasons.iter().map(|reason| reason.code()).collect();
    codes.join(", ")
}

impl Unapproved {
    /// Whether it only says that something could not be looked at.
    pub fn is_unknown(&self) -> bool {
        match self {
            Self::NoEvidence => true,
            Self::Chain(fault) => fault.code.is_unknown(),
            _ => false,
        }
    }
}

/// Whether a policy demands approvals of a repository, so that a bundle without evidence says less than the policy promises.
pub fn demands_evidence(policy: &Governance) -> bool {
    let approve = policy.approve.as_ref();
    policy.repository.is_some() && approve.is_some_and(|approve| !approve.matrix.is_empty())
}

impl Evidence {
    pub(super) fn new(reference: EvidenceRef, lines: Vec<u8>) -> Self {
        Self { reference, lines }
    }

    /// The chain, after seeing that its statements follow each other and that it is the one the index names.
    ///
    /// # Errors
    /// The first fault.
    pub fn chain(&self) -> Result<Chain, ChainFault> {
        let chain = Chain::read(&self.lines)?;
        chain.ends_with(self.reference.head)?;
        let found = chain.links().len();
        if found as u64 == self.reference.statements {
            return Ok(chain);
        }
        Err(ChainFault {
            code: FaultCode::Head,
            statement: found,
            tip: chain.tip().map(str::to_owned),
            message: format!(
                "there are {found} statements, not {}.",
                self.reference.statements
            ),
        })
    }

    /// The statements as lines of JSON.
    pub fn lines(&self) -> &[u8] {
        &self.lines
    }
}

/// Whether a policy wants what was approved last to be published in place of what was denied.
pub fn keeps_previous(policy: &Governance) -> bool {
    let publish = policy.publish.as_ref();
    publish.is_some_and(|publish| publish.on_denied == "keep_previous")
}

impl Bundle {
    /// Everything that keeps the evidence from showing that what is in the bundle was approved. The moment decides whether
    /// exceptions have ended. Nothing is asked but the bundle.
    pub fn unapproved(&self, at: Timestamp) -> Vec<Unapproved> {
        let Some(evidence) = &self.evidence else {
            return vec![Unapproved::NoEvidence];
        };
        match evidence.chain() {
            Ok(chain) => self.unapproved_by(&chain, at),
            Err(fault) => vec![Unapproved::Chain(fault)],
        }
    }

    fn unapproved_by(&self, chain: &Chain, at: Timestamp) -> Vec<Unapproved> {
        let mut found = self.faults_of(chain);
        let standing = Standing::of(chain, at);
        if !self.keeps(&standing) {
            found.extend(standing.open.iter().cloned().map(Unapproved::Landing));
        }
        for it in &self.documents {
            let why = self.refusal(&standing, it);
            found.extend(why.map(|why| Unapproved::Document {
                document: format!("{}/{}@{}", it.kind, it.id, it.version),
                why,
            }));
        }
        found
    }

    /// What is wrong with a chain, whatever the moment, or with the bundle as the end of it.
    pub(super) fn faults_of(&self, chain: &Chain) -> Vec<Unapproved> {
        let faults = chain.recheck().into_iter();
        let mut found: Vec<Unapproved> = faults.map(Unapproved::Chain).collect();
        if chain.tip() != Some(self.index.commit.as_str()) {
            found.push(Unapproved::Commit {
                built: self.index.commit.clone(),
                ends: chain.tip().map(str::to_owned),
            });
        }
        let approved = chain.policy_in_force();
        if approved != Some(self.governance.digest()) {
            found.push(Unapproved::Policy {
                found: self.governance.digest(),
                approved,
            });
        }
        found
    }

    /// Why a document of the bundle is not in a form that was approved.
    pub(super) fn refusal(&self, standing: &Standing, it: &DocumentRef) -> Option<String> {
        let (kind, source, closure) = (it.kind, it.source_digest, it.digest);
        match self.keeps(standing) {
            true => standing.refusal_of_kept(kind, &it.id, source, closure),
            false => standing.refusal(kind, &it.id, source, closure),
        }
    }
}

/// The index of a bundle without evidence, so marked: whoever publishes it knows that its policy demands approvals, and so will
/// whoever uses it.
///
/// # Errors
/// When it is no index, or there is evidence.
pub fn marked_without_evidence(index: &[u8]) -> Result<Vec<u8>, String> {
    let mut index: Index = serde_json::from_slice(index).map_err(|error| error.to_string())?;
    if index.evidence.is_some() {
        return Err("it carries evidence".to_owned());
    }
    index.without_evidence = true;
    index.format = index.needed_format();
    to_canonical_json(&index).map_err(|error| error.to_string())
}

/// The files of a chain and what the index says of them; none for a chain without a statement.
pub(super) fn write(chain: &Chain) -> Option<(EvidenceRef, BTreeMap<String, Vec<u8>>)> {
    let mut written = BTreeMap::new();
    let mut files = Vec::new();
    for (number, links) in chain.links().chunks(PER_FILE).enumerate() {
        let name = format!("evidence-{number:02x}.jsonl");
        let mut bytes = Vec::new();
        for link in links {
            bytes.extend_from_slice(&link.bytes);
            bytes.push(b'\n');
        }
        files.push(PackRef {
            name: name.clone(),
            digest: Digest::of(&bytes),
            length: bytes.len() as u64,
        });
        written.insert(name, bytes);
    }
    let reference = EvidenceRef {
        head: chain.head()?,
        statements: chain.links().len() as u64,
        files,
    };
    Some((reference, written))
}
