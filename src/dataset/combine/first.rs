//! `combine_first`, and whether two datasets are the same.

use super::Compat;
use crate::array::DType;
use crate::dataset::common_coordinates::merge_coordinates;
use crate::dataset::{AlignOptions, Dataset, DatasetError, Join, Operand, Variable, align_with};
use crate::plan::Evaluate;

/// The values of a dataset on the labels of both, where they aren't missing, elsewhere those of the other.
///
/// # Errors
/// Where labels or dtypes don't fit.
pub fn combine_first(first: &Dataset, other: &Dataset) -> Result<Dataset, DatasetError> {
    let aligned = align_with(&[first.clone(), other.clone()], &AlignOptions::join(Join::Outer))?;
    let [first, other] = &aligned[..] else { unreachable!("two datasets were aligned") };
    let mut combined = first.clone();
    combined.coordinates = merge_coordinates(&aligned)?;
    for (name, variable) in &mut combined.data_variables {
        if !other.data_variables.contains_key(name) {
            *variable = with_missing(variable)?;
        }
    }
    for (name, variable) in &other.data_variables {
        let filling = Dataset {
            data_variables: [(name.clone(), variable.clone())].into_iter().collect(),
            coordinates: other.coordinates.clone(),
            ..Dataset::default()
        };
        let united = match first.data_variables.get(name) {
            None => with_missing(variable)?,
            Some(_) => {
                let only =
                    Dataset { attributes: Default::default(), ..first.select_variables(std::slice::from_ref(name))? };
                only.fillna(&Operand::Dataset(filling))?.data_variables[name].clone()
            }
        };
        combined.data_variables.insert(name.clone(), united);
    }
    Dataset::new(combined.data_variables, combined.coordinates, first.attributes.clone())
}

/// A variable that only one dataset has, filled from nothing: numbers become floats beside NaN.
fn with_missing(variable: &Variable) -> Result<Variable, DatasetError> {
    let dtype = variable.dtype();
    match dtype.is_integer() || dtype == DType::Bool {
        true => Ok(variable.with_data(variable.data.cast(dtype.float())?)),
        false => Ok(variable.clone()),
    }
}

/// Whether two datasets have the same variables and coordinates, in a sense of the same. Lazy values are computed.
///
/// # Errors
/// Whatever evaluation fails with.
pub fn is_same(
    first: &Dataset,
    other: &Dataset,
    compat: Compat,
    evaluate: &dyn Evaluate,
) -> Result<bool, DatasetError> {
    let names = |dataset: &Dataset| {
        let mut names: Vec<String> = dataset.variables().map(|(name, _)| name.to_owned()).collect();
        names.sort_unstable();
        names
    };
    let coordinates_differ = first.coordinates.len() != other.coordinates.len()
        || first.coordinates.keys().any(|name| !other.coordinates.contains_key(name));
    if names(first) != names(other) || coordinates_differ {
        return Ok(false);
    }
    if compat == Compat::Identical && first.attributes != other.attributes {
        return Ok(false);
    }
    let lists: Vec<(&str, Vec<&Variable>)> =
        first.variables().filter_map(|(name, variable)| Some((name, vec![variable, other.variable(name)?]))).collect();
    Ok(compat.all_same(&lists, evaluate)?.into_iter().all(|same| same))
}
