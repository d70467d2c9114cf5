//! Selection by position: `isel` and numpy-style indexing.

use super::error::{quoted, tuple};
use super::gather::{Positions, pick};
use super::{DataArray, Dataset, DatasetError, Variable};
use crate::plan::AxisSlice;
use indexmap::IndexMap;

/// Positions along one dimension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Indexer {
    /// One; the dimension leaves the shape. Negative ones count from the end.
    At(i64),
    /// A Python slice.
    Slice {
        /// First position.
        start: Option<i64>,
        /// Position before which it ends.
        stop: Option<i64>,
        /// Distance between positions.
        step: Option<i64>,
    },
    /// These, in this order.
    List(Vec<i64>),
    /// Those where the mask, as long as the dimension, is true.
    Mask(Vec<bool>),
}

impl Indexer {
    /// The whole dimension.
    pub const WHOLE: Indexer = Indexer::Slice { start: None, stop: None, step: None };

    /// The positions along an axis of a length.
    pub(super) fn positions(&self, dimension: &str, axis: usize, length: usize) -> Result<Positions, DatasetError> {
        let position = |index: i64| {
            let counted = if index < 0 { index + length as i64 } else { index };
            usize::try_from(counted).ok().filter(|&position| position < length).ok_or(DatasetError::IndexOutOfBounds {
                index,
                axis,
                size: length,
            })
        };
        Ok(match self {
            Indexer::At(index) => Positions::One(position(*index)?),
            Indexer::Slice { start, stop, step } => Positions::Slice(slice(*start, *stop, *step, length)?),
            Indexer::List(indices) => {
                Positions::List(indices.iter().map(|&index| position(index)).collect::<Result<_, _>>()?)
            }
            Indexer::Mask(mask) if mask.len() != length => {
                return Err(DatasetError::MaskLength {
                    dimension: dimension.to_owned(),
                    found: mask.len(),
                    expected: length,
                });
            }
            Indexer::Mask(mask) => Positions::List(
                mask.iter().enumerate().filter(|(_, chosen)| **chosen).map(|(index, _)| index).collect(),
            ),
        })
    }
}

/// The positions of a Python slice along an axis of a length.
pub(super) fn slice(
    start: Option<i64>,
    stop: Option<i64>,
    step: Option<i64>,
    length: usize,
) -> Result<AxisSlice, DatasetError> {
    let length = length as i64;
    let step = step.unwrap_or(1);
    if step == 0 {
        return Err(DatasetError::ZeroStep);
    }
    let (lowest, highest) = if step > 0 { (0, length) } else { (-1, length - 1) };
    let bound = |index: i64| (if index < 0 { index + length } else { index }).clamp(lowest, highest);
    let (first, end) = if step > 0 { (lowest, highest) } else { (highest, lowest) };
    let start = start.map_or(first, bound);
    let distance = (stop.map_or(end, bound) - start) * step.signum();
    let count = if distance > 0 { (distance - 1) / step.abs() + 1 } else { 0 };
    Ok(AxisSlice { start: start.max(0) as usize, step: step as isize, count: count as usize })
}

impl Variable {
    /// The variable at positions along some of its dimensions.
    pub(super) fn pick(&self, positions: &IndexMap<String, Positions>) -> Result<Variable, DatasetError> {
        let mut picked = self.clone();
        for (dimension, positions) in positions {
            if let Some(axis) = picked.axis(dimension) {
                picked.data = pick(&picked.data, axis, positions)?;
                if matches!(positions, Positions::One(_)) {
                    picked.dims.remove(axis);
                }
            }
        }
        Ok(picked)
    }
}

impl DataArray {
    /// Positions by dimension name, on values and coordinates alike. With `drop`, no scalar coordinates remain of
    /// dimensions indexed by one position. Slices are views; lists are gathered when computed.
    ///
    /// # Errors
    /// Where a dimension or position doesn't exist.
    pub fn isel(&self, indexers: &IndexMap<String, Indexer>, drop: bool) -> Result<DataArray, DatasetError> {
        self.check_dimensions(indexers.keys())?;
        let mut positions = IndexMap::new();
        for (dimension, indexer) in indexers {
            let axis = self.variable.axis(dimension).expect("dimensions were checked");
            positions.insert(dimension.clone(), indexer.positions(dimension, axis, self.shape()[axis])?);
        }
        Ok(self.like(self.as_dataset().pick(&positions, drop)?))
    }

    /// `array[a, ..., b]`: positions by axis; `None` is the ellipsis. Lists and masks select along their own axis.
    ///
    /// # Errors
    /// Where there are more indexers than axes, or a position doesn't exist.
    pub fn index(&self, indexers: &[Option<Indexer>]) -> Result<DataArray, DatasetError> {
        let given = indexers.iter().flatten().count();
        if given > self.dims().len() {
            return Err(DatasetError::TooManyIndices);
        }
        if indexers.len() > given + 1 {
            return Err(DatasetError::SeveralEllipses);
        }
        let before = indexers.iter().position(Option::is_none).unwrap_or(given);
        let skipped = self.dims().len() - given;
        let by_name = indexers.iter().flatten().enumerate().map(|(position, indexer)| {
            let axis = if position < before { position } else { position + skipped };
            (self.dims()[axis].clone(), indexer.clone())
        });
        self.isel(&by_name.collect(), false)
    }

