//! The session that the running script computes with.
//!
//! A script is one thread's business, and so is its session: native functions find it here, since Python hands them
//! nothing but their arguments.

use crate::plan::Array;
use crate::runtime::Session;
use rustpython_vm::builtins::PyBaseExceptionRef;
use rustpython_vm::{PyResult, VirtualMachine};
use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;

thread_local! {
    /// The session of the script that runs on this thread.
    static CURRENT: RefCell<Option<Rc<Session>>> = const { RefCell::new(None) };
    /// The functions of the user that are being traced, the innermost last.
    static TRACED: RefCell<Vec<Traced>> = const { RefCell::new(Vec::new()) };
}

/// A function that is being traced.
struct Traced {
    /// Lengths of the axes of its arguments.
    lengths: HashSet<usize>,
    /// Whether it wanted to look at values.
    has_looked: bool,
}

/// While this exists, a function of the user is traced: no values are known.
pub(super) struct Tracing(());

impl Tracing {
    /// Tracing of a function of these arrays begins.
    pub fn begin<'a>(inputs: impl IntoIterator<Item = &'a Array>) -> Tracing {
        let lengths = inputs.into_iter().flat_map(|input| input.shape().iter().copied()).collect();
        TRACED.with_borrow_mut(|traced| traced.push(Traced { lengths, has_looked: false }));
        Tracing(())
    }

    /// Tracing ends, of a function that has returned.
    ///
    /// # Errors
    /// `NotImplementedError` where it wanted to look at values, whatever it made of the refusal.
    pub fn end(self, vm: &VirtualMachine) -> PyResult<()> {
        let has_looked = TRACED.with_borrow(|traced| traced.last().is_some_and(|traced| traced.has_looked));
        if has_looked { Err(looks_at_values(vm)) } else { Ok(()) }
    }
}

impl Drop for Tracing {
    fn drop(&mut self) {
        TRACED.with_borrow_mut(Vec::pop);
    }
}

/// Whether a function of the user is being traced.
pub(super) fn is_tracing() -> bool {
    TRACED.with_borrow(|traced| !traced.is_empty())
}

/// Whether an axis of this length may be one of an argument of the function that is traced.
pub(super) fn is_traced_length(length: usize) -> bool {
    TRACED.with_borrow(|traced| traced.last().is_some_and(|traced| traced.lengths.contains(&length)))
}

/// Makes sure that values may be computed now.
///
/// # Errors
/// `NotImplementedError` while a function is traced.
pub(super) fn may_compute(vm: &VirtualMachine) -> PyResult<()> {
    if !is_tracing() {
        return Ok(());
    }
    TRACED.with_borrow_mut(|traced| traced.iter_mut().for_each(|traced| traced.has_looked = true));
    Err(looks_at_values(vm))
}

fn looks_at_values(vm: &VirtualMachine) -> PyBaseExceptionRef {
    vm.new_not_implemented_error(
        "a function applied block by block is called once, for all blocks, by swath: it can't look at values (compute, float, if, loops over elements)",
    )
}

/// Makes a session the one of this thread until the guard is dropped.
pub(super) fn install(session: Rc<Session>) -> Installed {
    Installed { previous: CURRENT.replace(Some(session)) }
}

/// The session of the running script.
///
/// # Panics
/// Outside of a script: its modules can't be reached from anywhere else.
pub(super) fn current() -> Rc<Session> {
    CURRENT.with_borrow(|session| session.clone().expect("modules are imported by a running script only"))
}

/// Puts the session back that was there before.
pub(super) struct Installed {
    previous: Option<Rc<Session>>,
}

impl Drop for Installed {
    fn drop(&mut self) {
        CURRENT.set(self.previous.take());
    }
}
