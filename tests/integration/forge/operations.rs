//! The operations themselves: what is asked for, from what the mock knows.

use serde_json::{Value, json};

use super::description::Matched;
use super::exchange::{Asked, Reply, error};
use super::show::Show;
use super::state::{Comment, Pull, Repository, State, Status};

/// A pull request lists no more commits than this.
const MOST_COMMITS: usize = 250;

/// Carries out an operation.
pub(crate) fn perform(state: &mut State, api: &str, asked: &Asked, matched: &Matched) -> Reply {
    if matched.operation.is_write() {
        write(state, api, asked, matched)
    } else {
        let show = Show { state, api };
        read(&show, asked, matched).unwrap_or_else(Reply::not_found)
    }
}

fn read(show: &Show<'_>, asked: &Asked, matched: &Matched) -> Option<Reply> {
    let state = show.state;
    if matched.operation.path.starts_with("/repos/") {
        let repository = state.repository_named(matched.text("owner"), matched.text("repo"))?;
        return of_repository(show, asked, matched, repository);
    }
    Some(match matched.id {
        "rate-limit/get" => Reply::found(show.limits(reset(state))),
        "users/get-by-username" => {
            Reply::found(show.profile(state.account_named(matched.text("username"))?))
        }
        "users/get-by-id" => {
            let account = state.accounts.get(&matched.number("account_id"));
            Reply::found(show.profile(account.filter(|it| !it.is_deleted)?))
        }
        "teams/get-by-name" | "teams/list-members-in-org" => of_team(show, matched)?,
        other => unreachable!("{other} is described and not served"),
    })
}

fn of_team(show: &Show<'_>, matched: &Matched) -> Option<Reply> {
    let state = show.state;
    let (org, slug) = (matched.text("org"), matched.text("team_slug"));
    let mut teams = state.teams.iter();
    let team = teams.find(|it| it.organization == org && it.slug == slug)?;
    if !state.access.may_read_members {
        return Some(Reply::error(403, "Resource not accessible by integration"));
    }
    if matched.id == "teams/get-by-name" {
        return Some(Reply::found(show.team(team)));
    }
    let members = team.members.iter().filter_map(|id| state.accounts.get(id));
    let members = members.filter(|it| !it.is_deleted);
    Some(Reply::List(
        members.map(|it| show.simple(it)).collect(),
        None,
    ))
}

fn of_repository(
    show: &Show<'_>,
    asked: &Asked,
    matched: &Matched,
    repository: &Repository,
) -> Option<Reply> {
    let state = show.state;
    match matched.id {
        "repos/get" => return Some(Reply::found(show.full_repository(repository))),
        "repos/get-branch" => {
            let name = matched.text("branch");
            return Some(match show.branch(repository, name) {
                Some(branch) => Reply::found(branch),
                None => Reply::error(404, "Branch not found"),
            });
        }
        "repos/get-commit" => {
            let name = matched.text("ref");
            let sha = repository.branches.get(name).map_or(name, |head| head);
            return Some(match state.commits.get(sha) {
                Some(commit) => Reply::found(show.commit(commit)),
                None => Reply::Thing(422, error(422, &format!("No commit found for SHA: {name}"))),
            });
        }
        "repos/list-activities" => {
            if state.access.hidden.contains(&repository.id) {
                return None;
            }
            return Some(activity(show, asked, repository));
        }
        _ => {}
    }
    // Everything else the mock has only for the repository that pull requests are for.
    if repository.id != state.base {
        return None;
    }
    match matched.segments.get("pull_number") {
        Some(number) => of_pull(show, matched, state.pulls.get(&number.parse().ok()?)?),
        None => of_base(show, asked, matched),
    }
}

fn of_pull(show: &Show<'_>, matched: &Matched, pull: &Pull) -> Option<Reply> {
    let state = show.state;
    Some(match matched.id {
        "pulls/get" => Reply::found(show.pull(pull)),
        "pulls/list-commits" => {
            let commits = pull.commits.iter().take(MOST_COMMITS);
            let commits = commits.map(|sha| show.commit(&state.commits[sha]));
            Reply::List(commits.collect(), None)
        }
        "pulls/list-reviews" => {
            let reviews = pull.reviews.iter().map(|it| show.review(pull.number, it));
            Reply::List(reviews.collect(), None)
        }
        other => unreachable!("{other} is described and not served"),
    })
}

