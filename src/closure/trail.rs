//! Routes that are built on the stack while a typed document is walked.

use crate::document::Route;

/// A place in a document, as a chain of steps back to the root. It becomes a [`Route`] only where
/// somebody wants one, so walking ten thousand documents allocates nothing.
#[derive(Clone, Copy, Debug)]
pub struct Trail<'a> {
    above: Option<&'a Trail<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Step<'a> {
    Root,
    Key(&'a str),
    Index(usize),
}

impl<'a> Trail<'a> {
    /// The root of the document.
    pub const ROOT: Trail<'static> = Trail {
        above: None,
        step: Step::Root,
    };

    /// The value at a key of this place.
    pub fn key(&'a self, name: &'a str) -> Self {
        Self {
            above: Some(self),
            step: Step::Key(name),
        }
    }

    /// The item at an index of this place.
    pub fn index(&'a self, index: usize) -> Self {
        Self {
            above: Some(self),
            step: Step::Index(index),
        }
    }

    /// The place as a route of its own.
    pub fn route(&self) -> Route {
        let mut steps = Vec::new();
        let mut place = Some(self);
        while let Some(trail) = place {
            steps.push(trail.step);
            place = trail.above;
        }
        let mut route = Route::root();
        for step in steps.into_iter().rev() {
            match step {
                Step::Root => {}
                Step::Key(name) => route.push(name),
                Step::Index(index) => route.push(index),
            }
        }
        route
    }
}
