//! `xr.merge`: the variables of several datasets in one.

use super::{AttributeMerge, CombineError, CombineOptions, Compat};
use crate::dataset::error::quoted;
use crate::dataset::merge::load_coordinates;
use crate::dataset::{AlignOptions, Attributes, Dataset, DatasetError, Variable, align_with};
use crate::plan::Evaluate;
use indexmap::{IndexMap, IndexSet};

/// The dataset of the variables of several: indexes joined, variables of one name made one. With a `priority`, the
/// variables of that dataset stand above those of the others. Lazy variables stay lazy; whether those of one name are the
/// same is computed.
///
/// # Errors
/// [`DatasetError::MergeConflict`] where variables of one name differ, and where indexes or lengths don't fit.
pub fn merge(
    datasets: &[Dataset],
    options: &CombineOptions,
    priority: Option<usize>,
    evaluate: &dyn Evaluate,
) -> Result<Dataset, DatasetError> {
    let align = AlignOptions { join: options.join, exclude: Vec::new(), fill_value: options.fill_value.clone() };
    let aligned = align_with(datasets, &align)?;
    let coordinate_names: IndexSet<&String> = datasets.iter().flat_map(|dataset| dataset.coordinates.keys()).collect();
    let data_names: IndexSet<&String> = datasets.iter().flat_map(|dataset| dataset.data_variables.keys()).collect();
    let ambiguous: Vec<&&String> = coordinate_names.intersection(&data_names).collect();
    if !ambiguous.is_empty() {
        return Err(CombineError::AmbiguousCoordinates { names: quoted(&ambiguous) }.into());
    }
    let mut names: IndexSet<&str> = IndexSet::new();
    aligned.iter().for_each(|dataset| names.extend(dataset.variables().map(|(name, _)| name)));
    let prioritized = |name: &str| priority.and_then(|position| aligned[position].variable(name));
    let (fixed, free): (Vec<&str>, Vec<&str>) = names.iter().partition(|name| prioritized(name).is_some());
    let mut united = unite(&aligned, &free, options, evaluate)?;
    for name in fixed {
        united.extend(prioritized(name).map(|variable| (name.to_owned(), variable.clone())));
    }
    let mut merged = Dataset::default();
    for name in names {
        let Some(variable) = united.shift_remove(name) else { continue };
        match coordinate_names.contains(&name.to_owned()) {
            true => merged.coordinates.insert(name.to_owned(), variable),
            false => merged.data_variables.insert(name.to_owned(), variable),
        };
    }
    let attributes: Vec<&Attributes> = datasets.iter().map(Dataset::attributes).collect();
    let attributes = options.attributes.merge(&attributes)?;
    load_coordinates(&mut merged.coordinates, evaluate)?;
    Dataset::new(merged.data_variables, merged.coordinates, attributes)
}

/// For each name, the one variable that stands for those of the datasets; conflicting ones are left out where that is
/// the rule. An index stands above variables of its name that are none.
pub(super) fn unite(
    datasets: &[Dataset],
    names: &[&str],
    options: &CombineOptions,
    evaluate: &dyn Evaluate,
) -> Result<IndexMap<String, Variable>, DatasetError> {
    let lists: Vec<(&str, Vec<&Variable>)> =
        names.iter().map(|name| (*name, datasets.iter().filter_map(|one| one.variable(name)).collect())).collect();
    let plain: Vec<(&str, Vec<&Variable>)> =
        lists.iter().filter(|(name, all)| !all.iter().any(|one| one.is_index(name))).cloned().collect();
    let mut same: IndexMap<&str, bool> = IndexMap::new();
    for ((name, _), answer) in plain.iter().zip(options.compat.all_same(&plain, evaluate)?) {
        same.insert(name, answer);
    }
    let mut united = IndexMap::new();
    for (name, variables) in &lists {
        let (variable, from) = match same.get(name) {
            None => {
                let indexes: Vec<&Variable> = variables.iter().copied().filter(|one| one.is_index(name)).collect();
                let differs = indexes.iter().any(|index| index.attributes != indexes[0].attributes);
                if options.compat == Compat::Identical && differs {
                    return Err(CombineError::DifferingIndexAttributes { name: (*name).to_owned() }.into());
                }
                (indexes[0].clone(), indexes)
            }
            Some(false) if options.compat == Compat::Minimal => continue,
            Some(false) => return Err(DatasetError::MergeConflict { name: (*name).to_owned() }),
            Some(true) => (options.compat.unite(variables)?, variables.clone()),
        };
        let attributes = attributes_of(&from, options.attributes)?;
        united.insert((*name).to_owned(), variable.with_attributes(attributes));
    }
    Ok(united)
}

/// The attributes that several variables have together.
pub(super) fn attributes_of(variables: &[&Variable], rule: AttributeMerge) -> Result<Attributes, DatasetError> {
    rule.merge(&variables.iter().map(|variable| &variable.attributes).collect::<Vec<_>>())
}
