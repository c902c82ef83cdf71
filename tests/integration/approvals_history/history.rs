//! A real repository whose landings come with records, as they would be gathered.

use std::collections::BTreeMap;

use rbk::document::{Digest, canonical_json};
use serde_json::{Value, json};

use crate::workbench::{Workbench, words};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";
const POLICY: &str = "runbooks/governance.yaml";

/// Documents by kind and id, as a subject of a record each.
type State = BTreeMap<String, Value>;

pub(super) struct History {
    pub(super) bench: Workbench,
    pub(super) records: Vec<Value>,
    state: State,
    policy: Value,
    version: String,
}

impl History {
    /// The starter repository with a policy that names a repository, adopted with its first commit.
    pub(super) fn adopted() -> Self {
        let bench = Workbench::new();
        bench.rbk(&["init", "shop"]).expect(0);
        bench.replace(
            &format!("shop/{POLICY}"),
            "spec:\n",
            "spec:\n  repository: {host: github.com, id: 9001, full_name: acme/shop, branch: main}\n  \
             break_glass: {max_tier: 2, max_ttl: 24h, ratify_within: 72h, approvers: {sre: 1}, keys: [\"ssh-ed25519 \
             AAAAC3NzaC1lZDI1NTE5AAAAIFY38z4B/VtFhLOrelFTkw2V3hX4156c2MHBoPA/D++Y\"]}\n",
        );
        bench.commit("shop");
        let mut history = Self {
            bench,
            records: Vec::new(),
            state: State::new(),
            policy: Value::Null,
            version: "1.0.0".to_owned(),
        };
        (history.state, history.policy) = history.look();
        let tip = history.tip();
        let record = json!({
            "facts": {
                "now": "2026-11-10T12:05:00Z",
                "landing": {"shape": "push", "parent": "", "tip": tip, "tip_parents": [], "commits": [tip], "before_baseline": true},
                "units": [], "prs": [], "reviews": [], "teams": {}, "prev_published_is_ancestor": null, "users": {},
            },
            "policy": history.policy,
            "subjects": history.state.values().collect::<Vec<_>>(),
        });
        history.records.push(record);
        history
    }

    /// What a bundle of the newest commit would hold, and the policy in it.
    fn look(&self) -> (State, Value) {
        let out = format!("look-{}", self.records.len());
        let tip = self.tip();
        let build = format!("bundle build shop --out {out} --commit {tip}");
        self.bench.rbk(&words(&build)).expect(0);
        let listed = self
            .bench
            .rbk(&words(&format!("bundle show {out} --format json")));
        let policy = self.bench.read(&format!("{out}/governance.json"));
        let mut state: State = listed
            .json()
            .as_array()
            .unwrap()
            .iter()
            .map(|it| {
                let path = it["source"]
                    .as_str()
                    .unwrap()
                    .trim_start_matches("sources/");
                let subject = json!({
                    "kind": it["kind"], "id": it["id"], "version": it["version"], "path": path,
                    "source": it["source_digest"], "closure": it["digest"],
                });
                (format!("{}/{}", it["kind"], it["id"]), subject)
            })
            .collect();
        let source = self.bench.read(&format!("shop/{POLICY}"));
        let subject = json!({
            "kind": "Governance", "id": "starter", "version": "1.0.0", "path": POLICY,
            "source": Digest::of(source.as_bytes()), "closure": Digest::of(policy.as_bytes()),
        });
        state.insert("Governance".to_owned(), subject);
        (state, serde_json::from_str(&policy).unwrap())
    }

    /// The newest commit.
    pub(super) fn tip(&self) -> String {
        self.bench
            .git("shop", &["rev-parse", "HEAD"])
            .trim()
            .to_owned()
    }

