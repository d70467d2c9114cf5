//! Messages within one process: values through channels, nothing is encoded or copied.

use super::{Transport, TransportError};
use crate::protocol::{Endpoint, Envelope, Message, WorkerId};
use crossbeam_channel::{Receiver, Sender, unbounded};
use std::sync::Arc;

/// An endpoint in this process.
pub struct InProcess {
    own: Endpoint,
    scheduler: Sender<Envelope>,
    workers: Arc<[Sender<Envelope>]>,
    incoming: Receiver<Envelope>,
}

/// A scheduler's endpoint and those of workers 0 to `worker_count - 1`.
pub fn connect(worker_count: u32) -> (InProcess, Vec<InProcess>) {
    let (scheduler, to_scheduler) = unbounded();
    let (workers, to_workers): (Vec<_>, Vec<_>) = (0..worker_count).map(|_| unbounded()).unzip();
    let workers: Arc<[_]> = workers.into();
    let endpoint = |own, incoming| InProcess { own, scheduler: scheduler.clone(), workers: workers.clone(), incoming };
    let ends = to_workers.into_iter().zip(0..).map(|(incoming, id)| endpoint(Endpoint::Worker(WorkerId(id)), incoming));
    let ends = ends.collect();
    (endpoint(Endpoint::Scheduler, to_scheduler), ends)
}

impl Transport for InProcess {
    fn send(&self, to: Endpoint, message: Message) -> Result<(), TransportError> {
        let sender = match to {
            Endpoint::Scheduler => &self.scheduler,
            Endpoint::Worker(worker) => self.workers.get(worker.0 as usize).ok_or(TransportError::Closed { to })?,
        };
        sender.send(Envelope { from: self.own, message }).map_err(|_| TransportError::Closed { to })
    }

    fn incoming(&self) -> &Receiver<Envelope> {
        &self.incoming
    }

    fn close(&self) {}

    fn abort(&self, exit_code: i32) -> ! {
        std::process::exit(exit_code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Exchange, Report};

    #[test]
    fn messages_say_whom_they_are_from() {
        let (scheduler, workers) = connect(2);
        workers[1].send(Endpoint::Worker(WorkerId(0)), Message::Exchange(Exchange::Fetch(Vec::new()))).unwrap();
        assert_eq!(workers[0].incoming().recv().unwrap().from, Endpoint::Worker(WorkerId(1)));
        let lost = Report::Lost { reason: "test".into() };
        workers[0].send(Endpoint::Scheduler, Message::Report(lost)).unwrap();
        assert_eq!(scheduler.incoming().recv().unwrap().from, Endpoint::Worker(WorkerId(0)));
        let nobody = Endpoint::Worker(WorkerId(2));
        let message = Message::Exchange(Exchange::Fetch(Vec::new()));
        assert_eq!(scheduler.send(nobody, message), Err(TransportError::Closed { to: nobody }));
    }
}
