//! Questions to GitHub and its answers: paging, versions of answers, patience, and no more than that.

use std::cell::Cell;
use std::time::Duration;

use http::header::{ETAG, IF_NONE_MATCH, LINK, LOCATION, RETRY_AFTER};
use http::{HeaderMap, HeaderName, Method, StatusCode};
use http_body_util::{BodyExt, Limited};
use octocrab::Octocrab;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::cache::{Cache, Kept};
use super::error::GithubError;
use super::place::Place;
use super::token::Token;
use crate::diagnostic::visible::visible_line;

/// Largest body that is read, in bytes: a page of a hundred pull requests has about three million.
const MAX_BODY: usize = 32 * 1024 * 1024;
/// Most pages of one list: a hundred entries each.
const MAX_PAGES: usize = 300;
/// Most redirects that are followed, and only within the API's own host.
const MAX_REDIRECTS: usize = 3;
/// How often a question is asked before giving up.
const TRIES: u32 = 4;
/// Longest wait that GitHub may ask for. A limit that comes back in an hour is reported and not slept through.
const MAX_WAIT: Duration = Duration::from_secs(15);
/// Most time for one request with its answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// How GitHub is asked.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The repository.
    pub place: Place,
    /// Who asks; nobody when left out, who may read public repositories sixty times an hour.
    pub token: Option<Token>,
    /// Where answers are kept; nowhere when left out.
    pub cache: Option<Cache>,
    /// The wait before the second try; each further one is twice as long.
    pub first_wait: Duration,
}

/// A connection to GitHub. It asks one thing after the other: what is asked depends on what was answered, and the limit is
/// reached soon enough.
pub struct Client {
    settings: Settings,
    runtime: tokio::runtime::Runtime,
    connection: Octocrab,
    asked: Cell<u64>,
}

/// A whole answer.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// A page of a list, and where the next one is.
struct Page {
    body: String,
    next: Option<String>,
}

