//! The one question in GraphQL that is answered: the authors of some commits, co-authors among them, and their accounts.

use std::sync::OnceLock;

use regex::Regex;
use serde_json::{Map, Value, json};

use super::operations::graphql_error;
use super::state::{Commit, State};

/// Answers a body, or says what is wrong with it.
pub(crate) fn answer(state: &State, body: &Value) -> Result<Value, String> {
    let query = body["query"].as_str().ok_or("there is no `query`")?;
    for (name, value) in body["variables"].as_object().into_iter().flatten() {
        if !query.contains(&format!("${name}:")) {
            return Err(format!("the variable `{name}` ({value}) is not declared"));
        }
    }
    if query.matches('{').count() != query.matches('}').count() {
        return Err("the braces of the query do not match".to_owned());
    }
    let named = |name: &str| body["variables"][name].as_str().unwrap_or_default();
    if state
        .repository_named(named("owner"), named("name"))
        .is_none()
    {
        let message = format!(
            "Could not resolve to a Repository with the name '{}/{}'.",
            named("owner"),
            named("name")
        );
        return Ok(graphql_error(&message));
    }
    static ASKED: OnceLock<Regex> = OnceLock::new();
    let asked = ASKED.get_or_init(|| {
        let fields = r"\{\s*nodes\s*\{\s*email\s+user\s*\{\s*login\s+databaseId\s*\}\s*\}\s*\}";
        let pattern = format!(
            r#"(\w+)\s*:\s*object\(oid:\s*"([0-9a-f]{{40}})"\)\s*\{{\s*\.\.\.\s*on\s+Commit\s*\{{\s*oid\s+authors\(first:\s*(\d+)\)\s*{fields}\s*\}}\s*\}}"#
        );
        Regex::new(&pattern).unwrap()
    });
    let mut found = Map::new();
    for part in asked.captures_iter(query) {
        let first: usize = part[3].parse().map_err(|_| "`first` is too large")?;
        if first > 100 {
            return Err(format!(
                "`first: {first}` is more than the 100 there may be"
            ));
        }
        let commit = state.commits.get(&part[2]);
        let shown = commit.map(|it| authors(state, it, first));
        found.insert(part[1].to_owned(), json!(shown));
    }
    if found.is_empty() || found.len() != query.matches("object(").count() {
        return Err(format!("this question is not understood: {query}"));
    }
    Ok(json!({"data": {"repository": found}}))
}

fn authors(state: &State, commit: &Commit, first: usize) -> Value {
    let mut emails = vec![commit.author.email.clone()];
    emails.extend(co_authors(&commit.message));
    let show = |email: &String| {
        let account = state.account_by_email(email);
        let user = account.map(|it| json!({"login": it.login, "databaseId": it.id}));
        json!({"email": email, "user": user})
    };
    let nodes: Vec<Value> = emails.iter().take(first).map(show).collect();
    json!({"oid": commit.sha, "authors": {"nodes": nodes}})
}

/// Addresses of the `Co-authored-by` lines of a message.
fn co_authors(message: &str) -> impl Iterator<Item = String> {
    message.lines().filter_map(|line| {
        let (name, rest) = line.split_once(':')?;
        let is_one = name.eq_ignore_ascii_case("co-authored-by");
        let (_, address) = rest.rsplit_once('<').filter(|_| is_one)?;
        Some(address.split_once('>')?.0.trim().to_owned())
    })
}
