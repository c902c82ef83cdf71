//! Tests of whole chains, in one binary.

mod distribution;
