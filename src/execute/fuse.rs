//! Several instructions of a program as one, where a loop over a strip does what they do, with the same bits.
//!
//! Weighted sums and means multiply values, filled with zeros or told present, by weights that are often one a row. One
//! by one that is a pass over a strip for each of a comparison, a choice, a conversion and a product, beside copies of
//! values and weights. As one instruction it is a single pass, over values and weights where they lie.

use super::program::{Instruction, Leaf, Program, Register};
use crate::array::DType;
use crate::kernels::elementwise::{BinaryOp, UnaryOp, Weighing};

/// Replaces products of floats with weights; each register of the program is still written by one instruction. What nothing
/// needs any more is left out.
pub fn fuse(program: &mut Program, is_zero: impl Fn(&Leaf) -> bool) {
    let known = Known::of(program, is_zero);
    let positions = 0..program.instructions.len();
    let weighings: Vec<(usize, Instruction)> =
        positions.filter_map(|position| Some((position, known.weighing(&program.instructions[position])?))).collect();
    if weighings.is_empty() {
        return;
    }
    for (position, weighing) in weighings {
        program.instructions[position] = weighing;
    }
    drop_unneeded(program);
    leave_in_place(program);
}

/// What registers hold.
struct Known<'a> {
    writers: Vec<Option<&'a Instruction>>,
    zeros: Vec<bool>,
}

