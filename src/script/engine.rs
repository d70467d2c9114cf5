//! The session that the running script computes with.
//!
//! A script is one thread's business, and so is its session: native functions find it here, since Python hands them
//! nothing but their arguments.

use crate::runtime::Session;
use rustpython_vm::{PyResult, VirtualMachine};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

thread_local! {
    /// The session of the script that runs on this thread.
    static CURRENT: RefCell<Option<Rc<Session>>> = const { RefCell::new(None) };
    /// Number of functions of the user that are being traced.
    static TRACED: Cell<usize> = const { Cell::new(0) };
}

/// While this exists, a function of the user is traced: no values are known.
pub(super) struct Tracing(());

impl Tracing {
    /// Tracing begins.
    pub fn begin() -> Tracing {
        TRACED.set(TRACED.get() + 1);
        Tracing(())
    }
}

impl Drop for Tracing {
    fn drop(&mut self) {
        TRACED.set(TRACED.get() - 1);
    }
}

/// Whether a function of the user is being traced.
pub(super) fn is_tracing() -> bool {
    TRACED.get() > 0
}

/// Makes sure that values may be computed now.
///
/// # Errors
/// `NotImplementedError` while a function is traced.
pub(super) fn may_compute(vm: &VirtualMachine) -> PyResult<()> {
    if !is_tracing() {
        return Ok(());
    }
    Err(vm.new_not_implemented_error(
        "a function applied block by block is called once, for all blocks, by swath: it can't look at values (compute, float, if, loops over elements)",
    ))
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
