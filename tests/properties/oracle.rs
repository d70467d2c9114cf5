//! A naive evaluator of plans: whole arrays, one element after the other, no chunks, strips, views or fusion.
//!
//! Written against numpy's documentation and not against the engine. Integers are computed in `i128` and wrapped, floats
//! in `f64` and rounded to `f32` where that is the dtype (exact for the four operations and the root).

use ndarray::{ArrayD, Dimension, IxDyn};
use swath::array::{Buffer, Chunk, DType, Scalar};
use swath::kernels::elementwise::{BinaryOp, UnaryOp};
use swath::kernels::generate::Generator;
use swath::plan::{Node, Operation, Plan, Reduce, Reshape, View};

/// Values of an array, of whatever width.
#[derive(Debug, Clone)]
pub enum Values {
    Bool(ArrayD<bool>),
    Integer(ArrayD<i128>),
    Float(ArrayD<f64>),
}

use Values::{Bool, Float, Integer};

impl Values {
    pub fn of_chunk(chunk: &Chunk) -> Values {
        fn shaped<T, U>(chunk: &Chunk, values: &[T], convert: impl Fn(&T) -> U) -> ArrayD<U> {
            ArrayD::from_shape_vec(IxDyn(chunk.shape()), values.iter().map(convert).collect()).unwrap()
        }
        match chunk.data() {
            Buffer::Bool(values) => Bool(shaped(chunk, values, |value| *value)),
            Buffer::Int8(values) => Integer(shaped(chunk, values, |value| (*value).into())),
            Buffer::Int16(values) => Integer(shaped(chunk, values, |value| (*value).into())),
            Buffer::Int32(values) => Integer(shaped(chunk, values, |value| (*value).into())),
            Buffer::Int64(values) => Integer(shaped(chunk, values, |value| (*value).into())),
            Buffer::UInt8(values) => Integer(shaped(chunk, values, |value| (*value).into())),
            Buffer::UInt16(values) => Integer(shaped(chunk, values, |value| (*value).into())),
            Buffer::UInt32(values) => Integer(shaped(chunk, values, |value| (*value).into())),
            Buffer::UInt64(values) => Integer(shaped(chunk, values, |value| (*value).into())),
            Buffer::Float32(values) => Float(shaped(chunk, values, |value| (*value).into())),
            Buffer::Float64(values) => Float(shaped(chunk, values, |value| *value)),
            Buffer::Text(_) => panic!("no text in random programs"),
        }
    }

    pub fn shape(&self) -> &[usize] {
        match self {
            Bool(values) => values.shape(),
            Integer(values) => values.shape(),
            Float(values) => values.shape(),
        }
    }

    fn bools(&self) -> &ArrayD<bool> {
        let Bool(values) = self else { panic!("expected bool") };
        values
    }

    /// Every value as a float.
    pub fn to_floats(&self) -> ArrayD<f64> {
        match self {
            Bool(values) => values.mapv(|value| value.into()),
            Integer(values) => values.mapv(|value| value as f64),
            Float(values) => values.clone(),
        }
    }

    /// The largest finite magnitude.
    pub fn magnitude(&self) -> f64 {
        self.to_floats().iter().filter(|value| value.is_finite()).fold(0.0, |largest, value| largest.max(value.abs()))
    }

    /// The elements that `source` names for each index of an array of this shape.
    fn gather(&self, shape: &[usize], source: impl Fn(&[usize]) -> Vec<usize>) -> Values {
        fn gather<T: Clone>(values: &ArrayD<T>, shape: &[usize], source: impl Fn(&[usize]) -> Vec<usize>) -> ArrayD<T> {
            ArrayD::from_shape_fn(IxDyn(shape), |index| values[IxDyn(&source(index.slice()))].clone())
        }
        match self {
            Bool(values) => Bool(gather(values, shape, source)),
            Integer(values) => Integer(gather(values, shape, source)),
            Float(values) => Float(gather(values, shape, source)),
        }
    }
}

