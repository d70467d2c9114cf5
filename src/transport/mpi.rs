//! Messages between MPI ranks: the scheduler is on rank 0, worker `n` on rank `n`. Worker 0 is there where rank 0 computes
//! too; what it and the scheduler tell each other stays in the process.
//!
//! One thread makes all MPI calls (MPI 4.0 section 11.6, `MPI_THREAD_FUNNELED`). Blocking calls spin at full speed in
//! Open MPI and MPICH, so that thread polls: often while there is traffic, ever more rarely afterwards; something to send
//! wakes it at once. Counts are C ints: what is over 1 GiB goes in parts, which arrive in order (section 3.5). Large vectors
//! are sent from where they are and received where they stay: a head names their sizes, they follow.
#![allow(unsafe_code)]

use super::{PANICKED, Transport, TransportError};
use crate::protocol::{self, Encoded, Endpoint, Envelope, Lent, Message, Segment, WorkerId};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TryRecvError, bounded, unbounded};
use mpi::Threading;
use mpi::datatype::{AsDatatype, BufferMut, Collection, Equivalence, PointerMut};
use mpi::environment::Universe;
use mpi::request::{Request, StaticScope};
use mpi::topology::SimpleCommunicator;
use mpi::traits::{Communicator, Destination, Source};
use std::collections::BTreeMap;
use std::ffi::c_void;
use std::sync::Mutex;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Longest part of a message.
const PART_BYTES: usize = 1 << 30;
/// More parts of the message follow.
const TAG_PART: i32 = 1;
/// The only or last part of a message.
const TAG_LAST: i32 = 2;
/// The last part of a message whose vectors follow; it begins with their sizes.
const TAG_HEAD: i32 = 3;
/// Part of a vector.
const TAG_VECTOR: i32 = 4;
/// Vectors of as many bytes are received on huge pages.
#[cfg(target_os = "linux")]
const HUGE_BYTES: usize = 4 << 20;
/// Polling without a pause after traffic.
const SPIN: Duration = Duration::from_micros(30);
/// Shortest pause, and longest.
const PAUSES: (Duration, Duration) = (Duration::from_micros(20), Duration::from_millis(2));
/// A pause is this part of the time since the last traffic: waiting takes a tenth longer than it must, at most.
const PAUSE_SHARE: u32 = 10;
/// What the system may add to a pause; by default it adds twice as much as the shortest one takes.
#[cfg(target_os = "linux")]
const SLACK_NANOSECONDS: std::num::NonZeroU64 = std::num::NonZeroU64::new(2_000).expect("it isn't 0");
/// Longest wait of [`Transport::abort`] for the thread that calls MPI.
const ABORT_WAIT: Duration = Duration::from_millis(200);

/// An endpoint on this rank.
pub struct Mpi {
    own: Endpoint,
    rank: usize,
    size: usize,
    outgoing: Sender<Outgoing>,
    incoming: Receiver<Envelope>,
    /// To the endpoints of this rank.
    here: Deliveries,
    /// Of the endpoint that ends the connection.
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// This process's place among the ranks, and its endpoints.
pub struct Connection {
    /// Number of this rank.
    pub rank: usize,
    /// Number of ranks.
    pub size: usize,
    /// The scheduler's endpoint on rank 0, the worker's on another rank. Closing it ends the rank's connection.
    pub endpoint: Mpi,
    /// On rank 0, the endpoint of a worker beside the scheduler. Without one, it is to be dropped.
    pub worker_beside: Option<Mpi>,
}

/// Where what is for the endpoints of this rank goes.
#[derive(Clone)]
struct Deliveries {
    scheduler: Sender<Envelope>,
    worker: Sender<Envelope>,
}

impl Deliveries {
    /// Delivers a message; says whether anybody listens.
    fn deliver(&self, from: Endpoint, message: Message) -> bool {
        let to = match message {
            Message::Report(_) => &self.scheduler,
            Message::Order(_) | Message::Exchange(_) => &self.worker,
        };
        to.send(Envelope { from, message }).is_ok()
    }
}

/// What the MPI thread is asked to do.
enum Outgoing {
    Send { rank: i32, message: Message },
    Close,
    Abort { exit_code: i32 },
}

/// Initialises MPI.
///
/// # Errors
/// Where the thread or MPI can't be started.
pub fn connect() -> Result<Connection, TransportError> {
    let (outgoing, orders) = unbounded();
    let (scheduler, to_scheduler) = unbounded();
    let (worker, to_worker) = unbounded();
    let here = Deliveries { scheduler, worker };
    let (started, start) = bounded(1);
    let deliveries = here.clone();
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
    let endpoint = |own, incoming, thread| {
        let (outgoing, here) = (outgoing.clone(), here.clone());
        Mpi { own, rank, size, outgoing, incoming, here, thread: Mutex::new(thread) }
    };
    let own_worker = Endpoint::Worker(WorkerId(rank as u32));
    let (endpoint, worker_beside) = match rank {
        0 => (endpoint(Endpoint::Scheduler, to_scheduler, Some(thread)), Some(endpoint(own_worker, to_worker, None))),
        _ => (endpoint(own_worker, to_worker, Some(thread)), None),
    };
    Ok(Connection { rank, size, endpoint, worker_beside })
}

/// The MPI library, as it names itself in the first line that it has to say.
pub(super) fn library() -> Option<String> {
    let text = ::mpi::environment::library_version().ok()?;
    text.lines().next().map(|line| line.trim_end_matches('\0').trim().to_owned())
}

fn rank_of(endpoint: Endpoint) -> usize {
    match endpoint {
        Endpoint::Scheduler => 0,
        Endpoint::Worker(worker) => worker.0 as usize,
    }
}

/// Who on a rank has sent this: orders are the scheduler's, all else is a worker's.
fn sender(rank: i32, message: &Message) -> Endpoint {
    match message {
        Message::Order(_) => Endpoint::Scheduler,
        Message::Report(_) | Message::Exchange(_) => Endpoint::Worker(WorkerId(rank as u32)),
    }
}

impl Transport for Mpi {
    fn send(&self, to: Endpoint, message: Message) -> Result<(), TransportError> {
        let rank = rank_of(to);
        if rank >= self.size {
            return Err(TransportError::Closed { to });
        }
        if rank == self.rank {
            return if self.here.deliver(self.own, message) { Ok(()) } else { Err(TransportError::Closed { to }) };
        }
        let order = Outgoing::Send { rank: rank as i32, message };
        self.outgoing.send(order).map_err(|_| TransportError::Closed { to })
    }

