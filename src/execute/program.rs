//! Fused expressions as programs over registers.
//!
//! Nodes between an evaluated node and its leaves (stores, generators, results of other stages, reductions, gathers) are
//! compiled to instructions in order. Views don't become instructions: they are pushed down and composed into the maps
//! by which leaves are loaded. A node that is seen through two views is computed once for each; what a view repeats many
//! times is a leaf, computed before.

use super::fuse;
use crate::array::{DType, Region, Scalar, Storage};
use crate::kernels::elementwise::{BinaryOp, UnaryOp, Weighing};
use crate::kernels::generate::Generator;
use crate::plan::{NodeId, Operation, View, ViewAxis};
use crate::task::{Computation, StageId, is_computed_once};
use std::collections::HashMap;
use std::sync::Arc;

/// Position of a register.
pub type Register = usize;

/// Where the values of a leaf come from, strip by strip.
#[derive(Debug, Clone, PartialEq)]
pub struct Leaf {
    /// The leaf's node.
    pub node: NodeId,
    /// How output indices find leaf indices.
    pub view: View,
    /// Where indices along an axis are looked up.
    pub gather: Option<Gather>,
}

/// Indices along one axis of a leaf: the view gives positions among them.
#[derive(Debug, Clone, PartialEq)]
pub struct Gather {
    /// The axis.
    pub axis: usize,
    /// The indices.
    pub indices: Arc<Vec<usize>>,
}

impl Leaf {
    /// The smallest region of the leaf that holds every element of an output region.
    pub fn input_region(&self, output: &Region) -> Region {
        let mut ranges = self.view.input_region(output).ranges();
        if let Some(gather) = &self.gather {
            let indices = &gather.indices[ranges[gather.axis].clone()];
            let first = indices.iter().copied().min().unwrap_or(0);
            ranges[gather.axis] = first..indices.iter().map(|index| index + 1).max().unwrap_or(first);
        }
        Region::from_ranges(ranges)
    }

    /// Whether indices along an axis are looked up.
    pub fn gathers(&self, axis: usize) -> bool {
        self.gather.as_ref().is_some_and(|gather| gather.axis == axis)
    }
}

/// One step over a strip of values. Registers hold the storage that their dtype asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Instruction {
    /// Values of a leaf; rows of them may stay where they lie, where whoever reads the register takes them there.
    Load { leaf: usize, output: Register, in_place: bool },
    /// A function of one value.
    Unary { operation: UnaryOp, operand: DType, input: Register, output: Register },
    /// A function of two values.
    Binary { operation: BinaryOp, left: DType, right: DType, inputs: [Register; 2], output: Register },
    /// Values of the second register where the first is true, else of the third.
    Select { inputs: [Register; 3], output: Register },
    /// Values of the first register, or what stands for them, times weights in the second.
    Weigh { weighing: Weighing, inputs: [Register; 2], output: Register },
    /// Conversion.
    Cast { from: DType, to: DType, input: Register, output: Register },
}

/// A compiled expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Program {
    /// Its leaves, each once.
    pub leaves: Vec<Leaf>,
    /// Loads of leaves that have one value everywhere: run once, before the first strip.
    pub constants: Vec<Instruction>,
    /// Run for every strip, in order.
    pub instructions: Vec<Instruction>,
    /// Storage of each register.
    pub registers: Vec<Storage>,
    /// The register that holds the expression's values in the end.
    pub result: Register,
}

impl Instruction {
    /// The register that it writes.
    pub fn output(&self) -> Register {
        match *self {
            Instruction::Load { output, .. }
            | Instruction::Unary { output, .. }
            | Instruction::Binary { output, .. }
            | Instruction::Select { output, .. }
            | Instruction::Weigh { output, .. }
            | Instruction::Cast { output, .. } => output,
        }
    }

    fn output_mut(&mut self) -> &mut Register {
        match self {
            Instruction::Load { output, .. }
            | Instruction::Unary { output, .. }
            | Instruction::Binary { output, .. }
            | Instruction::Select { output, .. }
            | Instruction::Weigh { output, .. }
            | Instruction::Cast { output, .. } => output,
        }
    }

