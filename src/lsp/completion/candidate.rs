//! What can be written in a place of a document.

use super::slot::{Filled, Slot, is_written};
use crate::document::condition::{Builtin, KEYWORDS};
use crate::document::model::{Kind, Lookup, ParamSpec, ParamType};
use crate::document::{NodeRef, Route, SchemaSet, Segment};
use crate::library::{Entry, Library};
use crate::lsp::hover::{param_text, params_at, word};
use crate::lsp::workspace::Place;

/// Something that can be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) text: String,
    pub(super) sort: Sort,
    /// A few words.
    pub(super) detail: Option<String>,
    /// Sentences.
    pub(super) documentation: Option<String>,
}

/// What sort of thing it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Key,
    Parameter,
    Document,
    Name,
    Check,
    Word,
    Value,
}

impl Candidate {
    fn new(text: impl Into<String>, sort: Sort) -> Self {
        Self {
            text: text.into(),
            sort,
            detail: None,
            documentation: None,
        }
    }

    fn detail(self, detail: Option<String>) -> Self {
        Self { detail, ..self }
    }
}

/// The keys of a document, before its kind is known.
const ENVELOPE: [&str; 4] = ["apiVersion", "kind", "metadata", "spec"];

/// Everything that can be written where a document is being filled.
pub(super) fn of(library: &Library, filled: &Filled) -> Vec<Candidate> {
    let Some(entry) = filled.entry() else {
        return Vec::new();
    };
    let filler = Filler { library, entry };
    match &filled.slot {
        Slot::Key { parent } => filler.keys(parent),
        Slot::Value { route } => filler.values(route),
    }
}

struct Filler<'a> {
    library: &'a Library,
    entry: &'a Entry,
}

