//! The commands, one file each.

mod affected;
mod backtest;
pub mod baseline;
mod check;
mod code;
mod completions;
mod config;
mod demo;
mod doctor;
mod explain;
mod functions;
mod graph;
mod init;
mod man;
mod rules;
mod services;
mod verdict;
mod why;

pub use affected::affected;
pub use backtest::backtest;
pub use baseline::baseline;
pub use check::check;
pub use code::code;
pub use completions::completions;
pub use config::config;
pub use demo::demo;
pub use doctor::doctor;
pub use explain::explain;
pub use functions::functions;
pub use graph::graph;
pub use init::init;
pub use man::man;
pub use rules::rules;
pub use services::services;
pub use verdict::verdict;
pub use why::why;
