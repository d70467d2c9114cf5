//! `xr.concat`: datasets or arrays one after another along a dimension, be it a new one.

use super::grow::Growth;
use super::merge::unite;
use super::{CombineError, CombineOptions, Compat, Which};
use crate::dataset::error::{quoted, tuple};
use crate::dataset::merge::load_coordinates;
use crate::dataset::{AlignOptions, Attributes, DataArray, Dataset, DatasetError, NewDim, Variable, align_with};
use crate::plan::Evaluate;
use indexmap::{IndexMap, IndexSet};

/// The dimension of a concatenation.
#[derive(Debug, Clone)]
pub struct ConcatDim {
    /// Its name.
    pub name: String,
    /// Its labels in the result, where they are given.
    pub labels: Option<Variable>,
}

impl From<&str> for ConcatDim {
    fn from(name: &str) -> ConcatDim {
        ConcatDim { name: name.to_owned(), labels: None }
    }
}

/// Arrays one after another along a dimension; a new one comes first. Region arithmetic: no data moves.
///
/// # Errors
/// As [`concat()`].
pub fn concat_arrays(
    arrays: &[DataArray],
    dim: &ConcatDim,
    options: &CombineOptions,
    evaluate: &dyn Evaluate,
) -> Result<DataArray, DatasetError> {
    let first = arrays.first().ok_or(CombineError::NothingToConcatenate)?;
    if options.compat == Compat::Identical && arrays.iter().any(|array| array.name != first.name) {
        return Err(CombineError::DifferingNames.into());
    }
    let attributes: Vec<&Attributes> = arrays.iter().map(DataArray::attributes).collect();
    let attributes = options.attributes.merge(&attributes)?;
    let datasets: Vec<Dataset> = arrays.iter().map(DataArray::as_dataset).collect();
    let options = CombineOptions { data_vars: Which::All, ..options.clone() };
    let mut joined = first.like(concat(&datasets, dim, &options, evaluate)?);
    *joined.attributes_mut() = attributes;
    Ok(joined)
}

/// Datasets one after another along a dimension; a new one comes first in variables. Region arithmetic: no data moves,
/// but whether variables that aren't put one after another are the same may have to be computed.
///
/// # Errors
/// Where there is none, indexes of other dimensions can't be joined, variables that should be the same differ, or
/// coordinates are not in all datasets.
pub fn concat(
    datasets: &[Dataset],
    dim: &ConcatDim,
    options: &CombineOptions,
    evaluate: &dyn Evaluate,
) -> Result<Dataset, DatasetError> {
    if datasets.is_empty() {
        return Err(CombineError::NothingToConcatenate.into());
    }
    let name = dim.name.as_str();
    let align =
        AlignOptions { join: options.join, exclude: vec![name.to_owned()], fill_value: options.fill_value.clone() };
    let mut datasets = align_with(datasets, &align)?;
    let known = Names::of(&datasets);
    known.check()?;
    let has_index = datasets.iter().any(|one| one.sizes().contains_key(name) && one.coordinates.contains_key(name));
    if !has_index && (known.coordinates.contains(name) || known.data.contains(name)) {
        for dataset in &mut datasets {
            let single = dataset.set_coords(&[name.to_owned()], evaluate)?;
            *dataset =
                single.expand_dims(&IndexMap::from([(name.to_owned(), NewDim::of_length(1))]), None, true, evaluate)?;
        }
    }
    if has_index {
        datasets.iter_mut().try_for_each(|dataset| index_of_one(dataset, name))?;
    }
    let known = Names::of(&datasets);
    let grown = grown(&datasets, name, options, evaluate)?;
    let united: Vec<&str> = known.order.iter().map(String::as_str).filter(|one| !grown.contains(*one)).collect();
    let united = unite(&datasets, &united, options, evaluate)?;
    let attributes: Vec<&Attributes> = datasets.iter().map(Dataset::attributes).collect();
    let attributes = options.attributes.merge(&attributes)?;
    if options.compat == Compat::Identical && datasets.iter().any(|dataset| dataset.attributes != attributes) {
        return Err(CombineError::DifferingGlobalAttributes.into());
    }
    let mut sizes: IndexMap<String, usize> = IndexMap::new();
    datasets.iter().for_each(|dataset| sizes.extend(dataset.sizes()));
    sizes.shift_remove(name);
    let lengths: Vec<usize> = datasets.iter().map(|one| one.sizes().get(name).copied().unwrap_or(1)).collect();
    let growth = Growth {
        dimension: name,
        lengths: &lengths,
        sizes: &sizes,
        attributes: options.attributes,
        fill_value: &options.fill_value,
    };
    let mut joined = Dataset::default();
    for variable_name in &known.order {
        let is_coordinate = known.coordinates.contains(variable_name);
        let variable = match united.get(variable_name) {
            Some(variable) => variable.clone(),
            None => {
                let parts: Vec<Option<&Variable>> = datasets.iter().map(|one| one.variable(variable_name)).collect();
                check_parts(variable_name, &parts, is_coordinate)?;
                growth.grow(variable_name, &parts)?
            }
        };
        match is_coordinate {
            true => joined.coordinates.insert(variable_name.clone(), variable),
            false => joined.data_variables.insert(variable_name.clone(), variable),
        };
    }
    if let Some(labels) = &dim.labels {
        joined.coordinates.insert(name.to_owned(), Variable { dims: vec![name.to_owned()], ..labels.clone() });
    }
    load_coordinates(&mut joined.coordinates, evaluate)?;
    Dataset::new(joined.data_variables, joined.coordinates, attributes)
}

