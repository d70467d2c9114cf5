//! What `DataArray` and `Dataset` have in common, so that their Python methods are written once.

use crate::array::DType;
use crate::dataset::{
    Attributes, Beyond, CalendarConversion, Chunking, DataArray, Dataset, DatasetError, Dims, FillFrom, GapOptions,
    Indexer, Interpolation, InterpolationPoints, Keep, LabelIndexer, LabelOfExtreme, Operand, Probabilities,
    ReduceOptions, SelectOptions, Variable,
};
use crate::kernels::quantile::QuantileMethod;
use crate::plan::Evaluate;
use crate::script::surface::Surface;
use indexmap::IndexMap;

type Outcome<T> = Result<T, DatasetError>;

/// Declares a trait and implements it for both classes by their own methods of the same names.
macro_rules! common_methods {
    ($($(#[$doc:meta])* fn $name:ident($($argument:ident: $type:ty),*);)*) => {
        /// A labelled array or a dataset.
        pub(super) trait Labelled: Clone + Sized {
            $($(#[$doc])* fn $name(&self, $($argument: $type),*) -> Outcome<Self>;)*

            /// Dimensions and their lengths.
            fn sizes(&self) -> IndexMap<String, usize>;

            /// The attributes of the object itself.
            fn attributes_mut(&mut self) -> &mut Attributes;

            /// What the object is as an operand.
            fn operand(self) -> Operand;

            /// The object as a dataset, for what is defined of datasets only.
            fn to_anonymous(&self) -> Dataset;

            /// What the object has become as such a dataset.
            fn of_anonymous(&self, dataset: Dataset) -> Self;
        }

        common_methods!(@implement DataArray DataArray { $(fn $name($($argument: $type),*);)* });
        common_methods!(@implement Dataset Dataset { $(fn $name($($argument: $type),*);)* });
    };
    (@implement $class:ident $variant:ident { $(fn $name:ident($($argument:ident: $type:ty),*);)* }) => {
        impl Labelled for $class {
            $(fn $name(&self, $($argument: $type),*) -> Outcome<Self> {
                $class::$name(self, $($argument),*)
            })*

            fn sizes(&self) -> IndexMap<String, usize> {
                $class::sizes(self)
            }

            fn attributes_mut(&mut self) -> &mut Attributes {
                $class::attributes_mut(self)
            }

            fn operand(self) -> Operand {
                Operand::$variant(self)
            }

            fn to_anonymous(&self) -> Dataset {
                $class::as_anonymous(self)
            }

            fn of_anonymous(&self, dataset: Dataset) -> Self {
                $class::from_anonymous(self, dataset)
            }
        }
    };
}

common_methods! {
    /// Positions by dimension name.
    fn isel(indexers: &IndexMap<String, Indexer>, drop: bool);
    /// Labels by dimension name.
    fn sel(labels: &IndexMap<String, LabelIndexer>, options: &SelectOptions);
    /// Without dimensions of length 1.
    fn squeeze(dims: Option<&[String]>, drop: bool);
    /// Values where a condition holds.
    fn where_(condition: &Operand, other: Option<&Operand>);
    /// Missing values replaced.
    fn fillna(value: &Operand);
    /// Where values are missing.
    fn isnull();
    /// Where they aren't.
    fn notnull();
    /// Values within bounds.
    fn clip(low: Option<&Operand>, high: Option<&Operand>);
    /// Conversion.
    fn astype(dtype: DType);
    /// A reduction.
    fn reduce(name: &str, dims: &Dims, options: ReduceOptions);
    /// A reduction in a dtype.
    fn reduce_in(dtype: DType, name: &str, dims: &Dims, options: ReduceOptions);
    /// Medians.
    fn median(dims: &Dims, options: ReduceOptions);
    /// Quantiles.
    fn quantile(probabilities: &Probabilities, method: QuantileMethod, dims: &Dims, options: ReduceOptions);
    /// Sums or products so far.
    fn accumulate(product: bool, dims: &Dims, options: ReduceOptions);
    /// Missing values filled from their neighbours.
    fn fill_from(dimension: &str, from: FillFrom, limit: Option<usize>);
    /// Missing values between others.
    fn interpolate_gaps(dimension: &str, options: GapOptions);
    /// Where the first smallest (or largest) value is.
    fn position_of_extreme(largest: bool, dims: &Dims, options: ReduceOptions);
    /// The label of the first smallest (or largest) value.
    fn label_of_extreme(dimension: &str, which: &LabelOfExtreme);
    /// Values at points.
    fn interp(points: &IndexMap<String, InterpolationPoints>, how: Interpolation, beyond: Beyond);
    /// Reductions with enough values.
    fn where_counted(original: &Self, counts: &Self, least: i64);
    /// Ranks along a dimension.
    fn rank(dimension: &str, share: bool, options: ReduceOptions);
    /// Labels that occur once.
    fn drop_duplicates(dims: &[String], keep: Keep);
    /// Times in another calendar.
    fn convert_calendar(dimension: &str, how: &CalendarConversion, evaluate: &dyn Evaluate);
    /// Values at times of another calendar.
    fn interp_calendar(target: &DataArray, dimension: &str, evaluate: &dyn Evaluate);
    /// Other chunks.
    fn chunk(chunking: &Chunking);
    /// Without some variables.
    fn drop_vars(names: &[String], ignore_missing: bool);
    /// With other coordinates.
    fn assign_coords(coordinates: IndexMap<String, Variable>, evaluate: &dyn Evaluate);
    /// Values in memory.
    fn load(evaluate: &dyn Evaluate);
}

/// A Python class around a labelled array or a dataset.
pub(super) trait LabelledObject: Surface {
    /// What is inside.
    type Inner: Labelled + 'static;

    /// What is inside, cheap to clone.
    fn inner(&self) -> Self::Inner;

    /// Puts something else inside: the same object for everyone who holds it.
    fn replace(&self, inner: Self::Inner);
}
