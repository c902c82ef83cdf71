//! Names in documents: where each is defined and where it is used.
//!
//! Going to a definition, finding references, renaming and hovering all look at this one list.

use crate::closure::visit_references;
use crate::document::condition::Condition;
use crate::document::id::Id;
use crate::document::model::{Kind, Signature, Typed};
use crate::document::{NodeRef, Route, Span, Target};
use crate::library::Entry;
use crate::lint::site::{CheckRole, Sites};

/// Something that has a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Symbol {
    /// A document of a kind.
    Document(Kind, String),
    /// A check, within the document that makes it.
    Check {
        path: String,
        position: usize,
        name: String,
    },
    /// A path of a runbook.
    Path { runbook: String, name: String },
    /// A team of the policy.
    Team(String),
    /// An environment of the policy.
    Environment(String),
    /// An incident class of the taxonomy.
    Class(String),
}

/// A name in a document.
#[derive(Clone, Debug)]
pub(super) struct Occurrence {
    pub(super) symbol: Symbol,
    /// The bytes of the name.
    pub(super) span: Span,
    /// Whether this is where the thing gets its name.
    pub(super) defines: bool,
}

/// Every name in a document, in the order of the text.
pub(super) fn occurrences(entry: &Entry) -> Vec<Occurrence> {
    let mut finder = Finder {
        entry,
        found: Vec::new(),
    };
    finder.identity();
    match entry.outlined() {
        Some(document) => finder.document(document),
        None => finder.loosely(),
    }
    let mut found = finder.found;
    found.sort_by_key(|occurrence| occurrence.span);
    found.dedup_by(|a, b| (a.span, &a.symbol) == (b.span, &b.symbol));
    found
}

/// The name that an offset touches.
pub(super) fn at(entry: &Entry, offset: u32) -> Option<Occurrence> {
    let mut all = occurrences(entry).into_iter();
    all.find(|occurrence| occurrence.span.touches(offset))
}

struct Finder<'e> {
    entry: &'e Entry,
    found: Vec<Occurrence>,
}

