//! Messages between MPI ranks: rank 0 is the scheduler, rank `n` is worker `n - 1`.
//!
//! One thread makes all MPI calls (MPI 4.0 section 11.6, `MPI_THREAD_FUNNELED`). Blocking calls spin at full speed in
//! Open MPI and MPICH, so that thread polls: often while there is traffic, ever more rarely afterwards; something to send
//! wakes it at once. Counts are C ints: messages over 1 GiB go in parts, which arrive in order (section 3.5).
#![allow(unsafe_code)]

use super::{Transport, TransportError};
use crate::protocol::{Endpoint, Envelope, Message, WorkerId};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TryRecvError, bounded, unbounded};
use mpi::Threading;
use mpi::datatype::Equivalence;
use mpi::environment::Universe;
use mpi::request::{Request, StaticScope};
use mpi::topology::SimpleCommunicator;
use mpi::traits::{Communicator, Destination, Source};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Longest part of a message.
const PART_BYTES: usize = 1 << 30;
/// More parts of the message follow.
const TAG_PART: i32 = 1;
/// The only or last part of a message.
const TAG_LAST: i32 = 2;
/// Polling without a pause after traffic.
const SPIN: Duration = Duration::from_micros(30);
/// Shortest pause, and longest.
const PAUSES: (Duration, Duration) = (Duration::from_micros(20), Duration::from_millis(2));
/// A pause is this part of the time since the last traffic: waiting takes a tenth longer than it must, at most.
const PAUSE_SHARE: u32 = 10;
/// Longest wait of [`Transport::abort`] for the thread that calls MPI.
const ABORT_WAIT: Duration = Duration::from_millis(200);

/// This rank's connection to the others.
pub struct Mpi {
    outgoing: Sender<Outgoing>,
    incoming: Receiver<Envelope>,
    thread: Mutex<Option<JoinHandle<()>>>,
    size: usize,
}

/// What the MPI thread is asked to do.
enum Outgoing {
    Send { rank: i32, bytes: Vec<u8> },
    Close,
    Abort { exit_code: i32 },
}

/// Initialises MPI. Gives this process's rank, the number of ranks and the connection.
///
/// # Errors
/// Where the thread or MPI can't be started.
pub fn connect() -> Result<(usize, usize, Mpi), TransportError> {
    let (outgoing, orders) = unbounded();
    let (deliveries, incoming) = unbounded();
    let (started, start) = bounded(1);
    let thread = std::thread::Builder::new()
        .name("swath-mpi".to_owned())
        .spawn(move || match mpi::initialize_with_threading(Threading::Funneled) {
            Some((universe, _)) => {
                let world = universe.world();
                let place = (world.rank() as usize, world.size() as usize);
                if started.send(Some(place)).is_ok() {
                    Poller { world, orders, deliveries, sends: Vec::new(), parts: BTreeMap::new() }.run(universe);
                }
            }
            None => {
                let _ = started.send(None);
            }
        })
        .map_err(|error| TransportError::Thread { message: error.to_string() })?;
    let (rank, size) = start.recv().ok().flatten().ok_or(TransportError::MpiInit)?;
    Ok((rank, size, Mpi { outgoing, incoming, thread: Mutex::new(Some(thread)), size }))
}

fn rank_of(endpoint: Endpoint) -> usize {
    match endpoint {
        Endpoint::Scheduler => 0,
        Endpoint::Worker(worker) => worker.0 as usize + 1,
    }
}

fn endpoint_of(rank: i32) -> Endpoint {
    match rank {
        0 => Endpoint::Scheduler,
        worker => Endpoint::Worker(WorkerId(worker as u32 - 1)),
    }
}

impl Transport for Mpi {
    fn send(&self, to: Endpoint, message: Message) -> Result<(), TransportError> {
        let rank = rank_of(to);
        if rank >= self.size {
            return Err(TransportError::Closed { to });
        }
        let bytes = postcard::to_stdvec(&message).expect("a message is plain data, which postcard encodes");
        let order = Outgoing::Send { rank: rank as i32, bytes };
        self.outgoing.send(order).map_err(|_| TransportError::Closed { to })
    }

    fn incoming(&self) -> &Receiver<Envelope> {
        &self.incoming
    }

    fn close(&self) {
        // The thread is gone already where it was closed before; then there is nothing to wait for.
        let _ = self.outgoing.send(Outgoing::Close);
        let thread = self.thread.lock().ok().and_then(|mut thread| thread.take());
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }

    fn abort(&self, exit_code: i32) -> ! {
        if self.outgoing.send(Outgoing::Abort { exit_code }).is_ok() {
            std::thread::sleep(ABORT_WAIT);
        }
        std::process::exit(exit_code)
    }
}

