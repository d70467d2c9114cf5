//! Random programs: a list of steps, each of which adds an array to a pool. A step that makes no sense is left out, so
//! that every list is a program and shrinking can leave out any step.

use proptest::prelude::*;
use std::sync::Arc;
use swath::array::{AxisChunks, Chunk, ChunkGrid, DType, Scalar};
use swath::kernels::elementwise::{BinaryOp, UnaryOp};
use swath::kernels::reduction::ReductionOptions;
use swath::plan::{Array, AxisSlice, Groups};

/// Arrays with more elements aren't made.
const MOST_ELEMENTS: usize = 4000;

const DTYPES: [DType; 10] = [
    DType::Float64,
    DType::Float32,
    DType::Int32,
    DType::Bool,
    DType::Int64,
    DType::UInt8,
    DType::Int16,
    DType::UInt32,
    DType::Int8,
    DType::UInt16,
];

const EXACT_UNARY: [UnaryOp; 9] = [
    UnaryOp::Negative,
    UnaryOp::Absolute,
    UnaryOp::Square,
    UnaryOp::IsNan,
    UnaryOp::LogicalNot,
    UnaryOp::Sqrt,
    UnaryOp::Floor,
    UnaryOp::Sign,
    UnaryOp::Invert,
];

const EXACT_BINARY: [BinaryOp; 17] = [
    BinaryOp::Add,
    BinaryOp::Subtract,
    BinaryOp::Multiply,
    BinaryOp::Divide,
    BinaryOp::Minimum,
    BinaryOp::Maximum,
    BinaryOp::Less,
    BinaryOp::GreaterEqual,
    BinaryOp::Equal,
    BinaryOp::NotEqual,
    BinaryOp::LessEqual,
    BinaryOp::Greater,
    BinaryOp::BitwiseAnd,
    BinaryOp::BitwiseOr,
    BinaryOp::BitwiseXor,
    BinaryOp::LogicalAnd,
    BinaryOp::LogicalOr,
];

/// Functions under which a small error stays small.
const CONTINUOUS_UNARY: [UnaryOp; 2] = [UnaryOp::Negative, UnaryOp::Absolute];
const CONTINUOUS_BINARY: [BinaryOp; 5] =
    [BinaryOp::Add, BinaryOp::Subtract, BinaryOp::Multiply, BinaryOp::Minimum, BinaryOp::Maximum];

const REDUCTIONS: [&str; 10] = ["sum", "mean", "min", "max", "std", "var", "count", "any", "all", "prod"];

/// How a leaf of a program lies with the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Memory,
    Store,
    Workers,
}

/// An array that a program starts from.
#[derive(Debug, Clone)]
pub struct Leaf {
    pub place: Place,
    pub chunk: Chunk,
    pub grid: ChunkGrid,
}

/// One step; what the numbers mean depends on the kind.
#[derive(Debug, Clone)]
pub struct Step {
    kind: u8,
    arrays: [usize; 3],
    numbers: Vec<usize>,
}

#[derive(Debug, Clone)]
pub struct Program {
    pub leaves: Vec<Leaf>,
    pub steps: Vec<Step>,
}

/// An array of the pool.
#[derive(Clone)]
pub struct Entry {
    pub array: Array,
    /// Whether its values have no rounding error that depends on the order of operations.
    pub is_exact: bool,
}

pub fn programs() -> impl Strategy<Value = Program> {
    let shape = prop::collection::vec(prop_oneof![8 => 1usize..9, 1 => Just(0), 2 => 9usize..40], 0..4);
    let leaves = shape.prop_flat_map(|shape| prop::collection::vec(leaf(shape), 1..4));
    (leaves, prop::collection::vec(step(), 1..12)).prop_map(|(leaves, steps)| Program { leaves, steps })
}

fn step() -> impl Strategy<Value = Step> {
    (0u8..17, any::<[u8; 3]>(), prop::collection::vec(0usize..1000, 8)).prop_map(|(kind, arrays, numbers)| Step {
        kind,
        arrays: arrays.map(usize::from),
        numbers,
    })
}

