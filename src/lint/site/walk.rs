//! Finds the sites of a document.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Sites;
use super::call::{CallKind, CallSite};
use super::check::{CheckRole, CheckSite};
use super::condition::{ConditionRole, ConditionSite};
use super::step::steps;
use super::template::{TemplateRole, TemplateSite};
use crate::document::Route;
use crate::document::model::{Action, ArmedCall, Check, Query, Runbook, Signature, Step, Typed};

pub(super) fn document<'d>(document: &'d Typed, sites: &mut Sites<'d>) {
    let spec = Route::root().key("spec");
    match document {
        Typed::Action(action) => sites.action(&action.spec, &spec),
        Typed::Query(query) => sites.query(&query.spec, &spec),
        Typed::Runbook(runbook) => sites.runbook(&runbook.spec, &spec),
        Typed::Signature(signature) => sites.signature(&signature.spec, &spec),
        Typed::Exception(_)
        | Typed::Fixture(_)
        | Typed::Governance(_)
        | Typed::Postmortem(_)
        | Typed::Repository(_)
        | Typed::Service(_)
        | Typed::Taxonomy(_) => {}
    }
}

impl<'d> Sites<'d> {
    fn runbook(&mut self, runbook: &'d Runbook, spec: &Route) {
        self.checks_of(
            &runbook.checks,
            &spec.clone().key("checks"),
            CheckRole::Runbook,
        );
        let decide = spec.clone().key("decide");
        for (index, row) in runbook.decide.iter().enumerate() {
            if let Some(when) = &row.when {
                let route = decide.clone().index(index).key("when");
                self.condition(route, when, ConditionRole::When);
            }
        }
        for (id, path) in &runbook.paths {
            let route = spec.clone().key("paths").key(id.as_str());
            self.preflight(&path.preflight, &route);
        }
        for site in steps(runbook) {
            self.step(site.step, site.route);
        }
    }

    fn step(&mut self, step: &'d Step, route: Route) {
        let with = route.clone().key("with");
        self.arguments(&step.with, &with, TemplateRole::StepArgument);
        if let Some(verify) = &step.verify {
            let verify_route = route.clone().key("verify");
            for (key, text, role) in [
                ("success", &verify.success, ConditionRole::Success),
                ("failure", &verify.failure, ConditionRole::Failure),
                ("guard", &verify.guard, ConditionRole::Guard),
            ] {
                if let Some(text) = text {
                    self.condition(verify_route.clone().key(key), text, role);
                }
            }
        }
        self.calls.push(CallSite {
            route,
            action: &step.action,
            with: &step.with,
            kind: CallKind::Step,
        });
    }

    fn action(&mut self, action: &'d Action, spec: &Route) {
        self.checks_of(
            &action.checks,
            &spec.clone().key("checks"),
            CheckRole::Action,
        );
        self.preflight(&action.preflight, spec);
        if let Some(target) = &action.target {
            let route = spec.clone().key("target");
            self.template(route, target, TemplateRole::Target);
        }
        let reversibility = spec.clone().key("reversibility");
        let snapshot = reversibility.clone().key("snapshot");
        self.checks_of(
            &action.reversibility.snapshot,
            &snapshot,
            CheckRole::Snapshot,
        );
        if let Some(inverse) = &action.reversibility.inverse {
            let route = reversibility.clone().key("inverse");
            self.undo(inverse, route, CallKind::Inverse);
        }
        if let Some(compensation) = &action.reversibility.compensation {
            let route = reversibility.key("compensation");
            self.undo(compensation, route, CallKind::Compensation);
        }
    }

    fn undo(&mut self, call: &'d ArmedCall, route: Route, kind: CallKind) {
        let with = route.clone().key("with");
        self.arguments(&call.with, &with, TemplateRole::UndoArgument);
        self.calls.push(CallSite {
            route,
            action: &call.action,
            with: &call.with,
            kind,
        });
    }

    fn query(&mut self, query: &'d Query, spec: &Route) {
        let route = spec.clone().key("template");
        self.template(route, &query.template, TemplateRole::QueryText);
    }

    fn signature(&mut self, signature: &'d Signature, spec: &Route) {
        self.checks_of(
            &signature.require,
            &spec.clone().key("require"),
            CheckRole::Require,
        );
        let support = spec.clone().key("support");
        for (name, one) in &signature.support {
            let route = support.clone().key(name.as_str());
            self.check(Some(name.as_str()), &one.check, route, CheckRole::Support);
        }
        self.checks_of(
            &signature.exclude,
            &spec.clone().key("exclude"),
            CheckRole::Exclude,
        );
        let negate = spec.clone().key("negate");
        for (index, negation) in signature.negate.iter().enumerate() {
            let route = negate.clone().index(index).key("check");
            self.check(None, &negation.check, route, CheckRole::Negate);
        }
    }

    fn preflight(&mut self, conditions: &'d [String], holder: &Route) {
        let preflight = holder.clone().key("preflight");
        for (index, text) in conditions.iter().enumerate() {
            let route = preflight.clone().index(index);
            self.condition(route, text, ConditionRole::Preflight);
        }
    }

    fn checks_of<N: AsRef<str>>(
        &mut self,
        checks: &'d BTreeMap<N, Check>,
        holder: &Route,
        role: CheckRole,
    ) {
        for (name, check) in checks {
            let name = name.as_ref();
            self.check(Some(name), check, holder.clone().key(name), role);
        }
    }

    fn check(&mut self, name: Option<&'d str>, check: &'d Check, route: Route, role: CheckRole) {
        let argument = match role {
            CheckRole::Action => TemplateRole::ActionCheckArgument,
            CheckRole::Snapshot => TemplateRole::SnapshotArgument,
            CheckRole::Runbook
            | CheckRole::Require
            | CheckRole::Support
            | CheckRole::Exclude
            | CheckRole::Negate => TemplateRole::CheckArgument,
        };
        self.arguments(&check.with, &route.clone().key("with"), argument);
        if let Some(service) = check.log.as_ref().and_then(|log| log.service.as_ref()) {
            let route = route.clone().key("log").key("service");
            self.template(route, service, argument);
        }
        self.checks.push(CheckSite {
            route,
            name,
            check,
            role,
        });
    }

    fn arguments(&mut self, with: &'d BTreeMap<String, Value>, route: &Route, role: TemplateRole) {
        for (name, value) in with {
            self.value(value, route.clone().key(name), role);
        }
    }

    // As deep as the tree the value was read from, which is bounded.
    fn value(&mut self, value: &'d Value, route: Route, role: TemplateRole) {
        match value {
            Value::String(text) => self.template(route, text, role),
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.value(item, route.clone().index(index), role);
                }
            }
            Value::Object(members) => {
                for (name, member) in members {
                    self.value(member, route.clone().key(name), role);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn condition(&mut self, route: Route, text: &'d str, role: ConditionRole) {
        self.conditions.push(ConditionSite::new(route, text, role));
    }

    fn template(&mut self, route: Route, text: &'d str, role: TemplateRole) {
        self.templates.push(TemplateSite::new(route, text, role));
    }
}
