//! The end-to-end tests but for the pages: one binary, so that it is linked once.

mod affected;
mod architecture;
mod baseline;
mod change;
mod commands;
mod config;
mod config_schema;
mod hostile;
mod init;
mod kept;
mod links;
mod model;
mod parts;
mod program;
mod readme;
mod recount;
mod release;
mod replay;
mod reports;
mod robustness;
mod schemas;
mod services;
mod simulator;
mod suppressions;
mod terminal;
mod whose;
