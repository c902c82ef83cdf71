//! What a release changes for an agent: documents, and who approved them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;

use crate::bundle::{Bundle, DocumentRef};
use crate::document::model::{Kind, Mode, Tier};
use crate::governance::statement::Statement;

/// Most documents and landings that are named in words; the rest is counted.
const NAMED: usize = 8;

/// What is different between two releases.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Changelog {
    /// Documents that came, went, or are another form, by kind and id.
    pub documents: Vec<Change>,
    /// Signatures that came, those inside runbooks too.
    pub signatures_added: u64,
    /// Signatures that went.
    pub signatures_removed: u64,
    /// What landed in between, by the evidence; empty when there is none.
    pub landings: Vec<Landed>,
}

/// A document that is different.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Its kind.
    pub kind: Kind,
    /// Its id.
    pub id: String,
    /// What it was; nothing when it is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Form>,
    /// What it is; nothing when it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Form>,
}

/// A document, as far as operators look at it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Form {
    /// Its version.
    pub version: String,
    /// A runbook's highest tier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<Tier>,
    /// A runbook's highest mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
}

/// A landing, by its evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Landed {
    /// The pull request, if it came from one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pull_request: Option<u64>,
    /// The commit.
    pub commit: String,
    /// Who approved it.
    pub approved_by: BTreeSet<String>,
    /// Whether it rests on an emergency exception.
    pub exception: bool,
}

impl Changelog {
    /// What is different in `after`; everything is new when there was nothing before.
    #[must_use]
    pub fn between(before: Option<&Bundle>, after: &Bundle) -> Self {
        let forms = |bundle: &Bundle| -> BTreeMap<(Kind, String), DocumentRef> {
            let documents = bundle.documents.iter().cloned();
            documents.map(|it| ((it.kind, it.id.clone()), it)).collect()
        };
        let (old, new) = (before.map(forms).unwrap_or_default(), forms(after));
        let names: BTreeSet<&(Kind, String)> = old.keys().chain(new.keys()).collect();
        let form = |it: &DocumentRef| Form {
            version: it.version.clone(),
            tier: it.tier,
            mode: it.mode,
        };
        let mut documents = Vec::new();
        for name in names {
            let (was, is) = (old.get(name), new.get(name));
            if was.map(|it| it.digest) != is.map(|it| it.digest) {
                documents.push(Change {
                    kind: name.0,
                    id: name.1.clone(),
                    before: was.map(form),
                    after: is.map(form),
                });
            }
        }
        let (had, has) = (
            before.map(signatures).unwrap_or_default(),
            signatures(after),
        );
        Self {
            documents,
            signatures_added: has.difference(&had).count() as u64,
            signatures_removed: had.difference(&has).count() as u64,
            landings: before
                .map(|before| landings(before, after))
                .unwrap_or_default(),
        }
    }
}

/// Every signature of a bundle.
fn signatures(bundle: &Bundle) -> BTreeSet<String> {
    let routed = bundle
        .runbooks
        .values()
        .flat_map(|closure| closure.signatures.keys());
    let routed = routed.map(ToString::to_string);
    routed.chain(bundle.signatures.keys().cloned()).collect()
}

/// Statements of the newer evidence that the older does not have.
fn landings(before: &Bundle, after: &Bundle) -> Vec<Landed> {
    let chain = |bundle: &Bundle| bundle.evidence.as_ref().and_then(|it| it.chain().ok());
    let Some(new) = chain(after) else {
        return Vec::new();
    };
    let known = chain(before);
    let known: BTreeSet<_> = known
        .iter()
        .flat_map(|chain| chain.links())
        .map(|link| link.digest)
        .collect();
    let unknown = new
        .links()
        .iter()
        .filter(|link| !known.contains(&link.digest));
    unknown.map(|link| landed(&link.statement)).collect()
}

fn landed(statement: &Statement) -> Landed {
    let review = &statement.predicate;
    let approvals = review.approvals.counted.iter();
    Landed {
        pull_request: review.pull_request.as_ref().map(|pull| pull.number),
        commit: review.landing.tip.clone(),
        approved_by: approvals
            .filter_map(|approval| approval.login.clone())
            .collect(),
        exception: review.exception.is_some(),
    }
}

impl fmt::Display for Changelog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words: Vec<String> = Vec::new();
        for (sign, count) in [('+', self.signatures_added), ('−', self.signatures_removed)] {
            if count > 0 {
                let plural = if count == 1 { "" } else { "s" };
                words.push(format!("{sign}{count} signature{plural}"));
            }
        }
        let runbooks = || {
            self.documents
                .iter()
                .filter(|it| it.kind != Kind::Signature)
        };
        words.extend(runbooks().take(NAMED).map(ToString::to_string));
        let more = runbooks().count().saturating_sub(NAMED);
        if more > 0 {
            words.push(format!("{more} other runbooks"));
        }
        words.extend(self.landings.iter().take(NAMED).map(ToString::to_string));
        let more = self.landings.len().saturating_sub(NAMED);
        if more > 0 {
            words.push(format!("{more} other landings"));
        }
        if words.is_empty() {
            words.push("no document is different".to_owned());
        }
        f.write_str(&words.join(", "))
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = &self.id;
        let (Some(before), Some(after)) = (&self.before, &self.after) else {
            let sign = if self.after.is_some() { '+' } else { '−' };
            return write!(f, "{sign}{id}");
        };
        f.write_str(id)?;
        let mut is_said = false;
        if let (Some(was), Some(is)) = (before.tier, after.tier)
            && was != is
        {
            write!(f, " tier {was} → {is}")?;
            is_said = true;
        }
        if let (Some(was), Some(is)) = (before.mode, after.mode)
            && was != is
        {
            write!(f, " {was} → {is}")?;
            is_said = true;
        }
        if before.version != after.version {
            return write!(f, " {} → {}", before.version, after.version);
        }
        match is_said {
            true => Ok(()),
            false => f.write_str(" changed"),
        }
    }
}

impl fmt::Display for Landed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pull_request {
            Some(number) => write!(f, "PR #{number}")?,
            None => write!(
                f,
                "commit {}",
                self.commit.get(..12).unwrap_or(&self.commit)
            )?,
        }
        if !self.approved_by.is_empty() {
            let names: Vec<&str> = self.approved_by.iter().map(String::as_str).collect();
            write!(f, " approved by {}", names.join(" and "))?;
        }
        if self.exception {
            f.write_str(" as an emergency")?;
        }
        Ok(())
    }
}
