//! The text and tree layer as a whole: properties that hold for any input, and hostile inputs.

mod hostile;
mod properties;
mod schemas;
