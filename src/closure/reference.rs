//! What a document names: the references in every kind of document, in one place.

use std::collections::BTreeMap;

use super::trail::Trail;
use crate::document::id::Id;
use crate::document::model::{
    Action, AnswerSpec, Check, Exception, Fixture, Governance, Kind, Metadata, ObjectRef,
    Postmortem, Runbook, Service, Signature, Support, Target, Typed,
};

/// A document names another one.
#[derive(Clone, Copy, Debug)]
pub struct Mention<'a> {
    /// What kind of document is named.
    pub kind: Kind,
    /// Its id as written.
    pub id: &'a str,
    /// What it is named for.
    pub role: Role,
    /// Where.
    pub trail: &'a Trail<'a>,
}

/// What a document is named for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// The document cannot do its work without it.
    Use,
    /// It is part of a test: what is simulated, and what is expected of it.
    Test,
    /// It is named for a reader or to tell it apart.
    Mention,
    /// It takes the place of a deprecated document.
    Replacement,
}

type Visit<'v> = dyn FnMut(Mention<'_>) + 'v;

/// Calls `visit` with every reference in a document, in an order that depends on the document alone.
pub fn visit_references(document: &Typed, visit: &mut Visit<'_>) {
    let root = Trail::ROOT;
    replacement(document.metadata(), document.kind(), &root, visit);
    let spec = root.key("spec");
    match document {
        Typed::Action(d) => action(&d.spec, &spec, visit),
        Typed::Exception(d) => exception(&d.spec, &spec, visit),
        Typed::Fixture(d) => fixture(&d.spec, &spec, visit),
        Typed::Governance(d) => governance(&d.spec, &spec, visit),
        Typed::Postmortem(d) => postmortem(&d.spec, &spec, visit),
        Typed::Runbook(d) => runbook(&d.spec, &spec, visit),
        Typed::Service(d) => service(&d.spec, &spec, visit),
        Typed::Signature(d) => signature(&d.spec, &spec, visit),
        Typed::Query(_) | Typed::Repository(_) | Typed::Taxonomy(_) => {}
    }
}

fn name(
    kind: Kind,
    role: Role,
    id: &(impl AsRef<str> + ?Sized),
    at: &Trail<'_>,
    visit: &mut Visit<'_>,
) {
    visit(Mention {
        kind,
        id: id.as_ref(),
        role,
        trail: at,
    });
}

fn names<K>(kind: Kind, role: Role, ids: &[Id<K>], at: &Trail<'_>, visit: &mut Visit<'_>) {
    for (index, id) in ids.iter().enumerate() {
        name(kind, role, id, &at.index(index), visit);
    }
}

fn replacement(metadata: &Metadata, kind: Kind, at: &Trail<'_>, visit: &mut Visit<'_>) {
    if let Some(id) = &metadata.replaced_by {
        let metadata = at.key("metadata");
        name(
            kind,
            Role::Replacement,
            id,
            &metadata.key("replaced_by"),
            visit,
        );
    }
}

fn check(check: &Check, at: &Trail<'_>, visit: &mut Visit<'_>) {
    if let Some(id) = &check.query {
        name(Kind::Query, Role::Use, id, &at.key("query"), visit);
    }
    if let Some(log) = &check.log
        && let Some(service) = log.service.as_deref().filter(|text| !text.contains("{{"))
    {
        let log = at.key("log");
        name(
            Kind::Service,
            Role::Use,
            service,
            &log.key("service"),
            visit,
        );
    }
}

fn checks<N: AsRef<str>>(all: &BTreeMap<N, Check>, at: &Trail<'_>, visit: &mut Visit<'_>) {
    for (id, one) in all {
        check(one, &at.key(id.as_ref()), visit);
    }
}