/// An integer as a dtype holds it.
fn wrap(value: i128, dtype: DType) -> i128 {
    match dtype {
        DType::Int8 => (value as i8).into(),
        DType::Int16 => (value as i16).into(),
        DType::Int32 => (value as i32).into(),
        DType::Int64 => (value as i64).into(),
        DType::UInt8 => (value as u8).into(),
        DType::UInt16 => (value as u16).into(),
        DType::UInt32 => (value as u32).into(),
        DType::UInt64 => (value as u64).into(),
        other => panic!("{other} is no integer"),
    }
}

/// A float as a dtype holds it.
fn round(value: f64, dtype: DType) -> f64 {
    if dtype == DType::Float32 { f64::from(value as f32) } else { value }
}

/// The values of every node of a plan.
pub fn evaluate(plan: &Plan) -> Vec<Values> {
    let mut all: Vec<Values> = Vec::new();
    for node in plan.nodes() {
        let inputs: Vec<&Values> = node.inputs.iter().map(|input| &all[input.0 as usize]).collect();
        let values = compute(plan, node, &inputs);
        assert_eq!(values.shape(), node.shape, "shape of {:?}", node.operation);
        all.push(values);
    }
    all
}

fn compute(plan: &Plan, node: &Node, inputs: &[&Values]) -> Values {
    match &node.operation {
        Operation::InMemory(chunk) => Values::of_chunk(chunk),
        Operation::Generated(generator) => generate(generator, node),
        Operation::Unary(operation) => unary(*operation, node.dtype, inputs[0]),
        Operation::Binary(operation) => binary(*operation, node.dtype, inputs[0], inputs[1]),
        Operation::Select => select(inputs[0].bools(), inputs[1], inputs[2]),
        Operation::Cast => cast(inputs[0], node.dtype),
        Operation::View(view) => see(view, inputs[0]),
        Operation::Take { axis, indices } => inputs[0].gather(&node.shape, |index| {
            let mut index = index.to_vec();
            index[*axis] = indices[index[*axis]];
            index
        }),
        Operation::Reduce(reduce) => {
            reduction(reduce, plan.node(node.inputs[0]).dtype, node.dtype, inputs[0], &node.shape)
        }
        Operation::Concatenate { axis, .. } => concatenate(inputs, *axis),
        Operation::Rechunk => inputs[0].clone(),
        Operation::Reshape(reshape) => renumber(reshape, inputs[0], &node.shape),
        Operation::Points(points) => inputs[0].gather(&node.shape, |index| {
            let kept = points.result_axes(plan.node(node.inputs[0]).shape.len());
            let point = index[kept.iter().position(|&axis| axis == points.axes[0]).unwrap()];
            let mut place = vec![0; kept.len() + points.axes.len() - 1];
            kept.iter().zip(index).for_each(|(&axis, &at)| place[axis] = at);
            points.axes.iter().zip(points.positions.iter()).for_each(|(&axis, along)| place[axis] = along[point]);
            place
        }),
        Operation::Quantile(_)
        | Operation::SelectionPass(_)
        | Operation::Selected { .. }
        | Operation::Window(_)
        | Operation::Scan(_)
        | Operation::Contract(_)
        | Operation::Native(_) => {
            panic!("random programs have no quantiles, windows, products or kernels of their own")
        }
        Operation::Stored(_) | Operation::Persisted(_) => panic!("the oracle knows values in memory only"),
    }
}

/// Axes counted as one, or one as several, in row-major order.
fn renumber(reshape: &Reshape, input: &Values, shape: &[usize]) -> Values {
    let (axis, lengths) = (reshape.axis, &reshape.lengths);
    input.gather(shape, |index| {
        let mut place = index.to_vec();
        if reshape.merges {
            let mut number = index[axis];
            let mut along = vec![0; lengths.len()];
            for (at, length) in along.iter_mut().zip(lengths).rev() {
                *at = number % length;
                number /= length;
            }
            place.splice(axis..=axis, along);
        } else {
            let along = &index[axis..axis + lengths.len()];
            let number = along.iter().zip(lengths).fold(0, |number, (at, length)| number * length + at);
            place.splice(axis..axis + lengths.len(), [number]);
        }
        place
    })
}

