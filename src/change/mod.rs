//! What git knows about a repository.