impl Filler<'_> {
    fn keys(&self, parent: &Route) -> Vec<Candidate> {
        let place = Place {
            entry: self.entry,
            offset: 0,
        };
        let node = self.entry.root().resolve(parent);
        let is_new = |name: &str| node.is_none_or(|node| node.get(name).is_none());
        let mut found = Vec::new();
        if let Some(params) = params_at(self.library, &place, parent) {
            found.extend(params.iter().map(|(name, spec)| {
                Candidate::new(name, Sort::Parameter).detail(Some(param_text(spec)))
            }));
        }
        match words(parent).as_slice() {
            [.., "answers"] | [.., "world", "[]", "then"] => {
                found.extend(self.documents(Kind::Query))
            }
            [.., "expect", "signatures"] | [.., "distinguish_from"] => {
                found.extend(self.documents(Kind::Signature));
            }
            ["spec", "rollout"] => found.extend(self.documents(Kind::Service)),
            [.., "require"] if self.entry.kind() == Some(Kind::Governance) => {
                found.extend(self.teams());
            }
            _ => {}
        }
        found.extend(self.schema_keys(parent));
        found.retain(|candidate| is_new(&candidate.text));
        found
    }

    fn schema_keys(&self, parent: &Route) -> Vec<Candidate> {
        let schemas = SchemaSet::shipped().ok();
        let known = self.entry.kind().zip(schemas);
        let Some((kind, schemas)) = known else {
            let keys = ENVELOPE.iter().filter(|_| parent.is_root());
            return keys.map(|key| Candidate::new(*key, Sort::Key)).collect();
        };
        let place = schemas.describe(kind.name(), parent).unwrap_or_default();
        let described = place.keys.into_iter().map(|key| {
            let about = schemas.describe(kind.name(), &parent.clone().key(&*key));
            let about = about.unwrap_or_default();
            Candidate {
                detail: about.title,
                documentation: about.description,
                ..Candidate::new(key, Sort::Key)
            }
        });
        described.collect()
    }

    fn values(&self, route: &Route) -> Vec<Candidate> {
        let mut found = Vec::new();
        if let Some(spec) = self.param(route) {
            found.extend(self.arguments(&spec));
        }
        found.extend(self.names(route));
        let described = self.entry.kind().and_then(|kind| {
            let schemas = SchemaSet::shipped().ok()?;
            schemas.describe(kind.name(), route)
        });
        let described = described.unwrap_or_default();
        if described.literal.as_deref() == Some("condition") {
            found.extend(self.checks(|_| true));
            let builtins = Builtin::BARE.map(Builtin::name);
            let all = builtins.into_iter().chain(["corroborated"]).chain(KEYWORDS);
            found.extend(all.map(|word| Candidate::new(word, Sort::Word)));
        }
        let literals = described.values.iter().map(|value| {
            let parsed = serde_json::from_str::<String>(value);
            Candidate::new(parsed.unwrap_or_else(|_| value.clone()), Sort::Value)
        });
        found.extend(literals);
        if described.types == ["boolean"] {
            found.extend(["true", "false"].map(|text| Candidate::new(text, Sort::Value)));
        }
        found
    }

    /// Things of the library that have names.
    fn names(&self, route: &Route) -> Vec<Candidate> {
        match words(route).as_slice() {
            ["kind"] => Kind::ALL
                .map(|kind| Candidate::new(kind.name(), Sort::Value))
                .to_vec(),
            ["apiVersion"] => vec![Candidate::new(
                crate::document::model::API_VERSION,
                Sort::Value,
            )],
            ["metadata", "owner"] | [.., "team"] => self.teams(),
            ["metadata", "replaced_by"] => self
                .entry
                .kind()
                .map_or_else(Vec::new, |kind| self.documents(kind)),
            [.., "action"] | [.., "forbidden" | "proposed" | "allow", "[]"] => {
                self.documents(Kind::Action)
            }
            [.., "query"] => self.documents(Kind::Query),
            [.., "runbook"] => self.documents(Kind::Runbook),
            [.., "signature"] | [.., "signatures", "[]"] => self.documents(Kind::Signature),
            [.., "derived_from", "[]"] => self.documents(Kind::Postmortem),
            [.., "service"] | [.., "services" | "depends_on", "[]"] => {
                self.documents(Kind::Service)
            }
            [.., "environment"] | [.., "environments", "[]"] => self.environments(),
            [.., "incident_class"] => self.classes(),
            [.., "severity"] => {
                let severities = self.library.severities().iter();
                severities
                    .map(|one| Candidate::new(word(one), Sort::Name))
                    .collect()
            }
            [.., "path"] => self.paths(route),
            ["spec", "sequence", "[]"] | ["spec", "negate", "[]", "anchor"] => {
                self.checks(|group| group != "exclude")
            }
            ["spec", "distinguish_from", _] => self.checks(|group| group == "exclude"),
            _ => Vec::new(),
        }
    }

    fn documents(&self, kind: Kind) -> Vec<Candidate> {
        let names = self.library.names(kind).map(|name| {
            let entry = self
                .library
                .find(kind, name)
                .and_then(|id| self.library.entry(id));
            let metadata = entry.and_then(|entry| entry.root().get("metadata"));
            let title = metadata.and_then(|it| it.get("title")?.as_str());
            Candidate::new(name, Sort::Document).detail(title.map(str::to_owned))
        });
        names.collect()
    }

    fn teams(&self) -> Vec<Candidate> {
        let teams = self.library.teams();
        teams
            .map(|team| Candidate::new(team.as_str(), Sort::Name))
            .collect()
    }

    fn environments(&self) -> Vec<Candidate> {
        let all = self.library.environments().iter();
        all.map(|one| Candidate::new(one.as_str(), Sort::Name))
            .collect()
    }

    fn classes(&self) -> Vec<Candidate> {
        let Some((_, taxonomy)) = self.library.taxonomy() else {
            return Vec::new();
        };
        let classes = taxonomy.spec.classes.iter().map(|(id, class)| {
            Candidate::new(id.as_str(), Sort::Name).detail(Some(class.title.clone()))
        });
        classes.collect()
    }

    /// The paths of the runbook that is named beside, or of this one.
    fn paths(&self, route: &Route) -> Vec<Candidate> {
        let beside = route
            .parent()
            .and_then(|it| self.entry.root().resolve(&it)?.get("runbook")?.as_str());
        let named = beside.and_then(|id| self.library.entry(self.library.find(Kind::Runbook, id)?));
        let entry = if beside.is_some() {
            named
        } else {
            Some(self.entry)
        };
        let paths = entry.and_then(|it| it.root().get("spec")?.get("paths"));
        keys(paths)
            .map(|name| Candidate::new(name, Sort::Name))
            .collect()
    }

    /// The checks of this document, by the key they stand under.
    fn checks(&self, wanted: fn(&str) -> bool) -> Vec<Candidate> {
        let spec = self.entry.root().get("spec");
        let groups = ["checks", "require", "support", "exclude"].into_iter();
        let groups = groups.filter(|group| wanted(group));
        let checks = groups.filter_map(|group| spec?.get(group));
        let checks = checks.flat_map(|group| group.entries());
        let checks = checks.filter(|check| is_written(check.name));
        checks
            .map(|check| {
                let said = check.value.raw().split(['\n', '\r']).next();
                Candidate::new(check.name, Sort::Check).detail(said.map(str::to_owned))
            })
            .collect()
    }

    fn param(&self, route: &Route) -> Option<ParamSpec> {
        let Segment::Key(name) = route.last()? else {
            return None;
        };
        let place = Place {
            entry: self.entry,
            offset: 0,
        };
        params_at(self.library, &place, &route.parent()?)?
            .get(name)
            .cloned()
    }

    fn arguments(&self, spec: &ParamSpec) -> Vec<Candidate> {
        let mut found: Vec<Candidate> = match spec.lookup {
            Some(Lookup::Services) => self.documents(Kind::Service),
            Some(Lookup::Environments) => self.environments(),
            Some(Lookup::Teams) => self.teams(),
            Some(Lookup::Namespaces | Lookup::Resources) | None => Vec::new(),
        };
        let listed = spec.one_of.iter().map(word);
        found.extend(listed.map(|text| Candidate::new(text, Sort::Value)));
        if spec.kind == ParamType::Boolean {
            found.extend(["true", "false"].map(|text| Candidate::new(text, Sort::Value)));
        }
        found
    }
}

fn keys<'t>(node: Option<NodeRef<'t>>) -> impl Iterator<Item = &'t str> {
    let entries = node.into_iter().flat_map(|node| node.entries());
    entries
        .map(|entry| entry.name)
        .filter(|name| is_written(name))
}

/// The steps of a route, with `[]` for every index.
fn words(route: &Route) -> Vec<&str> {
    let steps = route.segments().iter().map(|segment| match segment {
        Segment::Key(name) => name.as_str(),
        Segment::Index(_) => "[]",
    });
    steps.collect()
}
