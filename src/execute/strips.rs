//! Runs a program over a region, strip by strip.
//!
//! A strip is a few thousand values: `rows` by `columns` of two axes of the region. Where strips are cut depends on the
//! program and, along summarised axes, on the block alone, so that reductions have the same bits whatever the memory at
//! hand made of the kept axes.

use super::ExecuteError;
use super::leaf::LeafValues;
use super::program::{Instruction, Program};
use super::target::{Place, Target};
use crate::array::{Buffer, Region};
use crate::kernels::elementwise::{self, Rows};

/// Values of a strip.
const STRIP_VALUES: usize = 4096;
/// Columns of a strip where a leaf is read across its rows.
const SQUARE_COLUMNS: usize = 64;
/// Columns of a strip whose rows are folded into the states of its columns: few enough for those to stay in the first
/// level of a cache while rows go by.
const STATE_COLUMNS: usize = 512;

/// One axis of the region: how far its neighbours are apart in the target and in each leaf.
#[derive(Debug, Clone, PartialEq)]
struct LoopAxis {
    size: usize,
    /// Elements of the output chunk, or of the reduction's state; 0 along summarised axes.
    target_step: usize,
    summarised: bool,
    /// First position along the axis, where it is grouped.
    grouped_from: Option<usize>,
    leaf_steps: Vec<isize>,
    /// The axis of each leaf that this axis moves.
    leaf_axes: Vec<Option<usize>>,
    /// Of leaves that are gathered along this axis: how far each position is from the leaf's start.
    leaf_offsets: Vec<Option<Vec<isize>>>,
}

/// Where a strip's values belong: value (row, column) goes to `first + row * row_step + column * column_step`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StripPlace {
    /// Position of the first value in its buffer.
    pub offset: usize,
    /// From the start of a row in the buffer to that of the next.
    pub pitch: usize,
    /// Target of the first value.
    pub first: usize,
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub columns: usize,
    /// From a row to the next.
    pub row_step: usize,
    /// From a column to the next.
    pub column_step: usize,
}

/// Buffers that a program works in.
pub struct Registers {
    buffers: Vec<Buffer>,
    /// One buffer a leaf that is read across its rows.
    scratch: Vec<Option<Buffer>>,
    /// The leaf in which the values of a register have stayed.
    origins: Vec<Option<usize>>,
}