fn concatenate(inputs: &[&Values], axis: usize) -> Values {
    fn joined<T: Clone>(parts: Vec<ndarray::ArrayViewD<'_, T>>, axis: usize) -> ArrayD<T> {
        ndarray::concatenate(ndarray::Axis(axis), &parts).unwrap()
    }
    match inputs[0] {
        Bool(_) => Bool(joined(inputs.iter().map(|values| values.bools().view()).collect(), axis)),
        Integer(_) => {
            let integers = inputs.iter().map(|values| match values {
                Integer(values) => values.view(),
                other => panic!("expected integers, found {other:?}"),
            });
            Integer(joined(integers.collect(), axis))
        }
        Float(_) => {
            let floats: Vec<ArrayD<f64>> = inputs.iter().map(|values| values.to_floats()).collect();
            Float(joined(floats.iter().map(|floats| floats.view()).collect(), axis))
        }
    }
}

fn generate(generator: &Generator, node: &Node) -> Values {
    let number = |value: &Scalar| value.as_f64().unwrap();
    let mut position = -1.0;
    let floats = match generator {
        Generator::Full(value) => ArrayD::from_elem(IxDyn(&node.shape), number(value)),
        Generator::Arange { start, step } => ArrayD::from_shape_simple_fn(IxDyn(&node.shape), || {
            position += 1.0;
            number(start) + position * number(step)
        }),
        Generator::Random { .. } => panic!("the oracle draws no random numbers"),
    };
    match node.dtype {
        DType::Bool => Bool(floats.mapv(|value| value != 0.0)),
        dtype if dtype.is_integer() => Integer(floats.mapv(|value| value as i128)),
        dtype => Float(floats.mapv(|value| round(value, dtype))),
    }
}

fn unary(operation: UnaryOp, dtype: DType, input: &Values) -> Values {
    match (operation, input) {
        (UnaryOp::IsNan, Float(values)) => Bool(values.mapv(f64::is_nan)),
        (UnaryOp::IsNan, other) => Bool(other.to_floats().mapv(|_| false)),
        (UnaryOp::LogicalNot, other) => Bool(other.to_floats().mapv(|value| value == 0.0)),
        (UnaryOp::Invert | UnaryOp::Absolute, Bool(values)) => {
            Bool(values.mapv(|value| value != (operation == UnaryOp::Invert)))
        }
        (_, Integer(values)) => Integer(values.mapv(|value| {
            let exact = match operation {
                UnaryOp::Negative => -value,
                UnaryOp::Absolute => value.abs(),
                UnaryOp::Square => value * value,
                UnaryOp::Sign => value.signum(),
                UnaryOp::Invert => !value,
                UnaryOp::Floor => value,
                other => panic!("{other:?} of integers"),
            };
            wrap(exact, dtype)
        })),
        (_, Float(values)) => Float(values.mapv(|value| {
            let exact = match operation {
                UnaryOp::Negative => -value,
                UnaryOp::Absolute => value.abs(),
                UnaryOp::Square => value * value,
                UnaryOp::Sign if value == 0.0 || value.is_nan() => value,
                UnaryOp::Sign => value.signum(),
                UnaryOp::Sqrt => value.sqrt(),
                UnaryOp::Floor => value.floor(),
                other => panic!("{other:?} of floats"),
            };
            round(exact, dtype)
        })),
        (other, Bool(_)) => panic!("{other:?} of truth values"),
    }
}

fn pairs<T: Clone, U: Clone, R>(a: &ArrayD<T>, b: &ArrayD<U>, function: impl Fn(T, U) -> R) -> ArrayD<R> {
    assert_eq!(a.shape(), b.shape());
    let values = a.iter().zip(b.iter()).map(|(a, b)| function(a.clone(), b.clone())).collect();
    ArrayD::from_shape_vec(a.raw_dim(), values).unwrap()
}

