//! Findings: what is wrong, where, how to mend it; and how that is shown.
//!
//! A [`Finding`] names its places symbolically: a [`Route`](crate::document::Route) into a document. A [`Report`]
//! looks them up in a library once, orders the findings and counts them; the [renderers](render) only read
//! reports. Every format is one file behind one table.

mod finding;
mod fix;
mod located;
mod location;
pub mod render;
mod report;
pub(crate) mod visible;

pub use finding::{Finding, Severity};
pub use fix::{Applicability, Edit, Fix};
pub use located::{Located, Position};
pub use location::{Anchor, Location, Part};
pub use report::{Report, Summary};
