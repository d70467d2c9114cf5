//! Selection by label.

use super::gather::Positions;
use super::lookup::Index;
use super::{DataArray, Dataset, DatasetError, Indexer, Label, LabelIndexer, SelectOptions};
use crate::array::Scalar;
use indexmap::IndexMap;

impl DataArray {
    /// Labels by dimension name; without an index, positions. Slices include both ends and are views.
    ///
    /// # Errors
    /// Where a dimension or label doesn't exist.
    pub fn sel(
        &self,
        labels: &IndexMap<String, LabelIndexer>,
        options: &SelectOptions,
    ) -> Result<DataArray, DatasetError> {
        Ok(self.like(self.as_dataset().sel(labels, options)?))
    }
}

impl Dataset {
    /// Labels by dimension name; without an index, positions. Slices include both ends and are views.
    ///
    /// # Errors
    /// Where a dimension or label doesn't exist.
    pub fn sel(
        &self,
        labels: &IndexMap<String, LabelIndexer>,
        options: &SelectOptions,
    ) -> Result<Dataset, DatasetError> {
        let (positions, unlabelled) = self.locate(labels, options)?;
        self.pick(&positions, options.drop)?.isel(&unlabelled, options.drop)
    }

    /// Where labels are: positions by dimension.
    ///
    /// # Errors
    /// Where a dimension or label doesn't exist.
    pub fn indexers_of_labels(
        &self,
        labels: &IndexMap<String, LabelIndexer>,
        options: &SelectOptions,
    ) -> Result<IndexMap<String, Indexer>, DatasetError> {
        let (positions, mut indexers) = self.locate(labels, options)?;
        for (name, positions) in positions {
            let list = || positions.to_vec().into_iter().map(|position| position as i64).collect();
            let indexer =
                if let Positions::One(only) = positions { Indexer::At(only as i64) } else { Indexer::List(list()) };
            indexers.insert(name, indexer);
        }
        Ok(indexers)
    }

    fn locate(
        &self,
        labels: &IndexMap<String, LabelIndexer>,
        options: &SelectOptions,
    ) -> Result<Located, DatasetError> {
        let sizes = self.sizes();
        let mut positions: IndexMap<String, Positions> = IndexMap::new();
        let mut unlabelled: IndexMap<String, Indexer> = IndexMap::new();
        for (name, labels) in labels {
            match self.coordinates.get(name) {
                Some(coordinate) => {
                    let index = Index::new(name, coordinate)?;
                    positions.insert(coordinate.dims[0].clone(), index.locate(labels, options)?);
                }
                None if sizes.contains_key(name) => {
                    if let Some(method) = options.method {
                        return Err(DatasetError::MethodWithoutIndex {
                            dimension: name.clone(),
                            method: method.name(),
                        });
                    }
                    unlabelled.insert(name.clone(), as_positions(name, labels)?);
                }
                None => {
                    return Err(DatasetError::NoSuchDimensionOrCoordinate {
                        name: name.clone(),
                        expected: self.sizes_text(),
                    });
                }
            }
        }
        Ok((positions, unlabelled))
    }
}

/// Positions of labels, and of dimensions without labels.
type Located = (IndexMap<String, Positions>, IndexMap<String, Indexer>);

