//! Whether an expression can be computed block by block of its inputs, for functions of users that are traced once.
//!
//! A function that is applied to each block knows nothing of other blocks. Traced over whole arrays it means the same only
//! if no element of its result depends on elements elsewhere along the axes that are cut into blocks. What this walk doesn't
//! know for sure counts as dependent.

use super::{Array, Operation, View};
use crate::kernels::generate::Generator;
use std::collections::HashMap;
use std::sync::Arc;

/// What an axis means to a function that is applied block by block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AxisRole {
    /// Cut into blocks; axes of the same number are cut alike.
    Block(usize),
    /// Whole in every block.
    Whole,
    /// The same along it everywhere.
    Repeated,
    /// Several axes in one, some of them cut into blocks: of no use but to be split again. The number is that of a merger.
    Merged(usize),
}

/// Reductions whose result of equal values doesn't tell how many there are.
const NEVER_OF_LENGTH: &[&str] = &["min", "max", "mean", "any", "all"];

/// Roles of an array's axes; `None` where it depends on other blocks.
type Roles = Option<Vec<AxisRole>>;

impl Array {
    /// The array as an input of a function that is traced: nothing built on it looks through to what it is made of.
    pub fn traced(&self) -> Array {
        Array::new(Operation::Rechunk, vec![self.clone()], self.dtype(), self.grid().clone())
    }

    /// The role of each axis of an expression, given those of its inputs; `None` where it depends on other blocks.
    pub fn block_roles(&self, inputs: &[(Array, Vec<AxisRole>)]) -> Option<Vec<AxisRole>> {
        Walk { inputs, known: HashMap::new(), mergers: Vec::new() }.roles(self)
    }
}

struct Walk<'a> {
    inputs: &'a [(Array, Vec<AxisRole>)],
    known: HashMap<usize, Roles>,
    /// Lengths and roles of axes that were merged.
    mergers: Vec<(Vec<usize>, Vec<AxisRole>)>,
}