    /// The registers that it reads.
    pub fn inputs(&self) -> &[Register] {
        match self {
            Instruction::Load { .. } => &[],
            Instruction::Unary { input, .. } | Instruction::Cast { input, .. } => std::slice::from_ref(input),
            Instruction::Binary { inputs, .. } | Instruction::Weigh { inputs, .. } => inputs,
            Instruction::Select { inputs, .. } => inputs,
        }
    }

    fn inputs_mut(&mut self) -> &mut [Register] {
        match self {
            Instruction::Load { .. } => &mut [],
            Instruction::Unary { input, .. } | Instruction::Cast { input, .. } => std::slice::from_mut(input),
            Instruction::Binary { inputs, .. } | Instruction::Weigh { inputs, .. } => inputs,
            Instruction::Select { inputs, .. } => inputs,
        }
    }
}

/// A node seen through a view.
type Seen = (NodeId, View);

struct Compiler<'a> {
    computation: &'a Computation,
    stage: StageId,
    program: Program,
    values: HashMap<Seen, Register>,
    constant: Vec<bool>,
}

impl Program {
    /// Compiles the expression by which a stage computes a node. A node that is no elementwise function is its own only
    /// leaf.
    pub fn compile(computation: &Computation, stage: StageId, root: NodeId) -> Program {
        let program = Program {
            leaves: Vec::new(),
            constants: Vec::new(),
            instructions: Vec::new(),
            registers: Vec::new(),
            result: 0,
        };
        let mut compiler = Compiler { computation, stage, program, values: HashMap::new(), constant: Vec::new() };
        let view = View::identity(&computation.plan.node(root).shape);
        compiler.program.result = compiler.compile(root, view);
        fuse::fuse(&mut compiler.program, |leaf| is_zero(&computation.plan.node(leaf.node).operation));
        compiler.allocate()
    }
}

