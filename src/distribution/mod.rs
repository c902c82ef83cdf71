//! Signed publication and verified synchronisation (TUF 1.0).
