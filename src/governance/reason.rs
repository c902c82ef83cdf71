//! Why a landing or an approval is not accepted (GOVERNANCE §4): stable codes, and what to do about each.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// What a reason does to the verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Nothing; it is worth knowing.
    Note,
    /// One approval does not count.
    Approval,
    /// The landing is denied.
    Deny,
    /// Nothing can be said.
    Error,
}

macro_rules! reasons {
    ($($variant:ident $code:literal $weight:ident $meaning:literal,)*) => {
        /// Why a landing or an approval is not accepted.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Reason {
            $(#[doc = $meaning] $variant,)*
        }

        impl Reason {
            /// Every reason, in the order of the evaluation.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The stable code.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// What it does to the verdict.
            pub const fn weight(self) -> Weight {
                match self { $(Self::$variant => Weight::$weight,)* }
            }

            /// What it means, and how to mend it.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)* }
            }
        }
    };
}

#[rustfmt::skip]
reasons! {
    FactsIncomplete      "FACTS_INCOMPLETE"       Error    "Something that has to be known is missing or contradicts itself. Gather the facts again.",
    PolicyInvalid        "POLICY_INVALID"         Error    "The policy cannot be used. Mend what the message names, on the base of the change.",
    TeamUnresolved       "TEAM_UNRESOLVED"        Error    "Nobody knows who is in a team whose approval is needed. List its members in the policy, or use a token that may read teams.",
    ContinuityBroken     "CONTINUITY_BROKEN"      Deny     "The commit that was published last is not on the branch any more. Bring it back, or begin anew with a new baseline.",
    Grandfathered        "GRANDFATHERED"          Note     "The landing lies before the policy's baseline.",
    NoGovernedChange     "NO_GOVERNED_CHANGE"     Note     "The landing changes no governed file.",
    NoPullRequest        "NO_PULL_REQUEST"        Deny     "The landing came from no pull request. Revert it and open one.",
    PrNotMergedHere      "PR_NOT_MERGED_HERE"     Deny     "The pull requests that hold the commit were not merged into this branch of this repository. Revert it and open one that is.",
    MergeCommitMismatch  "MERGE_COMMIT_MISMATCH"  Deny     "What landed is not the commit its pull request was merged as; something was pushed besides. Revert it and open a pull request.",
    AmbiguousPr          "AMBIGUOUS_PR"           Deny     "More than one pull request claims the landing. Revert it and open a single one.",
    MergeShape           "MERGE_SHAPE"            Deny     "The commits that landed are not those a merge, a squash or a rebase of the pull request gives. Revert them and open a pull request.",
    LandedExtraChange    "LANDED_EXTRA_CHANGE"    Deny     "The landing changes a file that its pull request does not. Revert that change and open a pull request for it.",
    LandedBytesDiffer    "LANDED_BYTES_DIFFER"    Deny     "The bytes that landed are not those of the pull request. Revert them and open a pull request with what is meant.",
    ConcurrentChange     "CONCURRENT_CHANGE"      Deny     "The branch changed the same document after the pull request began, so nobody reviewed the result. Update the pull request and have it approved again.",
    UnknownContributor   "UNKNOWN_CONTRIBUTOR"    Deny     "An author or committer belongs to no account, so it may be one of the approvers. Link the address to an account, or commit again.",
    ChangesRequested     "CHANGES_REQUESTED"      Deny     "Somebody whose approval would count asks for changes. Have them approve or take it back.",
    NoMatrixCell         "NO_MATRIX_CELL"         Deny     "No row of the approval matrix covers a tier and environment of the change. Add one to the policy, in a change of its own.",
    InsufficientApprovals "INSUFFICIENT_APPROVALS" Deny    "A team has not approved often enough.",
    TooFewHumans         "TOO_FEW_HUMANS"         Deny     "The teams' approvals come from fewer people than are needed.",
    ReviewerUnknown      "REVIEWER_UNKNOWN"       Approval "The account is gone.",
    ReviewerIsBot        "REVIEWER_IS_BOT"        Approval "Robots do not approve.",
    ReviewerNotAllowed   "REVIEWER_NOT_ALLOWED"   Approval "The policy names the account as one that never approves, or it is no person's.",
    Dismissed            "DISMISSED"              Approval "The approval was dismissed; that revives no earlier one.",
    SelfApproval         "SELF_APPROVAL"          Approval "The person, under this or another account, contributed to the change.",
    ApprovalAfterMerge   "APPROVAL_AFTER_MERGE"   Approval "It was given after the merge.",
    ApprovalTooOld       "APPROVAL_TOO_OLD"       Approval "It was older than the policy allows when the change was merged.",
    StaleRetargeted      "STALE_RETARGETED"       Approval "The pull request was moved to another branch after it.",
    StaleCommitGone      "STALE_COMMIT_GONE"      Approval "The commit that was reviewed is not known any more.",
    FreshnessUnproven    "FRESHNESS_UNPROVEN"     Approval "Nothing proves that the head was the head already when it was given. Approve again.",
    StaleReanchored      "STALE_REANCHORED"       Approval "It was given before the head became the head, and moved there by a force-push. Approve again.",
    StaleCommit          "STALE_COMMIT"           Approval "It is for an earlier commit. Approve again.",
    NotInRequiredTeam    "NOT_IN_REQUIRED_TEAM"   Approval "The account is in none of the teams that have to approve.",
    ExcSignature         "EXC_SIGNATURE"          Deny     "No key that the policy lists signed the exception.",
    ExcTtl               "EXC_TTL"                Deny     "The exception is valid for longer than the policy allows, or begins in the future.",
    ExcDigest            "EXC_DIGEST"             Deny     "The exception is not for exactly these bytes.",
    ExcTier              "EXC_TIER"               Deny     "The change has a higher tier than exceptions may have, or is for an environment that the exception does not name.",
    ExcGrantor           "EXC_GRANTOR"            Deny     "Too few of those who granted the exception may do so for this change.",
    ExcNoIncident        "EXC_NO_INCIDENT"        Deny     "The exception names no incident.",
    ExcExpired           "EXC_EXPIRED"            Deny     "The exception has expired. Have the change approved in the ordinary way.",
    Ratified             "RATIFIED"               Note     "The bytes of the emergency were approved in the ordinary way afterwards.",
}

impl Reason {
    /// The reason of this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|reason| reason.code() == code)
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

impl<'de> Deserialize<'de> for Reason {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        Self::from_code(&code)
            .ok_or_else(|| de::Error::custom(format_args!("`{code}` is no reason's code")))
    }
}
