//! Loading strips of leaf values: from decoded regions or from generators, straight, broadcast or across rows.

use super::program::Leaf;
use crate::array::{Buffer, Chunk, DType, Element, Region, Storage, row_major_strides, with_buffer};
use crate::kernels::generate::Generator;
use crate::plan::ViewAxis;
use std::ops::Deref;
use std::sync::Arc;

/// Values of a leaf for one evaluation.
pub enum LeafValues<'a> {
    /// A region of the leaf in memory, which may hold more than is wanted; indices count from the region's start.
    Dense {
        /// The values.
        values: HeldValues<'a>,
        /// The region of the leaf that they are.
        region: Region,
    },
    /// Computed from positions in the whole leaf.
    Generated {
        /// The rule.
        generator: &'a Generator,
        /// Its dtype.
        dtype: DType,
        /// Shape of the whole leaf.
        shape: &'a [usize],
    },
}

/// Values in memory.
pub enum HeldValues<'a> {
    /// Read, computed or put together for this evaluation.
    Pulled(Arc<Chunk>),
    /// A result of an earlier task, where it is.
    Kept(&'a Chunk),
}

impl Deref for HeldValues<'_> {
    type Target = Chunk;
    fn deref(&self) -> &Chunk {
        match self {
            HeldValues::Pulled(values) => values,
            HeldValues::Kept(values) => values,
        }
    }
}

impl LeafValues<'_> {
    fn strides(&self) -> Vec<usize> {
        match self {
            LeafValues::Dense { region, .. } => row_major_strides(&region.shape),
            LeafValues::Generated { shape, .. } => row_major_strides(shape),
        }
    }

    fn origin(&self, axis: usize) -> isize {
        match self {
            LeafValues::Dense { region, .. } => region.start[axis] as isize,
            LeafValues::Generated { .. } => 0,
        }
    }

    /// How far neighbours along an output axis are apart in the leaf; 0 where the leaf is gathered along it.
    pub fn step(&self, leaf: &Leaf, output_axis: usize) -> isize {
        let axes = leaf.view.axes.iter().zip(self.strides()).enumerate();
        let moved = axes.filter(|(axis, (entry, _))| entry.output == Some(output_axis) && !leaf.gathers(*axis));
        moved.map(|(_, (entry, stride))| entry.step * stride as isize).sum()
    }

    /// Where the leaf is gathered along an output axis: how far each position of a region is from the leaf's start.
    pub fn offsets(&self, leaf: &Leaf, output_axis: usize, output: &Region) -> Option<Vec<isize>> {
        let gather = leaf.gather.as_ref()?;
        let entry = leaf.view.axes[gather.axis];
        let stride = self.strides()[gather.axis] as isize;
        let offset = |position| (gather.indices[entry.at(position)] as isize - self.origin(gather.axis)) * stride;
        (entry.output == Some(output_axis)).then(|| output.range(output_axis).map(offset).collect())
    }

    /// Position in the leaf of the first element of an output region, but for an axis along which it is gathered.
    pub fn start(&self, leaf: &Leaf, output: &Region) -> isize {
        let index = |axis: &ViewAxis| axis.at(axis.output.map_or(0, |moved| output.start[moved]));
        let axes = leaf.view.axes.iter().zip(self.strides()).enumerate();
        axes.filter(|(axis, _)| !leaf.gathers(*axis))
            .map(|(axis, (entry, stride))| (index(entry) as isize - self.origin(axis)) * stride as isize)
            .sum()
    }

    /// Storage of the buffer in which values that are read across rows are turned; none where they are gathered.
    pub fn scratch_storage(&self) -> Option<Storage> {
        match self {
            LeafValues::Dense { .. } => None,
            LeafValues::Generated { dtype, .. } => Some(dtype.storage()),
        }
    }

    /// Fills a register with the one value that the leaf has.
    pub fn fill_constant(&self, start: isize, output: &mut Buffer) {
        let count = output.len();
        match self {
            LeafValues::Dense { .. } => self.load(start, [0, 0], [1, count], output, None),
            LeafValues::Generated { generator, dtype, .. } => {
                generator.fill(*dtype, start as u64, 0, output, 0..count);
            }
        }
    }

    /// Loads `rows` by `columns` values that lie `steps` apart, the first at `start`.
    pub fn load(
        &self,
        start: isize,
        steps: [isize; 2],
        [rows, columns]: [usize; 2],
        output: &mut Buffer,
        scratch: Option<&mut Buffer>,
    ) {
        // One column is a row that steps from row to row.
        let (steps, [rows, columns]) = if columns == 1 { ([0, steps[0]], [1, rows]) } else { (steps, [rows, columns]) };
        match self {
            LeafValues::Dense { values, .. } => with_buffer!(values.data(), values => {
                let output = Element::vector_mut(output).expect("a register has its leaf's storage");
                gather(values, start, steps, [rows, columns], output);
            }),
            LeafValues::Generated { generator, dtype, .. } => {
                let crossed = steps[0] != 0 && steps[0].abs() < steps[1].abs() && rows > 1;
                match scratch {
                    Some(scratch) if crossed => {
                        for column in 0..columns {
                            let first = (start + column as isize * steps[1]) as u64;
                            generator.fill(*dtype, first, steps[0] as i64, scratch, column * rows..(column + 1) * rows);
                        }
                        with_buffer!(&*scratch, turned => {
                            let output = Element::vector_mut(output).expect("scratch and register have one storage");
                            gather(turned, 0, [1, rows as isize], [rows, columns], output);
                        });
                    }
                    _ => {
                        for row in 0..rows {
                            let first = (start + row as isize * steps[0]) as u64;
                            generator.fill(*dtype, first, steps[1] as i64, output, row * columns..(row + 1) * columns);
                        }
                    }
                }
            }
        }
    }
}