impl Walk<'_> {
    fn roles(&mut self, array: &Array) -> Roles {
        if let Some(known) = self.known.get(&array.address()) {
            return known.clone();
        }
        let found = self.find(array);
        self.known.insert(array.address(), found.clone());
        found
    }

    fn find(&mut self, array: &Array) -> Roles {
        if let Some((_, roles)) = self.inputs.iter().find(|(input, _)| is_same(input, array)) {
            return Some(roles.clone());
        }
        match array.operation() {
            Operation::Generated(Generator::Full(_)) => Some(vec![AxisRole::Repeated; array.ndim()]),
            Operation::Unary(_) | Operation::Cast | Operation::Rechunk => self.roles(&array.inputs()[0]),
            Operation::Binary(_) | Operation::Select => {
                let mut roles = vec![AxisRole::Repeated; array.ndim()];
                for input in array.inputs() {
                    for (role, other) in roles.iter_mut().zip(self.roles(input)?) {
                        *role = together(*role, other)?;
                    }
                }
                Some(roles)
            }
            Operation::View(view) => viewed(view, array.inputs()[0].shape(), &self.roles(&array.inputs()[0])?),
            Operation::Take { axis, .. } => self.roles(&array.inputs()[0]).filter(|roles| !is_cut(roles[*axis])),
            Operation::Concatenate { axis, .. } => {
                let mut roles = vec![AxisRole::Repeated; array.ndim()];
                for input in array.inputs() {
                    for (role, other) in roles.iter_mut().zip(self.roles(input)?) {
                        *role = together(*role, other)?;
                    }
                }
                without_blocks(&roles, [*axis])?;
                roles[*axis] = AxisRole::Whole;
                Some(roles)
            }
            Operation::Reduce(reduce) => {
                let roles = self.roles(&array.inputs()[0])?;
                let axes = reduce.axes.iter().chain(reduce.groups.as_ref().map(|groups| &groups.axis));
                without_blocks(&roles, axes.copied())?;
                // What is the same everywhere may go on over an axis that is cut: then how long a block is would matter.
                let lengths = array.inputs()[0].shape();
                let is_of_length = |&axis: &usize| roles[axis] == AxisRole::Repeated && lengths[axis] > 1;
                if !NEVER_OF_LENGTH.contains(&reduce.name.as_str()) && reduce.axes.iter().any(is_of_length) {
                    return None;
                }
                Some(reduce.result_axes(roles.len()).into_iter().map(|axis| roles[axis]).collect())
            }
            Operation::Quantile(quantile) => {
                let roles = self.roles(&array.inputs()[0])?;
                without_blocks(&roles, quantile.axes.iter().copied())?;
                let kept = quantile.kept_axes(roles.len()).into_iter().map(|axis| roles[axis]);
                Some(std::iter::once(AxisRole::Whole).chain(kept).collect())
            }
            Operation::Reshape(reshape) => {
                let mut roles = self.roles(&array.inputs()[0])?;
                if reshape.merges {
                    let several: Vec<AxisRole> =
                        roles.drain(reshape.axis..reshape.axis + reshape.lengths.len()).collect();
                    roles.insert(reshape.axis, self.merged(&reshape.lengths, several));
                } else {
                    let several = self.split(roles.remove(reshape.axis), &reshape.lengths)?;
                    roles.splice(reshape.axis..reshape.axis, several);
                }
                Some(roles)
            }
            Operation::Scan(scan) => {
                let mut roles = self.roles(&array.inputs()[0])?;
                without_blocks(&roles, [scan.axis])?;
                if array.shape()[scan.axis] > 1 {
                    roles[scan.axis] = AxisRole::Whole;
                }
                Some(roles)
            }
            Operation::Window(window) => {
                let mut roles = self.roles(&array.inputs()[0])?;
                for windowed in &window.axes {
                    without_blocks(&roles, [windowed.axis])?;
                    roles[windowed.axis] = AxisRole::Whole;
                }
                // Values of windows have axes of their own, the last.
                roles.resize(array.ndim(), AxisRole::Whole);
                Some(roles)
            }
            Operation::Native(native) => {
                let mut common = vec![AxisRole::Repeated; native.common(array.shape()).len()];
                for input in array.inputs() {
                    let roles = self.roles(input)?;
                    without_blocks(&roles, common.len()..roles.len())?;
                    for (role, other) in common.iter_mut().zip(roles) {
                        *role = together(*role, other)?;
                    }
                }
                common.extend(vec![AxisRole::Whole; native.result_core]);
                Some(common)
            }
            // Constants are whole, and so is the result of what isn't known, where no blocks go into it.
            _ => {
                for input in array.inputs() {
                    let roles = self.roles(input)?;
                    without_blocks(&roles, 0..roles.len())?;
                }
                Some(
                    array
                        .shape()
                        .iter()
                        .map(|&length| if length == 1 { AxisRole::Repeated } else { AxisRole::Whole })
                        .collect(),
                )
            }
        }
    }
}

impl Walk<'_> {
    /// The role of several axes in one.
    fn merged(&mut self, lengths: &[usize], several: Vec<AxisRole>) -> AxisRole {
        if without_blocks(&several, 0..several.len()).is_some() {
            return AxisRole::Whole;
        }
        let merger = (lengths.to_vec(), several);
        let number = self.mergers.iter().position(|known| *known == merger).unwrap_or_else(|| {
            self.mergers.push(merger);
            self.mergers.len() - 1
        });
        AxisRole::Merged(number)
    }

    /// The roles of several axes that were one: of blocks only where they are what was merged.
    fn split(&self, role: AxisRole, lengths: &[usize]) -> Roles {
        match role {
            AxisRole::Merged(number) => {
                let (known, several) = &self.mergers[number];
                (known == lengths).then(|| several.clone())
            }
            AxisRole::Block(_) => None,
            AxisRole::Whole | AxisRole::Repeated => Some(vec![AxisRole::Whole; lengths.len()]),
        }
    }
}

/// Whether two handles are one node, or show the same values in memory.
fn is_same(input: &Array, array: &Array) -> bool {
    let in_memory = (input.in_memory_values(), array.in_memory_values());
    input.is_same(array) || matches!(in_memory, (Some(a), Some(b)) if Arc::ptr_eq(a, b))
}

/// The role of an axis along which two operands go together.
fn together(a: AxisRole, b: AxisRole) -> Option<AxisRole> {
    match (a, b) {
        (a, b) if a == b => Some(a),
        (AxisRole::Repeated, other) | (other, AxisRole::Repeated) => Some(other),
        _ => None,
    }
}

fn is_cut(role: AxisRole) -> bool {
    matches!(role, AxisRole::Block(_) | AxisRole::Merged(_))
}

/// Fails where an axis is cut into blocks.
fn without_blocks(roles: &[AxisRole], axes: impl IntoIterator<Item = usize>) -> Option<()> {
    axes.into_iter().all(|axis| !is_cut(roles[axis])).then_some(())
}