/// A leaf that broadcasts to a shape: leading axes may be missing, others be of length 1.
fn leaf(shape: Vec<usize>) -> impl Strategy<Value = Leaf> {
    let place = prop_oneof![3 => Just(Place::Memory), 1 => Just(Place::Store), 1 => Just(Place::Workers)];
    let mask = prop::collection::vec(prop::bool::weighted(0.15), shape.len());
    let missing = prop_oneof![4 => Just(0), 1 => 0..=shape.len()];
    let nan = prop_oneof![Just(0u8), Just(40), Just(250)];
    let cuts = prop::collection::vec(1usize..12, 12);
    (place, 0..DTYPES.len(), mask, missing, nan, cuts, any::<u32>()).prop_map(
        move |(place, dtype, mask, missing, nan, cuts, seed)| {
            let squeezed = |(&length, &one): (&usize, &bool)| if one { 1 } else { length };
            let shape: Vec<usize> = shape.iter().zip(&mask).skip(missing).map(squeezed).collect();
            let grid = irregular(&shape, &cuts, place == Place::Store);
            Leaf { place, chunk: values(DTYPES[dtype], &shape, nan, seed), grid }
        },
    )
}

/// A grid with these chunk sizes in turn; even ones where stores know no others.
fn irregular(shape: &[usize], cuts: &[usize], is_even: bool) -> ChunkGrid {
    let axis = |(axis, &length): (usize, &usize)| {
        if is_even {
            return AxisChunks::regular(length, cuts[axis % cuts.len()]);
        }
        let (mut sizes, mut left) = (Vec::new(), length);
        for cut in cuts.iter().cycle().skip(3 * axis) {
            if left == 0 {
                break;
            }
            sizes.push((*cut).min(left));
            left -= (*cut).min(left);
        }
        AxisChunks::from_sizes(&sizes)
    };
    ChunkGrid::new(shape.iter().enumerate().map(axis).collect())
}

/// Small multiples of a quarter, whose sums are exact, some of them NaN; whole numbers for integers.
fn values(dtype: DType, shape: &[usize], nan: u8, seed: u32) -> Chunk {
    let mut state = u64::from(seed) << 1 | 1;
    let mut draw = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as i64
    };
    let count = shape.iter().product();
    let mut chunk = Chunk::zeros(dtype, shape.to_vec());
    let mut scalars = Vec::with_capacity(count);
    for _ in 0..count {
        let quarter = draw() % 65 - 32;
        let missing = draw() % 256 < i64::from(nan);
        scalars.push(match dtype {
            DType::Bool => Scalar::Bool(quarter > 0),
            dtype if dtype.is_unsigned_integer() => Scalar::Int(quarter.abs()),
            dtype if dtype.is_integer() => Scalar::Int(quarter),
            _ if missing => Scalar::Float(f64::NAN),
            _ => Scalar::Float(quarter as f64 / 4.0),
        });
    }
    let whole = ChunkGrid::regular(&[count], &[1]);
    let mut flat = Chunk::zeros(dtype, vec![count]);
    for (position, scalar) in scalars.iter().enumerate() {
        let one = Chunk::filled(dtype, vec![1], scalar).unwrap();
        flat.copy_from(&whole.region(position as u64), &one, &[0]);
    }
    if count > 0 {
        chunk = flat.reshaped(shape.to_vec()).unwrap();
    }
    chunk
}

impl Program {
    /// The pool after all steps, from these arrays as leaves.
    pub fn run(&self, leaves: &[Array]) -> Vec<Entry> {
        let mut pool: Vec<Entry> = leaves.iter().map(|leaf| Entry { array: leaf.clone(), is_exact: true }).collect();
        for step in &self.steps {
            if let Some(entry) = step.apply(&pool)
                && entry.array.len() <= MOST_ELEMENTS
            {
                pool.push(entry);
            }
        }
        pool
    }
}

