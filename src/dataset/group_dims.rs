//! Groups along several dimensions: object and keys are stacked, so that groups are along one again.

use super::{DataArray, Dataset, DatasetError, Group, Variable};
use crate::plan::Evaluate;
use indexmap::IndexMap;

impl Dataset {
    /// The dataset with the dimensions of groups as one new last one, and the groups along that; `None` where they are along
    /// no more than one. Views: no data moves.
    ///
    /// # Errors
    /// Where there is no such group, or its dimensions have other lengths.
    pub fn stacked_by(
        &self,
        groups: &[Group],
        evaluate: &dyn Evaluate,
    ) -> Result<Option<(Dataset, Vec<Group>)>, DatasetError> {
        let mut sizes: IndexMap<String, usize> = IndexMap::new();
        let mut keys = Vec::new();
        for group in groups {
            let (name, key) = self.group_values(group, evaluate)?;
            sizes.extend(key.sizes());
            keys.push((name, key));
        }
        if sizes.len() < 2 {
            return Ok(None);
        }
        let dims: Vec<String> = sizes.keys().cloned().collect();
        let dimension = format!("stacked_{}", dims.join("_"));
        let flat = |(name, key): (String, DataArray)| {
            let variable = Variable::new(dims.clone(), key.variable.expand(&sizes))?;
            let variable = variable.with_attributes(key.variable.attributes);
            let key = DataArray::new(Some(name), variable, IndexMap::new())?;
            let stacked = key.as_dataset().stack(&dimension, &dims, Some(false))?;
            Ok(Group::Array(Box::new(key.like(stacked))))
        };
        let groups = keys.into_iter().map(flat).collect::<Result<Vec<_>, DatasetError>>()?;
        Ok(Some((self.stack(&dimension, &dims, Some(false))?, groups)))
    }
}

impl DataArray {
    /// The same of an array.
    ///
    /// # Errors
    /// As [`Dataset::stacked_by`].
    pub fn stacked_by(
        &self,
        groups: &[Group],
        evaluate: &dyn Evaluate,
    ) -> Result<Option<(DataArray, Vec<Group>)>, DatasetError> {
        let stacked = self.as_dataset().stacked_by(groups, evaluate)?;
        Ok(stacked.map(|(stacked, groups)| (self.like(stacked), groups)))
    }
}