impl LeafValues<'_> {
    /// Loads `rows` by `columns` values that lie `steps` apart, or where `offsets` of rows or columns say.
    pub fn load_gathered(
        &self,
        start: isize,
        steps: [isize; 2],
        offsets: [Option<&[isize]>; 2],
        [rows, columns]: [usize; 2],
        output: &mut Buffer,
    ) {
        let offset = |axis: usize, at: usize| offsets[axis].map_or(at as isize * steps[axis], |offsets| offsets[at]);
        match self {
            LeafValues::Dense { values, .. } => with_buffer!(values.data(), values => {
                let output = Element::vector_mut(output).expect("a register has its leaf's storage");
                for (row, output) in output[..rows * columns].chunks_exact_mut(columns).enumerate() {
                    let first = start + offset(0, row);
                    if offsets[1].is_none() && steps[1] == 1 {
                        output.clone_from_slice(&values[first as usize..][..columns]);
                    } else {
                        copy_found(values, output, |column| (first + offset(1, column)) as usize);
                    }
                }
            }),
            LeafValues::Generated { generator, dtype, .. } => {
                for row in 0..rows {
                    let first = start + offset(0, row);
                    if offsets[1].is_none() {
                        let range = row * columns..(row + 1) * columns;
                        generator.fill(*dtype, first as u64, steps[1] as i64, output, range);
                        continue;
                    }
                    for column in 0..columns {
                        let at = row * columns + column;
                        generator.fill(*dtype, (first + offset(1, column)) as u64, 0, output, at..at + 1);
                    }
                }
            }
        }
    }
}

/// Copies the values at the positions found for each place.
fn copy_found<T: Element>(source: &[T], output: &mut [T], position: impl Fn(usize) -> usize) {
    for (place, output) in output.iter_mut().enumerate() {
        output.clone_from(&source[position(place)]);
    }
}

/// Copies `rows` by `columns` values that lie `steps` apart to the start of `output`, in row-major order.
fn gather<T: Element>(
    source: &[T],
    start: isize,
    [row_step, column_step]: [isize; 2],
    [rows, columns]: [usize; 2],
    output: &mut [T],
) {
    let at = |row: usize, column: usize| (start + row as isize * row_step + column as isize * column_step) as usize;
    let output = &mut output[..rows * columns];
    match column_step {
        1 if rows == 1 || row_step == columns as isize => {
            output.clone_from_slice(&source[at(0, 0)..at(0, 0) + rows * columns]);
        }
        1 => {
            for (row, output) in output.chunks_exact_mut(columns).enumerate() {
                output.clone_from_slice(&source[at(row, 0)..at(row, 0) + columns]);
            }
        }
        0 => {
            for (row, output) in output.chunks_exact_mut(columns).enumerate() {
                output.fill(source[at(row, 0)].clone());
            }
        }
        _ if row_step == 1 && rows > 1 => {
            for column in 0..columns {
                let values = &source[at(0, column)..at(0, column) + rows];
                for (row, value) in values.iter().enumerate() {
                    output[row * columns + column] = value.clone();
                }
            }
        }
        _ => {
            for (row, output) in output.chunks_exact_mut(columns).enumerate() {
                for (column, output) in output.iter_mut().enumerate() {
                    *output = source[at(row, column)].clone();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_steps_finds_the_same_elements() {
        let source: Vec<i32> = (0..60).collect();
        for steps in [[10, 1], [1, 10], [4, 1], [0, 1], [10, 0], [-10, -1], [20, 2], [1, 20], [3, -7]] {
            let start = 29isize;
            let (rows, columns) = (2, 2);
            let mut output = vec![0; 8];
            gather(&source, start, steps, [rows, columns], &mut output);
            for row in 0..rows {
                for column in 0..columns {
                    let expected = start + row as isize * steps[0] + column as isize * steps[1];
                    assert_eq!(output[row * columns + column] as isize, expected, "{steps:?}");
                }
            }
        }
    }
}