fn runbook(spec: &Runbook, at: &Trail<'_>, visit: &mut Visit<'_>) {
    let scope = at.key("scope");
    names(
        Kind::Service,
        Role::Use,
        &spec.scope.services,
        &scope.key("services"),
        visit,
    );
    checks(&spec.checks, &at.key("checks"), visit);
    let paths = at.key("paths");
    for (id, path) in &spec.paths {
        let path_at = paths.key(id.as_str());
        let steps = path_at.key("steps");
        for (index, step) in path.steps.iter().enumerate() {
            let step_at = steps.index(index);
            name(
                Kind::Action,
                Role::Use,
                &step.action,
                &step_at.key("action"),
                visit,
            );
        }
    }
}

fn action(spec: &Action, at: &Trail<'_>, visit: &mut Visit<'_>) {
    checks(&spec.checks, &at.key("checks"), visit);
    let reversibility = at.key("reversibility");
    checks(
        &spec.reversibility.snapshot,
        &reversibility.key("snapshot"),
        visit,
    );
    for (key, call) in [
        ("inverse", &spec.reversibility.inverse),
        ("compensation", &spec.reversibility.compensation),
    ] {
        if let Some(call) = call {
            let call_at = reversibility.key(key);
            name(
                Kind::Action,
                Role::Use,
                &call.action,
                &call_at.key("action"),
                visit,
            );
        }
    }
}

fn signature(spec: &Signature, at: &Trail<'_>, visit: &mut Visit<'_>) {
    names(
        Kind::Postmortem,
        Role::Mention,
        &spec.derived_from,
        &at.key("derived_from"),
        visit,
    );
    checks(&spec.require, &at.key("require"), visit);
    let support = at.key("support");
    for (id, Support { check: one, .. }) in &spec.support {
        check(one, &support.key(id.as_str()), visit);
    }
    checks(&spec.exclude, &at.key("exclude"), visit);
    let negate = at.key("negate");
    for (index, negation) in spec.negate.iter().enumerate() {
        let negation_at = negate.index(index);
        check(&negation.check, &negation_at.key("check"), visit);
    }
    let distinguish = at.key("distinguish_from");
    for id in spec.distinguish_from.keys() {
        name(
            Kind::Signature,
            Role::Mention,
            id,
            &distinguish.key(id.as_str()),
            visit,
        );
    }
    let routes = at.key("routes");
    for (index, route) in spec.routes.iter().enumerate() {
        let route_at = routes.index(index);
        name(
            Kind::Runbook,
            Role::Use,
            &route.runbook,
            &route_at.key("runbook"),
            visit,
        );
    }
}

fn service(spec: &Service, at: &Trail<'_>, visit: &mut Visit<'_>) {
    names(
        Kind::Service,
        Role::Use,
        &spec.depends_on,
        &at.key("depends_on"),
        visit,
    );
}

fn postmortem(spec: &Postmortem, at: &Trail<'_>, visit: &mut Visit<'_>) {
    names(
        Kind::Service,
        Role::Mention,
        &spec.services,
        &at.key("services"),
        visit,
    );
    names(
        Kind::Signature,
        Role::Mention,
        &spec.signatures,
        &at.key("signatures"),
        visit,
    );
    if let Some(id) = spec.automation.as_ref().and_then(|a| a.runbook.as_ref()) {
        let automation = at.key("automation");
        name(
            Kind::Runbook,
            Role::Mention,
            id,
            &automation.key("runbook"),
            visit,
        );
    }
}

fn governance(spec: &Governance, at: &Trail<'_>, visit: &mut Visit<'_>) {
    let rollout = at.key("rollout");
    for id in spec.rollout.keys() {
        name(
            Kind::Service,
            Role::Mention,
            id,
            &rollout.key(id.as_str()),
            visit,
        );
    }
    let freezes = at.key("freezes");
    for (index, freeze) in spec.freezes.iter().enumerate() {
        let freeze_at = freezes.index(index);
        names(
            Kind::Action,
            Role::Mention,
            &freeze.allow,
            &freeze_at.key("allow"),
            visit,
        );
    }
    let tests = at.key("tests");
    for (index, test) in spec.tests.iter().enumerate() {
        let test_at = tests.index(index);
        let given = test_at.key("given");
        if let Some(id) = &test.given.service {
            name(Kind::Service, Role::Test, id, &given.key("service"), visit);
        }
        if let Some(id) = &test.given.action {
            name(Kind::Action, Role::Test, id, &given.key("action"), visit);
        }
    }
}

