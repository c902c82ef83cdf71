//! Emergency exceptions, from the files that a commit keeps beside the library (GOVERNANCE §4, step 16).

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use super::{GatherError, Gatherer};
use crate::change::GitRepository;
use crate::governance::signature::is_signed;
use crate::governance::{
    Blob, EmergencyException, GRANTS_FOLDER, Grant, PullRequest, Ratification, Review, Unit,
};

/// Most exceptions that are kept; those that ended long ago can be taken away.
const MAX_GRANTS: usize = 1_000;

/// The exceptions of a commit, by path.
pub(super) struct Grants(Vec<Written>);

/// The file of an exception.
struct Written {
    path: Utf8PathBuf,
    bytes: Vec<u8>,
    grant: Grant,
    /// What `ssh-keygen` wrote about the file; none where nobody signed it.
    signature: Option<Vec<u8>>,
}

impl Grants {
    /// Reads the exceptions that a commit or tree keeps, for a library in the folder `prefix` of the repository.
    pub(super) fn at(
        git: &GitRepository,
        treeish: &str,
        prefix: &Utf8Path,
    ) -> Result<Self, GatherError> {
        let folder = prefix.join(GRANTS_FOLDER);
        let files = git.files_at(treeish, |path| path.parent() == Some(&folder))?;
        let mut files: BTreeMap<Utf8PathBuf, Vec<u8>> = files
            .into_iter()
            .map(|file| (file.path, file.bytes))
            .collect();
        let is_grant = |path: &&Utf8PathBuf| path.extension() == Some("json");
        let paths: Vec<Utf8PathBuf> = files.keys().filter(is_grant).cloned().collect();
        if paths.len() > MAX_GRANTS {
            return Err(GatherError::TooManyGrants {
                folder,
                most: MAX_GRANTS,
            });
        }
        let mut grants = Vec::new();
        for path in paths {
            let signature = files.remove(Utf8Path::new(&format!("{path}.sig")));
            let bytes = files.remove(&path).unwrap_or_default();
            let grant = Grant::read(&bytes).map_err(|error| unusable(&path, error))?;
            if path.file_stem() != Some(&grant.id) {
                let message = format!("it holds `{}`; name the file after the id", grant.id);
                return Err(unusable(&path, message));
            }
            grants.push(Written {
                path,
                bytes,
                grant,
                signature,
            });
        }
        Ok(Self(grants))
    }

    /// Those that name a file of a change, with whether a key of those that the policy at its parent lists signed them.
    pub(super) fn about(
        &self,
        units: &[Unit],
        keys: &[String],
    ) -> Result<Vec<EmergencyException>, GatherError> {
        let names = |grant: &Grant| {
            let mut paths = units.iter().map(|unit| &unit.path);
            paths.any(|path| grant.digests.contains_key(path))
        };
        let concerned = self.0.iter().filter(|written| names(&written.grant));
        concerned
            .map(|written| {
                let is_signed = match &written.signature {
                    Some(signature) => is_signed(&written.bytes, signature, keys)
                        .map_err(|error| unusable(&written.path, error))?,
                    None => false,
                };
                Ok(written.grant.clone().into_exception(is_signed))
            })
            .collect()
    }
}

impl Gatherer<'_> {
    /// The exceptions that a commit or tree keeps.
    pub(super) fn grants(&self, treeish: &str) -> Result<Grants, GatherError> {
        Grants::at(self.git, treeish, self.states.prefix())
    }
}

/// What the ordinary review of the same bytes says: the reviews of the head that was merged, those from after the merge too.
pub(super) fn ratified_by(pull: &PullRequest, reviews: &[Review], units: &[Unit]) -> Ratification {
    let digests: BTreeMap<String, Option<Blob>> = units
        .iter()
        .map(|unit| (unit.path.clone(), unit.head.clone()))
        .collect();
    let of_head = |review: &&Review| review.commit_id.as_ref() == Some(&pull.head_sha);
    Ratification {
        digests,
        reviews: reviews.iter().filter(of_head).cloned().collect(),
    }
}

fn unusable(path: &Utf8Path, message: impl ToString) -> GatherError {
    GatherError::Grant {
        path: path.to_owned(),
        message: message.to_string(),
    }
}
