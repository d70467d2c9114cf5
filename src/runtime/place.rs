//! Where this process is, for those who look for what went wrong there.

use crate::environment::Environment;

/// Name of this node.
pub(super) fn node() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// This rank and its node.
pub(super) fn here() -> String {
    format!("rank {} on {}", Environment::detect().ranks.rank, node())
}
