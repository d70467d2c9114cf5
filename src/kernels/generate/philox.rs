//! Philox4x32-10, a counter-based generator: word `w` of block `b` is a function of (b, w) and a key.
//!
//! Salmon, Moraes, Dror and Shaw 2011, doi:10.1145/2063384.2063405, section 4.3. Of its variants this is the one whose
//! multiplications vector instructions have. A block is four words of 32 bits, taken here as two of 64.

use crate::kernels::vectors::{self, Loop};

const MULTIPLIERS: [u64; 2] = [0xD251_1F53, 0xCD9E_8D57];
const KEY_STEPS: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];
const ROUNDS: usize = 10;
const LOWER_HALF: u64 = 0xFFFF_FFFF;

/// Blocks computed at once: loops over them vectorise, and several vectors are under way at a time.
const TOGETHER: usize = 32;

/// The two words of a block, by its 128-bit counter. Each variable holds 32 bits, whatever stands above them.
#[inline(always)]
fn block(counter: [u64; 2], key: u64) -> [u64; 2] {
    let [mut a, mut c] = counter;
    let (mut b, mut d) = (a >> 32, c >> 32);
    let mut keys = [key as u32, (key >> 32) as u32];
    for _ in 0..ROUNDS {
        let (first, second) = (MULTIPLIERS[0] * (a & LOWER_HALF), MULTIPLIERS[1] * (c & LOWER_HALF));
        (a, b) = ((second >> 32) ^ b ^ u64::from(keys[0]), second);
        (c, d) = ((first >> 32) ^ d ^ u64::from(keys[1]), first);
        keys = [keys[0].wrapping_add(KEY_STEPS[0]), keys[1].wrapping_add(KEY_STEPS[1])];
    }
    [a & LOWER_HALF | b << 32, c & LOWER_HALF | d << 32]
}

/// Where the random word of a position comes from. Four positions share two blocks, those two apart one block: runs of
/// neighbours and runs of every other position both use all that is computed.
#[inline(always)]
fn source(position: u64) -> (u64, u64) {
    ((position >> 2) << 1 | (position & 1), position >> 1 & 1)
}

/// The words at positions `first`, `first + step`, ...
pub(super) fn words(key: u64, first: u64, step: i64, output: &mut [u64]) {
    if let (-1 | -2, Some(last)) = (step, output.len().checked_sub(1)) {
        words(key, first.wrapping_add_signed(step.wrapping_mul(last as i64)), -step, output);
        return output.reverse();
    }
    vectors::widest(Words { key, first, step, output });
}

/// Words on their way to an output.
struct Words<'a> {
    key: u64,
    first: u64,
    step: i64,
    output: &'a mut [u64],
}

impl Loop for Words<'_> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let Words { key, first, step, output } = self;
        match step {
            1 => {
                let unused = (first & 3) as usize;
                grouped(key, source(first - unused as u64).0, 1, unused, output);
            }
            2 => grouped(key, source(first).0, 2, source(first).1 as usize, output),
            _ => scattered(key, first, step, output),
        }
    }
}

/// Words of blocks that are `block_step` apart, but for some that are left out at the beginning: for neighbouring
/// positions (1), two of one block beside two of the next, for every other one (2), both of each second block.
#[inline(always)]
fn grouped(key: u64, mut first_block: u64, block_step: u64, mut unused: usize, mut output: &mut [u64]) {
    let mut words = [[0; TOGETHER]; 2];
    let mut group = [0; 2 * TOGETHER];
    while !output.is_empty() {
        let [first_words, second_words] = &mut words;
        for (index, (a, b)) in first_words.iter_mut().zip(second_words).enumerate() {
            [*a, *b] = block([first_block.wrapping_add(block_step * index as u64), 0], key);
        }
        for (index, four) in group.as_chunks_mut::<4>().0.iter_mut().enumerate() {
            let [a, b] = words.map(|words| [words[2 * index], words[2 * index + 1]]);
            *four = if block_step == 1 { [a[0], a[1], b[0], b[1]] } else { [a[0], b[0], a[1], b[1]] };
        }
        let (now, later) = output.split_at_mut(output.len().min(group.len() - unused));
        now.copy_from_slice(&group[unused..unused + now.len()]);
        (output, unused) = (later, 0);
        first_block = first_block.wrapping_add(block_step * TOGETHER as u64);
    }
}

/// Words of positions apart: one of each block.
#[inline(always)]
fn scattered(key: u64, first: u64, step: i64, output: &mut [u64]) {
    for (index, result) in output.iter_mut().enumerate() {
        let (number, word) = source(first.wrapping_add_signed(step.wrapping_mul(index as i64)));
        let [a, b] = block([number, 0], key);
        *result = if word == 0 { a } else { b };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::vectors::tests::same_with_all_vectors;

    #[test]
    fn every_step_finds_the_word_of_a_position() {
        let word = |position| {
            let (number, word) = source(position);
            block([number, 0], 7)[word as usize]
        };
        for first in 0..9 {
            for step in [-9_i64, -2, -1, 0, 1, 2, 3, 40] {
                for count in [0, 1, 2, 7, 8, 9, 63, 64, 65, 300] {
                    let first = 1000 + first;
                    let found = same_with_all_vectors(|| {
                        let mut found = vec![0; count];
                        words(7, first, step, &mut found);
                        found
                    });
                    let expected = (0..count as i64).map(|index| word(first.wrapping_add_signed(index * step)));
                    assert_eq!(found, expected.collect::<Vec<_>>(), "{count} from {first} by {step}");
                }
            }
        }
    }

    /// `kat_vectors` of the authors' library Random123, pairs of words as one.
    #[test]
    fn known_answers_are_met() {
        let known = [
            ([0, 0], 0, [0xe169_c58d_6627_e8d5, 0x9b00_dbd8_bc57_ac4c]),
            ([u64::MAX; 2], u64::MAX, [0x41c8_3b0e_408f_276d, 0x6d54_51fd_a20b_c7c6]),
            (
                [0x85a3_08d3_243f_6a88, 0x0370_7344_1319_8a2e],
                0x299f_31d0_a409_3822,
                [0x94fd_cceb_d16c_fe09, 0x2412_6ea1_5001_e420],
            ),
        ];
        for (counter, key, expected) in known {
            assert_eq!(block(counter, key), expected);
        }
    }
}
