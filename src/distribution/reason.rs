//! Why something was not accepted: stable codes, one table.

use std::fmt;

use serde::{Serialize, Serializer};

use super::name::RemotePath;

/// Why a publication, a download or the local state was not accepted.
///
/// [`Reason::code`] is stable: scripts and alerts may depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Not metadata of the strict form.
    Malformed,
    /// Metadata of a `spec_version` this program does not know.
    UnsupportedVersion,
    /// No signature by a key of the role verifies.
    Signature,
    /// Some signatures verify, but fewer than the role's threshold.
    Threshold,
    /// A root that is not the successor of the trusted one.
    RootVersion,
    /// A version lower than one already trusted.
    Rollback,
    /// A version that differs from what the metadata above it lists.
    Version,
    /// A known version number with other content.
    VersionReused,
    /// Past its expiry.
    Expired,
    /// Bytes whose digest is not the signed one.
    Hash,
    /// Bytes whose length is not the signed one.
    Length,
    /// Metadata that is not listed where it must be.
    Unlisted,
    /// A target name that is not flat and plain.
    Name,
    /// More files or bytes than the limits allow.
    Limit,
    /// A file that must exist is not offered.
    NotFound,
    /// The other side could not be reached, or the connection broke.
    Unreachable,
    /// The other side did not answer, or not fast enough.
    Timeout,
    /// More bytes than the signed or greatest length.
    TooLarge,
    /// An HTTP status other than the expected ones.
    HttpStatus,
    /// A redirect to another origin.
    Redirect,
    /// A registry's manifest is not that of a publication.
    Manifest,
    /// The registry's login did not work, or wanted credentials where they do not belong.
    Credentials,
    /// The bundle layer refused the content.
    Content,
    /// The root installed with the agent cannot be used.
    RootInstalled,
    /// Local state that is damaged or incomplete.
    StateCorrupt,
    /// Another synchronisation holds the lock.
    StateLocked,
    /// Reading or writing the local state failed.
    StateIo,
    /// The clock is behind the time of the last good synchronisation.
    ClockBehind,
    /// The trust core was driven in the wrong order.
    OutOfOrder,
}

struct Entry {
    code: &'static str,
    meaning: &'static str,
    remedy: &'static str,
}

const fn entry(code: &'static str, meaning: &'static str, remedy: &'static str) -> Entry {
    Entry {
        code,
        meaning,
        remedy,
    }
}

impl Reason {
    /// Every reason, in the order of the documentation.
    pub const ALL: [Reason; 29] = [
        Reason::Malformed,
        Reason::UnsupportedVersion,
        Reason::Signature,
        Reason::Threshold,
        Reason::RootVersion,
        Reason::Rollback,
        Reason::Version,
        Reason::VersionReused,
        Reason::Expired,
        Reason::Hash,
        Reason::Length,
        Reason::Unlisted,
        Reason::Name,
        Reason::Limit,
        Reason::NotFound,
        Reason::Unreachable,
        Reason::Timeout,
        Reason::TooLarge,
        Reason::HttpStatus,
        Reason::Redirect,
        Reason::Manifest,
        Reason::Credentials,
        Reason::Content,
        Reason::RootInstalled,
        Reason::StateCorrupt,
        Reason::StateLocked,
        Reason::StateIo,
        Reason::ClockBehind,
        Reason::OutOfOrder,
    ];

