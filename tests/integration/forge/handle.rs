//! One request from its arrival to its answer: what it may ask, what is in its way, and what GitHub adds to every answer.

use serde_json::{Value, json};

use super::behaviour::{Trouble, Troubles};
use super::description::{Matched, Strictness, description};
use super::exchange::{Answer, Asked, Body, Reply, error};
use super::log::{Entry, Log};
use super::operations::{perform, reset};
use super::state::State;
use super::{graphql, paging};

/// Media types of GitHub's answers.
const ACCEPTED: [&str; 3] = [
    "application/vnd.github+json",
    "application/vnd.github.v3+json",
    "application/json",
];
/// Versions of the API that a request may name.
const VERSIONS: [&str; 2] = ["2022-11-28", NEWEST_VERSION];
const NEWEST_VERSION: &str = "2026-03-10";

/// The mock without its connections.
pub(crate) struct Desk {
    /// Address of the API, without a slash at the end.
    pub(crate) api: String,
    pub(crate) state: State,
    pub(crate) troubles: Troubles,
    pub(crate) log: Log,
    /// What was asked or answered otherwise than described.
    pub(crate) violations: Vec<String>,
}

impl Desk {
    /// Answers a request to the GraphQL endpoint or, with a path below its address, to the API.
    pub(crate) fn handle(&mut self, asked: &Asked, is_graphql: bool) -> Answer {
        let matched = match is_graphql {
            true => None,
            false => description().find(&asked.method, &self.named_path(&asked.path)),
        };
        let operation = match &matched {
            Some(matched) => matched.operation.path.clone(),
            None if is_graphql => "/graphql".to_owned(),
            None => asked.path.clone(),
        };
        let mut answer = self.answered(asked, matched.as_ref(), is_graphql);
        self.add_limits(&mut answer);
        self.log.0.push(Entry {
            method: asked.method.clone(),
            operation,
            path: asked.path.clone(),
            status: answer.status,
            is_conditional: asked.header("if-none-match").is_some(),
        });
        answer
    }

    fn answered(&mut self, asked: &Asked, matched: Option<&Matched>, is_graphql: bool) -> Answer {
        let mut faults = faults_of_headers(asked);
        match matched {
            Some(matched) => {
                let operation = matched.operation;
                faults.extend(operation.faults_of_address(&matched.segments, &asked.query));
                match asked.json().transpose() {
                    Ok(body) => faults.extend(operation.faults_of_request(body.as_ref())),
                    Err(error) => faults.push(format!("its body is no JSON: {error}")),
                }
            }
            None if is_graphql && asked.method == "POST" => {}
            None => faults.push("no such operation is described".to_owned()),
        }
        if let Some(refusal) = self.unauthorised(asked, &mut faults) {
            return refusal;
        }
        if !faults.is_empty() {
            return self.violated(asked, &faults);
        }
        let path = self.named_path(&asked.path);
        let trouble = self.troubles.of(&asked.method, &path);
        if let Some(answer) = trouble.as_ref().and_then(instead) {
            return answer;
        }
        if self.state.access.remaining == 0 && asked.path != "/rate_limit" {
            let account = self.state.access.account;
            let message = format!("API rate limit exceeded for user ID {account}.");
            return Answer::of(403, error(403, &message));
        }
        let answer = match matched {
            None => self.graphql(asked),
            Some(matched) => match self.moved(asked) {
                Some(answer) => answer,
                None => self.performed(asked, matched, trouble.as_ref()),
            },
        };
        match trouble {
            Some(Trouble::DoneButFails(status)) => {
                Answer::of(status, error(status, "Server Error"))
            }
            _ => answer,
        }
    }

    /// Carries out an operation and holds the answer against the description.
    fn performed(&mut self, asked: &Asked, matched: &Matched, trouble: Option<&Trouble>) -> Answer {
        let reply = perform(&mut self.state, &self.api, asked, matched);
        let mut answer = match (reply, trouble) {
            (Reply::List(_, field), Some(Trouble::NotIndexed)) => {
                self.paged(asked, matched, Vec::new(), field)
            }
            (Reply::List(entries, field), _) => self.paged(asked, matched, entries, field),
            (Reply::Thing(status, value), _) => Answer::of(status, value),
        };
        let faults =
            matched
                .operation
                .faults_of_answer(answer.status, answer.json(), Strictness::Closed);
        if !faults.is_empty() {
            let faults: Vec<String> = faults
                .iter()
                .map(|it| format!("the mock's own answer: {it}"))
                .collect();
            return self.violated(asked, &faults);
        }
        let version = asked.header("x-github-api-version");
        if self.state.access.is_newest_version || version == Some(NEWEST_VERSION) {
            without_merge_commit(&mut answer);
        }
        paging::tagged(asked, answer)
    }

    fn paged(
        &self,
        asked: &Asked,
        matched: &Matched,
        entries: Vec<Value>,
        field: Option<&str>,
    ) -> Answer {
        // Links to further pages name repositories by their ids.
        let repository = matched.segments.get("owner").and_then(|owner| {
            self.state
                .repository_named(owner, matched.segments.get("repo")?)
        });
        let path = match repository {
            Some(it) => {
                let rest = asked.path.splitn(4, '/').nth(3).unwrap_or_default();
                let rest = rest.split_once('/').map_or("", |(_, rest)| rest);
                let rest = match asked.path.starts_with("/repositories/") {
                    true => asked.path.splitn(4, '/').nth(3).unwrap_or_default(),
                    false => rest,
                };
                format!("/repositories/{}/{rest}", it.id)
            }
            None => asked.path.clone(),
        };
        let address = format!("{}{path}", self.api);
        let by_cursor = matched.operation.takes("after");
        paging::page(asked, &address, entries, field, by_cursor)
    }

