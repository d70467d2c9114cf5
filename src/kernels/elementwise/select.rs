//! Choice between two values.

use super::map::{values, values_mut};
use crate::array::{Buffer, Storage};
use crate::kernels::vectors::{self, Loop};

/// Writes to the first `count` values of `output` those of `a` where the condition (bool) holds, else those of `b`.
///
/// `a`, `b` and `output` share a storage, which may be any. Costs no memory but for copies of texts.
///
/// # Panics
/// Where a buffer has another storage or fewer values.
pub fn select(condition: &Buffer, a: &Buffer, b: &Buffer, output: &mut Buffer, count: usize) {
    let condition = values::<bool>(condition, count);
    macro_rules! choose {
        ($type:ty) => {
            vectors::wide(Choose {
                condition,
                inputs: [values::<$type>(a, count), values::<$type>(b, count)],
                output: values_mut::<$type>(output, count),
            })
        };
    }
    match output.storage() {
        Storage::Bool => choose!(bool),
        Storage::Int8 => choose!(i8),
        Storage::Int16 => choose!(i16),
        Storage::Int32 => choose!(i32),
        Storage::Int64 => choose!(i64),
        Storage::UInt8 => choose!(u8),
        Storage::UInt16 => choose!(u16),
        Storage::UInt32 => choose!(u32),
        Storage::UInt64 => choose!(u64),
        Storage::Float32 => choose!(f32),
        Storage::Float64 => choose!(f64),
        Storage::Text => {
            let pairs = values::<String>(a, count).iter().zip(values::<String>(b, count));
            let results = values_mut::<String>(output, count).iter_mut();
            for ((result, (left, right)), &holds) in results.zip(pairs).zip(condition) {
                result.clone_from(if holds { left } else { right });
            }
        }
    }
}

/// The values of the first input where the condition holds, else those of the second.
struct Choose<'a, T> {
    condition: &'a [bool],
    inputs: [&'a [T]; 2],
    output: &'a mut [T],
}

impl<T: Copy> Loop for Choose<'_, T> {
    type Output = ();
    /// Loads both values whatever the condition says: only then does the loop vectorise.
    #[inline(always)]
    fn run(self) {
        let [a, b] = self.inputs;
        for ((result, (&left, &right)), &holds) in self.output.iter_mut().zip(a.iter().zip(b)).zip(self.condition) {
            *result = if holds { left } else { right };
        }
    }
}
