//! A session for a subcommand that computes: started on all ranks, closed with an outcome, and left in good order.

use super::Ended;
use super::output::complain;
use crate::journal::{Ending, Outcome};
use crate::runtime::{DRAINED, Session, SessionOptions, Started};
use anyhow::Error;
use std::rc::Rc;

/// Does something with a session, on the rank that has it; the others work for it. Gives the exit code.
///
/// # Errors
/// Where the ranks can't be started.
pub fn in_session(options: SessionOptions, act: impl FnOnce(&Rc<Session>) -> Result<(), Ended>) -> Result<u8, Ended> {
    let session = match Session::start(options).map_err(Error::from)? {
        Started::Session(session) => Rc::new(session),
        Started::Served { exit_code } => return Ok(exit_code as u8),
    };
    let code = match act(&session) {
        _ if session.is_drained() => {
            complain("swath: stopped as asked; --resume goes on from here");
            DRAINED as u8
        }
        Ok(()) => 0,
        Err(ended) => {
            // Before the other ranks leave: launchers end rank 0 when another rank fails.
            ended.say();
            ended.code()
        }
    };
    session.finish(code.into());
    Ok(code)
}

/// Closes the run directory with what became of the run.
///
/// # Errors
/// Where the run failed, or the directory can't be closed.
pub fn close_run(session: &Session, ended: Result<(), Ended>, is_quiet: bool) -> Result<(), Ended> {
    let outcome = match &ended {
        _ if session.is_drained() => Outcome { ending: Ending::Drained, message: None, exit_code: DRAINED },
        Ok(()) => Outcome { ending: Ending::Finished, message: None, exit_code: 0 },
        Err(ended) => Outcome { ending: Ending::Failed, message: ended.message(), exit_code: ended.code().into() },
    };
    let skipped = session.close_run(&outcome).map_err(Error::from)?;
    if let (Some(skipped), false) = (skipped, is_quiet) {
        complain(&format!(
            "resumed: {} of {} chunks, {} values, {} partial results were there",
            skipped.chunks, skipped.chunks_total, skipped.values, skipped.partials
        ));
    }
    ended
}