    fn incoming(&self) -> &Receiver<Envelope> {
        &self.incoming
    }

    fn close(&self) {
        let thread = self.thread.lock().ok().and_then(|mut thread| thread.take());
        if let Some(thread) = thread {
            // Where the thread is gone already, there is nothing to wait for.
            let _ = self.outgoing.send(Outgoing::Close);
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

/// A message on its way out.
struct Sending {
    requests: Vec<Request<'static, [u8], StaticScope>>,
    /// What the requests borrow: the encoded bytes, and the vectors that the message owns.
    _bytes: Vec<u8>,
    _message: Message,
}

/// Memory that a part is received into.
struct Spare {
    address: *mut u8,
    size_bytes: usize,
}

// SAFETY: the pointer is that of `size_bytes` bytes of allocated memory, which whoever makes a `Spare` vouches for.
unsafe impl PointerMut for Spare {
    fn pointer_mut(&mut self) -> *mut c_void {
        self.address.cast()
    }
}
// SAFETY: the count is that of the bytes behind the pointer; a part is no longer than an `i32` says.
unsafe impl Collection for Spare {
    fn count(&self) -> i32 {
        self.size_bytes as i32
    }
}
// SAFETY: the datatype is that of bytes, of which any pattern is a value.
unsafe impl AsDatatype for Spare {
    type Out = <u8 as Equivalence>::Out;
    fn as_datatype(&self) -> Self::Out {
        u8::equivalent_datatype()
    }
}
// SAFETY: pointer, count and datatype describe memory that may be written to.
unsafe impl BufferMut for Spare {}

/// The thread that calls MPI.
struct Poller {
    world: SimpleCommunicator,
    orders: Receiver<Outgoing>,
    deliveries: Deliveries,
    sends: Vec<Sending>,
    /// Beginnings of messages that come in parts, by sender.
    parts: BTreeMap<i32, Vec<u8>>,
}

/// Ends this rank where the thread that calls MPI panics: others would wait for it, and this rank's own threads for them.
struct LeaveWherePanicking;

impl Drop for LeaveWherePanicking {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // SAFETY: ends the process at once, and with it whatever MPI has left half done. The panic has told its reason.
            unsafe { libc::_exit(PANICKED) }
        }
    }
}

impl Poller {
    fn run(mut self, universe: Universe) {
        let _leaving = LeaveWherePanicking;
        #[cfg(target_os = "linux")]
        // Where the system refuses, messages are found somewhat later.
        let _ = rustix::thread::set_current_timer_slack(Some(SLACK_NANOSECONDS));
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
        let longest = if self.sends.is_empty() { PAUSES.1 } else { PAUSES.0 };
        match self.orders.recv_timeout((idle / PAUSE_SHARE).clamp(PAUSES.0, longest)) {
            Ok(order) => self.obey(order),
            Err(RecvTimeoutError::Timeout) => false,
            Err(RecvTimeoutError::Disconnected) => true,
        }
    }

    /// Does as asked; says whether that was the last order.
    fn obey(&mut self, order: Outgoing) -> bool {
        match order {
            Outgoing::Send { rank, message } => {
                self.start_send(rank, message);
                false
            }
            Outgoing::Close => true,
            Outgoing::Abort { exit_code } => self.world.abort(exit_code),
        }
    }

