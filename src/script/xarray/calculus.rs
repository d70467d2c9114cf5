//! Methods along a coordinate: `differentiate`, `integrate`, `polyfit`; and `xarray.polyval`.

use super::coordinates;
use super::data_array::DataArrayObject;
use super::dataset_object::DatasetObject;
use super::indexers;
use super::labelled::Labelled;
use super::methods::finish;
use crate::array::{DType, TimeUnit};
use crate::dataset::{Covariance, DataArray, Dataset, DatasetError, PolyfitOptions, Variable};
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::errors::{dataset_exception, plan_exception};
use crate::script::modules::Module;
use crate::script::operand;
use crate::script::surface::Method;
use indexmap::IndexMap;
use rustpython_vm::builtins::PyStr;
use rustpython_vm::{PyPayload, PyResult};

const POLYFIT: &str = "dim!, deg!, skipna~, rcond=None, w, full, cov";

/// Those of a labelled array.
pub(super) const OF_ARRAYS: &[Method<DataArrayObject>] = &[
    Method {
        name: "differentiate",
        parameters: "coord!, edge_order, datetime_unit",
        body: |this, a| finish(this.inner().differentiate(&coordinate(a)?, unit(a)?, end_order(a)?), a.vm),
    },
    Method {
        name: "integrate",
        parameters: "coord!, datetime_unit",
        body: |this, a| along_each(this.inner(), a, DataArray::integrate),
    },
    Method {
        name: "cumulative_integrate",
        parameters: "coord!, datetime_unit",
        body: |this, a| along_each(this.inner(), a, DataArray::cumulative_integrate),
    },
    Method {
        name: "polyfit",
        parameters: POLYFIT,
        body: |this, a| {
            fitted(
                this.inner().polyfit(
                    &dimension(a)?,
                    degree(a)?,
                    &polyfit_options(&this.inner().coordinates().clone(), a)?,
                ),
                a,
            )
        },
    },
];

/// Those of a dataset.
pub(super) const OF_DATASETS: &[Method<DatasetObject>] = &[
    Method {
        name: "differentiate",
        parameters: "coord!, edge_order, datetime_unit",
        body: |this, a| finish(this.inner().differentiate(&coordinate(a)?, unit(a)?, end_order(a)?), a.vm),
    },
    Method {
        name: "integrate",
        parameters: "coord!, datetime_unit",
        body: |this, a| along_each(this.inner(), a, Dataset::integrate),
    },
    Method {
        name: "cumulative_integrate",
        parameters: "coord!, datetime_unit",
        body: |this, a| along_each(this.inner(), a, Dataset::cumulative_integrate),
    },
    Method {
        name: "polyfit",
        parameters: POLYFIT,
        body: |this, a| {
            fitted(
                this.inner().polyfit(
                    &dimension(a)?,
                    degree(a)?,
                    &polyfit_options(&this.inner().coordinates().clone(), a)?,
                ),
                a,
            )
        },
    },
];

/// A function along one coordinate, or along several one after the other.
fn along_each<L: Labelled>(
    inner: L,
    arguments: &Arguments<'_>,
    function: impl Fn(&L, &str, Option<TimeUnit>) -> Result<L, DatasetError>,
) -> PyResult {
    let unit = unit(arguments)?;
    let mut found = Ok(inner);
    for coordinate in indexers::names(arguments.required("coord"), arguments.vm)? {
        found = found.and_then(|found| function(&found, &coordinate, unit));
    }
    finish(found, arguments.vm)
}

/// Puts `polyval` into the module.
///
/// # Errors
/// Where the machine can't hold it.
pub(super) fn install(module: &mut Module<'_>) -> PyResult<()> {
    module.function("polyval", "coord!, coeffs!, degree_dim='degree'", |arguments| {
        let vm = arguments.vm;
        let array = |name: &str| -> PyResult<DataArray> {
            let object = arguments.required(name);
            match object.downcast_ref::<DataArrayObject>() {
                Some(array) => Ok(array.inner()),
                None => {
                    let class = object.class().name().to_string();
                    Err(vm.new_not_implemented_error(format!(
                        "polyval({name}=...) of a {class} is not supported by swath: pass a DataArray"
                    )))
                }
            }
        };
        finish(array("coord")?.polyval(&array("coeffs")?), vm)
    })
}

/// `w=`, `full=` and `cov=`.
fn polyfit_options(coordinates: &IndexMap<String, Variable>, arguments: &Arguments<'_>) -> PyResult<PolyfitOptions> {
    let vm = arguments.vm;
    let weights = match arguments.get("w") {
        None => None,
        Some(weights) => {
            let array = match arguments.get("w").filter(|name| name.downcastable::<PyStr>()) {
                Some(name) => {
                    let name = convert::string(name, vm)?;
                    let known = coordinates.get(&name).map(|coordinate| coordinate.data.clone());
                    known.ok_or_else(|| vm.new_key_error(vm.ctx.new_str(name).into()))?
                }
                None => coordinates::array(weights, vm)?,
            };
            if array.ndim() != 1 {
                return Err(vm.new_type_error("weights of a fit are an array of one dimension"));
            }
            let floats = array.cast(DType::Float64).map_err(|error| plan_exception(error, vm))?;
            Some(operand::evaluate(&floats, vm)?.as_slice::<f64>().unwrap_or_default().to_vec())
        }
    };
    let covariance = match arguments.get("cov") {
        None => Covariance::None,
        Some(name) if name.downcastable::<PyStr>() => Covariance::Unscaled,
        Some(flag) if flag.clone().try_to_bool(vm)? => Covariance::Scaled,
        Some(_) => Covariance::None,
    };
    Ok(PolyfitOptions { weights, full: arguments.bool("full")?.unwrap_or(false), covariance })
}

fn fitted(fit: Result<Dataset, DatasetError>, arguments: &Arguments<'_>) -> PyResult {
    let fit = fit.map_err(|error| dataset_exception(error, arguments.vm))?;
    Ok(DatasetObject::new(fit).into_ref(&arguments.vm.ctx).into())
}

fn coordinate(arguments: &Arguments<'_>) -> PyResult<String> {
    convert::string(arguments.required("coord"), arguments.vm)
}

fn dimension(arguments: &Arguments<'_>) -> PyResult<String> {
    convert::string(arguments.required("dim"), arguments.vm)
}

fn degree(arguments: &Arguments<'_>) -> PyResult<usize> {
    convert::count(arguments.required("deg"), arguments.vm)
}

/// `edge_order=`: 1 or 2.
fn end_order(arguments: &Arguments<'_>) -> PyResult<usize> {
    let order = arguments.get("edge_order").map_or(Ok(1), |order| convert::count(order, arguments.vm))?;
    match order {
        1 | 2 => Ok(order),
        _ => Err(arguments.vm.new_value_error("edge_order is 1 or 2")),
    }
}

fn unit(arguments: &Arguments<'_>) -> PyResult<Option<TimeUnit>> {
    match arguments.string("datetime_unit")? {
        None => Ok(None),
        Some(code) => match TimeUnit::from_code(&code) {
            Some(unit) => Ok(Some(unit)),
            None => {
                Err(arguments.vm.new_value_error(format!("datetime_unit={code:?}: expected D, h, m, s, ms, us or ns")))
            }
        },
    }
}