    fn graphql(&mut self, asked: &Asked) -> Answer {
        let body = asked.json().and_then(Result::ok).unwrap_or_default();
        match graphql::answer(&self.state, &body) {
            Ok(answer) => Answer::of(200, answer),
            Err(fault) => self.violated(asked, &[fault]),
        }
    }

    /// A path whose repository is given by its name, as the description has it.
    fn named_path(&self, path: &str) -> String {
        let by_id = path.strip_prefix("/repositories/").and_then(|rest| {
            let (id, rest) = rest
                .split_once('/')
                .map_or((rest, String::new()), |(id, rest)| (id, format!("/{rest}")));
            let repository = self.state.repositories.get(&id.parse().ok()?)?;
            Some(format!("/repos/{}{rest}", repository.full_name))
        });
        by_id.unwrap_or_else(|| path.to_owned())
    }

    /// Where to ask instead when a repository has another name now.
    fn moved(&self, asked: &Asked) -> Option<Answer> {
        let rest = asked.path.strip_prefix("/repos/")?;
        let mut known = self.state.repositories.values();
        let (repository, rest) = known.find_map(|it| {
            let mut former = it.former_names.iter();
            let rest = former.find_map(|name| rest.strip_prefix(name.as_str()))?;
            (rest.is_empty() || rest.starts_with('/')).then_some((it, rest))
        })?;
        let query: Vec<String> = asked
            .query
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mark = if query.is_empty() { "" } else { "?" };
        let address = format!(
            "{}/repositories/{}{rest}{mark}{}",
            self.api,
            repository.id,
            query.join("&")
        );
        let status = if asked.method == "GET" { 301 } else { 307 };
        let body = json!({
            "message": "Moved Permanently", "url": address, "documentation_url": "https://docs.github.com/rest",
        });
        let mut answer = Answer::of(status, body);
        answer.headers.push(("location", address));
        Some(answer)
    }

    /// The refusal of a request that does not say who asks, or lies.
    fn unauthorised(&self, asked: &Asked, faults: &mut Vec<String>) -> Option<Answer> {
        let token = self.state.access.token.as_ref()?;
        let Some(sent) = asked.header("authorization") else {
            faults.push("it has no `authorization`".to_owned());
            return None;
        };
        let is_known = ["Bearer", "bearer", "token"]
            .iter()
            .any(|scheme| sent == format!("{scheme} {token}"));
        (!is_known).then(|| Answer::of(401, error(401, "Bad credentials")))
    }

    fn violated(&mut self, asked: &Asked, faults: &[String]) -> Answer {
        let query: Vec<String> = asked
            .query
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let (method, path, query) = (&asked.method, &asked.path, query.join("&"));
        let what = format!("{method} {path} {query}\n    {}", faults.join("\n    "));
        self.violations.push(what.clone());
        Answer::of(500, error(500, &what))
    }

    /// Counts an answer, unless the client had it already, and says what is left.
    fn add_limits(&mut self, answer: &mut Answer) {
        let reset = reset(&self.state);
        let access = &mut self.state.access;
        if answer.status != 304 {
            access.remaining = access.remaining.saturating_sub(1);
        }
        let used = access.limit - access.remaining;
        answer.headers.extend([
            ("x-ratelimit-limit", access.limit.to_string()),
            ("x-ratelimit-remaining", access.remaining.to_string()),
            ("x-ratelimit-used", used.to_string()),
            ("x-ratelimit-reset", reset.to_string()),
            ("x-ratelimit-resource", "core".to_owned()),
            ("x-github-request-id", "C0DE:1".to_owned()),
        ]);
    }
}

/// An answer that has nothing to do with what was asked.
fn instead(trouble: &Trouble) -> Option<Answer> {
    let with_body = |body: Body| Answer {
        status: 200,
        headers: Vec::new(),
        body,
    };
    match trouble {
        Trouble::Fails(status) => Some(Answer::of(*status, error(*status, "Server Error"))),
        Trouble::SlowDown(status, seconds) => {
            let message = "You have exceeded a secondary rate limit.";
            let mut answer = Answer::of(*status, error(*status, message));
            answer.headers.push(("retry-after", seconds.to_string()));
            Some(answer)
        }
        Trouble::NotJson => Some(with_body(Body::Text("<html>Sign in to the network</html>"))),
        Trouble::Endless => Some(with_body(Body::Endless)),
        Trouble::DoneButFails(_) | Trouble::NotIndexed | Trouble::Late(_) => None,
    }
}

fn faults_of_headers(asked: &Asked) -> Vec<String> {
    let mut faults = Vec::new();
    match asked.header("accept") {
        Some(accepted) if ACCEPTED.contains(&accepted) => {}
        Some(other) => faults.push(format!("it accepts `{other}`")),
        None => faults.push("it has no `accept`".to_owned()),
    }
    if asked.header("user-agent").is_none_or(str::is_empty) {
        faults.push("it has no `user-agent`".to_owned());
    }
    let content = asked.header("content-type").unwrap_or("nothing");
    if !asked.body.is_empty() && !content.starts_with("application/json") {
        faults.push(format!("it calls its body `{content}`"));
    }
    if let Some(version) = asked.header("x-github-api-version")
        && !VERSIONS.contains(&version)
    {
        faults.push(format!("there is no version `{version}` of the API"));
    }
    faults
}

/// Takes out what newer versions of the API do not have.
fn without_merge_commit(answer: &mut Answer) {
    let Body::Json(body) = &mut answer.body else {
        return;
    };
    let pulls: Vec<&mut Value> = match body {
        Value::Array(list) => list.iter_mut().collect(),
        other => vec![other],
    };
    for pull in pulls.into_iter().filter_map(Value::as_object_mut) {
        pull.remove("merge_commit_sha");
    }
}
