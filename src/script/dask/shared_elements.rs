//! Which lazy arrays stand for arrays of numpy that share their elements, while a function is traced.
//!
//! numpy's views are other objects over the same elements. A lazy array has none: so an array may be changed only where no
//! other object is there that numpy would change with it. Views are told by how they are computed: by indexing, turning,
//! reshaping, or not at all. A copy is computed by a step of its own ([`copied`]).

use crate::plan::{Array, Operation};
use crate::script::engine;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

thread_local! {
    /// The arrays of the objects that live.
    static LIVING: RefCell<BTreeMap<u64, Array>> = const { RefCell::new(BTreeMap::new()) };
    static NEXT: Cell<u64> = const { Cell::new(0) };
}

/// An object is known under this number until it is dropped.
#[derive(Debug)]
pub(super) struct Ticket(u64);

impl Ticket {
    /// The ticket of an object made while a function is traced.
    pub fn of(array: &Array) -> Option<Ticket> {
        if !engine::is_tracing() {
            return None;
        }
        let number = NEXT.replace(NEXT.get() + 1);
        LIVING.with_borrow_mut(|living| living.insert(number, array.clone()));
        Some(Ticket(number))
    }

    /// The object is another array now.
    pub fn set(&self, array: &Array) {
        LIVING.with_borrow_mut(|living| living.insert(self.0, array.clone()));
    }

    /// Whether another object shows elements that this one shows.
    pub fn shares_elements(&self) -> bool {
        LIVING.with_borrow(|living| {
            let Some(own) = living.get(&self.0) else { return false };
            let own: Vec<&Array> = shown(own).collect();
            let others = living.iter().filter(|(number, _)| **number != self.0);
            others.flat_map(|(_, other)| shown(other)).any(|array| own.iter().any(|own| own.is_same(array)))
        })
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        // A thread that ends drops its arrays in any order.
        let _ = LIVING.try_with(|living| living.borrow_mut().remove(&self.0));
    }
}

/// An array and those whose elements it shows, as numpy's views do.
fn shown(array: &Array) -> impl Iterator<Item = &Array> {
    std::iter::successors(Some(array), |array| match array.operation() {
        Operation::View(_) | Operation::Reshape(_) => array.inputs().first(),
        _ => None,
    })
}

/// The same values, as elements of their own.
pub(in crate::script) fn copied(array: Array) -> Array {
    if engine::is_tracing() { array.traced() } else { array }
}
