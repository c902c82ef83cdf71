//! Decisions and authorisations over a synchronised bundle.
