//! Hands events to observers, on a thread of their own: whoever watches never slows a run.

use super::RuntimeError;
use crate::event::{Event, Observer};
use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use std::collections::VecDeque;
use std::time::Duration;

/// Events on their way to the observers' thread.
const QUEUE_LENGTH: usize = 256;
/// Longest wait for observers at the end.
const FINISH_TIME: Duration = Duration::from_millis(500);

/// The sending end of the hand-over.
pub(super) struct Observers {
    queue: Option<Sender<Event>>,
    /// Events that found the queue full; counts of one stage are added up, so that these stay few.
    waiting: VecDeque<Event>,
    finished: Receiver<()>,
}

impl Observers {
    /// Starts the observers' thread, where there are observers.
    ///
    /// # Errors
    /// [`RuntimeError::Thread`] where it can't be started.
    pub(super) fn start(mut observers: Vec<Box<dyn Observer>>) -> Result<Observers, RuntimeError> {
        let (queue, events) = bounded::<Event>(QUEUE_LENGTH);
        let (done, finished) = bounded::<()>(1);
        if observers.is_empty() {
            return Ok(Observers { queue: None, waiting: VecDeque::new(), finished });
        }
        let watch = move || {
            for event in events {
                observers.iter_mut().for_each(|observer| observer.observe(&event));
            }
            drop(observers);
            drop(done);
        };
        std::thread::Builder::new()
            .name("swath-observers".to_owned())
            .spawn(watch)
            .map_err(|error| RuntimeError::Thread { message: error.to_string() })?;
        Ok(Observers { queue: Some(queue), waiting: VecDeque::new(), finished })
    }

    /// Hands an event over, now or as soon as there is room.
    pub(super) fn tell(&mut self, event: Event) {
        if self.queue.is_none() {
            return;
        }
        if !self.waiting.iter_mut().any(|waiting| waiting.absorb(&event)) {
            self.waiting.push_back(event);
        }
        self.flush();
    }

    /// Hands over what has been waiting, as far as there is room.
    pub(super) fn flush(&mut self) {
        let Some(queue) = &self.queue else { return };
        while let Some(event) = self.waiting.pop_front() {
            match queue.try_send(event) {
                Ok(()) => {}
                Err(TrySendError::Full(event)) => return self.waiting.push_front(event),
                Err(TrySendError::Disconnected(_)) => return self.waiting.clear(),
            }
        }
    }

    /// Lets observers come to their end; one that hangs is left behind.
    pub(super) fn finish(&mut self) {
        if let Some(queue) = self.queue.take() {
            for event in std::mem::take(&mut self.waiting) {
                if queue.send_timeout(event, FINISH_TIME).is_err() {
                    return;
                }
            }
            drop(queue);
            // Disconnected: the thread has ended; timed out: it hangs. Neither leaves anything to do.
            let _ = self.finished.recv_timeout(FINISH_TIME);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::{ComputationId, StageId};
    use std::sync::{Arc, Mutex};

    struct Slow(Arc<Mutex<u64>>);

    impl Observer for Slow {
        fn observe(&mut self, event: &Event) {
            if let Event::TasksDone { count, .. } = event {
                std::thread::sleep(Duration::from_millis(1));
                *self.0.lock().unwrap() += count;
            }
        }
    }

    #[test]
    fn a_slow_observer_slows_nothing_and_misses_nothing() {
        let total = Arc::new(Mutex::new(0));
        let mut observers = Observers::start(vec![Box::new(Slow(total.clone()))]).unwrap();
        let start = std::time::Instant::now();
        for _ in 0..100_000 {
            observers.tell(Event::TasksDone {
                computation: ComputationId(1),
                stage: StageId(0),
                count: 1,
                read_bytes: 0,
                written_bytes: 0,
            });
        }
        assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
        observers.finish();
        assert_eq!(*total.lock().unwrap(), 100_000);
    }
}