fn binary(operation: BinaryOp, dtype: DType, a: &Values, b: &Values) -> Values {
    match (a, b) {
        (Bool(a), Bool(b)) => Bool(pairs(a, b, |a, b| match operation {
            BinaryOp::Add | BinaryOp::BitwiseOr | BinaryOp::LogicalOr | BinaryOp::Maximum => a || b,
            BinaryOp::Multiply | BinaryOp::BitwiseAnd | BinaryOp::LogicalAnd | BinaryOp::Minimum => a && b,
            BinaryOp::BitwiseXor => a != b,
            _ => compare(operation, &a, &b),
        })),
        (Integer(a), Integer(b)) if dtype == DType::Bool => Bool(pairs(a, b, |a, b| compare(operation, &a, &b))),
        (Integer(a), Integer(b)) => Integer(pairs(a, b, |a, b| {
            let exact = match operation {
                BinaryOp::Add => a + b,
                BinaryOp::Subtract => a - b,
                BinaryOp::Multiply => a.wrapping_mul(b),
                BinaryOp::Minimum => a.min(b),
                BinaryOp::Maximum => a.max(b),
                BinaryOp::BitwiseAnd => a & b,
                BinaryOp::BitwiseOr => a | b,
                BinaryOp::BitwiseXor => a ^ b,
                other => panic!("{other:?} of integers"),
            };
            wrap(exact, dtype)
        })),
        (Float(a), Float(b)) if dtype == DType::Bool => Bool(pairs(a, b, |a, b| compare(operation, &a, &b))),
        (Float(a), Float(b)) => Float(pairs(a, b, |a, b| {
            let exact = match operation {
                BinaryOp::Add => a + b,
                BinaryOp::Subtract => a - b,
                BinaryOp::Multiply => a * b,
                BinaryOp::Divide => a / b,
                BinaryOp::Minimum | BinaryOp::Maximum if a.is_nan() || b.is_nan() => f64::NAN,
                BinaryOp::Minimum => a.min(b),
                BinaryOp::Maximum => a.max(b),
                other => panic!("{other:?} of floats"),
            };
            round(exact, dtype)
        })),
        _ => panic!("operands of {operation:?} have two kinds"),
    }
}

fn compare<T: PartialOrd>(operation: BinaryOp, a: &T, b: &T) -> bool {
    match operation {
        BinaryOp::Equal => a == b,
        BinaryOp::NotEqual => a != b,
        BinaryOp::Less => a < b,
        BinaryOp::LessEqual => a <= b,
        BinaryOp::Greater => a > b,
        BinaryOp::GreaterEqual => a >= b,
        other => panic!("{other:?} is no comparison"),
    }
}

fn select(condition: &ArrayD<bool>, a: &Values, b: &Values) -> Values {
    fn choose<T: Clone>(condition: &ArrayD<bool>, a: &ArrayD<T>, b: &ArrayD<T>) -> ArrayD<T> {
        pairs(condition, &pairs(a, b, |a, b| (a, b)), |condition, (a, b)| if condition { a } else { b })
    }
    match (a, b) {
        (Bool(a), Bool(b)) => Bool(choose(condition, a, b)),
        (Integer(a), Integer(b)) => Integer(choose(condition, a, b)),
        (Float(a), Float(b)) => Float(choose(condition, a, b)),
        _ => panic!("branches have two kinds"),
    }
}

fn cast(input: &Values, dtype: DType) -> Values {
    match (input, dtype) {
        (Bool(values), DType::Bool) => Bool(values.clone()),
        (Integer(values), DType::Bool) => Bool(values.mapv(|value| value != 0)),
        (Float(values), DType::Bool) => Bool(values.mapv(|value| value != 0.0)),
        (Bool(values), dtype) if dtype.is_integer() => Integer(values.mapv(i128::from)),
        (Integer(values), dtype) if dtype.is_integer() => Integer(values.mapv(|value| wrap(value, dtype))),
        // Straight from the integer: by way of float64 some would be rounded twice.
        (Integer(values), DType::Float32) => Float(values.mapv(|value| f64::from(value as f32))),
        (other, dtype) if dtype.is_float() => Float(other.to_floats().mapv(|value| round(value, dtype))),
        (_, dtype) => panic!("no cast of floats to {dtype} in random programs"),
    }
}

fn see(view: &View, input: &Values) -> Values {
    input.gather(&view.shape, |index| {
        let place = |axis: &swath::plan::ViewAxis| match axis.output {
            Some(output) => (axis.start as isize + axis.step * index[output] as isize) as usize,
            None => axis.start,
        };
        view.axes.iter().map(place).collect()
    })
}

