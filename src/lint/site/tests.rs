use super::*;
use crate::document::model::{Action, Document, Runbook, Signature, Spec};
use crate::document::{Source, from_node, parse};
use crate::library::starter;

/// A document of the starter library, and the routes of what was found in it that lead nowhere.
fn typed<S: Spec>(path: &str) -> (Typed, crate::document::Tree) {
    let (_, text) = starter::FILES.iter().find(|(at, _)| *at == path).unwrap();
    let source = Source::from_text(path, text).unwrap();
    let tree = parse(&source).remove(0).tree;
    let document: Document<S> = from_node(tree.root()).unwrap();
    (S::typed(document.into()), tree)
}

fn routes_exist(sites: &Sites<'_>, tree: &crate::document::Tree) {
    let routes = sites
        .checks
        .iter()
        .map(|site| &site.route)
        .chain(sites.calls.iter().map(|site| &site.route))
        .chain(sites.conditions.iter().map(|site| &site.route))
        .chain(sites.templates.iter().map(|site| &site.route));
    for route in routes {
        assert!(tree.resolve(route).is_some(), "{route}");
    }
    for site in &sites.conditions {
        let node = tree.resolve(&site.route).unwrap();
        assert_eq!(node.as_str(), Some(site.text), "{}", site.route);
    }
    for site in &sites.templates {
        let node = tree.resolve(&site.route).unwrap();
        assert_eq!(node.as_str(), Some(site.text), "{}", site.route);
    }
}

#[test]
fn a_runbook_is_walked_once_and_completely() {
    let (document, tree) = typed::<Runbook>("runbooks/error-rate-after-deploy/runbook.yaml");
    let sites = Sites::of(&document);
    routes_exist(&sites, &tree);
    assert_eq!(sites.checks.len(), 6);
    assert_eq!(sites.calls.len(), 1);
    let conditions: Vec<_> = sites
        .conditions
        .iter()
        .map(|site| (site.text, site.role))
        .collect();
    assert_eq!(
        conditions,
        [
            ("upstream_bad", ConditionRole::When),
            ("err_high and recent_deploy", ConditionRole::When),
            ("not migrations", ConditionRole::Preflight),
            ("corroborated(2)", ConditionRole::Preflight),
            ("err_ok", ConditionRole::Success),
            ("err_high", ConditionRole::Failure),
            ("neighbours_ok", ConditionRole::Guard),
        ]
    );
    assert_eq!(sites.templates.len(), 3);
}

#[test]
fn an_action_is_walked_with_its_undo() {
    let (document, tree) = typed::<Action>("runbooks/catalog/actions/k8s.rollout-undo.yaml");
    let sites = Sites::of(&document);
    routes_exist(&sites, &tree);
    let calls: Vec<_> = sites.calls.iter().map(|site| site.kind).collect();
    assert_eq!(calls, [CallKind::Inverse]);
    assert_eq!(sites.checks[0].role, CheckRole::Snapshot);
    let roles: Vec<_> = sites.templates.iter().map(|site| site.role).collect();
    assert_eq!(
        roles
            .iter()
            .filter(|role| **role == TemplateRole::UndoArgument)
            .count(),
        3
    );
    assert!(roles.contains(&TemplateRole::Target));
}

#[test]
fn a_signature_is_walked_by_role() {
    let (document, tree) =
        typed::<Signature>("postmortems/2026-03-14-null-currency/signature.yaml");
    let sites = Sites::of(&document);
    routes_exist(&sites, &tree);
    let roles: Vec<_> = sites
        .checks
        .iter()
        .map(|site| (site.name, site.role))
        .collect();
    assert_eq!(
        roles,
        [
            (Some("deploy"), CheckRole::Require),
            (Some("err"), CheckRole::Require),
            (Some("panic"), CheckRole::Support),
            (Some("upstream"), CheckRole::Exclude),
        ]
    );
}