impl Step {
    fn pick<'a>(&self, pool: &'a [Entry], which: usize) -> &'a Entry {
        // Late arrays more often than early ones: programs become deep.
        let back = self.arrays[which] % (2 * pool.len());
        &pool[if back >= pool.len() { pool.len() - 1 } else { back }]
    }

    fn apply(&self, pool: &[Entry]) -> Option<Entry> {
        let Entry { array, is_exact } = self.pick(pool, 0);
        let like = |array: Array| Some(Entry { array, is_exact: *is_exact });
        match self.kind {
            0 => self.unary(array, *is_exact),
            1 | 2 => self.binary(self.pick(pool, 0), self.pick(pool, 1)),
            3 => self.cast(array, *is_exact),
            4 => self.choose(pool),
            5 | 6 => like(array.slice(&self.slices(array.shape())).ok()?),
            7 => {
                let mut order: Vec<usize> = (0..array.ndim()).collect();
                order.sort_by_key(|&axis| self.numbers[axis % 8]);
                like(array.transpose(&order).ok()?)
            }
            8 => self.reshape_axis(array).and_then(like),
            9 => {
                let axis = self.axis(array)?;
                let length = array.shape()[axis];
                let indices: Vec<usize> =
                    self.numbers.iter().map(|number| number.checked_rem(length)).collect::<Option<_>>()?;
                like(array.take(axis, indices[..self.arrays[2] % 8].to_vec()).ok()?)
            }
            10 | 11 => self.reduce(array, *is_exact),
            15 => self.renumber(array).and_then(like),
            16 => self.points(array).and_then(like),
            12 | 13 => self.concatenate(pool),
            _ => {
                let cuts: Vec<usize> = self.numbers.iter().map(|number| number % 7 + 1).collect();
                like(array.rechunk(irregular(array.shape(), &cuts, false)))
            }
        }
    }

    fn axis(&self, array: &Array) -> Option<usize> {
        self.numbers[7].checked_rem(array.ndim())
    }

    fn unary(&self, array: &Array, is_exact: bool) -> Option<Entry> {
        let number = self.numbers[0];
        let operation = if is_exact {
            EXACT_UNARY[number % EXACT_UNARY.len()]
        } else {
            CONTINUOUS_UNARY[number % CONTINUOUS_UNARY.len()]
        };
        // Floats only: roots of integers are roots of the floats that they are cast to.
        let is_defined = match operation {
            UnaryOp::Sqrt => array.dtype().is_float(),
            UnaryOp::Floor => array.dtype() != DType::Bool,
            _ => true,
        };
        Some(Entry { array: array.unary(operation).ok().filter(|_| is_defined)?, is_exact })
    }

    /// Two or three arrays one after another, those that fit.
    fn concatenate(&self, pool: &[Entry]) -> Option<Entry> {
        let first = self.pick(pool, 0);
        let axis = self.axis(&first.array)?;
        let fits = |other: &&Entry| {
            let (a, b) = (first.array.shape(), other.array.shape());
            // Casts between floats and integers are no concern of a concatenation.
            other.array.dtype() == first.array.dtype()
                && a.len() == b.len()
                && (0..a.len()).all(|position| position == axis || a[position] == b[position])
        };
        let others: Vec<&Entry> = pool.iter().filter(fits).collect();
        let other = |which: usize| others[self.numbers[which] % others.len()];
        let mut entries = vec![first, other(0)];
        if self.numbers[2].is_multiple_of(2) {
            entries.insert(self.numbers[3] % 3, other(1));
        }
        let arrays: Vec<Array> = entries.iter().map(|entry| entry.array.clone()).collect();
        let is_exact = entries.iter().all(|entry| entry.is_exact);
        Some(Entry { array: Array::concatenate(&arrays, axis).ok()?, is_exact })
    }

    fn binary(&self, left: &Entry, right: &Entry) -> Option<Entry> {
        let number = self.numbers[0];
        let is_exact = left.is_exact && right.is_exact;
        let operation = if is_exact {
            EXACT_BINARY[number % EXACT_BINARY.len()]
        } else {
            CONTINUOUS_BINARY[number % CONTINUOUS_BINARY.len()]
        };
        let constant = Array::scalar(Scalar::Int((number % 5) as i64), left.array.dtype()).ok()?;
        // The sign of a zero, on which the quotient depends, is left open by minimum and maximum.
        let right = if number.is_multiple_of(4) || operation == BinaryOp::Divide { &constant } else { &right.array };
        Some(Entry { array: left.array.binary(operation, right).ok()?, is_exact })
    }

    fn cast(&self, array: &Array, is_exact: bool) -> Option<Entry> {
        let dtype = DTYPES[self.numbers[0] % DTYPES.len()];
        let is_defined = dtype.is_float() || (is_exact && (dtype == DType::Bool || !array.dtype().is_float()));
        Some(Entry { array: array.cast(dtype).ok().filter(|_| is_defined)?, is_exact })
    }

    fn choose(&self, pool: &[Entry]) -> Option<Entry> {
        let [condition, a, b] = [0, 1, 2].map(|which| self.pick(pool, which));
        let array = condition.array.select(&a.array, &b.array).ok().filter(|_| condition.is_exact)?;
        Some(Entry { array, is_exact: a.is_exact && b.is_exact })
    }

    fn slices(&self, shape: &[usize]) -> Vec<AxisSlice> {
        let slice = |(axis, &length): (usize, &usize)| {
            let [start, step, count] = [0, 1, 2].map(|part| self.numbers[(3 * axis + part) % 8]);
            if length == 0 || step % 4 == 0 {
                return AxisSlice::whole(length);
            }
            let (start, step) = (start % length, (step % 7) as isize - 3);
            let step = if step == 0 { 1 } else { step };
            let room = if step > 0 { (length - 1 - start) / step as usize } else { start / step.unsigned_abs() } + 1;
            AxisSlice { start, step, count: if count % 10 == 0 { 0 } else { room - count % room.div_ceil(2) } }
        };
        shape.iter().enumerate().map(slice).collect()
    }

    /// An axis more, an axis less, or a leading axis repeated.
    fn reshape_axis(&self, array: &Array) -> Option<Array> {
        match self.numbers[0] % 3 {
            0 if array.ndim() < 5 => array.insert_axis(self.numbers[1] % (array.ndim() + 1)).ok(),
            1 if array.ndim() < 5 => {
                let shape = [&[self.numbers[1] % 4][..], array.shape()].concat();
                array.broadcast_to(&shape).ok()
            }
            _ => {
                let axis = self.axis(array)?;
                array.index_axis(axis, self.numbers[2].checked_rem(array.shape()[axis])?).ok()
            }
        }
    }

    /// Two or three axes as one, or one as two.
    fn renumber(&self, array: &Array) -> Option<Array> {
        let axis = self.axis(array)?;
        if self.numbers[0].is_multiple_of(2) {
            let count = (2 + self.numbers[1] % 2).min(array.ndim() - axis);
            return array.merge_axes(axis, count).ok();
        }
        let length = array.shape()[axis];
        let factor = (1..=4).rev().find(|factor| length.is_multiple_of(*factor))?;
        let lengths =
            if self.numbers[1].is_multiple_of(2) { [factor, length / factor] } else { [length / factor, factor] };
        array.split_axis(axis, &lengths).ok().filter(|split| split.ndim() < 6)
    }

    /// Positions along two or three axes that go together.
    fn points(&self, array: &Array) -> Option<Array> {
        let mut axes: Vec<usize> = (0..array.ndim()).filter(|axis| self.numbers[1] >> axis & 1 == 0).collect();
        axes.truncate(3);
        if axes.len() < 2 || axes.iter().any(|&axis| array.shape()[axis] == 0) {
            return None;
        }
        let count = self.numbers[2] % 7;
        let along = |(which, &axis): (usize, &usize)| {
            (0..count).map(|point| self.numbers[(point + which) % 8] * (point + 1) % array.shape()[axis]).collect()
        };
        array.points(&axes, axes.iter().enumerate().map(along).collect()).ok()
    }

    /// Groups along one of some axes, every other time: each has a position, some positions have none.
    fn groups(&self, array: &Array, axes: &[usize]) -> Option<Groups> {
        let axis = *axes.get(self.numbers[3] / 2 % axes.len().max(1))?;
        let length = array.shape()[axis];
        if self.numbers[2].is_multiple_of(2) || length == 0 {
            return None;
        }
        let count = 1 + self.numbers[1] / 7 % length;
        let is_sorted = self.numbers[0].is_multiple_of(2);
        let code = |position: usize| match position {
            _ if is_sorted => (position * count / length) as i32,
            _ if position >= count && position.is_multiple_of(3) => -1,
            _ => (position % count) as i32,
        };
        Some(Groups { axis, codes: Arc::new((0..length).map(code).collect()), count })
    }

    fn reduce(&self, array: &Array, is_exact: bool) -> Option<Entry> {
        let name = REDUCTIONS[self.numbers[0] % REDUCTIONS.len()];
        let axes: Vec<usize> = (0..array.ndim()).filter(|axis| self.numbers[1] >> axis & 1 == 0).collect();
        let options =
            ReductionOptions { skip_missing: !self.numbers[2].is_multiple_of(3), ddof: (self.numbers[3] % 2) as i64 };
        let summarised: usize = axes.iter().map(|&axis| array.shape()[axis]).product();
        let is_float = array.dtype().is_float();
        let is_defined = match name {
            "any" | "all" => is_exact,
            // Long products leave the range of floats in one order of factors and not in another.
            "prod" => is_exact && (!is_float || summarised <= 8),
            "std" | "var" => is_exact,
            _ => true,
        };
        let exact_reduction = !is_float && !matches!(name, "mean" | "std" | "var")
            || matches!(name, "min" | "max" | "count" | "any" | "all");
        let groups = self.groups(array, &axes);
        let array = array.reduce_groups(name, &axes, groups, options).ok().filter(|_| is_defined)?;
        Some(Entry { array, is_exact: is_exact && exact_reduction })
    }
}
