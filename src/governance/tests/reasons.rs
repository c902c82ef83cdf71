//! Every reason, by facts that differ from those of a case in one thing.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::cases::{facts, judged, rules};
use crate::governance::{Reason, Verdict};

/// The name, the case to begin with, the changes as JSON pointers with values, and what has to come of it.
type Row = (
    &'static str,
    &'static str,
    Vec<(&'static str, Value)>,
    Verdict,
    &'static [&'static str],
    &'static [&'static str],
);

const HEAD: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
const OLD: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const TIP: &str = "cccccccccccccccccccccccccccccccccccccccc";
const PARENT: &str = "pppppppppppppppppppppppppppppppppppppppp";

fn commit(sha: &str) -> Value {
    json!({"sha": sha, "author": 101, "committer": 101, "co_authors": [], "parents": [PARENT]})
}

fn review(id: u64, user: u64, state: &str, at: &str) -> Value {
    json!({"id": id, "user": user, "state": state, "commit_id": HEAD, "submitted_at": at})
}

fn push(after: &str, at: &str, force: bool) -> Value {
    json!({"at": at, "actor": 101, "after": after, "force": force})
}

const NONE: &[&str] = &[];
const FEW: &[&str] = &["INSUFFICIENT_APPROVALS"];

#[rustfmt::skip]
fn table() -> Vec<Row> {
    use Verdict::{Allow, AllowBreakGlass, Deny, Error};
    let exception = || facts("G85")["exceptions"][0].clone();
    let with = |key: &str, value: Value| { let mut one = exception(); one["signature_ok"] = json!(true); one[key] = value; json!([one]) };
    let pull = || facts("G01")["prs"][0].clone();
    let late = "2026-11-10T11:30:00Z";
    vec![
        // Step 1
        ("the head is not among the commits", "G01", vec![("/prs/0/commits/0/sha", json!(OLD))], Error, &["FACTS_INCOMPLETE"], NONE),
        ("a file is named twice", "G01", vec![("/units", json!([facts("G01")["units"][0], facts("G01")["units"][0]]))], Error, &["FACTS_INCOMPLETE"], NONE),
        ("a review is there twice", "G04", vec![("/reviews/1/id", json!(1004))], Error, &["FACTS_INCOMPLETE"], NONE),
        ("an account has two ids", "G01", vec![("/users/102/id", json!(103))], Error, &["FACTS_INCOMPLETE"], NONE),
        ("a review of tomorrow", "G01", vec![("/now", json!("2026-11-10T09:59:59Z"))], Error, &["FACTS_INCOMPLETE"], NONE),
        ("a review of this very moment", "G01", vec![("/now", json!("2026-11-10T10:00:00Z"))], Allow, NONE, NONE),
        ("a landing without a parent", "G01", vec![("/landing/tip_parents", json!([]))], Error, &["FACTS_INCOMPLETE"], NONE),
        ("nobody knows what the pull request became", "G01", vec![("/prs/0/merge_commit_sha", json!(null))], Error, &["FACTS_INCOMPLETE"], NONE),
        ("nobody knows when it was merged", "G01", vec![("/prs/0/merged_at", json!(null))], Error, &["FACTS_INCOMPLETE"], NONE),
        // Step 2
        ("nothing was published yet", "G01", vec![("/prev_published_is_ancestor", json!(null))], Allow, NONE, NONE),
        ("what was published is gone", "G01", vec![("/prev_published_is_ancestor", json!(false))], Deny, &["CONTINUITY_BROKEN"], NONE),
        ("an exception mends no broken line", "G85", vec![("/prev_published_is_ancestor", json!(false)), ("/exceptions/0/signature_ok", json!(true))], Deny, &["CONTINUITY_BROKEN"], NONE),
        // Steps 3 and 4
        ("before the adoption", "G79", vec![("/landing/before_baseline", json!(true))], Allow, &["GRANDFATHERED"], NONE),
        ("nothing governed", "G79", vec![("/units", json!([]))], Allow, &["NO_GOVERNED_CHANGE"], NONE),
        // Step 5
        ("no pull request", "G01", vec![("/prs", json!([]))], Deny, &["NO_PULL_REQUEST"], NONE),
        ("not merged", "G01", vec![("/prs/0/merged", json!(false))], Deny, &["PR_NOT_MERGED_HERE"], NONE),
        ("another branch", "G01", vec![("/prs/0/base_ref", json!("next"))], Deny, &["PR_NOT_MERGED_HERE"], NONE),
        ("another repository", "G01", vec![("/prs/0/base_repo_id", json!(9002))], Deny, &["PR_NOT_MERGED_HERE"], NONE),
        ("became another commit", "G01", vec![("/prs/0/merge_commit_sha", json!(OLD))], Deny, &["MERGE_COMMIT_MISMATCH"], NONE),
        ("two claim it", "G01", vec![("/prs", json!([pull(), pull()]))], Deny, &["AMBIGUOUS_PR"], NONE),
        ("one of two has no commit", "G01", vec![("/prs", json!([pull(), unfinished()]))], Error, &["FACTS_INCOMPLETE"], NONE),
        // Step 6
        ("a merge", "G01", vec![("/landing/shape", json!("merge")), ("/landing/tip_parents", json!([PARENT, HEAD]))], Allow, NONE, NONE),
        ("a merge of another head", "G01", vec![("/landing/shape", json!("merge")), ("/landing/tip_parents", json!([PARENT, OLD]))], Deny, &["MERGE_SHAPE"], NONE),
        ("a squash onto another commit", "G01", vec![("/landing/tip_parents", json!([OLD]))], Deny, &["MERGE_SHAPE"], NONE),
        ("a squash of two commits", "G01", vec![("/landing/commits", json!([OLD, TIP]))], Deny, &["MERGE_SHAPE"], NONE),
        ("a rebase", "G01", vec![("/landing/shape", json!("rebase"))], Allow, NONE, NONE),
        ("a rebase of more commits", "G01", vec![("/landing/shape", json!("rebase")), ("/landing/commits", json!([OLD, TIP]))], Deny, &["MERGE_SHAPE"], NONE),
        ("a rebase with another end", "G01", vec![("/landing/shape", json!("rebase")), ("/landing/commits", json!([OLD]))], Deny, &["MERGE_SHAPE"], NONE),
        ("a rebase with a merge", "G01", vec![("/landing/shape", json!("rebase")), ("/landing/tip_parents", json!([PARENT, HEAD]))], Deny, &["MERGE_SHAPE"], NONE),
        ("a queue that squashes", "G01", vec![("/landing/shape", json!("queue"))], Allow, NONE, NONE),
        ("a queue that merges", "G01", vec![("/landing/shape", json!("queue")), ("/landing/tip_parents", json!([PARENT, HEAD]))], Allow, NONE, NONE),
        ("a queue that does neither", "G01", vec![("/landing/shape", json!("queue")), ("/landing/tip_parents", json!([OLD]))], Deny, &["MERGE_SHAPE"], NONE),
        ("a push", "G01", vec![("/landing/shape", json!("push"))], Deny, &["MERGE_SHAPE"], NONE),
        ("proposed", "G01", proposed(vec![]), Allow, NONE, NONE),
        ("proposed and not approved", "G01", proposed(vec![("/reviews", json!([]))]), Deny, FEW, NONE),
        ("proposed for another branch", "G01", proposed(vec![("/prs/0/base_ref", json!("next"))]), Deny, &["PR_NOT_MERGED_HERE"], NONE),
        ("proposed for another repository", "G01", proposed(vec![("/prs/0/base_repo_id", json!(1))]), Deny, &["PR_NOT_MERGED_HERE"], NONE),
        ("proposed and merged", "G01", vec![("/landing/shape", json!("proposed")), ("/landing/tip", json!(HEAD))], Deny, &["PR_NOT_MERGED_HERE"], NONE),
        ("proposed with a head that moved", "G01", proposed(vec![("/landing/tip", json!(OLD))]), Error, &["FACTS_INCOMPLETE"], NONE),
        ("proposed twice", "G01", proposed(vec![("/prs", json!([open(), open()]))]), Deny, &["AMBIGUOUS_PR"], NONE),
        ("proposed, with changes requested", "G01", proposed(vec![("/reviews", json!([review(1, 102, "APPROVED", "2026-11-10T10:00:00Z"), review(2, 103, "CHANGES_REQUESTED", late)]))]), Deny, &["CHANGES_REQUESTED"], NONE),
        ("proposed long ago", "G01", proposed(vec![("/now", json!("2026-12-10T10:00:01Z"))]), Deny, FEW, &["APPROVAL_TOO_OLD"]),
        ("proposed not quite so long ago", "G01", proposed(vec![("/now", json!("2026-12-10T10:00:00Z"))]), Allow, NONE, NONE),
        ("open, and said to have landed", "G01", vec![("/prs/0/merged", json!(false)), ("/prs/0/merged_at", json!(null))], Deny, &["PR_NOT_MERGED_HERE"], NONE),
        // Step 7
        ("the pull request leaves the file alone", "G01", vec![("/units/0/H", json!("b1"))], Deny, &["LANDED_EXTRA_CHANGE"], NONE),
        ("other bytes landed", "G01", vec![("/units/0/C", json!("b3"))], Deny, &["LANDED_BYTES_DIFFER"], NONE),
        ("changed meanwhile", "G01", vec![("/units/0/P", json!("b9")), ("/units/0/C", json!("b29")), ("/units/0/clean_merge", json!("b29"))], Deny, &["CONCURRENT_CHANGE"], NONE),
        ("changed meanwhile, where content decides", "G19", vec![("/units/0/P", json!("b9")), ("/units/0/C", json!("b29")), ("/units/0/clean_merge", json!("b29"))], Allow, NONE, NONE),
        ("changed meanwhile, not merged cleanly", "G19", vec![("/units/0/P", json!("b9")), ("/units/0/C", json!("b28")), ("/units/0/clean_merge", json!("b29"))], Deny, &["LANDED_BYTES_DIFFER"], NONE),
        ("changed meanwhile, no clean merge", "G19", vec![("/units/0/P", json!("b9")), ("/units/0/C", json!(null))], Deny, &["LANDED_BYTES_DIFFER"], NONE),
        ("what it is resolved with landed otherwise", "G01", vec![("/units/0/closure", json!({"P": "c1", "MB": "c1", "H": "c2", "C": "c3"}))], Deny, &["LANDED_BYTES_DIFFER"], NONE),
        ("what it is resolved with changed meanwhile", "G01", vec![("/units/0/closure", json!({"P": "c9", "MB": "c1", "H": "c2", "C": "c29"}))], Deny, &["CONCURRENT_CHANGE"], NONE),
        ("only what it is resolved with changed", "G01", vec![("/units/0/P", json!("b2")), ("/units/0/closure", json!({"P": "c1", "MB": "c1", "H": "c2", "C": "c2"}))], Allow, NONE, NONE),
        // Step 8
        ("raised", "G01", vec![("/units/0/tier_after", json!(2))], Deny, FEW, NONE),
        ("lowered", "G01", vec![("/units/0/tier_before", json!(2))], Deny, FEW, NONE),
        ("in two environments the stricter row decides", "G19", vec![("/units/0/envs", json!(["staging", "prod"]))], Deny, FEW, &["STALE_COMMIT"]),
        ("the policy, by one person who is in every team", "G01", vec![("/units/0", policy_unit()), ("/teams", json!({"sre": [102], "security": [102], "platform": [102]}))], Deny, &["TOO_FEW_HUMANS"], NONE),
        ("one more environment", "G01", vec![("/units/0/envs", json!(["prod", "moon"]))], Deny, &["NO_MATRIX_CELL"], NONE),
        ("no environment", "G01", vec![("/units/0/envs", json!([]))], Deny, &["NO_MATRIX_CELL"], NONE),
        ("nothing that acts", "G01", vec![("/units/0/tier_before", json!(null)), ("/units/0/tier_after", json!(null)), ("/units/0/envs", json!([]))], Allow, NONE, NONE),
        ("the strictest of two rows decides what is stale", "G19", vec![("/units/0/envs", json!(["staging", "prod"]))], Deny, FEW, &["STALE_COMMIT"]),
        // Step 9
        ("an unknown author of what does nothing", "G01", vec![("/prs/0/commits/0/author", json!(null)), ("/units/0/tier_before", json!(null)), ("/units/0/tier_after", json!(null)), ("/units/0/envs", json!([]))], Allow, NONE, NONE),
        ("an unknown author of a file that acts and one that reads", "G01", vec![("/prs/0/commits/0/author", json!(null)), ("/units", json!([unit("a", 0, "prod"), unit("b", 1, "prod")]))], Deny, &["UNKNOWN_CONTRIBUTOR"], NONE),
        ("an unknown author", "G01", vec![("/prs/0/commits/0/author", json!(null))], Deny, &["UNKNOWN_CONTRIBUTOR"], NONE),
        ("an unknown committer", "G01", vec![("/prs/0/commits/0/committer", json!(null))], Deny, &["UNKNOWN_CONTRIBUTOR"], NONE),
        ("an author who is gone", "G01", vec![("/prs/0/author", json!(null))], Deny, &["UNKNOWN_CONTRIBUTOR"], NONE),
        ("an unknown author of what only reads", "G01", vec![("/prs/0/commits/0/author", json!(null)), ("/units/0/tier_before", json!(0)), ("/units/0/tier_after", json!(0))], Allow, NONE, NONE),
        ("an unknown author of the policy", "G67", vec![("/prs/0/commits/0/author", json!(null))], Deny, &["UNKNOWN_CONTRIBUTOR", "INSUFFICIENT_APPROVALS"], NONE),
        ("the browser's committer is nobody", "G01", vec![("/prs/0/commits/0/committer", json!(19_864_447))], Allow, NONE, NONE),
        ("a co-author approves", "G01", vec![("/prs/0/commits/0/co_authors", json!([102]))], Deny, FEW, &["SELF_APPROVAL"]),
        ("an author of an early commit approves", "G01", vec![("/prs/0/commits", json!([{"sha": OLD, "author": 102, "committer": 101, "co_authors": [], "parents": []}, commit(HEAD)]))], Deny, FEW, &["SELF_APPROVAL"]),
        ("who opened it approves", "G01", vec![("/prs/0/author", json!(102))], Deny, FEW, &["SELF_APPROVAL"]),
        ("who merged it may have approved", "G01", vec![("/prs/0/merged_by", json!(102))], Allow, NONE, NONE),
        ("an unknown author of what does nothing", "G01", vec![("/prs/0/commits/0/author", json!(null)), ("/units/0/tier_before", json!(null)), ("/units/0/tier_after", json!(null)), ("/units/0/envs", json!([]))], Allow, NONE, NONE),
        ("an unknown author of two files, of which one only reads", "G01", vec![("/prs/0/commits/0/author", json!(null)), ("/units", json!([facts("G01")["units"][0], reads()]))], Deny, &["UNKNOWN_CONTRIBUTOR"], NONE),
        // Step 10
        ("no after yes", "G01", vec![("/reviews", json!([review(1, 102, "APPROVED", "2026-11-10T10:00:00Z"), review(2, 102, "CHANGES_REQUESTED", late)]))], Deny, &["CHANGES_REQUESTED", "INSUFFICIENT_APPROVALS"], NONE),
        ("yes after no", "G01", vec![("/reviews", json!([review(1, 102, "CHANGES_REQUESTED", "2026-11-10T10:00:00Z"), review(2, 102, "APPROVED", late)]))], Allow, NONE, NONE),
        ("at once, the later id is the last", "G01", vec![("/reviews", json!([review(2, 102, "CHANGES_REQUESTED", late), review(1, 102, "APPROVED", late)]))], Deny, &["CHANGES_REQUESTED", "INSUFFICIENT_APPROVALS"], NONE),
        ("a dismissal revives nothing", "G01", vec![("/reviews", json!([review(1, 102, "APPROVED", "2026-11-10T10:00:00Z"), review(2, 102, "DISMISSED", late)]))], Deny, FEW, &["DISMISSED"]),
        ("a comment changes nothing", "G01", vec![("/reviews", json!([review(1, 102, "APPROVED", "2026-11-10T10:00:00Z"), review(2, 102, "COMMENTED", late)]))], Allow, NONE, NONE),
        ("a no in the second of the merge", "G01", vec![("/reviews", json!([review(1, 102, "APPROVED", "2026-11-10T10:00:00Z"), review(2, 102, "CHANGES_REQUESTED", "2026-11-10T12:00:00Z")]))], Deny, &["CHANGES_REQUESTED", "INSUFFICIENT_APPROVALS"], NONE),
        ("a no after the merge changes nothing", "G01", vec![("/reviews", json!([review(1, 102, "APPROVED", "2026-11-10T10:00:00Z"), review(2, 102, "CHANGES_REQUESTED", "2026-11-10T12:01:00Z")]))], Allow, NONE, NONE),
        ("a no in the second of the merge after a yes", "G01", vec![("/reviews", json!([review(1, 102, "APPROVED", "2026-11-10T10:00:00Z"), review(2, 102, "CHANGES_REQUESTED", "2026-11-10T12:00:00Z")]))], Deny, &["CHANGES_REQUESTED", "INSUFFICIENT_APPROVALS"], NONE),
        // Step 11
        ("the reviewer is gone", "G01", vec![("/reviews/0/user", json!(null))], Deny, FEW, &["REVIEWER_UNKNOWN"]),
        ("nobody knows the reviewer", "G01", vec![("/reviews/0/user", json!(999))], Deny, FEW, &["REVIEWER_UNKNOWN"]),
        ("a robot in the team", "G01", vec![("/reviews/0/user", json!(301))], Deny, FEW, &["REVIEWER_IS_BOT"]),
        ("an organisation", "G01", vec![("/users/102/type", json!("Organization"))], Deny, FEW, &["REVIEWER_NOT_ALLOWED"]),
        ("a machine user that was renamed", "G55", vec![("/users/111/login", json!("SVC-Deploy"))], Deny, FEW, &["REVIEWER_NOT_ALLOWED"]),
        ("after the merge", "G01", vec![("/reviews/0/submitted_at", json!("2026-11-10T12:00:01Z"))], Deny, FEW, &["APPROVAL_AFTER_MERGE"]),
        ("with the merge", "G01", vec![("/reviews/0/submitted_at", json!("2026-11-10T12:00:00Z"))], Allow, NONE, NONE),
        ("too old", "G01", vec![("/reviews/0/submitted_at", json!("2026-10-11T11:59:59Z"))], Deny, FEW, &["APPROVAL_TOO_OLD"]),
        ("just not too old, and yet before the push", "G01", vec![("/reviews/0/submitted_at", json!("2026-10-11T12:00:00Z"))], Deny, FEW, &["STALE_REANCHORED"]),
        ("years later it is still as old as it was", "G01", vec![("/now", json!("2029-01-01T00:00:00Z"))], Allow, NONE, NONE),
        ("moved to this branch", "G01", vec![("/prs/0/base_changes", json!([{"at": "2026-11-10T10:00:00Z", "from": "next", "to": "main"}]))], Deny, FEW, &["STALE_RETARGETED"]),
        ("moved before it was approved", "G01", vec![("/prs/0/base_changes", json!([{"at": "2026-11-10T09:59:59Z"}]))], Allow, NONE, NONE),
        ("no commit", "G01", vec![("/reviews/0/commit_id", json!(null))], Deny, FEW, &["STALE_COMMIT_GONE"]),
        ("a commit nobody knows", "G01", vec![("/reviews/0/commit_id", json!(OLD))], Deny, FEW, &["STALE_COMMIT_GONE"]),
        ("an earlier head", "G01", vec![("/reviews/0/commit_id", json!(OLD)), ("/prs/0/pushes", json!([push(OLD, "2026-11-10T07:00:00Z", false), push(HEAD, "2026-11-10T09:00:00Z", false)]))], Deny, FEW, &["STALE_COMMIT"]),
        ("an earlier commit", "G01", vec![("/reviews/0/commit_id", json!(OLD)), ("/prs/0/commits", json!([commit(OLD), commit(HEAD)]))], Deny, FEW, &["STALE_COMMIT"]),
        ("an earlier head with equal bytes, where any commit makes stale", "G19", vec![("/units/0/envs", json!(["prod"]))], Deny, FEW, &["STALE_COMMIT"]),
        ("an earlier head with other bytes", "G19", vec![("/units/0/at", json!({OLD: "b7"}))], Deny, FEW, &["STALE_COMMIT"]),
        ("an earlier head of which the bytes are not known", "G19", vec![("/units/0/at", json!({}))], Deny, FEW, &["STALE_COMMIT"]),
        ("no push led to the head", "G01", vec![("/prs/0/pushes", json!([push(OLD, "2026-11-10T07:00:00Z", false)]))], Deny, FEW, &["FRESHNESS_UNPROVEN"]),
        ("a check run shows the head was there", "G40", vec![("/prs/0/head_evidence", json!({"force_pushes": [], "first_checked": "2026-11-10T09:05:00Z"}))], Allow, NONE, NONE),
        ("a check run after the approval", "G40", vec![("/prs/0/head_evidence", json!({"force_pushes": [], "first_checked": "2026-11-10T10:00:00Z"}))], Deny, FEW, &["STALE_REANCHORED"]),
        ("a check run, and then a force-push", "G40", vec![("/prs/0/head_evidence", json!({"force_pushes": ["2026-11-10T10:30:00Z"], "first_checked": "2026-11-10T09:05:00Z"}))], Deny, FEW, &["STALE_REANCHORED"]),
        ("a check run, and two force-pushes", "G40", vec![("/prs/0/head_evidence", json!({"force_pushes": ["2026-11-10T10:30:00Z", "2026-11-10T08:30:00Z"], "first_checked": "2026-11-10T09:05:00Z"}))], Deny, FEW, &["STALE_REANCHORED"]),
        ("only force-pushes are known", "G40", vec![("/prs/0/head_evidence", json!({"force_pushes": ["2026-11-10T08:30:00Z"], "first_checked": null}))], Deny, FEW, &["FRESHNESS_UNPROVEN"]),
        ("approved in the second of the push", "G01", vec![("/reviews/0/submitted_at", json!("2026-11-10T09:00:00Z"))], Deny, FEW, &["STALE_REANCHORED"]),
        ("a witness saw the head", "G40", vec![("/reviews/0/witness", json!({"head": HEAD, "signature_ok": true}))], Allow, NONE, NONE),
        ("a witness whose signature is bad", "G40", vec![("/reviews/0/witness", json!({"head": HEAD, "signature_ok": false}))], Deny, FEW, &["FRESHNESS_UNPROVEN"]),
        ("a witness saw another head", "G37", vec![("/reviews/0/witness", json!({"head": OLD, "signature_ok": true}))], Deny, FEW, &["STALE_COMMIT"]),
        ("outside of the teams", "G01", vec![("/reviews/0/user", json!(106))], Deny, FEW, &["NOT_IN_REQUIRED_TEAM"]),
        // Step 12
        ("a member asks for changes", "G01", vec![("/reviews", json!([review(1, 102, "APPROVED", "2026-11-10T10:00:00Z"), review(2, 103, "CHANGES_REQUESTED", late)]))], Deny, &["CHANGES_REQUESTED"], NONE),
        ("a contributor asks for changes", "G01", vec![("/reviews", json!([review(1, 102, "APPROVED", "2026-11-10T10:00:00Z"), review(2, 101, "CHANGES_REQUESTED", late)]))], Allow, NONE, NONE),
        ("a member asks for changes after the merge", "G01", vec![("/reviews", json!([review(1, 102, "APPROVED", "2026-11-10T10:00:00Z"), review(2, 103, "CHANGES_REQUESTED", "2026-11-10T12:01:00Z")]))], Allow, NONE, NONE),
        ("a member asks for changes in the second of the merge", "G01", vec![("/reviews", json!([review(1, 102, "APPROVED", "2026-11-10T10:00:00Z"), review(2, 103, "CHANGES_REQUESTED", "2026-11-10T12:00:00Z")]))], Deny, &["CHANGES_REQUESTED"], NONE),
        ("a member of one of two teams asks for changes", "G10", vec![("/reviews", json!([review(1, 102, "APPROVED", "2026-11-10T10:00:00Z"), review(2, 105, "APPROVED", late), review(3, 103, "CHANGES_REQUESTED", late)]))], Deny, &["CHANGES_REQUESTED"], NONE),
        // Step 13
        ("nobody knows the team", "G01", vec![("/teams", json!({}))], Error, &["TEAM_UNRESOLVED", "INSUFFICIENT_APPROVALS"], &["NOT_IN_REQUIRED_TEAM"]),
        ("the policy lists the team itself", "G10", vec![("/teams/dba", json!([]))], Allow, NONE, NONE),
        // Step 14
        ("one person cannot fill two teams", "G91", vec![("/reviews/0/user", json!(104))], Deny, FEW, NONE),
        ("one person counts once for all teams", "G07", vec![], Deny, &["TOO_FEW_HUMANS"], NONE),
        ("four slots, three people, one of whom could fill either", "G91", vec![("/units/0/path", json!("runbooks/api/failover.yaml"))], Deny, &["TOO_FEW_HUMANS"], &["NOT_IN_REQUIRED_TEAM"]),
        ("two accounts of one person", "G04", vec![("/reviews/0/user", json!(101)), ("/reviews/1/user", json!(109)), ("/prs/0/author", json!(110)), ("/prs/0/commits/0/author", json!(110)), ("/prs/0/commits/0/committer", json!(110)), ("/prs/0/pushes/0/actor", json!(110))], Deny, FEW, NONE),
        // Step 15
        ("a robot beyond its tier", "G22", vec![("/units/0/tier_after", json!(1)), ("/units/0/envs", json!(["prod"]))], Deny, FEW, NONE),
        ("a robot in its paths and elsewhere", "G22", vec![("/units", json!([facts("G22")["units"][0], reads()]))], Deny, FEW, NONE),
        ("a human commit on top of a robot's", "G22", vec![("/prs/0/commits/0/committer", json!(101))], Deny, FEW, NONE),
        ("a human push to a robot's branch", "G22", vec![("/prs/0/pushes/0/actor", json!(101))], Deny, FEW, NONE),
        ("an unknown hand in a robot's commit", "G22", vec![("/prs/0/commits/0/author", json!(null))], Deny, FEW, NONE),
        ("another robot", "G22", vec![("/prs/0/author", json!(301)), ("/prs/0/commits/0/author", json!(301)), ("/prs/0/commits/0/committer", json!(301)), ("/prs/0/pushes/0/actor", json!(301))], Deny, FEW, NONE),
        // Step 16
        ("an emergency", "G85", vec![("/exceptions/0/signature_ok", json!(true))], AllowBreakGlass, &["NO_PULL_REQUEST"], NONE),
        ("an emergency that was signed by nobody", "G85", vec![], Deny, &["EXC_SIGNATURE"], NONE),
        ("an emergency of more than a day", "G85", vec![("/exceptions", with("expires_at", json!("2026-11-11T11:00:01Z")))], Deny, &["EXC_TTL"], NONE),
        ("an emergency of a day", "G85", vec![("/exceptions", with("expires_at", json!("2026-11-11T11:00:00Z")))], AllowBreakGlass, &["NO_PULL_REQUEST"], NONE),
        ("an emergency that ended before it began", "G85", vec![("/exceptions", with("expires_at", json!("2026-11-10T11:00:00Z")))], Deny, &["EXC_TTL"], NONE),
        ("an emergency of tomorrow", "G85", vec![("/exceptions", with("granted_at", json!("2026-11-10T12:05:01Z")))], Deny, &["EXC_TTL"], NONE),
        ("an emergency for other bytes", "G85", vec![("/exceptions", with("digests", json!({"runbooks/api/restart.yaml": "b3"})))], Deny, &["EXC_DIGEST"], NONE),
        ("an emergency for another file", "G85", vec![("/exceptions", with("digests", json!({"runbooks/api/stop.yaml": "b2"})))], Deny, &["EXC_DIGEST"], NONE),
        ("an emergency in another environment", "G85", vec![("/exceptions", with("environments", json!(["staging"])))], Deny, &["EXC_TIER"], NONE),
        ("an emergency in this environment", "G85", vec![("/exceptions", with("environments", json!(["staging", "prod"])))], AllowBreakGlass, &["NO_PULL_REQUEST"], NONE),
        ("an emergency of the highest tier there may be", "G85", vec![("/exceptions/0/signature_ok", json!(true)), ("/units/0/tier_after", json!(2))], AllowBreakGlass, &["NO_PULL_REQUEST"], NONE),
        ("an emergency of a higher tier", "G85", vec![("/exceptions/0/signature_ok", json!(true)), ("/units/0/tier_after", json!(3))], Deny, &["EXC_TIER"], NONE),
        ("an emergency of what has no tier", "G85", vec![("/exceptions/0/signature_ok", json!(true)), ("/units/0/tier_before", json!(null)), ("/units/0/tier_after", json!(null))], AllowBreakGlass, &["NO_PULL_REQUEST"], NONE),
        ("an emergency of two files, one of a higher tier", "G85", vec![("/exceptions", with("digests", json!({"runbooks/api/restart.yaml": "b2", "runbooks/api/other.yaml": "b2"}))), ("/units", json!([facts("G85")["units"][0], other("tier_after", json!(3))]))], Deny, &["EXC_TIER"], NONE),
        ("an emergency of two files, for one of them", "G85", vec![("/exceptions/0/signature_ok", json!(true)), ("/units", json!([facts("G85")["units"][0], other("tier_after", json!(1))]))], Deny, &["EXC_DIGEST"], NONE),
        ("an emergency in one of two environments", "G85", vec![("/exceptions", with("environments", json!(["staging"]))), ("/units/0/envs", json!(["prod", "staging"]))], Deny, &["EXC_TIER"], NONE),
        ("an emergency with no incident at all", "G85", vec![("/exceptions", with("incident", json!(null)))], Deny, &["EXC_NO_INCIDENT"], NONE),
        ("an emergency granted by whoever", "G85", vec![("/exceptions", with("granted_by", json!([102])))], Deny, &["EXC_GRANTOR"], NONE),
        ("an emergency granted by its author", "G85", vec![("/exceptions", with("authors", json!([107])))], Deny, &["EXC_GRANTOR"], NONE),
        ("an emergency granted by one of its authors", "G85", vec![("/exceptions", with("authors", json!([101, 107])))], Deny, &["EXC_GRANTOR"], NONE),
        ("an emergency of this very moment", "G85", vec![("/exceptions", with("granted_at", json!("2026-11-10T12:05:00Z")))], AllowBreakGlass, &["NO_PULL_REQUEST"], NONE),
        ("an emergency granted by the author of the pull request", "G85", vec![("/exceptions", with("id", json!("EXC-1"))), ("/prs", json!([{
            "number": 42, "author": 107, "base_ref": "main", "base_repo_id": 9001, "head_sha": HEAD, "merged": true, "merged_at": "2026-11-10T12:00:00Z",
            "merge_commit_sha": TIP, "merged_by": 107, "commits": [commit(HEAD)], "pushes": [], "base_changes": []}]))], Deny, &["EXC_GRANTOR"], NONE),
        ("an emergency without an incident", "G85", vec![("/exceptions", with("incident", json!(" ")))], Deny, &["EXC_NO_INCIDENT"], NONE),
        ("an emergency that is over", "G85", vec![("/exceptions", with("id", json!("EXC-1"))), ("/now", json!("2026-11-11T09:00:00Z"))], Deny, &["EXC_EXPIRED"], NONE),
        ("an emergency in its last second", "G85", vec![("/exceptions", with("id", json!("EXC-1"))), ("/now", json!("2026-11-11T08:59:59Z"))], AllowBreakGlass, &["NO_PULL_REQUEST"], NONE),
        ("an emergency of this moment", "G85", vec![("/exceptions", with("granted_at", json!("2026-11-10T12:05:00Z")))], AllowBreakGlass, &["NO_PULL_REQUEST"], NONE),
        ("an emergency of the highest tier there may be", "G85", vec![("/exceptions", with("id", json!("EXC-1"))), ("/units/0/tier_after", json!(2))], AllowBreakGlass, &["NO_PULL_REQUEST"], NONE),
        ("an emergency for what does nothing", "G85", vec![("/exceptions", with("id", json!("EXC-1"))), ("/units/0/tier_before", json!(null)), ("/units/0/tier_after", json!(null))], AllowBreakGlass, &["NO_PULL_REQUEST"], NONE),
        ("an emergency for one of two files", "G85", vec![("/exceptions", with("digests", json!({"a": "b2"}))), ("/units", json!([unit("a", 1, "prod"), unit("b", 1, "prod")]))], Deny, &["EXC_DIGEST"], NONE),
        ("an emergency in which one of two files has too high a tier", "G85", vec![("/exceptions", with("digests", json!({"a": "b2", "b": "b2"}))), ("/units", json!([unit("a", 1, "prod"), unit("b", 3, "prod")]))], Deny, &["EXC_TIER"], NONE),
        ("an emergency in one environment of two", "G85", vec![("/exceptions", with("environments", json!(["prod"]))), ("/units/0/envs", json!(["prod", "staging"]))], Deny, &["EXC_TIER"], NONE),
        ("an emergency granted by one of its authors", "G85", vec![("/exceptions", with("authors", json!([101, 107])))], Deny, &["EXC_GRANTOR"], NONE),
        ("an emergency of which nobody says the incident", "G85", vec![("/exceptions", with("incident", json!(null)))], Deny, &["EXC_NO_INCIDENT"], NONE),
        ("approved afterwards", "G79", vec![("/exceptions/0/ratification", ratified("b2", 102, "2026-11-10T20:00:00Z"))], Allow, &["RATIFIED"], NONE),
        ("approved before it is over", "G85", vec![("/exceptions", with("ratification", ratified("b2", 102, "2026-11-10T12:00:00Z")))], Allow, &["RATIFIED"], NONE),
        ("other bytes approved afterwards", "G79", vec![("/exceptions/0/ratification", ratified("b3", 102, "2026-11-10T20:00:00Z"))], Deny, &["EXC_EXPIRED"], NONE),
        ("approved this very moment", "G79", vec![("/exceptions/0/ratification", ratified("b2", 102, "2026-11-11T09:00:00Z"))], Allow, &["RATIFIED"], NONE),
        ("approved in a moment", "G79", vec![("/exceptions/0/ratification", ratified("b2", 102, "2026-11-11T09:00:01Z"))], Deny, &["EXC_EXPIRED"], NONE),
        ("approved by the author afterwards", "G79", vec![("/exceptions/0/ratification", ratified("b2", 101, "2026-11-10T20:00:00Z"))], Deny, &["EXC_EXPIRED"], NONE),
        ("approved by whoever afterwards", "G79", vec![("/exceptions/0/ratification", ratified("b2", 106, "2026-11-10T20:00:00Z"))], Deny, &["EXC_EXPIRED"], NONE),
        ("approved too late", "G79", vec![("/now", json!("2026-11-20T00:00:00Z")), ("/exceptions/0/ratification", ratified("b2", 102, "2026-11-13T11:00:01Z"))], Deny, &["EXC_EXPIRED"], NONE),
        ("approved just in time", "G79", vec![("/now", json!("2026-11-20T00:00:00Z")), ("/exceptions/0/ratification", ratified("b2", 102, "2026-11-13T11:00:00Z"))], Allow, &["RATIFIED"], NONE),
        ("approved before it was granted", "G79", vec![("/exceptions/0/ratification", ratified("b2", 102, "2026-11-10T10:59:59Z"))], Deny, &["EXC_EXPIRED"], NONE),
        ("approved in the second it was granted", "G79", vec![("/exceptions/0/ratification", ratified("b2", 102, "2026-11-10T11:00:00Z"))], Allow, &["RATIFIED"], NONE),
        ("one of two files approved afterwards", "G79", vec![("/exceptions/0/digests", json!({"runbooks/api/restart.yaml": "b2", "runbooks/api/other.yaml": "b2"})), ("/exceptions/0/ratification", json!({"digests": {"runbooks/api/restart.yaml": "b2", "runbooks/api/other.yaml": "b2"}, "reviews": [review(1, 102, "APPROVED", "2026-11-10T20:00:00Z")]})), ("/units", json!([facts("G79")["units"][0], other("tier_after", json!(2))]))], Deny, &["EXC_EXPIRED"], NONE),
        ("approved afterwards by a contributor of the pull request", "G79", vec![("/landing/shape", json!("squash")), ("/prs", json!([{
            "number": 42, "author": 102, "base_ref": "main", "base_repo_id": 9001, "head_sha": HEAD, "merged": true, "merged_at": "2026-11-10T12:00:00Z",
            "merge_commit_sha": TIP, "merged_by": 107, "commits": [commit(HEAD)], "pushes": [], "base_changes": []}])), ("/exceptions/0/ratification", ratified("b2", 102, "2026-11-10T20:00:00Z"))], Deny, &["EXC_EXPIRED"], NONE),
        ("approved in the future", "G79", vec![("/exceptions/0/ratification", ratified("b2", 102, "2026-11-11T09:00:01Z"))], Deny, &["EXC_EXPIRED"], NONE),
        ("refused afterwards", "G79", vec![("/exceptions/0/ratification", json!({"digests": {"runbooks/api/restart.yaml": "b2"}, "reviews": [review(1, 102, "CHANGES_REQUESTED", "2026-11-10T20:00:00Z")]}))], Deny, &["EXC_EXPIRED"], NONE),
        ("a bad signature cannot be ratified", "G85", vec![("/exceptions/0/ratification", ratified("b2", 102, "2026-11-10T12:00:00Z"))], Deny, &["EXC_SIGNATURE"], NONE),
    ]
}

