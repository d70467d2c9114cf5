//! An object and its groups: what they are called, and the part of the object that each has.

use super::group_by::object;
use crate::array::Scalar;
use crate::dataset::{Grouping, Indexer, Operand as Labelled};
use crate::script::convert;
use crate::script::numpy::NumpyScalar;
use crate::script::surface::Surface;
use indexmap::IndexMap;
use rustpython_vm::{Py, PyObject, PyObjectRef, PyResult, VirtualMachine};

/// A labelled array or dataset, and groups of the positions along one of its dimensions.
#[derive(Debug)]
pub(super) struct Grouped {
    pub(super) object: Labelled,
    pub(super) grouping: Grouping,
    /// Whether the dimension is made of several, along which the groups are.
    pub(super) is_stacked: bool,
}

/// A class around such a pair.
pub(super) trait GroupedObject: Surface {
    /// The pair.
    fn grouped(&self) -> &Grouped;
}

/// Labels with the positions of their groups.
pub(super) fn groups<T: GroupedObject>(this: &Py<T>, vm: &VirtualMachine) -> PyResult {
    let dict = vm.ctx.new_dict();
    let grouped = this.grouped();
    let is_paired = !grouped.grouping.levels().is_empty();
    for (label, positions) in grouped.labels(vm)?.into_iter().zip(grouped.grouping.positions()) {
        if is_paired && positions.is_empty() {
            continue;
        }
        let positions = positions.into_iter().map(|position| vm.ctx.new_int(position).into()).collect();
        dict.set_item(&*label, vm.ctx.new_list(positions).into(), vm)?;
    }
    Ok(dict.into())
}

impl Grouped {
    /// Refuses groups along several dimensions, of what is more than a summary of each.
    ///
    /// # Errors
    /// `NotImplementedError` for such groups.
    pub(super) fn refuse_stacked(&self, vm: &VirtualMachine) -> PyResult<()> {
        match self.is_stacked {
            false => Ok(()),
            true => Err(vm.new_not_implemented_error(
                "groups along several dimensions can only be reduced in swath, as with mean(): for arithmetic, map() and the like stack() the dimensions first",
            )),
        }
    }

    /// Labels of the groups; tuples of the labels of each key, where there are several.
    ///
    /// # Errors
    /// Where the machine can't hold them.
    pub(super) fn labels(&self, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
        let levels = self.grouping.levels();
        if levels.is_empty() {
            return Grouped::labels_of(&self.grouping, vm);
        }
        let of_levels = levels.iter().map(|level| Grouped::plain_labels(level, vm)).collect::<PyResult<Vec<_>>>()?;
        let label = |mut group: usize| {
            let mut parts = Vec::new();
            for labels in of_levels.iter().rev() {
                parts.insert(0, labels[group % labels.len()].clone());
                group /= labels.len();
            }
            vm.ctx.new_tuple(parts).into()
        };
        Ok((0..self.grouping.labels().len()).map(label).collect())
    }

    /// Labels as Python has them, but for times.
    fn plain_labels(grouping: &Grouping, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
        let labels = grouping.labels();
        match labels.dtype().is_time() {
            true => Grouped::labels_of(grouping, vm),
            false => Ok((0..labels.len())
                .filter_map(|position| labels.get(position))
                .map(|label| convert::plain_object(&label, vm))
                .collect()),
        }
    }

    fn labels_of(grouping: &Grouping, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
        let labels = grouping.labels();
        let label = |position| NumpyScalar::object(labels.dtype(), labels.get(position).unwrap_or(Scalar::Int(0)), vm);
        (0..labels.len()).map(label).collect()
    }

    /// Labels with the part of the object of each group that has one.
    ///
    /// # Errors
    /// Where the machine can't hold them.
    pub(super) fn pairs(&self, vm: &VirtualMachine) -> PyResult {
        self.refuse_stacked(vm)?;
        let parts = self.labels(vm)?.into_iter().zip(self.grouping.positions());
        let parts = parts.filter(|(_, positions)| !positions.is_empty());
        let pairs = parts.map(|(label, positions)| Ok(vm.ctx.new_tuple(vec![label, self.part(positions, vm)?]).into()));
        Ok(vm.ctx.new_list(pairs.collect::<PyResult<_>>()?).into())
    }

    /// The part of the object that the group of a label has.
    ///
    /// # Errors
    /// `KeyError` where no group has the label.
    pub(super) fn of_label(&self, label: &PyObject, vm: &VirtualMachine) -> PyResult {
        self.refuse_stacked(vm)?;
        for (known, positions) in self.labels(vm)?.into_iter().zip(self.grouping.positions()) {
            if vm.bool_eq(&known, label)? {
                return self.part(positions, vm);
            }
        }
        Err(vm.new_key_error(label.to_owned()))
    }

    /// What the groups are, as xarray says it.
    pub(super) fn text(&self, kind: &str, name: &str, grouper: &str) -> String {
        let class = if matches!(self.object, Labelled::Dataset(_)) { "Dataset" } else { "DataArray" };
        let count = self.grouping.labels().len();
        format!(
            "<{class}{kind}, grouped over 1 grouper(s), {count} groups in total:\n    '{name}': {grouper}('{name}'), {count}/{count} groups>"
        )
    }

    /// The part of the object at some positions.
    fn part(&self, positions: Vec<usize>, vm: &VirtualMachine) -> PyResult {
        let positions = Indexer::List(positions.into_iter().map(|position| position as i64).collect());
        let indexers = IndexMap::from([(self.grouping.dimension().to_owned(), positions)]);
        object(
            match &self.object {
                Labelled::DataArray(array) => array.isel(&indexers, false).map(Labelled::DataArray),
                Labelled::Dataset(dataset) => dataset.isel(&indexers, false).map(Labelled::Dataset),
                other => Ok(other.clone()),
            },
            vm,
        )
    }
}
