//! Sums of products over shared axes: matrix products, dot products, Einstein's notation.

use super::{Array, PlanError};
use crate::kernels::KernelError;
use crate::kernels::elementwise::BinaryOp;
use crate::kernels::reduction::ReductionOptions;
use std::collections::BTreeMap;

impl Array {
    /// The sum of the products of operands, each of whose axes has a label: axes with one label go together, and those whose
    /// label isn't in `result` are summed. Its axes are those of `result`; the dtype is that of a sum, if there is one.
    ///
    /// Nothing of the size of the product is held; the work is one multiplication for each of its elements.
    ///
    /// # Errors
    /// Where there are no operands, axes that go together differ in length, a label is twice in one operand, or a label of the
    /// result is in none.
    pub fn contract(operands: &[(Array, Vec<char>)], result: &[char]) -> Result<Array, PlanError> {
        let lengths = label_lengths(operands)?;
        if let Some(position) = result.iter().position(|label| !lengths.contains_key(label)) {
            return Err(PlanError::NoSuchAxis { axis: position, ndim: lengths.len() });
        }
        let summed = lengths.keys().filter(|label| !result.contains(label));
        let order: Vec<char> = result.iter().chain(summed).copied().collect();
        let shape: Vec<usize> = order.iter().map(|label| lengths[label]).collect();
        let mut product: Option<Array> = None;
        for (operand, labels) in operands {
            let spread = operand.spread(labels, &order, &shape)?;
            product = Some(match product {
                None => spread,
                Some(product) => product.binary(BinaryOp::Multiply, &spread)?,
            });
        }
        let product = product.ok_or(PlanError::NoSuchAxis { axis: 0, ndim: 0 })?;
        let axes: Vec<usize> = (result.len()..order.len()).collect();
        if axes.is_empty() {
            return Ok(product);
        }
        product.reduce("sum", &axes, ReductionOptions::default())
    }

    /// The array with its axes where their labels stand in `order`, repeated along the others.
    fn spread(&self, labels: &[char], order: &[char], shape: &[usize]) -> Result<Array, PlanError> {
        let place = |label: &char| order.iter().position(|other| other == label).expect("every label has a place");
        let mut axes: Vec<usize> = (0..labels.len()).collect();
        axes.sort_by_key(|&axis| place(&labels[axis]));
        let mut spread = self.transpose(&axes)?;
        for (axis, label) in order.iter().enumerate() {
            if !labels.contains(label) {
                spread = spread.insert_axis(axis)?;
            }
        }
        spread.broadcast_to(shape)
    }
}

/// Length of each label's axes; an axis of length 1 goes with any other.
fn label_lengths(operands: &[(Array, Vec<char>)]) -> Result<BTreeMap<char, usize>, PlanError> {
    let mut lengths = BTreeMap::new();
    for (operand, labels) in operands {
        if labels.len() != operand.ndim() {
            return Err(PlanError::NoSuchAxis { axis: labels.len(), ndim: operand.ndim() });
        }
        for (axis, label) in labels.iter().enumerate() {
            if labels[..axis].contains(label) {
                let dtypes = vec![operand.dtype()];
                return Err(KernelError::UndefinedFor { operation: "a diagonal", dtypes }.into());
            }
            let length = operand.shape()[axis];
            let known = lengths.entry(*label).or_insert(length);
            if *known == 1 {
                *known = length;
            } else if length != *known && length != 1 {
                return Err(PlanError::ShapeMismatch { left: vec![*known], right: operand.shape().to_vec() });
            }
        }
    }
    Ok(lengths)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::{Chunk, DType};

    fn counted(shape: &[usize]) -> Array {
        let values = (0..shape.iter().product::<usize>()).map(|value| value as f64).collect();
        Array::in_memory(Chunk::from_values(shape.to_vec(), values).unwrap())
    }

    #[test]
    fn axes_of_one_label_go_together_and_the_others_are_summed() {
        let operands = [(counted(&[2, 3]), vec!['i', 'k']), (counted(&[3, 4]), vec!['k', 'j'])];
        let product = Array::contract(&operands, &['j', 'i']).unwrap();
        assert_eq!((product.shape(), product.dtype()), (&[4, 2][..], DType::Float64));
        assert_eq!(Array::contract(&operands, &[]).unwrap().ndim(), 0);
    }

    #[test]
    fn lengths_that_differ_are_refused() {
        let operands = [(counted(&[2, 3]), vec!['i', 'k']), (counted(&[4]), vec!['k'])];
        assert!(matches!(Array::contract(&operands, &['i']), Err(PlanError::ShapeMismatch { .. })));
        assert!(Array::contract(&[(counted(&[3, 3]), vec!['i', 'i'])], &['i']).is_err());
        assert!(Array::contract(&[(counted(&[3]), vec!['i'])], &['j']).is_err());
    }
}