/// Makes the label of one position an index of it.
fn index_of_one(dataset: &mut Dataset, name: &str) -> Result<(), DatasetError> {
    if let Some(label) = dataset.coordinates.get_mut(name).filter(|label| label.dims.is_empty()) {
        *label = label.broadcast(&IndexMap::from([(name.to_owned(), 1)]))?;
    }
    Ok(())
}

/// Whether every dataset has a coordinate, and an index where any has.
fn check_parts(name: &str, parts: &[Option<&Variable>], is_coordinate: bool) -> Result<(), DatasetError> {
    if is_coordinate && parts.contains_none() {
        return Err(CombineError::MissingCoordinate { name: name.to_owned() }.into());
    }
    if parts.iter().flatten().any(|variable| variable.levels() != parts[0].and_then(Variable::levels)) {
        let operation = "concatenating it with other levels";
        return Err(DatasetError::LevelsUnsupported { name: name.to_owned(), operation });
    }
    let indexes = parts.iter().flatten().filter(|variable| variable.is_index(name)).count();
    if indexes > 0 && indexes < parts.len() {
        let (found, count) = (indexes, parts.len());
        return Err(CombineError::UnevenIndex { name: name.to_owned(), found, count }.into());
    }
    Ok(())
}

/// Whether any is missing.
trait ContainsNone {
    fn contains_none(&self) -> bool;
}

impl<T> ContainsNone for [Option<T>] {
    fn contains_none(&self) -> bool {
        self.iter().any(Option::is_none)
    }
}

/// The names of the variables of several datasets.
struct Names {
    coordinates: IndexSet<String>,
    data: IndexSet<String>,
    /// All of them in order of appearance.
    order: IndexSet<String>,
}

impl Names {
    fn of(datasets: &[Dataset]) -> Names {
        Names {
            coordinates: datasets.iter().flat_map(|dataset| dataset.coordinates.keys().cloned()).collect(),
            data: datasets.iter().flat_map(|dataset| dataset.data_variables.keys().cloned()).collect(),
            order: datasets.iter().flat_map(|dataset| dataset.variables().map(|(name, _)| name.to_owned())).collect(),
        }
    }

    fn check(&self) -> Result<(), DatasetError> {
        let both: Vec<&String> = self.coordinates.intersection(&self.data).collect();
        match both.is_empty() {
            true => Ok(()),
            false => Err(CombineError::CoordinateAndData { names: quoted(&both) }.into()),
        }
    }
}

/// The names of the variables that are put one after another.
fn grown(
    datasets: &[Dataset],
    dimension: &str,
    options: &CombineOptions,
    evaluate: &dyn Evaluate,
) -> Result<IndexSet<String>, DatasetError> {
    let is_new = !datasets.iter().any(|dataset| dataset.sizes().contains_key(dimension));
    if is_new && options.data_vars == Which::Minimal && options.coords == Which::Minimal {
        return Err(CombineError::NothingGrows.into());
    }
    let mut names: IndexSet<String> = IndexSet::new();
    for (name, variable) in datasets.iter().flat_map(Dataset::variables) {
        if variable.axis(dimension).is_some() {
            names.insert(name.to_owned());
        }
    }
    let data_vars = match &options.data_vars {
        Which::AllAlongNew if is_new => &Which::All,
        Which::AllAlongNew => &Which::Minimal,
        which => which,
    };
    for (which, is_coordinates) in [(data_vars, false), (&options.coords, true)] {
        let of = |dataset: &Dataset| -> Vec<String> {
            let chosen = if is_coordinates { &dataset.coordinates } else { &dataset.data_variables };
            chosen.keys().cloned().collect()
        };
        match which {
            Which::Minimal | Which::AllAlongNew => {}
            Which::All => {
                for dataset in datasets {
                    let sizes = dataset.sizes();
                    names.extend(of(dataset).into_iter().filter(|name| !sizes.contains_key(name)));
                }
            }
            Which::Named(named) => {
                let known = of(&datasets[0]);
                let unknown: Vec<&String> = named.iter().filter(|name| !known.contains(name)).collect();
                if !unknown.is_empty() {
                    let names = quoted(&unknown);
                    return Err(match is_coordinates {
                        true => CombineError::NotCoordinates { names, known: tuple(&known) }.into(),
                        false => CombineError::NotDataVariables { names }.into(),
                    });
                }
                names.extend(named.iter().cloned());
            }
            Which::Different => {
                let subset = if is_coordinates { "coords" } else { "data_vars" };
                let differing = differing(datasets, of(&datasets[0]), &names, (options.compat, subset), evaluate)?;
                names.extend(differing);
            }
        }
    }
    Ok(names)
}

/// Those of some variables, but for those that are put one after another anyway, that aren't the same in all datasets.
fn differing(
    datasets: &[Dataset],
    candidates: Vec<String>,
    grown: &IndexSet<String>,
    (compat, subset): (Compat, &'static str),
    evaluate: &dyn Evaluate,
) -> Result<Vec<String>, DatasetError> {
    if compat == Compat::Override {
        return Err(CombineError::DifferentOverride { subset }.into());
    }
    let mut lists: Vec<(&str, Vec<&Variable>)> = Vec::new();
    for name in candidates.iter().filter(|name| !grown.contains(*name)) {
        let variables: Vec<&Variable> = datasets.iter().filter_map(|dataset| dataset.variable(name)).collect();
        match variables.len() {
            1 => break,
            count if count < datasets.len() => return Err(CombineError::NotInAll { name: name.clone() }.into()),
            _ => lists.push((name, variables)),
        }
    }
    let same = compat.all_same(&lists, evaluate)?;
    Ok(lists.iter().zip(same).filter(|(_, same)| !same).map(|((name, _), _)| (*name).to_owned()).collect())
}
