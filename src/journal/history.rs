//! What a journal adds up to: everything that earlier attempts of a run have finished.

use super::Record;
use crate::array::{ArrayLocation, WrittenChunk};
use crate::task::{ComputationId, PlanDigest};
use std::collections::{BTreeMap, BTreeSet};

/// An array that earlier attempts have written to.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputHistory {
    /// Number of the computation in the script.
    pub computation: ComputationId,
    /// Digest of its plan.
    pub digest: PlanDigest,
    /// Where the array will lie in the end.
    pub location: ArrayLocation,
    /// The directory in which its store was filled.
    pub workshop: String,
    /// Chunks written, in the order of writing; of several entries for one chunk, the last one counts.
    pub chunks: Vec<WrittenChunk>,
}

/// Where the values of a computation are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ValuePlace {
    /// In the journal, encoded.
    Here(Vec<u8>),
    /// In a file of the run directory.
    File,
}

/// Everything that the journal knows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct History {
    /// Outputs by their number.
    pub outputs: Vec<OutputHistory>,
    /// Arrays read, with the identity of their metadata and the time of their last change.
    pub inputs: BTreeMap<ArrayLocation, (u64, u64)>,
    /// Values handed to the script.
    pub values: BTreeMap<(ComputationId, PlanDigest), ValuePlace>,
    /// What was last about to take a place, by that place: the directory in which it was filled, and its number on the
    /// file system.
    pub placing: BTreeMap<String, (String, u64)>,
    /// The directory in which the store was filled that has last taken a place, by that place.
    pub placed: BTreeMap<String, String>,
    /// The directories in which parts of arrays were filled that have taken their place since, by their store.
    pub grafted: BTreeMap<String, BTreeSet<String>>,
}

impl History {
    /// Takes note of the next record.
    pub fn add(&mut self, record: Record) {
        match record {
            Record::Output { computation, digest, location, workshop } => {
                self.outputs.push(OutputHistory { computation, digest, location, workshop, chunks: Vec::new() });
            }
            Record::Written { output, chunks } => {
                if let Some(found) = self.outputs.get_mut(output as usize) {
                    found.chunks.extend(chunks);
                }
            }
            Record::Placing { store, workshop, directory } => {
                self.placing.insert(store, (workshop, directory));
            }
            Record::Placed { store, workshop } => {
                // The run itself has changed it: what is read from now on is another input.
                self.inputs.retain(|location, _| location.store != store);
                self.grafted.remove(&store);
                self.placed.insert(store, workshop);
            }
            Record::Grafted { store, workshop } => {
                self.inputs.retain(|location, _| location.store != store);
                self.grafted.entry(store).or_default().insert(workshop);
            }
            Record::Input { location, fingerprint, stamp } => {
                self.inputs.insert(location, (fingerprint, stamp));
            }
            Record::Value { computation, digest, value } => {
                self.values.insert((computation, digest), ValuePlace::Here(value));
            }
            Record::ValueFile { computation, digest } => {
                self.values.insert((computation, digest), ValuePlace::File);
            }
        }
    }

    /// The number of an output, where a computation of this number and digest has written to it.
    pub fn output(&self, computation: ComputationId, digest: PlanDigest, location: &ArrayLocation) -> Option<u32> {
        let is_it = |output: &OutputHistory| {
            output.computation == computation && output.digest == digest && output.location == *location
        };
        self.outputs.iter().rposition(is_it).map(|number| number as u32)
    }

    /// Directories in which stores were filled, each once.
    pub fn workshops(&self) -> BTreeSet<&str> {
        self.outputs.iter().map(|output| output.workshop.as_str()).collect()
    }

    /// How many chunks were written in a directory, each counted once.
    pub fn chunks_of_workshop(&self, workshop: &str) -> u64 {
        let outputs = self.outputs.iter().filter(|output| output.workshop == workshop);
        let chunks: BTreeSet<(&ArrayLocation, u64)> =
            outputs.flat_map(|output| output.chunks.iter().map(|written| (&output.location, written.chunk))).collect();
        chunks.len() as u64
    }

    /// Whether there is anything that a later attempt could use.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty() && self.grafted.is_empty() && self.outputs.iter().all(|output| output.chunks.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn location(store: &str) -> ArrayLocation {
        ArrayLocation { store: store.to_owned(), path: "x".to_owned() }
    }

    #[test]
    fn outputs_are_found_by_computation_plan_and_place() {
        let mut history = History::default();
        let digest = PlanDigest::of(&"plan");
        for computation in [ComputationId(2), ComputationId(5)] {
            let workshop = format!("/out/.y.{}", computation.0);
            history.add(Record::Output { computation, digest, location: location("/out/y"), workshop });
        }
        let chunk = WrittenChunk { chunk: 4, size_bytes: 10, checksum: 7 };
        history.add(Record::Written { output: 1, chunks: vec![chunk] });
        history.add(Record::Written { output: 9, chunks: vec![chunk] });
        assert_eq!(history.output(ComputationId(2), digest, &location("/out/y")), Some(0));
        assert_eq!(history.output(ComputationId(5), digest, &location("/out/y")), Some(1));
        assert_eq!(history.output(ComputationId(5), PlanDigest::of(&"other"), &location("/out/y")), None);
        assert_eq!(history.output(ComputationId(5), digest, &location("/out/z")), None);
        assert_eq!(history.outputs[1].chunks, [chunk]);
        assert_eq!(history.workshops().len(), 2);
    }

    #[test]
    fn a_store_that_the_run_has_replaced_is_another_input() {
        let mut history = History::default();
        history.add(Record::Input { location: location("/data"), fingerprint: 1, stamp: 2 });
        history.add(Record::Input { location: location("/other"), fingerprint: 1, stamp: 2 });
        history.add(Record::Placed { store: "/data".to_owned(), workshop: "/.data.1".to_owned() });
        assert_eq!(history.inputs.keys().collect::<Vec<_>>(), [&location("/other")]);
    }

    #[test]
    fn what_lies_in_a_place_is_what_took_it_last() {
        let mut history = History::default();
        for workshop in ["/.data.1", "/.data.2"] {
            history.add(Record::Placing { store: "/data".to_owned(), workshop: workshop.to_owned(), directory: 5 });
            history.add(Record::Placed { store: "/data".to_owned(), workshop: workshop.to_owned() });
        }
        assert_eq!(history.placed["/data"], "/.data.2");
        assert_eq!(history.placing["/data"], ("/.data.2".to_owned(), 5));
    }
}
