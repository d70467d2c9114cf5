//! What this process takes of the memory, as the system counts it.

/// Bytes of memory that this process takes now; 0 where the system doesn't say.
pub(super) fn resident_bytes() -> u64 {
    status_bytes("VmRSS:")
}

/// Most bytes of memory that this process has taken at one time; 0 where the system doesn't say.
pub(super) fn peak_bytes() -> u64 {
    status_bytes("VmHWM:")
}

/// A size in `/proc/self/status`, proc(5), which counts kibibytes.
fn status_bytes(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok()).map_or(0, |kibibytes| kibibytes << 10)
}
