//! Loops that are compiled several times: for the instructions that every CPU of the target has, and for wider vectors,
//! which run where a CPU has them. The one place that asks the CPU.
//!
//! The bits are the same: a vector of any width rounds each of its lanes as IEEE 754 says, and the compiler neither reorders
//! nor fuses float operations. What asks for fused ones by `mul_add` has them on every CPU, by an instruction or by a
//! function. Only which of two NaNs an operation on both passes on isn't defined; nothing but its payload shows that.
#![allow(unsafe_code)]

/// A loop over values. `run` must be `#[inline(always)]`, and so must what it calls for every value: what isn't inlined
/// is compiled once, for every CPU.
pub(super) trait Loop {
    /// What it gives.
    type Output;
    /// Runs it.
    fn run(self) -> Self::Output;
}

/// A loop of fused multiplications and additions, which knows how wide vectors are. As for [`Loop`], `run` and what it calls
/// must be `#[inline(always)]`.
pub(super) trait FusedLoop {
    /// What it gives.
    type Output;
    /// Runs it with vectors of so many bytes.
    fn run<const VECTOR_BYTES: usize>(self) -> Self::Output;
}

/// Vectors that a CPU has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Vectors {
    /// Those that the target promises.
    Promised,
    /// 256 bits, of floats and integers.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// 512 bits, with conversions of 64-bit integers.
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

/// Runs a loop with vectors of 256 bits where there are such: twice the machine code.
#[inline]
pub(super) fn wide<L: Loop>(work: L) -> L::Output {
    match vectors() {
        Vectors::Promised => work.run(),
        #[cfg(target_arch = "x86_64")]
        // SAFETY: this CPU has the instructions.
        Vectors::Avx2 | Vectors::Avx512 => unsafe { with_avx2(work) },
    }
}

/// Runs a loop with vectors of 512 bits where there are such, else of 256: three times the machine code, for loops that
/// compute much a value.
#[inline]
pub(super) fn widest<L: Loop>(work: L) -> L::Output {
    match vectors() {
        Vectors::Promised => work.run(),
        #[cfg(target_arch = "x86_64")]
        // SAFETY: this CPU has the instructions.
        Vectors::Avx2 => unsafe { with_avx2(work) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: this CPU has the instructions.
        Vectors::Avx512 => unsafe { with_avx512(work) },
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn with_avx2<L: Loop>(work: L) -> L::Output {
    work.run()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512dq")]
fn with_avx512<L: Loop>(work: L) -> L::Output {
    work.run()
}

/// Runs a loop of fused operations with the widest vectors that have an instruction for them, and where there is none with a
/// function for each of them, which is slow.
#[inline]
pub(super) fn fused<L: FusedLoop>(work: L) -> L::Output {
    match vectors() {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: this CPU has the instructions.
        Vectors::Avx512 if std::arch::is_x86_feature_detected!("fma") => unsafe { fused_with_avx512(work) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: this CPU has the instructions.
        Vectors::Avx2 if std::arch::is_x86_feature_detected!("fma") => unsafe { fused_with_avx2(work) },
        _ => work.run::<16>(),
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn fused_with_avx2<L: FusedLoop>(work: L) -> L::Output {
    work.run::<32>()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,fma")]
fn fused_with_avx512<L: FusedLoop>(work: L) -> L::Output {
    work.run::<64>()
}

#[inline]
fn vectors() -> Vectors {
    #[cfg(test)]
    if let Some(chosen) = tests::CHOSEN.get() {
        return chosen;
    }
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::is_x86_feature_detected;
        if is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512dq")
        {
            return Vectors::Avx512;
        }
        if is_x86_feature_detected!("avx2") {
            return Vectors::Avx2;
        }
    }
    Vectors::Promised
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use std::cell::Cell;

    thread_local! {
        /// Vectors that this thread uses instead of the best that the CPU has.
        pub(super) static CHOSEN: Cell<Option<Vectors>> = const { Cell::new(None) };
    }

    /// Asks that something gives the same with all vectors that this CPU has, and gives it.
    #[track_caller]
    pub(in crate::kernels) fn same_with_all_vectors<R: PartialEq + std::fmt::Debug>(work: impl Fn() -> R) -> R {
        let with = |chosen| {
            CHOSEN.set(Some(chosen));
            let found = work();
            CHOSEN.set(None);
            found
        };
        let best = vectors();
        let expected = with(Vectors::Promised);
        #[cfg(target_arch = "x86_64")]
        for chosen in [Vectors::Avx2, Vectors::Avx512] {
            if chosen <= best {
                assert_eq!(with(chosen), expected, "{chosen:?} beside those that every CPU has");
            }
        }
        assert_eq!(vectors(), best);
        expected
    }

    struct Sum<'a>(&'a [f64], f64);

    impl Loop for Sum<'_> {
        type Output = f64;
        #[inline(always)]
        fn run(self) -> f64 {
            self.0.iter().fold(0.0, |sum, value| sum * self.1 + value)
        }
    }

    #[test]
    fn multiplications_are_rounded_before_additions() {
        // Fused, the last bits differ from the first product on.
        let values: Vec<f64> = (0..100).map(|index| f64::from(index).sqrt()).collect();
        let expected = values.iter().fold(0.0, |sum, value| std::hint::black_box(sum * 0.7) + value);
        assert_eq!(same_with_all_vectors(|| wide(Sum(&values, 0.7)).to_bits()), expected.to_bits());
        assert_eq!(same_with_all_vectors(|| widest(Sum(&values, 0.7)).to_bits()), expected.to_bits());
    }
}
