//! What is going to happen when, in simulated time.

use super::random::Random;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

/// Things to come, each at its time.
pub struct Agenda<T> {
    /// Time, a random number that orders what happens at one instant, and where the thing is.
    times: BinaryHeap<Reverse<(Duration, u64, usize)>>,
    things: Vec<Option<T>>,
    free: Vec<usize>,
}

impl<T> Agenda<T> {
    pub fn new() -> Agenda<T> {
        Agenda { times: BinaryHeap::new(), things: Vec::new(), free: Vec::new() }
    }

    /// Adds something.
    pub fn plan(&mut self, random: &mut Random, time: Duration, thing: T) {
        let place = self.free.pop().unwrap_or_else(|| {
            self.things.push(None);
            self.things.len() - 1
        });
        self.things[place] = Some(thing);
        self.times.push(Reverse((time, random.below(1 << 32), place)));
    }

    /// When the next thing comes.
    pub fn next_time(&self) -> Option<Duration> {
        self.times.peek().map(|Reverse((time, ..))| *time)
    }

    /// Takes what comes next.
    pub fn next(&mut self) -> Option<(Duration, T)> {
        let Reverse((time, _, place)) = self.times.pop()?;
        self.free.push(place);
        Some((time, self.things[place].take().expect("what is planned happens once")))
    }
}