impl Compiler<'_> {
    /// Compiles a node seen through a view, inputs first, without recursion: expressions may be thousands deep.
    fn compile(&mut self, root: NodeId, view: View) -> Register {
        let root = (root, view);
        let mut pending = vec![root.clone()];
        while let Some(seen) = pending.last().cloned() {
            if self.values.contains_key(&seen) {
                pending.pop();
                continue;
            }
            let inputs = self.inputs_of(&seen);
            let missing: Vec<Seen> = inputs.iter().filter(|input| !self.values.contains_key(input)).cloned().collect();
            if !missing.is_empty() {
                pending.extend(missing);
                continue;
            }
            let registers: Vec<Register> = inputs.iter().map(|input| self.values[input]).collect();
            let register = self.emit(&seen, &registers);
            self.values.insert(seen, register);
            pending.pop();
        }
        self.values[&root]
    }

    /// Whether an earlier stage has left the node's values.
    fn is_read(&self, id: NodeId) -> bool {
        self.computation.stage(self.stage).reads.contains_key(&id)
    }

    fn inputs_of(&self, (id, view): &Seen) -> Vec<Seen> {
        let node = self.computation.plan.node(*id);
        if self.is_read(*id) || is_computed_once(node, view) {
            return Vec::new();
        }
        match &node.operation {
            Operation::View(own) => vec![(node.inputs[0], own.then(view))],
            Operation::Unary(_) | Operation::Binary(_) | Operation::Select | Operation::Cast | Operation::Rechunk => {
                node.inputs.iter().map(|input| (*input, view.clone())).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Adds the instruction of a node whose inputs are in registers.
    fn emit(&mut self, (id, view): &Seen, inputs: &[Register]) -> Register {
        let plan = &self.computation.plan;
        let node = plan.node(*id);
        let dtype = |position: usize| plan.node(node.inputs[position]).dtype;
        let output = self.program.registers.len();
        let instruction = match (&node.operation, inputs) {
            // Without inputs: a leaf, be it that an earlier stage has left its values, or that they are computed once.
            (Operation::View(_) | Operation::Rechunk, &[input]) => return input,
            (&Operation::Unary(operation), &[input]) => {
                Instruction::Unary { operation, operand: dtype(0), input, output }
            }
            (&Operation::Binary(operation), &[left, right]) => {
                Instruction::Binary { operation, left: dtype(0), right: dtype(1), inputs: [left, right], output }
            }
            (Operation::Select, &[condition, a, b]) => Instruction::Select { inputs: [condition, a, b], output },
            (Operation::Cast, &[input]) => Instruction::Cast { from: dtype(0), to: node.dtype, input, output },
            (operation, _) => {
                let leaf = self.leaf(*id, view);
                let fixed = leaf.view.axes.iter().all(|axis| axis.output.is_none());
                let constant = fixed || matches!(operation, Operation::Generated(Generator::Full(_)));
                self.program.leaves.push(leaf);
                self.program.registers.push(node.dtype.storage());
                self.constant.push(constant);
                let load = Instruction::Load { leaf: self.program.leaves.len() - 1, output, in_place: false };
                if constant {
                    self.program.constants.push(load);
                } else {
                    self.program.instructions.push(load);
                }
                return output;
            }
        };
        self.program.registers.push(node.dtype.storage());
        self.constant.push(false);
        self.program.instructions.push(instruction);
        output
    }

    /// A leaf for a node seen through a view; what a node gathers is looked up in the node below it.
    fn leaf(&self, id: NodeId, view: &View) -> Leaf {
        let node = self.computation.plan.node(id);
        // A gather along a diagonal isn't looked up as strips are loaded, since another axis moves too.
        let is_plain = self.is_read(id) || view.is_diagonal();
        let (Operation::Take { axis, indices }, false) = (&node.operation, is_plain) else {
            return Leaf { node: id, view: view.clone(), gather: None };
        };
        let (mut view, node) = (view.clone(), node.inputs[0]);
        let entry = view.axes[*axis];
        if entry.output.is_none_or(|output| view.shape[output] == 1) {
            view.axes[*axis] = ViewAxis::fixed(indices[entry.start]);
            return Leaf { node, view, gather: None };
        }
        Leaf { node, view, gather: Some(Gather { axis: *axis, indices: indices.clone() }) }
    }

    /// Gives registers that are no longer needed to later instructions, so that strips stay in cache.
    fn allocate(mut self) -> Program {
        let count = self.program.registers.len();
        let mut last_use = vec![0; count];
        for (position, instruction) in self.program.instructions.iter().enumerate() {
            instruction.inputs().iter().for_each(|&input| last_use[input] = position);
        }
        last_use[self.program.result] = usize::MAX;
        let mut places: Vec<Option<Register>> = vec![None; count];
        let mut storages = Vec::new();
        let mut free: Vec<Register> = Vec::new();
        let mut place =
            |storage: Storage, free: &mut Vec<Register>| match free.iter().rposition(|&r| storages[r] == storage) {
                Some(position) => free.remove(position),
                None => {
                    storages.push(storage);
                    storages.len() - 1
                }
            };
        for instruction in &mut self.program.constants {
            let output = instruction.output_mut();
            let fresh = place(self.program.registers[*output], &mut Vec::new());
            places[*output] = Some(fresh);
            *output = fresh;
        }
        for (position, instruction) in self.program.instructions.iter_mut().enumerate() {
            let value = instruction.output();
            // The output never takes the place of an input of the same instruction: kernels read and write apart.
            let fresh = place(self.program.registers[value], &mut free);
            places[value] = Some(fresh);
            *instruction.output_mut() = fresh;
            let mut ended = Vec::new();
            for input in instruction.inputs_mut() {
                if last_use[*input] == position && !self.constant[*input] {
                    ended.push(*input);
                }
                *input = places[*input].expect("inputs are computed before they are used");
            }
            ended.sort_unstable();
            ended.dedup();
            free.extend(ended.into_iter().filter_map(|value| places[value]));
        }
        self.program.result = places[self.program.result].expect("the result is computed by an instruction");
        self.program.registers = storages;
        self.program
    }
}

/// Whether an operation gives zeros alone, without a sign.
fn is_zero(operation: &Operation) -> bool {
    match operation {
        Operation::Generated(Generator::Full(Scalar::Float(value))) => value.to_bits() == 0,
        Operation::Generated(Generator::Full(Scalar::Int(value))) => *value == 0,
        _ => false,
    }
}