impl Client {
    /// Prepares a connection; nothing is asked yet.
    ///
    /// # Errors
    /// When the machine has no runtime or no certificates for it.
    pub fn new(settings: Settings) -> Result<Self, GithubError> {
        let setup = |error: String| GithubError::Setup(error);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| setup(error.to_string()))?;
        // Paths are given whole, since octocrab would put the path of an Enterprise server before that of GraphQL too.
        let uri: http::Uri = settings
            .place
            .api()
            .parse()
            .map_err(|error: http::uri::InvalidUri| setup(error.to_string()))?;
        let authority = uri.authority().map(http::uri::Authority::as_str);
        let host = format!(
            "{}://{}",
            uri.scheme_str().unwrap_or("https"),
            authority.unwrap_or_default()
        );
        let mut builder = Octocrab::builder()
            .base_uri(host)
            .map_err(|error| setup(error.to_string()))?
            .set_connect_timeout(Some(Duration::from_secs(10)))
            .add_header(
                http::header::ACCEPT,
                "application/vnd.github+json".to_owned(),
            );
        if let Some(token) = &settings.token {
            builder = builder.personal_token(token.reveal().to_owned());
        }
        let entered = runtime.enter();
        let connection = builder.build().map_err(|error| setup(error.to_string()))?;
        drop(entered);
        Ok(Self {
            settings,
            runtime,
            connection,
            asked: Cell::new(0),
        })
    }

    /// The repository asked about.
    pub fn place(&self) -> &Place {
        &self.settings.place
    }

    /// The wait before a second try.
    pub(super) fn first_wait(&self) -> Duration {
        self.settings.first_wait
    }

    /// Requests sent so far, repeated ones included.
    pub fn asked(&self) -> u64 {
        self.asked.get()
    }

    /// One thing.
    pub(super) fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, GithubError> {
        let what = format!("GET {path}");
        let page = self.page(&what, &self.address(path))?;
        read(&what, page.body.as_bytes())
    }

    /// Everything on a list, page by page.
    pub(super) fn list<T: DeserializeOwned>(&self, path: &str) -> Result<Vec<T>, GithubError> {
        self.list_in(path, |page: Vec<T>| page)
    }

    /// Everything on a list whose pages are `P`.
    pub(super) fn list_in<P: DeserializeOwned, T>(
        &self,
        path: &str,
        entries: impl Fn(P) -> Vec<T>,
    ) -> Result<Vec<T>, GithubError> {
        let what = format!("GET {path}");
        let mut found = Vec::new();
        let separator = if path.contains('?') { '&' } else { '?' };
        let mut next = Some(self.address(&format!("{path}{separator}per_page=100")));
        let mut pages = 0;
        while let Some(address) = next {
            pages += 1;
            if pages > MAX_PAGES {
                return Err(GithubError::Malformed {
                    what,
                    why: format!("the list has more than {MAX_PAGES} pages"),
                });
            }
            let page = self.page(&what, &address)?;
            found.extend(entries(read(&what, page.body.as_bytes())?));
            next = page.next;
        }
        Ok(found)
    }

    /// Posts or changes something. It is not tried again: what answers with an error may have been done nonetheless, and
    /// whoever asked looks before asking again.
    pub(super) fn write<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &Value,
    ) -> Result<T, GithubError> {
        let what = format!("{method} {path}");
        let answer = self.send(&what, method, &self.address(path), None, Some(body))?;
        let answer = accepted(&what, answer, self)?;
        read(&what, &answer.body)
    }

    /// Asks GraphQL, which only reads here and may therefore be asked again.
    pub(super) fn query<T: DeserializeOwned>(&self, body: &Value) -> Result<T, GithubError> {
        let what = "POST /graphql".to_owned();
        let address = self.settings.place.graphql();
        let ask = || self.send(&what, Method::POST, &address, None, Some(body));
        let answer = accepted(&what, self.patiently(ask)?, self)?;
        read(&what, &answer.body)
    }

    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.settings.place.api())
    }

    fn page(&self, what: &str, address: &str) -> Result<Page, GithubError> {
        let mut address = address.to_owned();
        for _ in 0..=MAX_REDIRECTS {
            let kept = self
                .settings
                .cache
                .as_ref()
                .and_then(|it| it.find(&address));
            let version = kept.as_ref().map(|kept| kept.etag.as_str());
            let ask = || self.send(what, Method::GET, &address, version, None);
            let answer = self.patiently(ask)?;
            if answer.status.is_redirection() && answer.status != StatusCode::NOT_MODIFIED {
                address = self.redirected(what, &answer)?;
                continue;
            }
            if let (StatusCode::NOT_MODIFIED, Some(kept)) = (answer.status, kept) {
                let next = kept.next.filter(|next| self.is_own(next));
                return Ok(Page {
                    body: kept.body,
                    next,
                });
            }
            let answer = accepted(what, answer, self)?;
            return self.keep(what, address, answer);
        }
        Err(GithubError::Malformed {
            what: what.to_owned(),
            why: format!("more than {MAX_REDIRECTS} redirects"),
        })
    }

    fn keep(&self, what: &str, address: String, answer: Answer) -> Result<Page, GithubError> {
        let next = header(&answer.headers, LINK).and_then(|links| next_page(&links));
        if let Some(elsewhere) = next.as_ref().filter(|next| !self.is_own(next)) {
            return Err(GithubError::malformed(
                what,
                &format!("its next page is at {elsewhere}"),
            ));
        }
        let body = String::from_utf8(answer.body)
            .map_err(|_| GithubError::malformed(what, "it is not UTF-8"))?;
        if let (Some(cache), Some(etag)) = (&self.settings.cache, header(&answer.headers, ETAG)) {
            cache.keep(&Kept {
                address,
                etag,
                next: next.clone(),
                body: body.clone(),
            });
        }
        Ok(Page { body, next })
    }

    /// Where a repository that was renamed is now. A token is never carried to another host.
    fn redirected(&self, what: &str, answer: &Answer) -> Result<String, GithubError> {
        let to = header(&answer.headers, LOCATION).unwrap_or_default();
        if self.is_own(&to) {
            Ok(to)
        } else {
            Err(GithubError::malformed(
                what,
                &format!("it redirects to `{to}`"),
            ))
        }
    }

    fn is_own(&self, address: &str) -> bool {
        let rest = address.strip_prefix(self.settings.place.api());
        rest.is_some_and(|rest| rest.starts_with('/'))
    }

    /// Asks until there is an answer that asking again would not change.
    fn patiently(
        &self,
        ask: impl Fn() -> Result<Answer, GithubError>,
    ) -> Result<Answer, GithubError> {
        let mut wait = self.settings.first_wait;
        for _ in 1..TRIES {
            let pause = match ask() {
                Ok(answer) if answer.status.is_server_error() => wait,
                Ok(answer) => match asked_to_wait(&answer) {
                    Some(pause) => pause,
                    None => return Ok(answer),
                },
                Err(GithubError::Unreachable { .. }) => wait,
                Err(error) => return Err(error),
            };
            std::thread::sleep(pause.min(MAX_WAIT));
            wait *= 2;
        }
        ask()
    }

    fn send(
        &self,
        what: &str,
        method: Method,
        address: &str,
        version: Option<&str>,
        body: Option<&Value>,
    ) -> Result<Answer, GithubError> {
        self.asked.set(self.asked.get() + 1);
        let unreachable = |why: String| GithubError::Unreachable {
            what: what.to_owned(),
            why: self.harmless(&why),
        };
        let mut request = http::request::Builder::new().method(method).uri(address);
        if let Some(version) = version {
            request = request.header(IF_NONE_MATCH, version);
        }
        let request = self
            .connection
            .build_request(request, body)
            .map_err(|error| GithubError::Setup(self.harmless(&chain(&error))))?;
        let exchange = async {
            let response = self.connection.execute(request).await;
            let response = response.map_err(|error| chain(&error))?;
            let (parts, body) = response.into_parts();
            let body = Limited::new(body, MAX_BODY).collect().await;
            let body = body.map_err(|error| chain(&*error))?.to_bytes();
            Ok::<_, String>(Answer {
                status: parts.status,
                headers: parts.headers,
                body: body.to_vec(),
            })
        };
        let answer = self
            .runtime
            .block_on(async { tokio::time::timeout(PATIENCE, exchange).await });
        match answer {
            Ok(answer) => answer.map_err(unreachable),
            Err(_) => Err(unreachable(format!(
                "no whole answer within {} s",
                PATIENCE.as_secs()
            ))),
        }
    }

    /// Foreign text for a message: one visible line, and never the token.
    fn harmless(&self, text: &str) -> String {
        let text = match &self.settings.token {
            Some(token) => token.hide_in(text),
            None => text.to_owned(),
        };
        visible_line(&text).chars().take(300).collect()
    }
}

