//! Functions over core dimensions: labelled operands become arrays whose last axes are those that the function is about,
//! and what it makes of them gets labels again. What `xr.apply_ufunc` does around the function.
//!
//! The core dimensions and the dimensions that functions are repeated over are those of generalised ufuncs (NEP 5,
//! <https://numpy.org/neps/nep-0005-generalized-ufuncs.html>).

use super::align::align;
use super::common_coordinates::merge_coordinates;
use super::{Attributes, DataArray, Dataset, DatasetError, Join, Operand, Variable};
use crate::array::Scalar;
use crate::plan::Array;
use indexmap::IndexMap;

/// What a function is about.
#[derive(Debug, Clone)]
pub struct Signature {
    /// Core dimensions of each operand.
    pub inputs: Vec<Vec<String>>,
    /// Core dimensions of each result.
    pub outputs: Vec<Vec<String>>,
    /// Core dimensions that may have another length in the results: neither aligned nor with coordinates.
    pub excluded: Vec<String>,
    /// How operands are aligned.
    pub join: Join,
    /// Whether results have name and attributes of the first labelled operand; else the name that all share.
    pub keep_attributes: bool,
}

/// An operand as the function gets it.
#[derive(Debug, Clone)]
pub enum Argument {
    /// Values; the name of each axis, where the operand had labels.
    Array(Array, Option<Vec<String>>),
    /// A Python value.
    Scalar(Scalar),
}

/// Operands brought onto common labels, variable by variable.
#[derive(Debug)]
pub struct Prepared {
    signature: Signature,
    coordinates: IndexMap<String, Variable>,
    /// Name of the variable and the arguments of its call; one without a name where no operand is a dataset.
    calls: Vec<(Option<String>, Vec<Argument>)>,
    loop_dims: Vec<Vec<String>>,
    attributes: Vec<Attributes>,
    dataset_attributes: Attributes,
    name: Option<String>,
    is_dataset: bool,
}

/// Aligns operands and puts their axes in order: the dimensions that the function is repeated over, then its own.
///
/// # Errors
/// Where no operand is labelled, labels don't fit, or an operand lacks a core dimension.
pub fn prepare(operands: &[Operand], signature: Signature) -> Result<Prepared, DatasetError> {
    let datasets: Vec<Dataset> = operands.iter().filter_map(as_dataset).collect();
    if datasets.is_empty() {
        return Err(DatasetError::Unlabelled { operation: "apply_ufunc" });
    }
    let datasets = if signature.excluded.is_empty() { align(&datasets, signature.join)? } else { datasets };
    let coordinates = merge_coordinates(&datasets)?;
    let is_dataset = operands.iter().any(|operand| matches!(operand, Operand::Dataset(_)));
    let mut names: Vec<Option<String>> = vec![None];
    if is_dataset {
        let of_datasets = operands.iter().filter(|operand| as_dataset(operand).is_some()).zip(&datasets);
        let all: Vec<&Dataset> =
            of_datasets.filter(|(operand, _)| matches!(operand, Operand::Dataset(_))).map(|pair| pair.1).collect();
        let in_all = |name: &&String| all.iter().all(|dataset| dataset.data_variables.contains_key(*name));
        names = all[0].data_variables.keys().filter(in_all).cloned().map(Some).collect();
    }
    let mut prepared = Prepared {
        coordinates,
        calls: Vec::new(),
        loop_dims: Vec::new(),
        attributes: Vec::new(),
        dataset_attributes: datasets[0].attributes.clone(),
        name: common_name(operands, signature.keep_attributes),
        is_dataset,
        signature,
    };
    for name in names {
        prepared.add_call(name, operands, &datasets)?;
    }
    Ok(prepared)
}

impl Prepared {
    /// The arguments of each call of the function.
    pub fn calls(&self) -> impl Iterator<Item = &[Argument]> {
        self.calls.iter().map(|(_, arguments)| arguments.as_slice())
    }

    /// Dimensions that the function is repeated over in a call: its arguments' and results' first axes.
    pub fn loop_dims(&self, call: usize) -> &[String] {
        &self.loop_dims[call]
    }

    fn add_call(
        &mut self,
        name: Option<String>,
        operands: &[Operand],
        datasets: &[Dataset],
    ) -> Result<(), DatasetError> {
        let mut datasets = datasets.iter();
        let mut variables = Vec::new();
        for operand in operands {
            variables.push(match operand {
                Operand::DataArray(_) => datasets.next().and_then(|dataset| dataset.data_variables.values().next()),
                Operand::Dataset(_) => {
                    let dataset = datasets.next();
                    dataset.zip(name.as_ref()).and_then(|(dataset, name)| dataset.data_variables.get(name))
                }
                Operand::Array(_) | Operand::Scalar(_) => None,
            });
        }
        let mut loop_dims: Vec<String> = Vec::new();
        for (variable, core) in variables.iter().zip(&self.signature.inputs) {
            for dimension in variable.iter().flat_map(|variable| &variable.dims) {
                if !core.contains(dimension) && !loop_dims.contains(dimension) {
                    loop_dims.push(dimension.clone());
                }
            }
        }
        let mut arguments = Vec::new();
        for ((operand, variable), core) in operands.iter().zip(&variables).zip(&self.signature.inputs) {
            arguments.push(match (operand, variable) {
                (_, Some(variable)) => ordered(variable, &loop_dims, core)?,
                (Operand::Array(array), None) => Argument::Array(array.clone(), None),
                (Operand::Scalar(value), None) => Argument::Scalar(value.clone()),
                (_, None) => return Err(DatasetError::Unlabelled { operation: "apply_ufunc" }),
            });
        }
        let first = variables.iter().flatten().next();
        self.attributes.push(first.map(|variable| variable.attributes.clone()).unwrap_or_default());
        self.loop_dims.push(loop_dims);
        self.calls.push((name, arguments));
        Ok(())
    }

