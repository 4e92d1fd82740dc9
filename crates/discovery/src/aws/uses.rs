//! [`Uses`]: what one function uses, gathered from events, policies, environment and wiring.

use lockstep_model::{Access, Channel, ChannelDirection, Invocation, Layer, Store, Strength};

/// What a statement lets a function do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// Read or write a store.
    Store(&'static str, Access),
    /// Receive from or send on a channel.
    Channel(&'static str, ChannelDirection),
    /// Call a function or start a state machine.
    Call(&'static str),
}

impl Use {
    /// The kind of thing that is used.
    pub(crate) fn kind(self) -> &'static str {
        match self {
            Self::Store(kind, _) | Self::Channel(kind, _) | Self::Call(kind) => kind,
        }
    }
}

/// What one function uses.
#[derive(Clone, Debug, Default)]
pub(crate) struct Uses {
    pub(crate) layers: Vec<Layer>,
    pub(crate) channels: Vec<Channel>,
    pub(crate) stores: Vec<Store>,
    pub(crate) invokes: Vec<Invocation>,
}

impl Uses {
    /// Adds the use of what is called `key`.
    pub(crate) fn add(&mut self, what: Use, key: String, strength: Strength) {
        let kind = what.kind().to_owned();
        match what {
            Use::Store(_, access) => self.stores.push(Store { kind, key, access, strength }),
            Use::Channel(_, direction) => self.channels.push(Channel { kind, key, direction, strength }),
            Use::Call(_) => self.invokes.push(Invocation { kind, key, function: None, strength }),
        }
    }
}
