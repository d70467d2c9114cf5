//! The session that the running script computes with.
//!
//! A script is one thread's business, and so is its session: native functions find it here, since Python hands them
//! nothing but their arguments.

use crate::runtime::Session;
use std::cell::RefCell;
use std::rc::Rc;

thread_local! {
    /// The session of the script that runs on this thread.
    static CURRENT: RefCell<Option<Rc<Session>>> = const { RefCell::new(None) };
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
