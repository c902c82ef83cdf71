//! What a new document takes from the repository it is written for.

use jiff::ToSpan;
use jiff::civil::Date;
use thiserror::Error;

use crate::library::Library;

/// What a new document takes from the repository it is written for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Surroundings {
    /// Owner of the document.
    pub owner: String,
    /// Team told when nobody acknowledges; `owner` when there is no other.
    pub second: String,
    /// An incident class of the taxonomy.
    pub class: String,
    /// A severity of the taxonomy.
    pub severity: String,
    /// A service of the catalogue.
    pub service: String,
    /// Its on-call team.
    pub oncall: String,
    /// The environments that service runs in.
    pub environments: Vec<String>,
    /// By when somebody has to have read the document again.
    pub review_by: Date,
}

/// What the author of a new document asks for; the repository's first of each kind otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// The owning team.
    pub owner: Option<String>,
    /// The service it is about.
    pub service: Option<String>,
    /// The incident class it belongs to.
    pub class: Option<String>,
}

/// Why there is nothing to write a new document for.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SurroundingsError {
    /// The repository has none at all.
    #[error("the repository has no {what} yet")]
    None {
        /// What it has none of.
        what: &'static str,
    },
    /// It has others.
    #[error("there is no {what} `{name}`; there is {known}")]
    Unknown {
        /// What was asked for.
        what: &'static str,
        /// By this name.
        name: String,
        /// What there is instead.
        known: String,
    },
}

impl Surroundings {
    /// Those of a library. `today` begins the half year after which somebody has to look again.
    ///
    /// # Errors
    /// What is missing, or what was asked for and is not there.
    pub fn of(library: &Library, wishes: &Wishes, today: Date) -> Result<Self, SurroundingsError> {
        let (_, policy) = library
            .governance()
            .ok_or(SurroundingsError::None { what: "governance" })?;
        let (_, taxonomy) = library
            .taxonomy()
            .ok_or(SurroundingsError::None { what: "taxonomy" })?;
        let services = library.services();
        let service = choose("service", services.names(), wishes.service.as_deref())?;
        let (_, found) = services
            .find(&service)
            .ok_or(SurroundingsError::None { what: "service" })?;
        let oncall = found.spec.oncall.team.as_str();
        let teams = || policy.spec.teams.keys().map(|team| team.as_str());
        let owner = choose("team", teams(), wishes.owner.as_deref().or(Some(oncall)))?;
        let second = teams().find(|team| *team != oncall).unwrap_or(&owner);
        let classes = taxonomy.spec.classes.keys().map(|class| class.as_str());
        let severities = taxonomy.spec.severities.iter();
        Ok(Self {
            second: second.to_owned(),
            class: choose("incident class", classes, wishes.class.as_deref())?,
            // The mildest: a new document is no reason to wake anybody.
            severity: severities
                .last()
                .map(|severity| severity.id.clone())
                .ok_or(SurroundingsError::None { what: "severity" })?,
            oncall: oncall.to_owned(),
            environments: found
                .spec
                .environments
                .iter()
                .map(ToString::to_string)
                .collect(),
            review_by: today.saturating_add(6.months()),
            owner,
            service,
        })
    }
}

fn choose<'n>(
    what: &'static str,
    names: impl Iterator<Item = &'n str>,
    wish: Option<&str>,
) -> Result<String, SurroundingsError> {
    let names: Vec<&str> = names.collect();
    let first = names.first().ok_or(SurroundingsError::None { what })?;
    match wish {
        None => Ok((*first).to_owned()),
        Some(name) if names.contains(&name) => Ok(name.to_owned()),
        Some(name) => Err(SurroundingsError::Unknown {
            what,
            name: name.to_owned(),
            known: names.join(", "),
        }),
    }
}
