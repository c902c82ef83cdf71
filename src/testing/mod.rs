//! Fixtures driven through the engine.
