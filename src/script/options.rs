//! What `xr.set_options` changes for the script that runs.

use crate::dataset::{AttributeRule, Join};
use std::cell::Cell;

/// The options in force.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Options {
    /// `arithmetic_join`.
    pub join: Join,
    /// `keep_attrs`, `None` by default.
    pub keep_attrs: Option<bool>,
}

thread_local! {
    static CURRENT: Cell<Options> = const { Cell::new(Options { join: Join::Inner, keep_attrs: None }) };
}

/// The options in force.
pub(super) fn current() -> Options {
    CURRENT.get()
}

/// Puts other options in force.
pub(super) fn set(options: Options) {
    CURRENT.set(options);
}

/// How operands with different labels are aligned.
pub(super) fn arithmetic_join() -> Join {
    current().join
}

/// Whose attributes results have.
pub(super) fn attribute_rule() -> AttributeRule {
    if keep_attrs() { AttributeRule::DropConflicts } else { AttributeRule::Drop }
}

/// Whether results have attributes.
pub(super) fn keep_attrs() -> bool {
    current().keep_attrs.unwrap_or(true)
}