fn reads() -> Value {
    let mut unit = facts("G01")["units"][0].clone();
    unit["path"] = json!("runbooks/api/read.yaml");
    unit["tier_before"] = json!(0);
    unit["tier_after"] = json!(0);
    unit
}

/// Another file like that of G85, but for one thing.
fn other(key: &str, value: Value) -> Value {
    let mut unit = facts("G85")["units"][0].clone();
    unit["path"] = json!("runbooks/api/other.yaml");
    unit[key] = value;
    unit
}

fn policy_unit() -> Value {
    let mut unit = facts("G01")["units"][0].clone();
    unit["path"] = json!("governance.yaml");
    unit["tier_before"] = json!(null);
    unit["tier_after"] = json!(null);
    unit["envs"] = json!([]);
    unit
}

fn unfinished() -> Value {
    let mut pull = facts("G01")["prs"][0].clone();
    pull["merge_commit_sha"] = json!(null);
    pull
}

fn unit(path: &str, tier: u8, environment: &str) -> Value {
    json!({
        "path": path, "tier_before": tier, "tier_after": tier, "envs": [environment],
        "P": "b1", "MB": "b1", "H": "b2", "C": "b2",
    })
}

fn open() -> Value {
    let mut pull = facts("G01")["prs"][0].clone();
    pull["merged"] = json!(false);
    pull["merged_at"] = json!(null);
    pull["merge_commit_sha"] = json!(null);
    pull
}