    fn start_send(&mut self, rank: i32, message: Message) {
        let Encoded { bytes, lent } = protocol::encode(&message);
        let (bytes, last_tag) = if lent.is_empty() { (bytes, TAG_LAST) } else { (with_sizes(&lent, &bytes), TAG_HEAD) };
        let to = self.world.process_at_rank(rank);
        let mut requests = Vec::new();
        let mut send = |address: *const u8, size_bytes: usize, tag| {
            // SAFETY: the bytes are on the heap, in vectors that the `Sending` which also has the request owns, and they
            // don't change. It is dropped once the request is complete.
            let part: &'static [u8] = unsafe { std::slice::from_raw_parts(address, size_bytes) };
            requests.push(to.immediate_send_with_tag(StaticScope, part, tag));
        };
        let mut parts = bytes.chunks(PART_BYTES).peekable();
        while let Some(part) = parts.next() {
            send(part.as_ptr(), part.len(), if parts.peek().is_some() { TAG_PART } else { last_tag });
        }
        for Lent { address, size_bytes, .. } in lent {
            for offset in (0..size_bytes).step_by(PART_BYTES) {
                // SAFETY: the offset is below the size of the vector.
                let address = unsafe { address.add(offset) };
                send(address, PART_BYTES.min(size_bytes - offset), TAG_VECTOR);
            }
        }
        self.sends.push(Sending { requests, _bytes: bytes, _message: message });
    }

    /// Gives up messages that have left; says whether any part has.
    fn finish_sends(&mut self) -> bool {
        let mut has_left = false;
        for sending in &mut self.sends {
            for request in std::mem::take(&mut sending.requests) {
                match request.test() {
                    Ok(_) => has_left = true,
                    Err(request) => sending.requests.push(request),
                }
            }
        }
        self.sends.retain(|sending| !sending.requests.is_empty());
        has_left
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
            let message = match status.tag() {
                TAG_HEAD => self.receive_vectors(rank, &bytes),
                _ => protocol::decode(&bytes, Vec::new()),
            };
            let message = message.expect("every rank runs the same program, which encoded this message");
            if !self.deliveries.deliver(sender(rank, &message), message) {
                // Nobody listens any more: the rank is leaving.
                break;
            }
        }
        has_received
    }

    /// Receives the vectors that follow a head, and puts the message together.
    fn receive_vectors(&self, rank: i32, head: &[u8]) -> Result<Message, postcard::Error> {
        let (sizes, bytes) = postcard::take_from_bytes::<Vec<(u64, u8)>>(head)?;
        let segments = sizes.into_iter().map(|(size_bytes, value_bytes)| match value_bytes {
            1 => Segment::One(self.receive_vector(rank, size_bytes as usize)),
            2 => Segment::Two(self.receive_vector(rank, size_bytes as usize)),
            4 => Segment::Four(self.receive_vector(rank, size_bytes as usize)),
            _ => Segment::Eight(self.receive_vector(rank, size_bytes as usize)),
        });
        protocol::decode(bytes, segments.collect())
    }

    fn receive_vector<T: bytemuck::Pod>(&self, rank: i32, size_bytes: usize) -> Vec<T> {
        let count = size_bytes / size_of::<T>();
        let mut values = Vec::<T>::with_capacity(count);
        ask_for_huge_pages(values.as_mut_ptr().cast(), size_bytes);
        let from = self.world.process_at_rank(rank);
        for offset in (0..size_bytes).step_by(PART_BYTES) {
            // SAFETY: the offset is below the size of what the vector has allocated.
            let address = unsafe { values.as_mut_ptr().cast::<u8>().add(offset) };
            let mut part = Spare { address, size_bytes: PART_BYTES.min(size_bytes - offset) };
            from.receive_into_with_tag(&mut part, TAG_VECTOR);
        }
        // SAFETY: parts as long as the vector were received into it (the sender cuts it likewise), and any bytes are a
        // value of a `Pod`.
        unsafe { values.set_len(count) };
        values
    }
}

/// Asks for huge pages where a large vector is received: from one rank of a node to another, values move between them at
/// two to three times the rate.
fn ask_for_huge_pages(address: *mut c_void, size_bytes: usize) {
    #[cfg(target_os = "linux")]
    if size_bytes >= HUGE_BYTES {
        // SAFETY: advice on memory that was allocated just now. Where it isn't taken, as where the address is that of no
        // page, the pages are ordinary ones.
        unsafe {
            libc::madvise(address, size_bytes, libc::MADV_HUGEPAGE);
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (address, size_bytes);
}

/// The bytes of a head: sizes of the vectors, then the message.
fn with_sizes(lent: &[Lent], message: &[u8]) -> Vec<u8> {
    let sizes: Vec<(u64, u8)> = lent.iter().map(|lent| (lent.size_bytes as u64, lent.value_bytes as u8)).collect();
    let head = Vec::with_capacity(message.len() + 10 * sizes.len() + 10);
    let mut head = postcard::to_extend(&sizes, head).expect("sizes are plain data, which postcard encodes");
    head.extend_from_slice(message);
    head
}