    /// Whether the array has all these dimensions.
    pub(super) fn check_dimensions<'a>(&self, names: impl Iterator<Item = &'a String>) -> Result<(), DatasetError> {
        let missing: Vec<&String> = names.filter(|name| !self.dims().contains(name)).collect();
        match missing.is_empty() {
            true => Ok(()),
            false => Err(DatasetError::NoSuchDimension { missing: quoted(&missing), expected: tuple(self.dims()) }),
        }
    }
}

impl Dataset {
    /// Positions by dimension name, on all variables and coordinates that have the dimension.
    ///
    /// # Errors
    /// Where a dimension or position doesn't exist.
    pub fn isel(&self, indexers: &IndexMap<String, Indexer>, drop: bool) -> Result<Dataset, DatasetError> {
        self.check_dimensions(indexers.keys())?;
        let sizes = self.sizes();
        let mut positions = IndexMap::new();
        for (dimension, indexer) in indexers {
            positions.insert(dimension.clone(), indexer.positions(dimension, 0, sizes[dimension])?);
        }
        self.pick(&positions, drop)
    }

    /// All variables at positions along some dimensions.
    pub(super) fn pick(&self, positions: &IndexMap<String, Positions>, drop: bool) -> Result<Dataset, DatasetError> {
        let mut picked = self.map_variables(|_, variable| variable.pick(positions))?;
        if drop {
            picked
                .coordinates
                .retain(|name, coordinate| !coordinate.dims.is_empty() || self.coordinates[name].dims.is_empty());
        }
        Ok(picked)
    }

    /// Whether the dataset has all these dimensions.
    pub(super) fn check_dimensions<'a>(&self, names: impl Iterator<Item = &'a String>) -> Result<(), DatasetError> {
        let sizes = self.sizes();
        let missing: Vec<&String> = names.filter(|name| !sizes.contains_key(*name)).collect();
        match missing.is_empty() {
            true => Ok(()),
            false => Err(DatasetError::NoSuchDimension { missing: quoted(&missing), expected: self.sizes_text() }),
        }
    }

    /// The sizes as Python writes a dictionary.
    pub(super) fn sizes_text(&self) -> String {
        let entries: Vec<String> = self.sizes().iter().map(|(name, size)| format!("'{name}': {size}")).collect();
        format!("{{{}}}", entries.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::test_data::counted;

    #[test]
    fn slices_are_those_of_python() {
        let cases = [
            ((None, None, None), (0, 1, 10)),
            ((Some(-3), None, None), (7, 1, 3)),
            ((None, None, Some(-1)), (9, -1, 10)),
            ((Some(8), Some(2), Some(-3)), (8, -3, 2)),
            ((Some(5), Some(100), Some(2)), (5, 2, 3)),
            ((Some(6), Some(3), None), (6, 1, 0)),
            ((None, Some(-20), Some(-1)), (9, -1, 10)),
        ];
        for ((start, stop, step), (first, stride, count)) in cases {
            let found = slice(start, stop, step, 10).unwrap();
            assert_eq!((found.start, found.step, found.count), (first, stride, count), "{start:?}:{stop:?}:{step:?}");
        }
        assert!(slice(None, None, Some(0), 3).is_err());
    }

    #[test]
    fn one_position_leaves_a_scalar_coordinate() {
        let array = counted();
        let row = array.isel(&IndexMap::from([("x".to_owned(), Indexer::At(-1))]), false).unwrap();
        assert_eq!(row.dims(), ["y"]);
        assert!(row.coordinates()["x"].dims.is_empty());
        let dropped = array.isel(&IndexMap::from([("x".to_owned(), Indexer::At(0))]), true).unwrap();
        assert!(!dropped.coordinates().contains_key("x"));
    }

    #[test]
    fn an_ellipsis_stands_for_the_other_axes() {
        let last = counted().index(&[None, Some(Indexer::At(0))]).unwrap();
        assert_eq!(last.dims(), ["x"]);
        assert!(matches!(counted().index(&[const { None }; 2]), Err(DatasetError::SeveralEllipses)));
        let error = counted().isel(&IndexMap::from([("z".to_owned(), Indexer::At(0))]), false).unwrap_err();
        assert_eq!(error.to_string(), "there is no dimension 'z': found ('x', 'y')");
        let error = counted().isel(&IndexMap::from([("x".to_owned(), Indexer::At(5))]), false).unwrap_err();
        assert_eq!(error.to_string(), "position 5 is out of bounds of axis 0, whose length is 2");
    }
}