/// An answer that is a success; what else it may be is an error.
fn accepted(what: &str, answer: Answer, client: &Client) -> Result<Answer, GithubError> {
    if answer.status.is_success() {
        return Ok(answer);
    }
    let said: Option<Value> = serde_json::from_slice(&answer.body).ok();
    let message = said
        .as_ref()
        .and_then(|said| said.get("message")?.as_str())
        .unwrap_or("no message");
    let (what, status) = (what.to_owned(), answer.status.as_u16());
    let message = client.harmless(message);
    Err(match answer.status {
        _ if is_limit(&answer) => GithubError::RateLimited {
            what,
            until: number(&answer.headers, "x-ratelimit-reset"),
        },
        StatusCode::NOT_FOUND => GithubError::NotFound { what },
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => GithubError::Forbidden {
            what,
            status,
            message,
        },
        _ if answer.status.is_server_error() => GithubError::Unreachable {
            what,
            why: format!("{status} ({message})"),
        },
        _ => GithubError::Refused {
            what,
            status,
            message,
        },
    })
}

/// Whether the limit of requests, the hourly or the secondary one, is the reason for a refusal.
fn is_limit(answer: &Answer) -> bool {
    let may_be = matches!(
        answer.status,
        StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS
    );
    let is_used_up = number(&answer.headers, "x-ratelimit-remaining") == Some(0);
    may_be && (is_used_up || answer.headers.contains_key(RETRY_AFTER))
        || answer.status == StatusCode::TOO_MANY_REQUESTS
}

/// How long GitHub asks to wait, where that is short enough to do it.
fn asked_to_wait(answer: &Answer) -> Option<Duration> {
    let seconds = number(&answer.headers, RETRY_AFTER.as_str())?;
    let wait = Duration::from_secs(u64::try_from(seconds).ok()?);
    (is_limit(answer) && wait <= MAX_WAIT).then_some(wait)
}

fn header(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}

fn number(headers: &HeaderMap, name: &str) -> Option<i64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

/// The address of `rel="next"` in a `Link` header (RFC 8288).
fn next_page(links: &str) -> Option<String> {
    let next = links
        .split(',')
        .find(|link| link.contains(r#"rel="next""#))?;
    let (_, rest) = next.split_once('<')?;
    Some(rest.split_once('>')?.0.to_owned())
}

fn read<T: DeserializeOwned>(what: &str, body: &[u8]) -> Result<T, GithubError> {
    serde_json::from_slice(body).map_err(|error| GithubError::malformed(what, &error.to_string()))
}

/// An error with what caused it, since the outermost seldom says what happened.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_where_the_header_says() {
        let links = r#"<https://h/x?page=2>; rel="next", <https://h/x?page=9>; rel="last""#;
        assert_eq!(next_page(links).as_deref(), Some("https://h/x?page=2"));
        assert_eq!(next_page(r#"<https://h/x?page=1>; rel="prev""#), None);
        assert_eq!(next_page(r#"rel="next""#), None);
    }
}