fn exception(spec: &Exception, at: &Trail<'_>, visit: &mut Visit<'_>) {
    if let Ok(object) = spec.object.parse::<ObjectRef>() {
        name(
            object.kind,
            Role::Mention,
            &object.id,
            &at.key("object"),
            visit,
        );
    }
}

fn fixture(spec: &Fixture, at: &Trail<'_>, visit: &mut Visit<'_>) {
    let target = at.key("target");
    match &spec.target {
        Some(Target::Runbook(id)) => {
            name(Kind::Runbook, Role::Test, id, &target.key("runbook"), visit);
        }
        Some(Target::Signature(id)) => {
            name(
                Kind::Signature,
                Role::Test,
                id,
                &target.key("signature"),
                visit,
            );
        }
        None => {}
    }
    let subject = at.key("subject");
    name(
        Kind::Service,
        Role::Test,
        &spec.subject.service,
        &subject.key("service"),
        visit,
    );
    let changed = spec.changes.iter().map(|change| &change.service);
    services(changed, &at.key("changes"), visit);
    services(
        spec.logs.iter().map(|line| &line.service),
        &at.key("logs"),
        visit,
    );
    services(
        spec.traces.iter().map(|span| &span.service),
        &at.key("traces"),
        visit,
    );
    answers(&spec.answers, &at.key("answers"), visit);
    let world = at.key("world");
    for (index, effect) in spec.world.iter().enumerate() {
        let effect_at = world.index(index);
        answers(&effect.then, &effect_at.key("then"), visit);
    }
    expectations(spec, &at.key("expect"), visit);
}

fn services<'s, S: AsRef<str> + 's>(
    all: impl Iterator<Item = &'s Option<S>>,
    at: &Trail<'_>,
    visit: &mut Visit<'_>,
) {
    for (index, id) in all.enumerate() {
        if let Some(id) = id {
            let item = at.index(index);
            name(Kind::Service, Role::Test, id, &item.key("service"), visit);
        }
    }
}

fn answers<Q: AsRef<str>>(all: &BTreeMap<Q, AnswerSpec>, at: &Trail<'_>, visit: &mut Visit<'_>) {
    for id in all.keys() {
        name(Kind::Query, Role::Test, id, &at.key(id.as_ref()), visit);
    }
}

fn expectations(spec: &Fixture, at: &Trail<'_>, visit: &mut Visit<'_>) {
    let expect = &spec.expect;
    let signatures = at.key("signatures");
    for id in expect.signatures.keys() {
        name(
            Kind::Signature,
            Role::Test,
            id,
            &signatures.key(id.as_str()),
            visit,
        );
    }
    if let Some(id) = expect.runbook.as_deref().filter(|id| *id != "none") {
        name(Kind::Runbook, Role::Test, id, &at.key("runbook"), visit);
    }
    let actions = at.key("actions");
    for (index, expected) in expect.actions.iter().enumerate() {
        let item = actions.index(index);
        name(
            Kind::Action,
            Role::Test,
            &expected.action,
            &item.key("action"),
            visit,
        );
    }
    names(
        Kind::Action,
        Role::Test,
        &expect.proposed,
        &at.key("proposed"),
        visit,
    );
    let forbidden = at.key("forbidden");
    for (index, id) in expect.forbidden.iter().enumerate() {
        if id != "*" {
            name(Kind::Action, Role::Test, id, &forbidden.index(index), visit);
        }
    }
}
