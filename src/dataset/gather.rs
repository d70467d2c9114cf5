//! Picking elements of arrays, at once where they are in memory.