/// What makes G01 a pull request that is still open, and more changes.
fn proposed(more: Vec<(&'static str, Value)>) -> Vec<(&'static str, Value)> {
    let open = vec![
        ("/landing/shape", json!("proposed")),
        ("/landing/tip", json!(HEAD)),
        ("/prs/0", open()),
    ];
    open.into_iter().chain(more).collect()
}

fn ratified(blob: &str, by: u64, at: &str) -> Value {
    json!({"digests": {"runbooks/api/restart.yaml": blob}, "reviews": [review(1, by, "APPROVED", at)]})
}

fn set(facts: &mut Value, pointer: &str, value: Value) {
    if let Some(place) = facts.pointer_mut(pointer) {
        *place = value;
        return;
    }
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    facts.pointer_mut(parent).unwrap()[key] = value;
}

#[test]
fn every_step_decides_as_described() {
    let rules = rules("default");
    for (name, case, changes, verdict, reasons, rejected) in table() {
        let mut facts = facts(case);
        for (pointer, value) in changes {
            set(&mut facts, pointer, value);
        }
        let found = judged(&facts, &rules);
        let codes: Vec<_> = found.reasons.iter().map(|reason| reason.code()).collect();
        let refused: Vec<_> = found.rejected.iter().map(|one| one.reason.code()).collect();
        assert_eq!(
            (found.verdict, &*codes, &*refused),
            (verdict, reasons, rejected),
            "{name}"
        );
    }
}

#[test]
fn every_reason_has_a_row() {
    // A policy that cannot be used is refused before it judges anything.
    let mut shown = BTreeSet::from([Reason::PolicyInvalid.code()]);
    for (.., reasons, rejected) in table() {
        shown.extend(reasons.iter().chain(rejected));
    }
    let all: BTreeSet<&str> = Reason::ALL.iter().map(|reason| reason.code()).collect();
    assert_eq!(shown, all);
    for reason in Reason::ALL {
        assert_eq!(Reason::from_code(reason.code()), Some(*reason));
    }
}
