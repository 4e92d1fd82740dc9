//! Who claims to belong together: `[[service]]` tables, else the stacks.

use std::collections::BTreeMap;

use lockstep_config::Config;
use lockstep_discovery::FunctionTable;
use lockstep_model::{Function, FunctionId, Service};

/// The `[[function]]` tables, as discovery takes them.
pub(crate) fn tables(config: &Config) -> Vec<FunctionTable> {
    config
        .functions
        .iter()
        .map(|table| FunctionTable {
            name: table.name.clone(),
            paths: table.paths.clone(),
            service: table.service.clone(),
            handler: table.handler.clone(),
            symbol: table.symbol.clone(),
            code_root: table.code_root.clone(),
            location: table.location.clone(),
        })
        .collect()
}

/// The services of `functions`: a function that a `[[service]]` table names belongs to that service, whatever its stack
/// is called. The first table that names a function wins.
pub(crate) fn services(functions: &mut [Function], config: &Config) -> Vec<Service> {
    let mut services: BTreeMap<(String, bool), Vec<FunctionId>> = BTreeMap::new();
    for function in functions {
        let table = config.service_of(&function.id);
        if let Some(table) = table {
            function.service.clone_from(&table.name);
        }
        services.entry((function.service.clone(), table.is_some())).or_default().push(function.id.clone());
    }
    services.into_iter().map(|((name, declared), functions)| Service { name, declared, functions }).collect()
}
