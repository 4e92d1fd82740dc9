//! Uses of what a template names.

use lockstep_document::Node;
use lockstep_model::Strength;

use super::evaluate::World;
pub(super) use crate::aws::uses::{Use, Uses};

impl Uses {
    /// Adds the use of what `node` names in `stack`, if it names anything.
    pub(super) fn add_node(&mut self, world: &World<'_>, stack: usize, what: Use, node: &Node, strength: Strength) {
        if let Some(key) = world.key(stack, node, what.kind()) {
            self.add(what, key, strength);
        }
    }
}
