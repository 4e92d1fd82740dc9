//! [`Uses`]: what one function uses, gathered from events, policies, environment and wiring.

use lockstep_document::Node;
use lockstep_model::{Access, Channel, ChannelDirection, Invocation, Layer, Store, Strength};

use super::evaluate::World;

/// What a statement lets a function do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// Read or write a store.
    Store(&'static str, Access),
    /// Receive from or send on a channel.
    Channel(&'static str, ChannelDirection),
    /// Call a function or start a state machine.
    Call(&'static str),
}

impl Use {
    /// The kind of thing that is used.
    pub(super) fn kind(self) -> &'static str {
        match self {
            Self::Store(kind, _) | Self::Channel(kind, _) | Self::Call(kind) => kind,
        }
    }
}

/// What one function uses.
#[derive(Debug, Default)]
pub(super) struct Uses {
    pub(super) layers: Vec<Layer>,
    pub(super) channels: Vec<Channel>,
    pub(super) stores: Vec<Store>,
    pub(super) invokes: Vec<Invocation>,
}

impl Uses {
    /// Adds the use of what is called `key`.
    pub(super) fn add(&mut self, what: Use, key: String, strength: Strength) {
        let kind = what.kind().to_owned();
        match what {
            Use::Store(_, access) => self.stores.push(Store { kind, key, access, strength }),
            Use::Channel(_, direction) => self.channels.push(Channel { kind, key, direction, strength }),
            Use::Call(_) => self.invokes.push(Invocation { kind, key, function: None, strength }),
        }
    }

    /// Adds the use of what `node` names in `stack`, if it names anything.
    pub(super) fn add_node(&mut self, world: &World<'_>, stack: usize, what: Use, node: &Node, strength: Strength) {
        if let Some(key) = world.key(stack, node, what.kind()) {
            self.add(what, key, strength);
        }
    }
}
