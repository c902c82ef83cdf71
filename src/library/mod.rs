//! A loaded repository: discovery, index, references, closures.