/// For each element of a reduction's result, the values that are summarised.
fn lanes<T: Clone>(values: &ArrayD<T>, reduce: &Reduce, shape: &[usize]) -> Vec<Vec<T>> {
    let mut lanes: ArrayD<Vec<T>> = ArrayD::from_elem(IxDyn(shape), Vec::new());
    let axes = reduce.result_axes(values.ndim());
    for (index, value) in values.indexed_iter() {
        let place = |axis: &usize| match &reduce.groups {
            Some(groups) if groups.axis == *axis => usize::try_from(groups.codes[index[*axis]]).ok(),
            _ => Some(index[*axis]),
        };
        if let Some(place) = axes.iter().map(place).collect::<Option<Vec<usize>>>() {
            lanes[IxDyn(&place)].push(value.clone());
        }
    }
    lanes.into_iter().collect()
}

fn reduction(reduce: &Reduce, input: DType, dtype: DType, values: &Values, shape: &[usize]) -> Values {
    fn finish<T: Clone, R>(
        values: &ArrayD<T>,
        reduce: &Reduce,
        shape: &[usize],
        lane: impl Fn(Vec<T>) -> R,
    ) -> ArrayD<R> {
        ArrayD::from_shape_vec(IxDyn(shape), lanes(values, reduce, shape).into_iter().map(lane).collect()).unwrap()
    }
    let skips = reduce.options.skip_missing && input.is_float();
    let present = |lane: Vec<f64>| -> Vec<f64> { lane.into_iter().filter(|value| !skips || !value.is_nan()).collect() };
    let floats = values.to_floats();
    match (reduce.name.as_str(), values) {
        ("any", _) => Bool(finish(&floats, reduce, shape, |lane| lane.iter().any(|value| *value != 0.0))),
        ("all", _) => Bool(finish(&floats, reduce, shape, |lane| lane.iter().all(|value| *value != 0.0))),
        ("count", _) => {
            Integer(finish(&floats, reduce, shape, |lane| lane.iter().filter(|value| !value.is_nan()).count() as i128))
        }
        ("min", Bool(values)) => Bool(finish(values, reduce, shape, |lane| lane.iter().all(|value| *value))),
        ("max", Bool(values)) => Bool(finish(values, reduce, shape, |lane| lane.iter().any(|value| *value))),
        ("min", Integer(values)) => Integer(finish(values, reduce, shape, |lane| *lane.iter().min().unwrap())),
        ("max", Integer(values)) => Integer(finish(values, reduce, shape, |lane| *lane.iter().max().unwrap())),
        ("sum" | "prod", Bool(_) | Integer(_)) => {
            let Integer(integers) = cast(values, dtype) else { panic!("integers stay integers") };
            Integer(finish(&integers, reduce, shape, |lane| match reduce.name.as_str() {
                "sum" => wrap(lane.iter().sum(), dtype),
                _ => lane.iter().fold(1_i128, |product, value| wrap(product.wrapping_mul(*value), dtype)),
            }))
        }
        (name, _) => Float(finish(&floats, reduce, shape, |lane| {
            round(summarise(name, &present(lane), reduce.options.ddof), dtype)
        })),
    }
}

/// A reduction of floats, NaN left out already where that was asked for.
fn summarise(name: &str, lane: &[f64], ddof: i64) -> f64 {
    let count = lane.len() as f64;
    let has_nan = lane.iter().any(|value| value.is_nan());
    let mean = lane.iter().sum::<f64>() / count;
    let variance = || {
        let freedom = count - ddof as f64;
        if freedom <= 0.0 { f64::NAN } else { lane.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / freedom }
    };
    match name {
        "sum" => lane.iter().sum(),
        "prod" => lane.iter().product(),
        "mean" => mean,
        "var" => variance(),
        "std" => variance().sqrt(),
        "min" | "max" if has_nan || lane.is_empty() => f64::NAN,
        "min" => lane.iter().copied().fold(f64::INFINITY, f64::min),
        "max" => lane.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        other => panic!("no reduction is called {other}"),
    }
}
