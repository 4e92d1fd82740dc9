//! The history stage on real, small repositories: their shapes, their renames, and the equality with git's own answer.

mod equality;
mod filtering;
mod packs;
mod renames;
mod shapes;
mod throwaway;
