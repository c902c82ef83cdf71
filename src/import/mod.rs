//! What other tools write, read as something of ours. What cannot be expressed is refused with the reason, never taken in part.

pub mod cre;
