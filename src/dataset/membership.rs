//! Choices by values: `isin` and `where(drop=True)`.

use super::align::align;
use super::gather::Positions;
use super::{Dataset, DatasetError, Encoding, Join, Operand, Variable};
use crate::array::{Chunk, DType, Scalar};
use crate::kernels::elementwise::BinaryOp;
use crate::kernels::reduction::ReductionOptions;
use crate::plan::{Array, Evaluate};
use indexmap::IndexMap;

impl Dataset {
    /// Whether each value of each data variable is among some values.
    ///
    /// # Errors
    /// Where lazy texts are to be compared.
    pub fn isin(&self, elements: &Chunk) -> Result<Dataset, DatasetError> {
        self.map_data(|name, variable| {
            let data = is_in(name, &variable.data, elements)?;
            Ok(Variable { data, encoding: Encoding::default(), ..variable.clone() })
        })
    }

    /// Values where a condition holds, elsewhere missing or `other`, without the labels at which it holds nowhere. The
    /// condition is computed once, to find those.
    ///
    /// # Errors
    /// Where the condition has no labels or dtypes don't fit.
    pub fn where_dropped(
        &self,
        condition: &Operand,
        other: Option<&Operand>,
        evaluate: &dyn Evaluate,
    ) -> Result<Dataset, DatasetError> {
        let condition_dataset = match condition {
            Operand::DataArray(array) => array.as_dataset(),
            Operand::Dataset(dataset) => dataset.clone(),
            Operand::Array(_) | Operand::Scalar(_) => return Err(DatasetError::DropWithoutCondition),
        };
        let aligned = align(&[self.clone(), condition_dataset], Join::Inner)?;
        let [this, mask] = <[Dataset; 2]>::try_from(aligned).expect("two were aligned");
        let dimensions: Vec<String> = mask.sizes().into_keys().collect();
        let mut asked: Vec<Array> = Vec::new();
        let mut owners: Vec<usize> = Vec::new();
        for (owner, dimension) in dimensions.iter().enumerate() {
            for variable in mask.data_variables.values() {
                let Some(axis) = variable.axis(dimension) else { continue };
                let axes: Vec<usize> = (0..variable.dims.len()).filter(|other| *other != axis).collect();
                let truth = variable.data.cast(DType::Bool)?;
                asked.push(truth.reduce("any", &axes, ReductionOptions::default())?);
                owners.push(owner);
            }
        }
        let mut keep: Vec<Vec<bool>> = Vec::new();
        let sizes = mask.sizes();
        for dimension in &dimensions {
            keep.push(vec![false; sizes[dimension]]);
        }
        for (owner, found) in owners.into_iter().zip(evaluate.evaluate(&asked)?) {
            let found = found.as_slice::<bool>().unwrap_or_default();
            keep[owner].iter_mut().zip(found).for_each(|(keep, found)| *keep |= found);
        }
        let chosen = |keep: &Vec<bool>| Positions::List((0..keep.len()).filter(|&position| keep[position]).collect());
        let positions: IndexMap<String, Positions> = dimensions.iter().cloned().zip(keep.iter().map(chosen)).collect();
        let mask = mask.pick(&positions, false)?;
        let condition = match condition {
            Operand::DataArray(array) => Operand::DataArray(array.like(mask)),
            _ => Operand::Dataset(mask),
        };
        this.pick(&positions, false)?.where_(&condition, other)
    }
}

/// Whether each value is among some values: one comparison for each of them, joined in a tree.
fn is_in(name: &str, data: &Array, elements: &Chunk) -> Result<Array, DatasetError> {
    let wanted: Vec<Scalar> = (0..elements.len()).filter_map(|position| elements.get(position)).collect();
    let is_text = data.dtype() == DType::Text;
    if let (Some(values), true) = (data.in_memory_values(), is_text) {
        let found = (0..values.len()).map(|at| values.get(at).is_some_and(|value| wanted.contains(&value)));
        return Ok(Array::in_memory(Chunk::from_values(values.shape().to_vec(), found.collect::<Vec<bool>>())?));
    }
    if is_text {
        return Err(DatasetError::UnsupportedDtype { name: name.to_owned(), dtype: DType::Text, operation: "isin" });
    }
    let nowhere = data.full_like(Scalar::Bool(false), DType::Bool)?;
    if elements.dtype() == DType::Text {
        return Ok(nowhere);
    }
    let mut found = Vec::with_capacity(wanted.len());
    for value in wanted {
        found.push(data.binary(BinaryOp::Equal, &Array::scalar(value, elements.dtype())?)?);
    }
    while found.len() > 1 {
        let mut joined = Vec::with_capacity(found.len().div_ceil(2));
        for pair in found.chunks(2) {
            joined.push(match pair {
                [a, b] => a.binary(BinaryOp::LogicalOr, b)?,
                _ => pair[0].clone(),
            });
        }
        found = joined;
    }
    Ok(found.pop().unwrap_or(nowhere))
}