/// Roles of the axes of a view: those cut into blocks go over whole, or not at all.
fn viewed(view: &View, input_shape: &[usize], roles: &[AxisRole]) -> Roles {
    let mut result = vec![AxisRole::Repeated; view.shape.len()];
    for (axis, role) in
        view.axes.iter().zip(roles).zip(input_shape).map(|((axis, role), length)| ((axis, length), role))
    {
        let (axis, length) = axis;
        match (role, axis.output) {
            (AxisRole::Block(_) | AxisRole::Merged(_), Some(output))
                if axis.start == 0 && axis.step == 1 && view.shape[output] == *length =>
            {
                result[output] = *role;
            }
            (AxisRole::Block(_) | AxisRole::Merged(_), _) => return None,
            (_, Some(output)) => result[output] = *role,
            (_, None) => {}
        }
    }
    Some(result)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::{Chunk, ChunkGrid, DType, Scalar};
    use crate::kernels::elementwise::{BinaryOp, UnaryOp};
    use crate::kernels::reduction::ReductionOptions;
    use crate::kernels::scan::ScanKind;

    const ROLES: [AxisRole; 2] = [AxisRole::Block(0), AxisRole::Whole];

    fn input() -> Array {
        let rule = Generator::Arange { start: Scalar::Int(0), step: Scalar::Int(1) };
        Array::generated(rule, DType::Float64, ChunkGrid::regular(&[6, 4], &[2, 4])).traced()
    }

    fn roles(of: impl Fn(&Array) -> Array) -> Roles {
        let input = input();
        of(&input).block_roles(&[(input, ROLES.to_vec())])
    }

    #[test]
    fn elementwise_functions_and_what_stays_in_a_block_are_block_by_block() {
        assert_eq!(roles(|x| x.unary(UnaryOp::Sqrt).unwrap()), Some(ROLES.to_vec()));
        assert_eq!(roles(|x| x.transpose(&[1, 0]).unwrap()), Some(vec![AxisRole::Whole, AxisRole::Block(0)]));
        let sums = |x: &Array| x.scan(1, ScanKind::Sum { skip_missing: false }).unwrap();
        assert_eq!(roles(sums), Some(ROLES.to_vec()));
        let in_rows = |x: &Array| x.merge_axes(0, 2).unwrap().unary(UnaryOp::Sqrt).unwrap();
        assert_eq!(roles(|x| in_rows(x).split_axis(0, &[6, 4]).unwrap()), Some(ROLES.to_vec()));
        let mean = |x: &Array| x.reduce("mean", &[1], ReductionOptions::default()).unwrap().insert_axis(1).unwrap();
        assert_eq!(roles(|x| x.binary(BinaryOp::Subtract, &mean(x)).unwrap()), Some(ROLES.to_vec()));
    }

    #[test]
    fn what_looks_into_other_blocks_is_not() {
        assert_eq!(roles(|x| x.reduce("mean", &[0], ReductionOptions::default()).unwrap()), None);
        assert_eq!(roles(|x| x.index_axis(0, 1).unwrap()), None);
        assert_eq!(roles(|x| x.scan(0, ScanKind::Sum { skip_missing: false }).unwrap()), None);
        assert_eq!(roles(|x| x.merge_axes(0, 2).unwrap().split_axis(0, &[3, 8]).unwrap()), None);
        assert_eq!(
            roles(|x| x.merge_axes(0, 2).unwrap().reduce("sum", &[0], ReductionOptions::default()).unwrap()),
            None
        );
        assert_eq!(roles(|x| x.take(0, vec![5, 4, 3, 2, 1, 0]).unwrap()), None);
        let ones = |x: &Array| x.full_like(Scalar::Float(1.0), DType::Float64).unwrap();
        let along = |x: &Array| ones(x).scan(0, ScanKind::Sum { skip_missing: false }).unwrap();
        assert_eq!(roles(|x| x.binary(BinaryOp::Add, &along(x)).unwrap()), None);
        assert_eq!(roles(|x| ones(x).reduce("sum", &[0], ReductionOptions::default()).unwrap()), None);
        let constant = Array::in_memory(Chunk::zeros(DType::Float64, vec![6, 1]));
        assert_eq!(roles(|x| x.binary(BinaryOp::Add, &constant).unwrap()), None);
    }
}