/// Labels along a dimension without index, which are positions.
fn as_positions(dimension: &str, labels: &LabelIndexer) -> Result<Indexer, DatasetError> {
    let position = |label: &Label| match label {
        Label::Value(Scalar::Int(position)) => Ok(*position),
        Label::Value(Scalar::UInt(position)) if i64::try_from(*position).is_ok() => Ok(*position as i64),
        _ => Err(DatasetError::LabelNotFound {
            index: dimension.to_owned(),
            label: label.to_string(),
            hint: ": the dimension has no labels, select by integer position",
        }),
    };
    Ok(match labels {
        LabelIndexer::At(label) => Indexer::At(position(label)?),
        LabelIndexer::Slice { start, stop, step } => Indexer::Slice {
            start: start.as_ref().map(position).transpose()?,
            stop: stop.as_ref().map(position).transpose()?,
            step: *step,
        },
        LabelIndexer::List(labels) => Indexer::List(labels.iter().map(position).collect::<Result<_, _>>()?),
        LabelIndexer::Mask(mask) => Indexer::Mask(mask.clone()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::{Chunk, DType, TimeUnit};
    use crate::dataset::test_data::{counted, values, variable};
    use crate::dataset::{PythonErrorKind, SelectMethod, Variable};
    use crate::plan::Array;

    fn at(label: Scalar) -> LabelIndexer {
        LabelIndexer::At(Label::Value(label))
    }

    fn select(array: &DataArray, name: &str, labels: LabelIndexer) -> Result<DataArray, DatasetError> {
        array.sel(&IndexMap::from([(name.to_owned(), labels)]), &SelectOptions::default())
    }

    fn between(start: &str, stop: &str) -> LabelIndexer {
        let label = |text: &str| Some(Label::Value(Scalar::from(text)));
        LabelIndexer::Slice { start: label(start), stop: label(stop), step: None }
    }

    /// Positions 0, 1, ... along an index.
    fn indexed(labels: Variable) -> DataArray {
        let count = labels.data.len();
        let data = variable(&["t"], &[count], (0..count as i64).collect());
        DataArray::new(None, data, IndexMap::from([("t".to_owned(), labels)])).unwrap()
    }

    /// Days from 2000-01-30 on.
    fn days() -> DataArray {
        let counts = (0..5).map(|day| (10_957 + 29 + day) * 86_400_000_000_000).collect::<Vec<i64>>();
        let chunk = Chunk::from_values(vec![5], counts).unwrap();
        let times = chunk.reinterpreted(DType::Datetime(TimeUnit::Nanosecond)).unwrap();
        indexed(Variable::new(vec!["t".to_owned()], Array::in_memory(times)).unwrap())
    }

    #[test]
    fn labels_are_found() {
        let array = counted();
        assert_eq!(select(&array, "y", at("b".into())).unwrap().dims(), ["x"]);
        assert_eq!(select(&array, "lab", at(Scalar::Int(7))).unwrap().dims(), ["y"]);
        let columns = select(&array, "y", between("b", "q")).unwrap();
        assert_eq!(values(columns.data()), [1.0, 2.0, 4.0, 5.0].map(Scalar::Float));
    }

    #[test]
    fn missing_labels_are_key_errors() {
        let error = select(&counted(), "x", at(Scalar::Int(15))).unwrap_err();
        assert_eq!(error.python_kind(), PythonErrorKind::KeyError);
        assert_eq!(error.to_string(), "'x' has no label 15; method='nearest' takes the nearest label");
        assert!(select(&counted(), "s", at(Scalar::Float(1.5))).is_err());
        assert_eq!(select(&counted(), "z", at(Scalar::Int(0))).unwrap_err().python_kind(), PythonErrorKind::KeyError);
    }

    #[test]
    fn methods_find_neighbours() {
        let array = indexed(variable(&["t"], &[3], vec![10.0, 20.0, 30.0]));
        let find = |label: f64, method, tolerance: Option<f64>| {
            let options = SelectOptions {
                method: Some(method),
                tolerance: tolerance.map(|limit| Label::Value(Scalar::Float(limit))),
                drop: false,
            };
            let labels = IndexMap::from([("t".to_owned(), at(Scalar::Float(label)))]);
            array.sel(&labels, &options).ok().map(|found| values(found.data())[0].clone())
        };
        assert_eq!(find(14.0, SelectMethod::Nearest, None), Some(Scalar::Int(0)));
        assert_eq!(find(15.0, SelectMethod::Nearest, None), Some(Scalar::Int(1)));
        assert_eq!(find(99.0, SelectMethod::Nearest, None), Some(Scalar::Int(2)));
        assert_eq!(find(19.0, SelectMethod::Pad, None), Some(Scalar::Int(0)));
        assert_eq!(find(21.0, SelectMethod::Backfill, None), Some(Scalar::Int(2)));
        assert_eq!(find(5.0, SelectMethod::Pad, None), None);
        assert_eq!(find(14.0, SelectMethod::Nearest, Some(1.0)), None);
    }

    #[test]
    fn slices_of_falling_indexes_go_down() {
        let array = indexed(variable(&["t"], &[4], vec![40_i64, 30, 20, 10]));
        let labels = LabelIndexer::Slice {
            start: Some(Label::Value(Scalar::Int(35))),
            stop: Some(Label::Value(Scalar::Int(20))),
            step: None,
        };
        assert_eq!(values(select(&array, "t", labels).unwrap().data()), [1, 2].map(Scalar::Int));
    }

    #[test]
    fn dates_are_read_as_pandas_reads_them() {
        let month = select(&days(), "t", at("2000-02".into())).unwrap();
        assert_eq!(values(month.data()), [2, 3, 4].map(Scalar::Int));
        assert!(select(&days(), "t", at("2000-01-31".into())).unwrap().dims().is_empty());
        let range = select(&days(), "t", between("2000-01-31", "2000-02-01")).unwrap();
        assert_eq!(values(range.data()), [1, 2].map(Scalar::Int));
        assert!(select(&days(), "t", at("yesterday".into())).is_err());
    }
}