    /// A pull request by alice gives the runbook another version, and lands; these accounts approved it.
    pub(super) fn runbook_changes(&mut self, version: &str, by: &[u64]) {
        let parent = self.tip();
        let [before, after] = [self.version.as_str(), version].map(|it| format!("version: {it}"));
        self.bench
            .replace(&format!("shop/{RUNBOOK}"), &before, &after);
        self.version = version.to_owned();
        self.bench.commit("shop");
        let tip = self.tip();
        let number = self.records.len();
        let head = format!("{:040x}", 0xbeef_0000_usize + number);
        let [old, new] = [&parent, &tip].map(|commit| {
            let blob = format!("{commit}:{RUNBOOK}");
            self.bench
                .git("shop", &["rev-parse", &blob])
                .trim()
                .to_owned()
        });
        let (state, _) = self.look();
        let changed: Vec<&Value> = state
            .iter()
            .filter(|(name, subject)| self.state.get(*name) != Some(subject))
            .map(|(_, subject)| subject)
            .collect();
        let user = |id: u64, login: &str| json!({"login": login, "id": id, "type": "User"});
        let record = json!({
            "facts": {
                "now": "2026-11-10T12:05:00Z",
                "landing": {"shape": "squash", "parent": parent, "tip": tip, "tip_parents": [parent], "commits": [tip]},
                "units": [{
                    "path": RUNBOOK, "tier_before": 2, "tier_after": 2, "envs": ["staging", "production"],
                    "P": old, "MB": old, "H": new, "C": new,
                }],
                "prs": [{
                    "number": 40 + number, "author": 101, "base_ref": "main", "base_repo_id": 9001, "head_sha": head, "merged": true,
                    "merged_at": "2026-11-10T12:00:00Z", "merge_commit_sha": tip, "merged_by": 102,
                    "commits": [{"sha": head, "author": 101, "committer": 101, "co_authors": [], "parents": [parent]}],
                    "pushes": [{"at": "2026-11-10T09:00:00Z", "actor": 101, "after": head, "force": false}],
                    "base_changes": [],
                }],
                "reviews": [],
                "teams": {},
                "prev_published_is_ancestor": null,
                "users": {
                    "101": user(101, "alice"), "102": user(102, "bob"), "103": user(103, "carol"), "104": user(104, "dave"),
                },
            },
            "policy": self.policy,
            "subjects": changed,
        });
        self.state = state;
        self.records.push(record);
        by.iter().for_each(|account| self.approve(*account));
    }

    /// One more approval of the newest landing.
    pub(super) fn approve(&mut self, account: u64) {
        let number = self.records.len() - 1;
        let facts = &mut self.records[number]["facts"];
        let head = facts["prs"][0]["head_sha"].clone();
        let reviews = facts["reviews"].as_array_mut().unwrap();
        let id = 1000 * number + reviews.len() + 1;
        reviews.push(json!({
            "id": id, "user": account, "state": "APPROVED", "commit_id": head, "submitted_at": "2026-11-10T10:00:00Z",
        }));
    }

    /// An approval of the newest landing that does not count: its author's.
    pub(super) fn refuse_by(&mut self, author: u64) {
        self.approve(author);
    }

    /// An exception for the newest landing, by carol.
    pub(super) fn emergency(&mut self, until: &str) {
        let facts = &mut self.records.last_mut().unwrap()["facts"];
        let landed = facts["units"][0]["C"].clone();
        facts["exceptions"] = json!([{
            "id": "EXC-7", "granted_by": [103], "authors": [101], "granted_at": "2026-11-10T11:00:00Z", "expires_at": until,
            "incident": "INC-31", "signature_ok": true, "digests": {RUNBOOK: landed},
        }]);
    }

    /// Writes the records.
    pub(super) fn write(&self, name: &str) {
        let lines: String = self
            .records
            .iter()
            .map(|record| format!("{record}\n"))
            .collect();
        self.bench.write(name, lines);
    }
}

/// Evidence whose statements were changed, chained anew, and an index that names it.
pub(super) fn made_up(lines: &str, index: &Value) -> (String, String) {
    let mut previous = Value::Null;
    let mut text = String::new();
    for line in lines.lines() {
        let mut statement: Value = serde_json::from_str(line).unwrap();
        statement["predicate"]["previous"] = previous;
        let line = String::from_utf8(canonical_json(&statement).unwrap()).unwrap();
        previous = json!(Digest::of(line.as_bytes()));
        text.push_str(&line);
        text.push('\n');
    }
    let mut index = index.clone();
    index["evidence"]["head"] = previous;
    index["evidence"]["files"][0]["digest"] = json!(Digest::of(text.as_bytes()));
    index["evidence"]["files"][0]["length"] = json!(text.len());
    let index = String::from_utf8(canonical_json(&index).unwrap()).unwrap();
    (text, index)
}
