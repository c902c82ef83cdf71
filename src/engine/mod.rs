//! Decides; performs no I/O.
