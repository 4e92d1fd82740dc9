//! The commands, one file each.

mod affected;
mod backtest;
mod check;
mod code;
mod demo;
mod doctor;
mod explain;
mod functions;
mod graph;
mod rules;
mod services;
mod verdict;
mod why;

pub use affected::affected;
pub use backtest::backtest;
pub use check::check;
pub use code::code;
pub use demo::demo;
pub use doctor::doctor;
pub use explain::explain;
pub use functions::functions;
pub use graph::graph;
pub use rules::rules;
pub use services::services;
pub use verdict::verdict;
pub use why::why;
