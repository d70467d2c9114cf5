//! Functions of programs built on the crate, registered by name: what plans name, and every rank must have.
//!
//! A plan travels to ranks as data, so that a function in it can only be a name. Each rank runs the same program, which
//! registers its functions before it starts a session. Register another name where a function comes to mean something else:
//! a run that is resumed takes results of the same name for the same.

use super::KernelError;
use crate::array::{Chunk, DType, Shape};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

/// What a function is told of an operand before there are values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NativeOperand {
    /// Its dtype.
    pub dtype: DType,
    /// Lengths of its core axes: its last ones, whole in every call.
    pub core: Shape,
}

/// What comes of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NativeResult {
    /// Dtype of the values.
    pub dtype: DType,
    /// Lengths of core axes, which follow the axes that the operands have in common.
    pub core: Shape,
}

/// A function of blocks of arrays: for each position along axes that all operands have in common, of what lies behind it
/// along their core axes. It must not depend on how the common axes are cut.
pub trait NativeKernel: Send + Sync + 'static {
    /// Dtype and core axes of the result.
    ///
    /// # Errors
    /// Where it isn't defined for such operands.
    fn result(&self, operands: &[NativeOperand]) -> Result<NativeResult, KernelError>;

    /// The values of a block. Each operand has the common axes first, all of the lengths that `common` has, then its core
    /// axes; so has what is returned.
    ///
    /// # Errors
    /// Where values don't allow it; the computation fails then.
    fn call(&self, operands: &[&Chunk], common: &[usize]) -> Result<Chunk, KernelError>;

    /// Most bytes that a call on such a block takes beside operands and result.
    fn scratch_bytes(&self, _operands: &[NativeOperand], _common: &[usize]) -> u64 {
        0
    }
}

static REGISTERED: RwLock<BTreeMap<String, Arc<dyn NativeKernel>>> = RwLock::new(BTreeMap::new());

/// Makes a function known by a name, on this rank.
///
/// # Errors
/// [`KernelError::NameTaken`] where there is one of that name.
pub fn register(name: &str, kernel: impl NativeKernel) -> Result<(), KernelError> {
    let mut registered = REGISTERED.write().unwrap_or_else(PoisonError::into_inner);
    if registered.contains_key(name) {
        return Err(KernelError::NameTaken { name: name.to_owned() });
    }
    registered.insert(name.to_owned(), Arc::new(kernel));
    Ok(())
}

/// The function of a name.
///
/// # Errors
/// [`KernelError::UnknownNative`] where this program has registered none.
pub fn find(name: &str) -> Result<Arc<dyn NativeKernel>, KernelError> {
    let registered = REGISTERED.read().unwrap_or_else(PoisonError::into_inner);
    let known = || registered.keys().cloned().collect::<Vec<_>>().join(", ");
    let unknown = || KernelError::UnknownNative { name: name.to_owned(), known: known() };
    registered.get(name).cloned().ok_or_else(unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nothing;

    impl NativeKernel for Nothing {
        fn result(&self, operands: &[NativeOperand]) -> Result<NativeResult, KernelError> {
            Ok(NativeResult { dtype: operands[0].dtype, core: Vec::new() })
        }

        fn call(&self, operands: &[&Chunk], _common: &[usize]) -> Result<Chunk, KernelError> {
            Ok(operands[0].clone())
        }
    }

    #[test]
    fn a_name_is_given_once() {
        register("test_of_names", Nothing).unwrap();
        assert!(find("test_of_names").is_ok());
        let taken = KernelError::NameTaken { name: "test_of_names".to_owned() };
        assert_eq!(register("test_of_names", Nothing), Err(taken));
        assert!(matches!(find("another"), Err(KernelError::UnknownNative { .. })));
    }
}
