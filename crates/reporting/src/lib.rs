//! What Lockstep shows: findings, functions, closures, graphs and evidence, as text for people, as JSON, DOT and Mermaid
//! for machines, and in the formats of those who read findings: code scanning, build servers, merge requests. Everything
//! comes in as values and goes out through a writer; no file is read and nothing of the pipeline is known here.
//!
//! A format for `check` is one file under `formats/` and one line in [`formats::FORMATS`].

pub mod affected;
pub mod backtest;
mod bars;
pub mod baseline;
pub mod code;
pub mod config;
pub mod doctor;
pub mod errors;
pub mod escape;
mod evidence;
mod format;
pub mod formats;
pub mod functions;
pub mod graph;
pub mod html;
mod json;
mod links;
mod markdown;
pub mod model;
mod page;
mod prose;
pub mod rules;
pub mod services;
mod snippet;
mod style;
mod table;
#[cfg(test)]
mod testing;
mod tool;
pub mod trend;
pub mod verdict;
mod view;
pub mod why;

pub use format::{Format, Options};
pub use links::address_of;
pub use prose::{count, date};
pub use view::{
    BaselineCounts, ChangeView, ChangesetCounts, EarlySign, HistoryFacts, Incompleteness, ReportView, RepositoryFacts,
    SinceModel, Summary,
};
