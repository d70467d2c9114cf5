//! What the journal says.

use crate::array::{ArrayLocation, WrittenChunk};
use crate::task::{ComputationId, PlanDigest};
use serde::{Deserialize, Serialize};

/// One entry of the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Record {
    /// An array is being written. Outputs are numbered from 0 in the order of these records.
    Output {
        /// Number of the computation in the script.
        computation: ComputationId,
        /// Digest of its plan.
        digest: PlanDigest,
        /// Where the array will lie in the end.
        location: ArrayLocation,
        /// The directory in which its store is filled.
        workshop: String,
    },
    /// Chunks of an output whose files are complete.
    Written {
        /// Number of the output.
        output: u32,
        /// The chunks.
        chunks: Vec<WrittenChunk>,
    },
    /// A store that was filled is about to take its place, and will have this identity there.
    Placing {
        /// Where it will lie.
        store: String,
        /// The directory in which it was filled.
        workshop: String,
        /// Number of its directory on the file system.
        directory: u64,
    },
    /// A store has taken its place.
    Placed {
        /// Where it lies.
        store: String,
        /// The directory in which it was filled.
        workshop: String,
    },
    /// Parts of arrays of a store have taken their place.
    Grafted {
        /// The store.
        store: String,
        /// The directory in which they were filled.
        workshop: String,
    },
    /// An array that was read.
    Input {
        /// Where it lies.
        location: ArrayLocation,
        /// Identity of its metadata.
        fingerprint: u64,
        /// When it was last written, as its files say.
        stamp: u64,
    },
    /// Values that the script was given, themselves.
    Value {
        /// Number of the computation in the script.
        computation: ComputationId,
        /// Digest of its plan.
        digest: PlanDigest,
        /// The values, encoded.
        value: Vec<u8>,
    },
    /// Values that the script was given, in a file of their own.
    ValueFile {
        /// Number of the computation in the script.
        computation: ComputationId,
        /// Digest of its plan.
        digest: PlanDigest,
    },
}