/// Runs a program over a region of its node and hands each strip to `sink`.
///
/// `shape` is the shape of the whole node: axes of length 1 there play no part, while an axis that is merely cut to one
/// index keeps its place, so that a cut changes no order of folding. Values that have no place in the target are left
/// out.
///
/// # Errors
/// Whatever `sink` returns.
pub fn run(
    program: &Program,
    leaves: &[LeafValues<'_>],
    region: &Region,
    shape: &[usize],
    target: &Target<'_>,
    sink: &mut dyn FnMut(&Buffer, StripPlace) -> Result<(), ExecuteError>,
) -> Result<(), ExecuteError> {
    if region.is_empty() {
        return Ok(());
    }
    let mut loops = Loops::new(program, leaves, region, shape, target);
    let mut registers = Registers::new(program, leaves);
    registers.load_constants(program, leaves, &loops.leaf_starts);
    let direct = loops.direct_leaf(program, leaves);
    let (columns, rows) = (loops.column.clone(), loops.row.clone());
    loop {
        let Place::At(further) = loops.outer_place(target) else {
            if loops.advance() {
                continue;
            }
            return Ok(());
        };
        for [row, column] in loops.strips() {
            let mut place = StripPlace {
                offset: 0,
                pitch: 0,
                first: loops.target_start + further + row * rows.target_step + column * columns.target_step,
                rows: loops.strip_rows.min(rows.size - row),
                columns: loops.strip_columns.min(columns.size - column),
                row_step: rows.target_step,
                column_step: columns.target_step,
            };
            let values = match direct {
                Some((leaf, values)) => {
                    place.offset = loops.leaf_start(leaf, row, column) as usize;
                    place.pitch = rows.leaf_steps[leaf] as usize;
                    values
                }
                None => {
                    place.pitch = place.columns;
                    registers.run(program, leaves, &loops, [row, column], place);
                    &registers.buffers[program.result]
                }
            };
            match rows.grouped_from {
                Some(from) => target.cut_rows(from + row, place).try_for_each(|part| sink(values, part))?,
                None => sink(values, place)?,
            }
        }
        if !loops.advance() {
            return Ok(());
        }
    }
}

struct Loops {
    outer: Vec<LoopAxis>,
    row: LoopAxis,
    column: LoopAxis,
    strip_rows: usize,
    strip_columns: usize,
    position: Vec<usize>,
    target_start: usize,
    leaf_starts: Vec<isize>,
}

impl Loops {
    fn new(
        program: &Program,
        leaves: &[LeafValues<'_>],
        region: &Region,
        shape: &[usize],
        target: &Target<'_>,
    ) -> Loops {
        let target_steps = target.steps(&region.shape);
        let grouped = target.grouped_axis();
        let pairs = || leaves.iter().zip(&program.leaves);
        let axes = (0..region.ndim()).filter(|&axis| shape[axis] > 1 || grouped == Some(axis)).map(|axis| LoopAxis {
            size: region.shape[axis],
            target_step: target_steps[axis],
            summarised: target.summarises(axis),
            grouped_from: (grouped == Some(axis)).then(|| region.start[axis]),
            leaf_steps: pairs().map(|(values, leaf)| values.step(leaf, axis)).collect(),
            leaf_axes: program.leaves.iter().map(|leaf| leaf.view.input_axis(axis)).collect(),
            leaf_offsets: pairs().map(|(values, leaf)| values.offsets(leaf, axis, region)).collect(),
        });
        let mut axes = join_axes(axes.collect());
        let single = || LoopAxis {
            size: 1,
            target_step: 0,
            summarised: false,
            grouped_from: None,
            leaf_steps: vec![0; leaves.len()],
            leaf_axes: vec![None; leaves.len()],
            leaf_offsets: vec![None; leaves.len()],
        };
        // Positions of groups are told apart by rows.
        let column = match axes.iter().rposition(|axis| axis.grouped_from.is_none()) {
            Some(position) => axes.remove(position),
            None => single(),
        };
        // Kept axes outside, summarised ones inside: the state of a few kept elements stays in cache.
        axes.sort_by_key(|axis| axis.summarised);
        // By the order of a leaf's axes, not by steps: those depend on how the region was cut.
        let crossed = |axis: &LoopAxis| {
            let axes = axis.leaf_axes.iter().zip(&column.leaf_axes);
            axes.into_iter().any(|(row, column)| row.is_some() && column.is_some() && row > column)
        };
        let crossing = axes.iter().rposition(crossed);
        let square = crossing.is_some();
        let row = match crossing {
            Some(position) => axes.remove(position),
            None => axes.pop().unwrap_or_else(single),
        };
        let most_columns = match square {
            true => SQUARE_COLUMNS,
            false if row.summarised && !column.summarised => STATE_COLUMNS,
            false => STRIP_VALUES,
        };
        let strip_columns = column.size.min(most_columns);
        let strip_rows = (STRIP_VALUES / strip_columns).max(1);
        Loops {
            position: vec![0; axes.len()],
            outer: axes,
            row,
            column,
            strip_rows,
            strip_columns,
            target_start: 0,
            leaf_starts: leaves.iter().zip(&program.leaves).map(|(values, leaf)| values.start(leaf, region)).collect(),
        }
    }

    /// The leaf that a program passes on as it is, and its values, where they lie in rows: strips of it need no copy.
    fn direct_leaf<'a>(&self, program: &Program, leaves: &'a [LeafValues<'_>]) -> Option<(usize, &'a Buffer)> {
        let [Instruction::Load { leaf, output, .. }] = program.instructions[..] else { return None };
        let in_rows = self.column.leaf_steps[leaf] == 1 || self.column.size == 1;
        let values = self.values_in_rows(leaf, leaves).filter(|_| in_rows && output == program.result)?;
        Some((leaf, values))
    }

    /// The values of a leaf in which rows go forward, each the next few values or one value for all columns.
    fn values_in_rows<'a>(&self, leaf: usize, leaves: &'a [LeafValues<'_>]) -> Option<&'a Buffer> {
        let is_moved = |axis: &LoopAxis| axis.leaf_offsets[leaf].is_some();
        let forward = self.row.leaf_steps[leaf] >= 0;
        let in_rows = matches!(self.column.leaf_steps[leaf], 0 | 1) || self.column.size == 1;
        match &leaves[leaf] {
            LeafValues::Dense { values, .. }
                if forward && in_rows && !is_moved(&self.row) && !is_moved(&self.column) =>
            {
                Some(values.data())
            }
            _ => None,
        }
    }

    /// The rows of a strip in a leaf whose values lie so.
    fn rows<'a>(&self, leaf: usize, leaves: &'a [LeafValues<'_>], [row, column]: [usize; 2]) -> Rows<'a> {
        Rows {
            values: self.values_in_rows(leaf, leaves).expect("values stay in a leaf where they lie in rows"),
            offset: self.leaf_start(leaf, row, column) as usize,
            pitch: self.row.leaf_steps[leaf] as usize,
            is_repeated: self.column.leaf_steps[leaf] == 0 && self.column.size > 1,
        }
    }

    /// Row and column at which each strip starts. Where rows are folded into the states of the columns, they follow one
    /// another, so that those states stay in cache; each sees its values in the same order either way.
    fn strips(&self) -> impl Iterator<Item = [usize; 2]> + use<> {
        let by_column = self.row.summarised && !self.column.summarised;
        let (rows, columns) = (self.row.size, self.column.size);
        let (row_step, column_step) = (self.strip_rows, self.strip_columns);
        let ([outer, outer_step], [inner, inner_step]) = match by_column {
            true => ([columns, column_step], [rows, row_step]),
            false => ([rows, row_step], [columns, column_step]),
        };
        (0..outer).step_by(outer_step).flat_map(move |outer| {
            let pair = move |inner| if by_column { [inner, outer] } else { [outer, inner] };
            (0..inner).step_by(inner_step).map(pair)
        })
    }

    /// Where the position along a grouped axis leads that is neither row nor column.
    fn outer_place(&self, target: &Target<'_>) -> Place {
        let grouped = self.outer.iter().zip(&self.position).find_map(|(axis, at)| Some(axis.grouped_from? + at));
        grouped.map_or(Place::At(0), |position| target.place(position))
    }

    /// Position of each leaf's first value of a strip.
    fn leaf_start(&self, leaf: usize, row: usize, column: usize) -> isize {
        let outer = self.outer.iter().zip(&self.position);
        let gathered: isize = outer.filter_map(|(axis, &at)| Some(axis.leaf_offsets[leaf].as_ref()?[at])).sum();
        let (rows, columns) =
            (row as isize * self.row.leaf_steps[leaf], column as isize * self.column.leaf_steps[leaf]);
        self.leaf_starts[leaf] + gathered + rows + columns
    }

    /// Moves on along the outer axes; false after the last position.
    fn advance(&mut self) -> bool {
        for (axis, position) in self.outer.iter().zip(&mut self.position).rev() {
            *position += 1;
            let wrapped = *position == axis.size;
            let moved = if wrapped { 1 - axis.size as isize } else { 1 };
            self.target_start = (self.target_start as isize + moved * axis.target_step as isize) as usize;
            for (start, step) in self.leaf_starts.iter_mut().zip(&axis.leaf_steps) {
                *start += moved * step;
            }
            if !wrapped {
                return true;
            }
            *position = 0;
        }
        false
    }
}

/// Joins neighbouring kept axes that every leaf and the target step through evenly. Summarised axes stay apart: joining
/// them would move the places where strips are cut.
fn join_axes(axes: Vec<LoopAxis>) -> Vec<LoopAxis> {
    let mut joined: Vec<LoopAxis> = Vec::new();
    for axis in axes {
        if let Some(last) = joined.last_mut() {
            let even = last.target_step == axis.target_step * axis.size
                && last.leaf_steps.iter().zip(&axis.leaf_steps).all(|(a, b)| *a == b * axis.size as isize);
            let gathered = last.leaf_offsets.iter().chain(&axis.leaf_offsets).any(Option::is_some);
            if even && !gathered && !last.summarised && !axis.summarised {
                *last = LoopAxis { size: last.size * axis.size, ..axis };
                continue;
            }
        }
        joined.push(axis);
    }
    joined
}

impl Registers {
    fn new(program: &Program, leaves: &[LeafValues<'_>]) -> Registers {
        Registers {
            buffers: program.registers.iter().map(|&storage| Buffer::zeros(storage, STRIP_VALUES)).collect(),
            scratch: leaves.iter().map(|leaf| leaf.scratch_storage().map(|s| Buffer::zeros(s, STRIP_VALUES))).collect(),
            origins: vec![None; program.registers.len()],
        }
    }

    fn load_constants(&mut self, program: &Program, leaves: &[LeafValues<'_>], starts: &[isize]) {
        for instruction in &program.constants {
            if let Instruction::Load { leaf, output, .. } = instruction {
                leaves[*leaf].fill_constant(starts[*leaf], &mut self.buffers[*output]);
            }
        }
    }

    fn run(
        &mut self,
        program: &Program,
        leaves: &[LeafValues<'_>],
        loops: &Loops,
        [row, column]: [usize; 2],
        place: StripPlace,
    ) {
        let count = place.rows * place.columns;
        for instruction in &program.instructions {
            self.origins[instruction.output()] = None;
            match instruction {
                Instruction::Load { leaf, output, in_place: true } if loops.values_in_rows(*leaf, leaves).is_some() => {
                    self.origins[*output] = Some(*leaf);
                }
                Instruction::Load { leaf, output, .. } => {
                    let steps = [loops.row.leaf_steps[*leaf], loops.column.leaf_steps[*leaf]];
                    let start = loops.leaf_start(*leaf, row, column);
                    let (shape, output) = ([place.rows, place.columns], &mut self.buffers[*output]);
                    let row_offsets = loops.row.leaf_offsets[*leaf].as_deref().map(|offsets| &offsets[row..]);
                    let column_offsets = loops.column.leaf_offsets[*leaf].as_deref().map(|offsets| &offsets[column..]);
                    if row_offsets.is_some() || column_offsets.is_some() {
                        leaves[*leaf].load_gathered(start, steps, [row_offsets, column_offsets], shape, output);
                    } else {
                        leaves[*leaf].load(start, steps, shape, output, self.scratch[*leaf].as_mut());
                    }
                }
                Instruction::Unary { operation, operand, input, output } => {
                    let (output, [input]) = apart(&mut self.buffers, *output, [*input]);
                    elementwise::unary(*operation, *operand, input, output, count);
                }
                Instruction::Binary { operation, left, right, inputs, output } => {
                    let (output, [a, b]) = apart(&mut self.buffers, *output, *inputs);
                    elementwise::binary(*operation, *left, *right, a, b, output, count);
                }
                Instruction::Select { inputs, output } => {
                    let (output, [condition, a, b]) = apart(&mut self.buffers, *output, *inputs);
                    elementwise::select(condition, a, b, output, count);
                }
                Instruction::Weigh { weighing, inputs, output } => {
                    let origins = inputs.map(|input| self.origins[input]);
                    let (output, buffers) = apart(&mut self.buffers, *output, *inputs);
                    let rows = |position: usize| match origins[position] {
                        Some(leaf) => loops.rows(leaf, leaves, [row, column]),
                        None => Rows::dense(buffers[position], place.columns),
                    };
                    elementwise::weigh(*weighing, rows(0), rows(1), output, [place.rows, place.columns]);
                }
                Instruction::Cast { from, to, input, output } => {
                    let (output, [input]) = apart(&mut self.buffers, *output, [*input]);
                    elementwise::cast(*from, *to, input, output, count);
                }
            }
        }
    }
}

/// The output register for writing beside input registers for reading; register allocation keeps them distinct.
fn apart<const N: usize>(buffers: &mut [Buffer], output: usize, inputs: [usize; N]) -> (&mut Buffer, [&Buffer; N]) {
    let (before, rest) = buffers.split_at_mut(output);
    let (output_buffer, after) = rest.split_first_mut().expect("the output is a register");
    let (before, after): (&[Buffer], &[Buffer]) = (before, after);
    let pick = |input: usize| {
        assert_ne!(input, output, "an instruction's output is none of its inputs");
        if input < output { &before[input] } else { &after[input - output - 1] }
    };
    (output_buffer, inputs.map(pick))
}
