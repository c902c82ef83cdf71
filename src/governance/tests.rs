//! The evaluation as a whole: the cases of the specification, every reason, and what must hold for any facts.

pub(super) mod cases;
mod documented;
mod limits;
mod policies;
mod properties;
mod reasons;
mod requirements;
mod settings;
