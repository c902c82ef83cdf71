//! Where a repository is: the API to ask, and its name there.

use std::fmt;

use thiserror::Error;

/// The API of github.com.
pub const PUBLIC_API: &str = "https://api.github.com";

/// A repository and the API it is reached by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    api: String,
    owner: String,
    name: String,
}

/// A repository cannot be addressed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PlaceError {
    /// The address of the API is no such address.
    #[error(
        "`{0}` is no address of an API: it is `https://HOST`, or `https://HOST/api/v3` for GitHub Enterprise Server"
    )]
    Api(String),
    /// The name of the repository is not one.
    #[error("`{0}` is no repository: it is OWNER/NAME")]
    Repository(String),
}

impl Place {
    /// The repository `full_name` of the API at `api`. Only loopback may be reached without encryption.
    ///
    /// # Errors
    /// When either is malformed.
    pub fn new(api: &str, full_name: &str) -> Result<Self, PlaceError> {
        let api = api.trim_end_matches('/');
        let uri: http::Uri = api.parse().map_err(|_| PlaceError::Api(shown(api)))?;
        let host = uri.host().unwrap_or_default();
        let is_local = matches!(host, "127.0.0.1" | "localhost" | "[::1]");
        let is_safe = match uri.scheme_str() {
            Some("https") => !host.is_empty(),
            Some("http") => is_local,
            _ => false,
        };
        let has_user = uri.authority().is_some_and(|it| it.as_str().contains('@'));
        if !is_safe || has_user || uri.query().is_some() {
            return Err(PlaceError::Api(shown(api)));
        }
        let repository = || PlaceError::Repository(shown(full_name));
        let (owner, name) = full_name.split_once('/').ok_or_else(repository)?;
        if !is_name(owner) || !is_name(name) {
            return Err(repository());
        }
        Ok(Self {
            api: api.to_owned(),
            owner: owner.to_owned(),
            name: name.to_owned(),
        })
    }

    /// Address of the API, without a slash at the end.
    pub fn api(&self) -> &str {
        &self.api
    }

    /// Its owner and its name.
    pub(super) fn parts(&self) -> (&str, &str) {
        (&self.owner, &self.name)
    }

    /// Path of something of this repository: `/repos/OWNER/NAME/…`.
    pub(super) fn path(&self, rest: impl fmt::Display) -> String {
        format!("/repos/{}/{}{rest}", self.owner, self.name)
    }

    /// Path of the GraphQL endpoint, seen from [`Self::api`]'s host.
    pub(super) fn graphql(&self) -> String {
        match self.api.strip_suffix("/api/v3") {
            Some(host) => format!("{host}/api/graphql"),
            None => format!("{}/graphql", self.api),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.owner, self.name)
    }
}

/// Whether a text may be one part of a path of the API.
pub(super) fn is_name(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    !text.is_empty() && text.len() <= 100 && text.chars().all(allowed) && !text.starts_with('.')
}

fn shown(text: &str) -> String {
    text.chars()
        .take(100)
        .flat_map(char::escape_debug)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enterprise_servers_have_their_api_below_a_path() {
        let place = Place::new("https://ghe.example.org/api/v3/", "acme/runbooks").unwrap();
        assert_eq!(place.api(), "https://ghe.example.org/api/v3");
        assert_eq!(place.graphql(), "https://ghe.example.org/api/graphql");
        assert_eq!(place.path("/pulls/7"), "/repos/acme/runbooks/pulls/7");
        let place = Place::new(PUBLIC_API, "acme/runbooks").unwrap();
        assert_eq!(place.graphql(), "https://api.github.com/graphql");
    }

    #[test]
    fn a_token_is_not_sent_in_the_clear_nor_to_odd_places() {
        for api in [
            "http://ghe.example.org",
            "ftp://x",
            "",
            "https://user@x",
            "https://x?y=1",
        ] {
            assert!(Place::new(api, "acme/runbooks").is_err(), "{api}");
        }
        assert!(Place::new("http://127.0.0.1:8080", "acme/runbooks").is_ok());
    }

    #[test]
    fn a_repository_has_an_owner_and_a_name() {
        for name in ["acme", "acme/", "/x", "a/b/c", "a/..", "a/b?c", "a/b%2f"] {
            assert!(Place::new(PUBLIC_API, name).is_err(), "{name}");
        }
    }
}