    /// Labels what the calls made: one result for each of the signature's.
    ///
    /// # Errors
    /// Where a result has other axes than the signature says, or another length along one.
    pub fn finish(self, made: Vec<Vec<Array>>) -> Result<Vec<Operand>, DatasetError> {
        let mut results = Vec::new();
        for (position, core) in self.signature.outputs.iter().enumerate() {
            let mut variables = IndexMap::new();
            for (call, (name, arguments)) in self.calls.iter().enumerate() {
                let dims: Vec<String> = self.loop_dims[call].iter().chain(core).cloned().collect();
                let found = made[call].len();
                let array = made[call]
                    .get(position)
                    .ok_or(DatasetError::ResultCount { expected: self.signature.outputs.len(), found })?;
                check_result(array, &dims, arguments, &self.signature.excluded)?;
                let mut variable = Variable::new(dims, array.clone())?;
                if self.signature.keep_attributes {
                    variable = variable.with_attributes(self.attributes[call].clone());
                }
                variables.insert(name.clone(), variable);
            }
            results.push(self.labelled(variables, core)?);
        }
        Ok(results)
    }

    fn labelled(
        &self,
        variables: IndexMap<Option<String>, Variable>,
        core: &[String],
    ) -> Result<Operand, DatasetError> {
        let dropped = |dimension: &String| {
            self.signature.excluded.contains(dimension)
                || self.signature.inputs.iter().flatten().any(|input| input == dimension) && !core.contains(dimension)
        };
        let kept = self.coordinates.iter().filter(|(_, coordinate)| !coordinate.dims.iter().any(dropped));
        let coordinates: IndexMap<String, Variable> =
            kept.map(|(name, coordinate)| (name.clone(), coordinate.clone())).collect();
        if !self.is_dataset {
            let variable = variables.into_values().next().expect("without datasets there is one call");
            return Ok(DataArray { name: self.name.clone(), variable, coordinates }.into());
        }
        let data_variables = variables.into_iter().filter_map(|(name, variable)| Some((name?, variable))).collect();
        let attributes =
            if self.signature.keep_attributes { self.dataset_attributes.clone() } else { Attributes::new() };
        Ok(Dataset { data_variables, coordinates, attributes, ..Dataset::default() }.into())
    }
}

fn as_dataset(operand: &Operand) -> Option<Dataset> {
    match operand {
        Operand::DataArray(array) => Some(array.as_dataset()),
        Operand::Dataset(dataset) => Some(dataset.clone()),
        Operand::Array(_) | Operand::Scalar(_) => None,
    }
}

/// The name that all labelled arrays have, or that of the first.
fn common_name(operands: &[Operand], of_first: bool) -> Option<String> {
    let mut names = operands.iter().filter_map(|operand| match operand {
        Operand::DataArray(array) => Some(array.name.clone()),
        _ => None,
    });
    let first = names.next()?;
    (of_first || names.all(|name| name == first)).then_some(first).flatten()
}

/// A variable with its axes in the order of the loop, new ones where it lacks a dimension behind its first, then its core.
fn ordered(variable: &Variable, loop_dims: &[String], core: &[String]) -> Result<Argument, DatasetError> {
    let missing: Vec<&String> = core.iter().filter(|dimension| variable.axis(dimension).is_none()).collect();
    if let Some(dimension) = missing.first() {
        let expected = super::error::tuple(&variable.dims);
        return Err(DatasetError::NotInArrayDimensions { missing: format!("'{dimension}'"), expected });
    }
    let present = loop_dims.iter().filter(|dimension| variable.axis(dimension).is_some()).chain(core);
    let axes: Vec<usize> = present.filter_map(|dimension| variable.axis(dimension)).collect();
    let mut array = variable.data.transpose(&axes)?;
    let first = loop_dims.iter().position(|dimension| variable.axis(dimension).is_some()).unwrap_or(loop_dims.len());
    let mut names: Vec<String> = Vec::new();
    for dimension in &loop_dims[first..] {
        if variable.axis(dimension).is_none() {
            array = array.insert_axis(names.len())?;
        }
        names.push(dimension.clone());
    }
    names.extend(core.iter().cloned());
    Ok(Argument::Array(array, Some(names)))
}

/// Whether a result has the axes that the signature says, each as long as the arguments'.
fn check_result(
    array: &Array,
    dims: &[String],
    arguments: &[Argument],
    excluded: &[String],
) -> Result<(), DatasetError> {
    if array.ndim() != dims.len() {
        let expected = super::error::tuple(dims);
        return Err(DatasetError::ResultDimensions { received: array.ndim(), count: dims.len(), expected });
    }
    for (dimension, &found) in dims.iter().zip(array.shape()).filter(|(dimension, _)| !excluded.contains(dimension)) {
        let lengths = arguments.iter().filter_map(|argument| match argument {
            Argument::Array(array, Some(names)) => {
                names.iter().position(|name| name == dimension).map(|axis| array.shape()[axis])
            }
            _ => None,
        });
        // New axes of length 1 are stretched.
        let expected = lengths.reduce(|one, other| if one == 1 { other } else { one });
        if let Some(expected) = expected.filter(|&expected| expected != found) {
            return Err(DatasetError::ResultLength { dimension: dimension.clone(), expected, found });
        }
    }
    Ok(())
}
