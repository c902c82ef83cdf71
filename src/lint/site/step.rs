//! The steps of a runbook.

use crate::document::Route;
use crate::document::id::PathId;
use crate::document::model::{Path, Runbook, Step};

/// A step of a runbook.
#[derive(Clone, Debug)]
pub struct StepSite<'d> {
    /// The way to the step.
    pub route: Route,
    /// The path it belongs to.
    pub path_id: &'d PathId,
    /// That path.
    pub path: &'d Path,
    /// Which of the path's steps it is, from 0.
    pub index: usize,
    /// The step.
    pub step: &'d Step,
}

impl StepSite<'_> {
    /// The way to the path the step belongs to.
    pub fn path_route(&self) -> Route {
        path_route(self.path_id)
    }
}

/// Every step of a runbook, path by path.
pub fn steps(runbook: &Runbook) -> impl Iterator<Item = StepSite<'_>> {
    runbook.paths.iter().flat_map(|(path_id, path)| {
        let numbered = path.steps.iter().enumerate();
        numbered.map(move |(index, step)| StepSite {
            route: path_route(path_id).key("steps").index(index),
            path_id,
            path,
            index,
            step,
        })
    })
}

fn path_route(id: &PathId) -> Route {
    Route::root().key("spec").key("paths").key(id.as_str())
}