impl Finder<'_> {
    fn add(&mut self, symbol: Symbol, span: Span, defines: bool) {
        self.found.push(Occurrence {
            symbol,
            span,
            defines,
        });
    }

    /// A name that is a value or a part of one, or else a key.
    fn name(&mut self, route: &Route, text: &str, symbol: Symbol, defines: bool) {
        if let Some(span) = self.span(route, text) {
            self.add(symbol, span, defines);
        }
    }

    fn span(&self, route: &Route, text: &str) -> Option<Span> {
        let tree = self.entry.tree();
        let node = tree.resolve(route)?;
        match node
            .as_str()
            .and_then(|value| Some((value, value.rfind(text)?)))
        {
            Some((_, start)) => Some(node.span_of_text(start..start + text.len())),
            None => {
                let key = tree.span_at(route, Target::Key);
                let start = tree.source_text().get(key.range())?.find(text)?;
                let start = key.start + u32::try_from(start).ok()?;
                Some(Span::new(start, start + u32::try_from(text.len()).ok()?))
            }
        }
    }

    fn key(&mut self, route: &Route, text: &str, symbol: Symbol) {
        let tree = self.entry.tree();
        if tree.resolve(route).is_none() {
            return;
        }
        let key = tree.span_at(route, Target::Key);
        let raw = tree.source_text().get(key.range()).unwrap_or_default();
        if let Some(start) = raw.find(text) {
            let start = key.start.saturating_add(u32::try_from(start).unwrap_or(0));
            let length = u32::try_from(text.len()).unwrap_or(0);
            self.add(symbol, Span::new(start, start + length), true);
        }
    }

    fn identity(&mut self) {
        let route = Route::root().key("metadata");
        let metadata = self.entry.root().get("metadata");
        if let (Some(kind), Some(id)) = (self.entry.kind(), self.entry.id()) {
            let symbol = Symbol::Document(kind, id.to_owned());
            self.name(&route.clone().key("id"), id, symbol, true);
        }
        let owner = metadata.and_then(|it| it.get("owner")?.as_str());
        if let Some(owner) = owner {
            self.name(
                &route.key("owner"),
                owner,
                Symbol::Team(owner.to_owned()),
                false,
            );
        }
    }

    fn document(&mut self, document: &Typed) {
        visit_references(document, &mut |mention| {
            let symbol = Symbol::Document(mention.kind, mention.id.to_owned());
            self.name(&mention.trail.route(), mention.id, symbol, false);
        });
        self.conditions(document);
        let spec = Route::root().key("spec");
        match document {
            Typed::Runbook(runbook) => {
                let id = &runbook.metadata.id;
                for name in runbook.spec.paths.keys() {
                    let route = spec.clone().key("paths").key(name.as_str());
                    self.key(&route, name.as_str(), path_of(id, name.as_str()));
                }
                for (index, row) in runbook.spec.decide.iter().enumerate() {
                    if let Some(name) = &row.path {
                        let route = spec.clone().key("decide").index(index).key("path");
                        self.name(&route, name.as_str(), path_of(id, name.as_str()), false);
                    }
                }
            }
            Typed::Signature(signature) => self.signature(&signature.spec, &spec),
            Typed::Fixture(fixture) => {
                let expect = &fixture.spec.expect;
                let runbook = expect.runbook.as_deref().filter(|id| *id != "none");
                if let (Some(id), Some(path)) = (runbook, fixture.spec.expected_path()) {
                    let route = spec.key("expect").key("path");
                    self.name(&route, path.as_str(), path_of(id, path.as_str()), false);
                }
            }
            Typed::Postmortem(postmortem) => {
                for (index, mitigation) in postmortem.spec.mitigations.iter().enumerate() {
                    // What was done is an action of the catalogue, or words.
                    let action = &mitigation.action;
                    if Id::<()>::new(action.as_str()).is_well_formed() {
                        let route = spec.clone().key("mitigations").index(index).key("action");
                        let symbol = Symbol::Document(Kind::Action, action.clone());
                        self.name(&route, action, symbol, false);
                    }
                }
            }
            Typed::Governance(policy) => {
                for team in policy.spec.teams.keys() {
                    let route = spec.clone().key("teams").key(team.as_str());
                    self.key(&route, team.as_str(), Symbol::Team(team.to_string()));
                }
                for (index, name) in policy.spec.environments.iter().enumerate() {
                    let route = spec.clone().key("environments").index(index);
                    let symbol = Symbol::Environment(name.to_string());
                    self.name(&route, name.as_str(), symbol, true);
                }
            }
            Typed::Taxonomy(taxonomy) => {
                for class in taxonomy.spec.classes.keys() {
                    let route = spec.clone().key("classes").key(class.as_str());
                    self.key(&route, class.as_str(), Symbol::Class(class.to_string()));
                }
            }
            _ => {}
        }
        self.plain_names(document.kind());
    }

    /// Checks, where they are made and where conditions ask them.
    fn conditions(&mut self, document: &Typed) {
        let sites = Sites::of(document);
        for site in &sites.checks {
            if let Some(name) = site.name.filter(|_| site.role != CheckRole::Snapshot) {
                self.key(&site.route, name, self.check(name));
            }
        }
        for site in &sites.conditions {
            let node = self.entry.root().resolve(&site.route);
            let names = site.condition().into_iter().flat_map(Condition::names);
            for (name, range) in names {
                if let Some(node) = node {
                    let symbol = self.check(name.as_str());
                    self.add(symbol, node.span_of_text(range), false);
                }
            }
        }
    }

    fn check(&self, name: &str) -> Symbol {
        Symbol::Check {
            path: self.entry.path().to_string(),
            position: self.entry.position(),
            name: name.to_owned(),
        }
    }

    fn signature(&mut self, signature: &Signature, spec: &Route) {
        let asked = signature.sequence.iter().enumerate().map(|(index, name)| {
            let route = spec.clone().key("sequence").index(index);
            (route, name)
        });
        let anchors = signature
            .negate
            .iter()
            .enumerate()
            .map(|(index, negation)| {
                let route = spec.clone().key("negate").index(index).key("anchor");
                (route, &negation.anchor)
            });
        let told_apart = signature.distinguish_from.iter().map(|(id, name)| {
            let route = spec.clone().key("distinguish_from").key(id.as_str());
            (route, name)
        });
        for (route, name) in asked.chain(anchors).chain(told_apart) {
            self.name(&route, name.as_str(), self.check(name.as_str()), false);
        }
        for (index, route) in signature.routes.iter().enumerate() {
            if let Some(name) = &route.path {
                let at = spec.clone().key("routes").index(index).key("path");
                let symbol = path_of(route.runbook.as_str(), name.as_str());
                self.name(&at, name.as_str(), symbol, false);
            }
        }
        // The id of the other signature is the key here, and the check its value.
        for id in signature.distinguish_from.keys() {
            let route = spec.clone().key("distinguish_from").key(id.as_str());
            let symbol = Symbol::Document(Kind::Signature, id.to_string());
            self.found.retain(|one| one.symbol != symbol || one.defines);
            let key = self.entry.tree().span_at(&route, Target::Key);
            self.add(symbol, key, false);
        }
    }

    /// Names of teams, environments and classes, which stand under the same keys in every kind.
    fn plain_names(&mut self, kind: Kind) {
        for (key, value) in values(self.entry.root()) {
            let Some(text) = value.as_str() else { continue };
            let symbol = match key {
                "incident_class" => Symbol::Class(text.to_owned()),
                "environment" => Symbol::Environment(text.to_owned()),
                "environments" if kind != Kind::Governance => Symbol::Environment(text.to_owned()),
                _ => continue,
            };
            self.add(symbol, value.span_of_text(0..text.len()), false);
        }
    }

    /// What a document names that cannot be read to its end, by its keys alone.
    fn loosely(&mut self) {
        for (key, value) in values(self.entry.root()) {
            let kind = match key {
                "action" => Kind::Action,
                "query" => Kind::Query,
                "runbook" => Kind::Runbook,
                "service" | "services" => Kind::Service,
                _ => continue,
            };
            let Some(id) = value.as_str().filter(|text| !text.contains("{{")) else {
                continue;
            };
            let symbol = Symbol::Document(kind, id.to_owned());
            self.add(symbol, value.span_of_text(0..id.len()), false);
        }
    }
}

fn path_of(runbook: &str, name: &str) -> Symbol {
    Symbol::Path {
        runbook: runbook.to_owned(),
        name: name.to_owned(),
    }
}

/// Every scalar with the key it stands under, be it alone or in a list.
fn values(root: NodeRef<'_>) -> impl Iterator<Item = (&str, NodeRef<'_>)> {
    let mappings = root.descendants();
    let entries = mappings.flat_map(|node| node.entries());
    entries.flat_map(|entry| {
        let alone = entry.value.is_empty().then_some(entry.value);
        let items = entry.value.items();
        let all = alone.into_iter().chain(items);
        all.map(move |value| (entry.name, value))
    })
}