impl<'a> Known<'a> {
    fn of(program: &'a Program, is_zero: impl Fn(&Leaf) -> bool) -> Known<'a> {
        let mut known =
            Known { writers: vec![None; program.registers.len()], zeros: vec![false; program.registers.len()] };
        for instruction in &program.instructions {
            known.writers[instruction.output()] = Some(instruction);
        }
        for constant in &program.constants {
            if let Instruction::Load { leaf, output, .. } = *constant {
                known.zeros[output] = is_zero(&program.leaves[leaf]);
            }
        }
        known
    }

    /// A product of floats as one instruction from the values on, where that saves passes or copies.
    fn weighing(&self, product: &Instruction) -> Option<Instruction> {
        let Instruction::Binary { operation: BinaryOp::Multiply, left, right, inputs: [a, b], output } = *product
        else {
            return None;
        };
        if left != right || !left.is_float() {
            return None;
        }
        let pairs = [[a, b], [b, a]];
        let found = |factor: fn(&Self, Register) -> Option<(Weighing, Register)>| {
            pairs.iter().find_map(|&[value, weight]| {
                let (weighing, value) = factor(self, value)?;
                Some(Instruction::Weigh { weighing, inputs: [value, weight], output })
            })
        };
        found(Self::told_missing).or_else(|| found(Self::plain))
    }

    /// The values of which a register holds the presence, or which it has with zeros for those that are missing.
    fn told_missing(&self, register: Register) -> Option<(Weighing, Register)> {
        match *self.writers[register]? {
            Instruction::Cast { from: DType::Bool, input, .. } => {
                let Instruction::Unary { operation: UnaryOp::LogicalNot | UnaryOp::Invert, input, .. } =
                    *self.writers[input]?
                else {
                    return None;
                };
                Some((Weighing::Presence, self.asked_for_nan(input)?))
            }
            Instruction::Cast { from: DType::Float32, to: DType::Float64, input, .. } => {
                Some((Weighing::Filled, self.filled(input)?))
            }
            _ => Some((Weighing::Filled, self.filled(register)?)),
        }
    }

    /// The values that a register has as they are, converted, or straight from a leaf.
    fn plain(&self, register: Register) -> Option<(Weighing, Register)> {
        match *self.writers[register]? {
            Instruction::Cast { from: DType::Float32, to: DType::Float64, input, .. } => Some((Weighing::Value, input)),
            Instruction::Load { .. } => Some((Weighing::Value, register)),
            _ => None,
        }
    }

    /// The values that a register has with zeros for those that are missing.
    fn filled(&self, register: Register) -> Option<Register> {
        let Instruction::Select { inputs: [condition, zero, values], .. } = *self.writers[register]? else {
            return None;
        };
        (self.zeros[zero] && self.asked_for_nan(condition)? == values).then_some(values)
    }

    /// The floats of which a register says which are NaN.
    fn asked_for_nan(&self, register: Register) -> Option<Register> {
        match *self.writers[register]? {
            Instruction::Unary { operation: UnaryOp::IsNan, operand, input, .. } if operand.is_float() => Some(input),
            _ => None,
        }
    }
}

/// Leaves out what the result doesn't need.
fn drop_unneeded(program: &mut Program) {
    let mut needed = vec![false; program.registers.len()];
    needed[program.result] = true;
    for instruction in program.instructions.iter().rev() {
        if needed[instruction.output()] {
            instruction.inputs().iter().for_each(|&input| needed[input] = true);
        }
    }
    program.instructions.retain(|instruction| needed[instruction.output()]);
    program.constants.retain(|constant| needed[constant.output()]);
}

/// Leaves values where they lie that only products with weights read.
fn leave_in_place(program: &mut Program) {
    let mut copied = vec![false; program.registers.len()];
    copied[program.result] = true;
    for instruction in &program.instructions {
        if !matches!(instruction, Instruction::Weigh { .. }) {
            instruction.inputs().iter().for_each(|&input| copied[input] = true);
        }
    }
    for instruction in &mut program.instructions {
        if let Instruction::Load { output, in_place, .. } = instruction {
            *in_place = !copied[*output];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::Storage;
    use crate::plan::{NodeId, View};

    const F64: DType = DType::Float64;

    fn load(leaf: usize, output: Register, in_place: bool) -> Instruction {
        Instruction::Load { leaf, output, in_place }
    }

    fn multiply(inputs: [Register; 2], output: Register) -> Instruction {
        Instruction::Binary { operation: BinaryOp::Multiply, left: F64, right: F64, inputs, output }
    }

    /// Of leaves 0, values, 1, a constant, and 2, weights.
    fn program(instructions: Vec<Instruction>, result: Register) -> Program {
        let leaf = |node| Leaf { node: NodeId(node), view: View::identity(&[5]), gather: None };
        Program {
            leaves: (0..3).map(leaf).collect(),
            constants: vec![load(1, 1, false)],
            instructions,
            registers: vec![Storage::Float64; 9],
            result,
        }
    }

    fn product_of_filled() -> Program {
        let instructions = vec![
            load(0, 0, false),
            Instruction::Unary { operation: UnaryOp::IsNan, operand: DType::Float32, input: 0, output: 2 },
            Instruction::Select { inputs: [2, 1, 0], output: 3 },
            Instruction::Cast { from: DType::Float32, to: F64, input: 3, output: 4 },
            load(2, 5, false),
            multiply([4, 5], 6),
        ];
        program(instructions, 6)
    }

    fn is_constant_leaf(leaf: &Leaf) -> bool {
        leaf.node == NodeId(1)
    }

    #[test]
    fn values_filled_with_zeros_are_weighed_where_they_lie() {
        let mut fused = product_of_filled();
        fuse(&mut fused, is_constant_leaf);
        let weigh = Instruction::Weigh { weighing: Weighing::Filled, inputs: [0, 5], output: 6 };
        assert_eq!(fused.instructions, [load(0, 0, true), load(2, 5, true), weigh]);
        assert!(fused.constants.is_empty());
    }

    #[test]
    fn the_presence_of_values_is_weighed_where_they_lie() {
        let instructions = vec![
            load(2, 5, false),
            load(0, 0, false),
            Instruction::Unary { operation: UnaryOp::IsNan, operand: F64, input: 0, output: 2 },
            Instruction::Unary { operation: UnaryOp::LogicalNot, operand: DType::Bool, input: 2, output: 3 },
            Instruction::Cast { from: DType::Bool, to: F64, input: 3, output: 4 },
            multiply([5, 4], 6),
        ];
        let mut fused = program(instructions, 6);
        fuse(&mut fused, is_constant_leaf);
        let weigh = Instruction::Weigh { weighing: Weighing::Presence, inputs: [0, 5], output: 6 };
        assert_eq!(fused.instructions, [load(2, 5, true), load(0, 0, true), weigh]);
    }

    #[test]
    fn what_is_filled_with_others_than_zeros_keeps_its_choice() {
        let mut fused = product_of_filled();
        fuse(&mut fused, |_| false);
        let kept = &product_of_filled().instructions[..3];
        let weigh = Instruction::Weigh { weighing: Weighing::Value, inputs: [3, 5], output: 6 };
        assert_eq!(fused.instructions, [kept, &[load(2, 5, true), weigh]].concat());
        assert_eq!(fused.constants, product_of_filled().constants);
    }

    #[test]
    fn what_others_need_is_still_computed() {
        let mut fused = product_of_filled();
        let sum = Instruction::Binary { operation: BinaryOp::Add, left: F64, right: F64, inputs: [4, 6], output: 7 };
        fused.instructions.push(sum.clone());
        fused.result = 7;
        fuse(&mut fused, is_constant_leaf);
        let weigh = Instruction::Weigh { weighing: Weighing::Filled, inputs: [0, 5], output: 6 };
        let kept = &product_of_filled().instructions[..4];
        assert_eq!(fused.instructions, [kept, &[load(2, 5, true), weigh, sum]].concat());
    }

    #[test]
    fn products_of_computed_values_stay() {
        let instructions = vec![
            load(0, 0, false),
            Instruction::Unary { operation: UnaryOp::Sqrt, operand: F64, input: 0, output: 2 },
            Instruction::Unary { operation: UnaryOp::Exp, operand: F64, input: 0, output: 3 },
            multiply([2, 3], 4),
        ];
        let mut fused = program(instructions.clone(), 4);
        fuse(&mut fused, is_constant_leaf);
        assert_eq!(fused.instructions, instructions);
    }
}
