//! The demo: a story, and the history that is made of it.

mod story;
mod write;

pub use write::write;
