//! Labelled arrays as tables and series of pandas, and made of them.

use super::data_array::DataArrayObject;
use super::dataset_object::DatasetObject;
use crate::script::surface::Method;
use crate::script::tables::call;
use rustpython_vm::AsObject;

/// Those of arrays.
pub(super) const OF_ARRAYS: &[Method<DataArrayObject>] = &[
    Method {
        name: "to_series",
        parameters: "",
        body: |this, a| call("_series_of_array", a.passed_behind(this.as_object().to_owned()), a.vm),
    },
    Method {
        name: "to_dataframe",
        parameters: "name, dim_order",
        body: |this, a| call("_table_of_array", a.passed_behind(this.as_object().to_owned()), a.vm),
    },
    Method {
        name: "to_pandas",
        parameters: "",
        body: |this, a| call("_pandas_of_array", a.passed_behind(this.as_object().to_owned()), a.vm),
    },
    Method {
        name: "from_series",
        parameters: "series!, sparse=False",
        body: |_this, a| call("_array_of_series", vec![a.required("series").clone()].into(), a.vm),
    },
];

/// Those of datasets.
pub(super) const OF_DATASETS: &[Method<DatasetObject>] = &[
    Method {
        name: "to_dataframe",
        parameters: "dim_order",
        body: |this, a| call("_table_of_dataset", a.passed_behind(this.as_object().to_owned()), a.vm),
    },
    Method {
        name: "to_pandas",
        parameters: "",
        body: |this, a| call("_pandas_of_dataset", a.passed_behind(this.as_object().to_owned()), a.vm),
    },
    Method {
        name: "from_dataframe",
        parameters: "dataframe!, sparse=False",
        body: |_this, a| call("_dataset_of_table", vec![a.required("dataframe").clone()].into(), a.vm),
    },
];