/// A part on its way out.
struct Sending {
    request: Request<'static, [u8], StaticScope>,
    /// The part's bytes, which the request borrows.
    buffer: *mut [u8],
}

/// The thread that calls MPI.
struct Poller {
    world: SimpleCommunicator,
    orders: Receiver<Outgoing>,
    deliveries: Sender<Envelope>,
    sends: Vec<Sending>,
    /// Beginnings of messages that come in parts, by sender.
    parts: BTreeMap<i32, Vec<u8>>,
}

impl Poller {
    fn run(mut self, universe: Universe) {
        let mut last_traffic = Instant::now();
        let mut is_closing = false;
        loop {
            let mut has_traffic = self.receive() | self.finish_sends();
            loop {
                match self.orders.try_recv() {
                    Ok(order) => {
                        is_closing |= self.obey(order);
                        has_traffic = true;
                    }
                    Err(TryRecvError::Empty) => break,
                    Err(TryRecvError::Disconnected) => {
                        is_closing = true;
                        break;
                    }
                }
            }
            if is_closing && self.sends.is_empty() {
                break;
            }
            if has_traffic {
                last_traffic = Instant::now();
            } else if last_traffic.elapsed() < SPIN {
                std::thread::yield_now();
            } else if is_closing {
                std::thread::sleep(PAUSES.0);
            } else {
                is_closing |= self.rest(last_traffic.elapsed());
            }
        }
        // Calls MPI_Finalize, on the thread that initialised.
        drop(universe);
    }

    /// Waits for an order, the longer the less there is to do; says whether it was the last.
    fn rest(&mut self, idle: Duration) -> bool {
        // Something on its way out moves only while MPI is called.
        let longest = if self.sends.is_empty() { PAUSES.1 } else { PAUSES.1 / 10 };
        match self.orders.recv_timeout((idle / PAUSE_SHARE).clamp(PAUSES.0, longest)) {
            Ok(order) => self.obey(order),
            Err(RecvTimeoutError::Timeout) => false,
            Err(RecvTimeoutError::Disconnected) => true,
        }
    }

    /// Does as asked; says whether that was the last order.
    fn obey(&mut self, order: Outgoing) -> bool {
        match order {
            Outgoing::Send { rank, mut bytes } => {
                while bytes.len() > PART_BYTES {
                    let rest = bytes.split_off(PART_BYTES);
                    self.start_send(rank, bytes, TAG_PART);
                    bytes = rest;
                }
                self.start_send(rank, bytes, TAG_LAST);
                false
            }
            Outgoing::Close => true,
            Outgoing::Abort { exit_code } => self.world.abort(exit_code),
        }
    }

    fn start_send(&mut self, rank: i32, bytes: Vec<u8>, tag: i32) {
        let buffer = Box::into_raw(bytes.into_boxed_slice());
        // SAFETY: the buffer comes from a box, and is freed only when the request, which borrows it, is complete.
        let borrowed: &'static [u8] = unsafe { &*buffer };
        let request = self.world.process_at_rank(rank).immediate_send_with_tag(StaticScope, borrowed, tag);
        self.sends.push(Sending { request, buffer });
    }

    /// Frees the buffers of parts that have left; says whether there were any.
    fn finish_sends(&mut self) -> bool {
        let before = self.sends.len();
        for Sending { request, buffer } in std::mem::take(&mut self.sends) {
            match request.test() {
                Ok(_) => {
                    // SAFETY: `buffer` is the box given up in `start_send`; the request, its only user, is complete
                    // (MPI 4.0 section 3.7.3), and each request completes once.
                    drop(unsafe { Box::from_raw(buffer) });
                }
                Err(request) => self.sends.push(Sending { request, buffer }),
            }
        }
        self.sends.len() < before
    }

    /// Takes in what has arrived; says whether anything has.
    fn receive(&mut self) -> bool {
        let mut has_received = false;
        while let Some((message, status)) = self.world.any_process().immediate_matched_probe() {
            has_received = true;
            let mut bytes = vec![0; status.count(u8::equivalent_datatype()) as usize];
            message.matched_receive_into(&mut bytes[..]);
            let rank = status.source_rank();
            if let Some(mut beginning) = self.parts.remove(&rank) {
                beginning.append(&mut bytes);
                bytes = beginning;
            }
            if status.tag() == TAG_PART {
                self.parts.insert(rank, bytes);
                continue;
            }
            let message: Message =
                postcard::from_bytes(&bytes).expect("every rank runs the same program, which encoded this message");
            if self.deliveries.send(Envelope { from: endpoint_of(rank), message }).is_err() {
                // Nobody listens any more: the rank is leaving.
                break;
            }
        }
        has_received
    }
}
