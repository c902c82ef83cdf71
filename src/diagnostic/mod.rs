//! Findings: what is wrong, where, how to mend it; and how that is shown.
//!
//! A [`Finding`] names its places symbolically: a [`Route`](crate::document::Route) into a document. A [`Report`]
//! looks them up in a library once, orders the findings and counts them; the [renderers](render) only read
//! reports. Every format is one file behind one table.

#[cfg(feature = "author")]
mod finding;
#[cfg(feature = "author")]
mod fix;
#[cfg(feature = "author")]
mod located;
#[cfg(feature = "author")]
mod location;
#[cfg(feature = "author")]
pub mod render;
#[cfg(feature = "author")]
mod report;
pub(crate) mod visible;

#[cfg(feature = "author")]
pub use finding::{Finding, Severity};
#[cfg(feature = "author")]
pub use fix::{Applicability, Edit, Fix};
#[cfg(feature = "author")]
pub use located::{Located, Position};
#[cfg(feature = "author")]
pub use location::{Anchor, Location, Part};
#[cfg(feature = "author")]
pub use report::{Report, Summary};