fn of_base(show: &Show<'_>, asked: &Asked, matched: &Matched) -> Option<Reply> {
    let state = show.state;
    let list = |entries: Vec<Value>| Some(Reply::List(entries, None));
    match matched.id {
        "pulls/list" => list(pulls(show, asked)),
        "repos/list-pull-requests-associated-with-commit" => {
            let sha = matched.segments["commit_sha"].clone();
            let has = |pull: &&Pull| {
                pull.landed.contains(&sha) || pull.is_open && pull.commits.contains(&sha)
            };
            let pulls = state.pulls.values().filter(has);
            list(pulls.map(|it| show.pull_in_list(it)).collect())
        }
        "issues/list-events-for-timeline" => {
            let number = matched.number("issue_number");
            let events = state.pulls.get(&number)?.timeline.iter();
            list(events.filter_map(|it| show.event(number, it)).collect())
        }
        "issues/list-comments" => {
            let number = matched.number("issue_number");
            state.pulls.get(&number)?;
            let comments = state.comments.iter().filter(|it| it.number == number);
            list(comments.map(|it| show.comment(it)).collect())
        }
        "issues/get-comment" => {
            let id = matched.number("comment_id");
            let comment = state.comments.iter().find(|it| it.id == id)?;
            Some(Reply::found(show.comment(comment)))
        }
        "checks/list-for-ref" => {
            let runs = state
                .check_runs
                .iter()
                .filter(|it| it.head == matched.text("ref"));
            let runs = runs.map(|it| show.check_run(it)).collect();
            Some(Reply::List(runs, Some("check_runs")))
        }
        "repos/list-commit-statuses-for-ref" => {
            let of_commit = |it: &&Status| it.commit == matched.text("ref");
            let statuses = state.statuses.iter().filter(of_commit).rev();
            list(statuses.map(|it| show.status(it)).collect())
        }
        "repos/get-branch-rules" => {
            let rules = state.branch_rules.get(matched.text("branch"));
            list(rules.cloned().unwrap_or_default())
        }
        "repos/get-branch-protection" if !state.access.may_administrate => {
            let message = "Resource not accessible by integration";
            Some(Reply::error(403, message))
        }
        "repos/get-branch-protection" => Some(match state.protection.get(matched.text("branch")) {
            Some(protection) => Reply::found(protection.clone()),
            None => Reply::error(404, "Branch not protected"),
        }),
        "repos/get-repo-rulesets" => list(state.rulesets.clone()),
        "repos/get-repo-ruleset" => {
            let id = matched.number("ruleset_id");
            let found = state.rulesets.iter().find(|it| it["id"] == id)?;
            Some(Reply::found(found.clone()))
        }
        "actions/get-workflow-run" => {
            let run = state.runs.get(&matched.number("run_id"))?;
            Some(Reply::found(show.run(run)))
        }
        other => unreachable!("{other} is described and not served"),
    }
}

fn pulls(show: &Show<'_>, asked: &Asked) -> Vec<Value> {
    let state = show.state;
    let wanted = asked.parameter("state").unwrap_or("open");
    let is_wanted = |pull: &&Pull| match wanted {
        "open" => pull.is_open,
        "closed" => !pull.is_open,
        _ => true,
    };
    let has_head = |pull: &&Pull| {
        let repository = &state.repositories[&pull.head_repository];
        let owner = &state.accounts[&repository.owner].login;
        let label = format!("{owner}:{}", pull.head_branch);
        asked.parameter("head").is_none_or(|it| it == label)
    };
    let has_base = |pull: &&Pull| {
        let base = asked.parameter("base");
        base.is_none_or(|it| it == pull.base_branch)
    };
    let found = state.pulls.values().rev();
    let found = found.filter(is_wanted).filter(has_head).filter(has_base);
    found.map(|it| show.pull_in_list(it)).collect()
}

fn activity(show: &Show<'_>, asked: &Asked, repository: &Repository) -> Reply {
    let branch = asked
        .parameter("ref")
        .map(|it| it.strip_prefix("refs/heads/").unwrap_or(it));
    let kind = asked.parameter("activity_type");
    let actor = asked.parameter("actor");
    let mut found: Vec<Value> = repository
        .activity
        .iter()
        .filter(|it| branch.is_none_or(|branch| branch == it.branch))
        .filter(|it| kind.is_none_or(|kind| kind == it.kind))
        .map(|it| show.activity(it))
        .filter(|it| actor.is_none_or(|actor| it["actor"]["login"] == actor))
        .collect();
    if asked.parameter("direction") != Some("asc") {
        found.reverse();
    }
    Reply::List(found, None)
}

fn write(state: &mut State, api: &str, asked: &Asked, matched: &Matched) -> Reply {
    if !state.access.may_write {
        return Reply::error(403, "Resource not accessible by integration");
    }
    let repository = state.repository_named(matched.text("owner"), matched.text("repo"));
    if repository.is_none_or(|it| it.id != state.base) {
        return Reply::not_found();
    }
    let body: Value = serde_json::from_slice(&asked.body).unwrap();
    let text = |name: &str| body[name].as_str().map(str::to_owned);
    let (now, account) = (state.now, state.access.account);
    match matched.id {
        "issues/create-comment" => {
            let number = matched.number("issue_number");
            if !state.pulls.contains_key(&number) {
                return Reply::not_found();
            }
            let comment = Comment {
                id: state.fresh_id(),
                number,
                author: account,
                body: text("body").unwrap_or_default(),
                created_at: now,
                updated_at: now,
            };
            state.comments.push(comment.clone());
            Reply::Thing(201, Show { state, api }.comment(&comment))
        }
        "issues/update-comment" => {
            let id = matched.number("comment_id");
            let found = state.comments.iter_mut().find(|it| it.id == id);
            let Some(comment) = found else {
                return Reply::not_found();
            };
            if comment.author != account {
                return Reply::error(403, "Must have admin rights to Repository.");
            }
            comment.body = text("body").unwrap_or_default();
            comment.updated_at = now;
            let comment = comment.clone();
            Reply::found(Show { state, api }.comment(&comment))
        }
        "repos/create-commit-status" => {
            let commit = matched.text("sha").to_owned();
            if !state.commits.contains_key(&commit) {
                let message = format!("No commit found for SHA: {commit}");
                return Reply::error(422, &message);
            }
            let status = Status {
                id: state.fresh_id(),
                commit,
                state: text("state").unwrap_or_default(),
                context: text("context").unwrap_or_else(|| "default".to_owned()),
                description: text("description"),
                target: text("target_url"),
                creator: account,
                at: now,
            };
            state.statuses.push(status.clone());
            Reply::Thing(201, Show { state, api }.status(&status))
        }
        other => unreachable!("{other} is described and not served"),
    }
}

/// When the limit starts anew, in seconds since the epoch.
pub(crate) fn reset(state: &State) -> i64 {
    state.now.as_second() + 3600
}

/// The answer of GraphQL where it cannot answer.
pub(crate) fn graphql_error(message: &str) -> Value {
    json!({"errors": [{"message": message}]})
}