    /// The stable kebab-case code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.entry().code
    }

    /// What the reason means, in one sentence.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        self.entry().meaning
    }

    /// What an operator can do about it.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        self.entry().remedy
    }

    /// Whether what was offered is refused for what it is. Otherwise nothing could be judged: the other side was
    /// not reached, or this side's state, clock or installed root stands in the way.
    #[must_use]
    pub fn is_about_the_offer(self) -> bool {
        !matches!(
            self,
            Reason::Unreachable
                | Reason::Timeout
                | Reason::HttpStatus
                | Reason::Credentials
                | Reason::RootInstalled
                | Reason::StateCorrupt
                | Reason::StateLocked
                | Reason::StateIo
                | Reason::ClockBehind
                | Reason::OutOfOrder
        )
    }

    fn entry(self) -> Entry {
        match self {
            Reason::Malformed => entry(
                "malformed",
                "the metadata is not TUF 1.0 metadata in the strict form that is accepted",
                "the mirror serves something else or damaged files: compare it with the publisher's directory",
            ),
            Reason::UnsupportedVersion => entry(
                "unsupported-version",
                "the metadata follows a version of the TUF specification this program does not know",
                "update this program",
            ),
            Reason::Signature => entry(
                "signature",
                "no signature by a key of the role verifies",
                "the content was changed or signed by another key: check the mirror, then the publisher's keys",
            ),
            Reason::Threshold => entry(
                "threshold",
                "fewer valid signatures than the role's threshold",
                "have the missing key holders sign, then publish again",
            ),
            Reason::RootVersion => entry(
                "root-version",
                "the root is not the direct successor of the trusted root",
                "publish every root version, none left out",
            ),
            Reason::Rollback => entry(
                "rollback",
                "an older version was offered than one already trusted",
                "the mirror replays an old publication or lags behind: refresh the mirror",
            ),
            Reason::Version => entry(
                "version",
                "the version differs from the one listed by the metadata above it",
                "the mirror mixes two publications: copy the publisher's directory again, timestamp last",
            ),
            Reason::VersionReused => entry(
                "version-reused",
                "a version number already seen was offered with other content",
                "find out who signed two contents with one version number; publish a new version",
            ),
            Reason::Expired => entry(
                "expired",
                "the metadata is past its expiry",
                "publish fresh metadata, or check that the mirror is not frozen and that the clock is right",
            ),
            Reason::Hash => entry(
                "hash",
                "the content's digest is not the signed one",
                "the mirror serves changed or damaged files: copy the publisher's directory again",
            ),
            Reason::Length => entry(
                "length",
                "the content's length is not the signed one",
                "the mirror serves changed or cut files: copy the publisher's directory again",
            ),
            Reason::Unlisted => entry(
                "unlisted",
                "metadata that has to be listed is not, or no longer, listed",
                "the publication is incomplete: publish again",
            ),
            Reason::Name => entry(
                "name",
                "a file name is not flat and plain ([A-Za-z0-9._-], no leading dot, at most 128 characters)",
                "rename the file in the release and publish again",
            ),
            Reason::Limit => entry(
                "limit",
                "the release exceeds the limits for number, size or total size of files",
                "publish a smaller release, or raise the limits of the agent",
            ),
            Reason::NotFound => entry(
                "not-found",
                "a file that must exist is not offered",
                "check the address; copy the publisher's directory completely",
            ),
            Reason::Unreachable => entry(
                "unreachable",
                "the other side could not be reached, or the connection broke",
                "check the address and the network; the next synchronisation tries again",
            ),
            Reason::Timeout => entry(
                "timeout",
                "the other side did not deliver in time",
                "check the network or use a nearer mirror; the next synchronisation tries again",
            ),
            Reason::TooLarge => entry(
                "too-large",
                "more bytes were offered than the signed or greatest length",
                "the mirror serves changed files: copy the publisher's directory again",
            ),
            Reason::HttpStatus => entry(
                "http-status",
                "the server answered with an unexpected HTTP status",
                "check the server; the next synchronisation tries again",
            ),
            Reason::Redirect => entry(
                "redirect",
                "the server redirects to another origin, too often, or without an address",
                "use the final address as the agent's source",
            ),
            Reason::Manifest => entry(
                "manifest",
                "the manifest in the registry is not that of a publication",
                "check the name and the tag; push the publication with `rbk push`",
            ),
            Reason::Credentials => entry(
                "credentials",
                "the registry did not accept the credentials, or wanted them sent elsewhere",
                "log in as for docker, podman or skopeo; check the registry's name",
            ),
            Reason::Content => entry(
                "content",
                "the release was verified, but its content was refused",
                "mend the release and publish again",
            ),
            Reason::RootInstalled => entry(
                "root-installed",
                "the root installed with the agent cannot be used",
                "install the root file of the publisher again, from a trusted place",
            ),
            Reason::StateCorrupt => entry(
                "state-corrupt",
                "the local state is damaged or incomplete",
                "restore the state directory, or remove it if losing its memory against rollback is acceptable",
            ),
            Reason::StateLocked => entry(
                "state-locked",
                "another synchronisation is at work on the same state",
                "wait for it to end",
            ),
            Reason::StateIo => entry(
                "state-io",
                "reading or writing the local state failed",
                "check free space and permissions of the state directory",
            ),
            Reason::ClockBehind => entry(
                "clock-behind",
                "the clock is behind the time of the last good synchronisation",
                "set the clock; if the recorded time was wrong, reset it as the operator",
            ),
            Reason::OutOfOrder => entry(
                "out-of-order",
                "roles were updated in the wrong order",
                "report this as a defect",
            ),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

/// Something was not accepted: a stable reason and what exactly was found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// The stable reason.
    pub reason: Reason,
    /// What was found where, for people.
    pub message: String,
}

impl Refusal {
    /// A refusal with its reason and a message.
    #[must_use]
    pub fn new(reason: Reason, message: impl Into<String>) -> Self {
        Self {
            reason,
            message: message.into(),
        }
    }

    /// Names the published file it is about.
    #[must_use]
    pub(crate) fn about(mut self, path: &RemotePath) -> Self {
        self.message = format!("{path}: {}", self.message);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_unique_and_kebab_case() {
        let codes: BTreeSet<_> = Reason::ALL.iter().map(|reason| reason.code()).collect();
        assert_eq!(codes.len(), Reason::ALL.len());
        for code in codes {
            assert!(
                code.chars().all(|c| c.is_ascii_lowercase() || c == '-'),
                "{code}"
            );
        }
    }

    #[test]
    fn every_reason_is_in_the_documentation() {
        let page = include_str!("../../docs/distribution.md");
        for reason in Reason::ALL {
            let row = format!(
                "| `{}` | {} | {} |",
                reason.code(),
                reason.meaning(),
                reason.remedy()
            );
            assert!(page.contains(&row), "docs/distribution.md lacks: {row}");
        }
    }
}
