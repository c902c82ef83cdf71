//! A loaded repository: discovery, index, references, closures.

pub mod closure;
mod reference;
pub mod scaffold;
pub mod starter;
mod trail;

pub use closure::{Closure, SignatureClosure};
pub use reference::{Mention, Role, visit_references};
pub use trail::Trail;
