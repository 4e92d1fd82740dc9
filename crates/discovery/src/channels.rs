//! What several statements about one channel, store or call amount to.

use std::collections::BTreeMap;

use lockstep_model::{Access, Channel, Invocation, Layer, Store, Strength};

/// Each channel once; what is said for the function itself outweighs what is said for all.
pub(crate) fn merge_channels(channels: impl IntoIterator<Item = Channel>) -> Vec<Channel> {
    let mut all = BTreeMap::new();
    for channel in channels {
        let strength = all.entry((channel.kind, channel.key, channel.direction)).or_insert(channel.strength);
        *strength = channel.strength.min(*strength);
    }
    let channel = |((kind, key, direction), strength)| Channel { kind, key, direction, strength };
    all.into_iter().map(channel).collect()
}

/// Each store once, with the widest access among its strongest statements.
pub(crate) fn merge_stores(stores: impl IntoIterator<Item = Store>) -> Vec<Store> {
    let width = |access| match access {
        Access::Write => 0,
        Access::Read => 1,
        Access::Unknown => 2,
    };
    let mut all: BTreeMap<(String, String), (Strength, Access)> = BTreeMap::new();
    for store in stores {
        let said = (store.strength, store.access);
        let best = all.entry((store.kind, store.key)).or_insert(said);
        // A name in the environment says nothing of access: a policy, whose ever, knows better.
        let unknown = best.1 == Access::Unknown || said.1 == Access::Unknown;
        let access = if unknown || best.0 == said.0 {
            if width(said.1) < width(best.1) { said.1 } else { best.1 }
        } else if said.0 < best.0 {
            said.1
        } else {
            best.1
        };
        *best = (said.0.min(best.0), access);
    }
    let store = |((kind, key), (strength, access))| Store { kind, key, access, strength };
    all.into_iter().map(store).collect()
}

/// Each call once.
pub(crate) fn merge_invocations(calls: impl IntoIterator<Item = Invocation>) -> Vec<Invocation> {
    let mut all = BTreeMap::new();
    for call in calls {
        let best = all.entry((call.kind, call.key)).or_insert((call.strength, None));
        best.0 = call.strength.min(best.0);
        best.1 = best.1.take().or(call.function);
    }
    let call = |((kind, key), (strength, function))| Invocation { kind, key, function, strength };
    all.into_iter().map(call).collect()
}

/// Each layer once, in the order they are applied.
pub(crate) fn merge_layers(layers: impl IntoIterator<Item = Layer>) -> Vec<Layer> {
    let mut all: Vec<Layer> = Vec::new();
    for layer in layers {
        if !all.contains(&layer) {
            all.push(layer);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_statement_about_a_store_wins() {
        let store = |access, strength| Store { kind: "table".into(), key: "s#T".into(), access, strength };
        let cases = [
            ([(Access::Unknown, Strength::Inherited), (Access::Write, Strength::Own)], (Access::Write, Strength::Own)),
            ([(Access::Read, Strength::Own), (Access::Write, Strength::Own)], (Access::Write, Strength::Own)),
            ([(Access::Read, Strength::Own), (Access::Write, Strength::Inherited)], (Access::Read, Strength::Own)),
            ([(Access::Unknown, Strength::Own), (Access::Read, Strength::Inherited)], (Access::Read, Strength::Own)),
        ];
        for (said, expected) in cases {
            for order in [said, [said[1], said[0]]] {
                let merged = merge_stores(order.map(|(access, strength)| store(access, strength)));
                assert_eq!(merged, [store(expected.0, expected.1)], "{order:?}");
            }
        }
    }
}
