//! Labelled arrays from end to end: stores written, opened, computed with and written again by one process. What is
//! expected was seen under xarray 2026.9.

use indexmap::IndexMap;
use serde_json::{Value, json};
use swath::array::{Chunk, DType, Element, Scalar, StoredArray, TimeUnit};
use swath::dataset::{
    ChunkSize, Chunking, DataArray, Dataset, Dims, Indexer, OpenOptions, Operand, ReduceOptions, Variable,
    WriteOptions, open_zarr, write_zarr,
};
use swath::kernels::elementwise::BinaryOp;
use swath::plan::{Array, PlanError};
use swath::runtime::{Session, SessionOptions, Started};
use swath::store::{ArraySpec, Compression, NetcdfStorage, StoreWriter, WriteMode, ZarrFormat};
use tempfile::TempDir;

fn session() -> Session {
    let options = SessionOptions { threads: 1, memory_bytes: 1 << 30, ..SessionOptions::default() };
    match Session::start(options).unwrap() {
        Started::Session(session) => session,
        Started::Served { .. } => panic!("tests run in one process"),
    }
}

fn variable<T: Element>(dims: &[&str], shape: &[usize], values: Vec<T>) -> Variable {
    let dims = dims.iter().map(|&name| name.to_owned()).collect();
    Variable::new(dims, Array::in_memory(Chunk::from_values(shape.to_vec(), values).unwrap())).unwrap()
}

fn attributes(entries: Value) -> serde_json::Map<String, Value> {
    entries.as_object().unwrap().clone()
}

/// A store with one array `v` along `x`, of four values, and how it decodes: dtype and values.
fn decoded<T: Element>(format: ZarrFormat, values: Vec<T>, fill: Option<Scalar>, entries: Value) -> Chunk {
    let directory = TempDir::new().unwrap();
    let location = directory.path().join("store.zarr").to_str().unwrap().to_owned();
    let session = session();
    let mut writer = StoreWriter::create(&location, WriteMode::CreateNew, format, attributes(json!({}))).unwrap();
    let spec = ArraySpec {
        name: "v".to_owned(),
        dtype: T::DTYPE,
        shape: vec![values.len()],
        chunk_shape: vec![3],
        shard_shape: None,
        dimension_names: vec!["x".to_owned()],
        attributes: attributes(entries),
        fill_value: fill,
        compression: Compression::Default,
        netcdf: NetcdfStorage::default(),
    };
    let stored = writer.create_array(&spec).unwrap();
    session.write(&[(variable(&["x"], &[values.len()], values).data, stored)]).unwrap();
    writer.finish().unwrap();
    let dataset = open_zarr(&location, &OpenOptions::default(), &session).unwrap();
    dataset.get("v").unwrap().values(&session).unwrap()
}

/// Values with NaN as `None`.
fn numbers(chunk: &Chunk) -> Vec<Option<f64>> {
    (0..chunk.len()).map(|position| chunk.get(position).unwrap().as_f64().filter(|value| !value.is_nan())).collect()
}

#[test]
fn packed_values_are_unpacked_in_the_dtype_of_xarray() {
    let packed = json!({"scale_factor": 0.5, "add_offset": 10.0, "_FillValue": -99});
    let values = decoded(ZarrFormat::V3, vec![1_i16, -99, 3, 4], None, packed);
    assert_eq!((values.dtype(), numbers(&values)), (DType::Float64, vec![Some(10.5), None, Some(11.5), Some(12.0)]));
    let whole = decoded(ZarrFormat::V3, vec![1_i16, 2, 3, 4], None, json!({"scale_factor": 2}));
    assert_eq!(whole.as_slice::<i64>().unwrap(), [2, 4, 6, 8]);
}

#[test]
fn fill_values_mask_by_attribute_and_in_zarr_v2() {
    let attribute = decoded(ZarrFormat::V3, vec![1_u8, 0, 3], None, json!({"_FillValue": 0}));
    assert_eq!((attribute.dtype(), numbers(&attribute)), (DType::Float32, vec![Some(1.0), None, Some(3.0)]));
    let stored = decoded(ZarrFormat::V2, vec![1_i32, 0, 3], Some(Scalar::Int(0)), json!({}));
    assert_eq!((stored.dtype(), numbers(&stored)), (DType::Float64, vec![Some(1.0), None, Some(3.0)]));
    let unmasked = decoded(ZarrFormat::V3, vec![1_i32, 0, 3], Some(Scalar::Int(0)), json!({}));
    assert_eq!(unmasked.as_slice::<i32>().unwrap(), [1, 0, 3]);
    let unsigned = json!({"_Unsigned": "true", "_FillValue": -1});
    let values = decoded(ZarrFormat::V3, vec![1_i8, -1, -2], None, unsigned);
    assert_eq!((values.dtype(), numbers(&values)), (DType::Float32, vec![Some(1.0), None, Some(254.0)]));
}

#[test]
fn times_become_nanoseconds() {
    let hours = json!({"units": "hours since 1900-01-01 00:00:0.0", "calendar": "gregorian"});
    let values = decoded(ZarrFormat::V3, vec![0_i32, 5], None, hours);
    assert_eq!(values.dtype(), DType::Datetime(TimeUnit::Nanosecond));
    assert_eq!(values.as_slice::<i64>().unwrap(), [-2_208_988_800_000_000_000, -2_208_970_800_000_000_000]);
    let days = decoded(ZarrFormat::V3, vec![0.5, f64::NAN], None, json!({"units": "days since 2000-01-01"}));
    assert_eq!(days.as_slice::<i64>().unwrap(), [946_728_000_000_000_000, DType::NOT_A_TIME]);
    let far = decoded(ZarrFormat::V3, vec![730_000_i64], None, json!({"units": "days since 0001-01-01"}));
    assert_eq!(far.as_slice::<i64>().unwrap(), [936_230_400_000_000_000]);
}

/// `a(t: 3, x: 4)` with an index of days, an index of floats, text along x, a scalar.
fn written() -> Dataset {
    let days: Vec<i64> = (0..3).map(|day| (10_957 + day) * 86_400).collect();
    let times = Chunk::from_values(vec![3], days).unwrap().reinterpreted(DType::Datetime(TimeUnit::Second)).unwrap();
    let text = ["p", "q", "r", "s"].map(str::to_owned).to_vec();
    let coordinates = IndexMap::from([
        ("t".to_owned(), Variable::new(vec!["t".to_owned()], Array::in_memory(times)).unwrap()),
        ("x".to_owned(), variable(&["x"], &[4], vec![0.0, 0.5, 1.0, 1.5])),
        ("lab".to_owned(), variable(&["x"], &[4], text)),
        ("sp".to_owned(), variable(&[], &[], vec![0_i64])),
    ]);
    let data = variable(&["t", "x"], &[3, 4], (0..12).map(|value| value as f32).collect());
    let variables = IndexMap::from([
        ("a".to_owned(), data),
        ("flag".to_owned(), variable(&["x"], &[4], vec![true, false, true, false])),
    ]);
    Dataset::new(variables, coordinates, IndexMap::from([("title".to_owned(), json!("z"))])).unwrap()
}

fn write(session: &Session, dataset: &Dataset, location: &str, mode: WriteMode) -> Result<(), String> {
    let mut compute = |outputs: &[(Array, StoredArray)]| {
        session.write(outputs).map_err(|error| PlanError::Evaluation(Box::new(error)))
    };
    write_zarr(dataset, location, &WriteOptions::new(mode), &mut compute).map_err(|error| error.to_string())
}

#[test]
fn what_is_written_opens_again() {
    let directory = TempDir::new().unwrap();
    let location = directory.path().join("out.zarr").to_str().unwrap().to_owned();
    let session = session();
    let chunks = Chunking::PerDim(IndexMap::from([("x".to_owned(), ChunkSize::Size(3))]));
    write(&session, &written().chunk(&chunks).unwrap(), &location, WriteMode::CreateNew).unwrap();
    let error = write(&session, &written(), &location, WriteMode::CreateNew).unwrap_err();
    assert!(error.contains("already exists"), "{error}");
    let opened = open_zarr(&location, &OpenOptions::default(), &session).unwrap();
    assert_eq!(opened.coordinates().keys().collect::<Vec<_>>(), ["lab", "sp", "t", "x"]);
    assert_eq!(opened.attributes()["title"], json!("z"));
    let time = &opened.coordinates()["t"];
    assert_eq!(time.encoding.units.as_deref(), Some("days since 2000-01-01 00:00:00"));
    assert_eq!(opened.variable("a").unwrap().encoding.coordinates.as_deref(), Some("lab sp"));
    assert_eq!(opened.variable("a").unwrap().encoding.chunks, Some(vec![3, 3]));
    let loaded = opened.load(&session).unwrap();
    assert_eq!(
        loaded.variable("flag").unwrap().values().unwrap().as_slice::<bool>().unwrap(),
        [true, false, true, false]
    );
    assert_eq!(loaded.variable("lab").unwrap().values().unwrap().as_slice::<String>().unwrap()[3], "s");
    let copy = directory.path().join("copy.zarr").to_str().unwrap().to_owned();
    write(&session, &opened, &copy, WriteMode::Replace).unwrap();
    let again = open_zarr(&copy, &OpenOptions::default(), &session).unwrap().load(&session).unwrap();
    assert_eq!(again.to_string(), loaded.to_string());
}

#[test]
fn nothing_is_left_of_a_failed_write() {
    let directory = TempDir::new().unwrap();
    let location = directory.path().join("out.zarr").to_str().unwrap().to_owned();
    let mut fail = |_: &[(Array, StoredArray)]| Err(PlanError::NoSuchAxis { axis: 3, ndim: 1 });
    assert!(write_zarr(&written(), &location, &WriteOptions::new(WriteMode::Replace), &mut fail).is_err());
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    let uneven = Chunking::PerDim(IndexMap::from([("x".to_owned(), ChunkSize::Sizes(vec![1, 3]))]));
    let sum = written().get("a").unwrap().binary(BinaryOp::Add, &Operand::from(Scalar::Int(1)), false).unwrap();
    let sum = DataArray::try_from(sum).unwrap().chunk(&uneven).unwrap().to_dataset(Some("b")).unwrap();
    let error = sum.encode_for_store(ZarrFormat::V3, &IndexMap::new()).unwrap_err().to_string();
    assert!(error.starts_with("the last chunk of 'b' is larger than the first"), "{error}");
}

#[test]
fn labels_are_joined_and_dimensions_matched_by_name() {
    let session = session();
    let array = |labels: Vec<i64>, values: Vec<f64>| {
        let count = values.len();
        let coordinates = IndexMap::from([("x".to_owned(), variable(&["x"], &[count], labels))]);
        DataArray::new(None, variable(&["x"], &[count], values), coordinates).unwrap()
    };
    let (left, right) = (array(vec![3, 2, 1], vec![1.0, 2.0, 3.0]), array(vec![2, 3], vec![1.0, 2.0]));
    let sum = DataArray::try_from(left.binary(BinaryOp::Add, &Operand::from(right.clone()), false).unwrap()).unwrap();
    assert_eq!(numbers(&sum.values(&session).unwrap()), [Some(3.0), Some(3.0)]);
    assert_eq!(numbers(sum.coordinates()["x"].values().unwrap()), [Some(3.0), Some(2.0)]);
    let filled = left.fillna(&Operand::from(right.clone())).unwrap();
    assert_eq!(filled.shape(), [3]);
    let error = left.where_(&Operand::from(right), Some(&Operand::from(Scalar::Int(0)))).unwrap_err().to_string();
    assert!(error.starts_with("join='exact' wants the same labels"), "{error}");
    let table =
        DataArray::new(None, variable(&["y", "x"], &[2, 3], vec![0_u8, 1, 2, 3, 4, 5]), IndexMap::new()).unwrap();
    let product = left.binary(BinaryOp::Multiply, &Operand::from(table), false).unwrap();
    let product = DataArray::try_from(product).unwrap();
    assert_eq!((product.dims(), product.dtype()), (&["x".to_owned(), "y".to_owned()][..], DType::Float64));
    let expected = [0.0, 3.0, 2.0, 8.0, 6.0, 15.0].map(Some);
    assert_eq!(numbers(&product.values(&session).unwrap()), expected);
}

#[test]
fn python_scalars_take_the_dtype_of_the_array() {
    let bytes = DataArray::new(None, variable(&["x"], &[3], vec![1_u8, 2, 255]), IndexMap::new()).unwrap();
    let with = |operation, value: Scalar| {
        bytes.binary(operation, &Operand::from(value), false).map(|result| DataArray::try_from(result).unwrap())
    };
    assert_eq!(with(BinaryOp::Add, Scalar::Int(3)).unwrap().dtype(), DType::UInt8);
    assert_eq!(with(BinaryOp::Add, Scalar::Float(0.5)).unwrap().dtype(), DType::Float64);
    let error = with(BinaryOp::Add, Scalar::Int(300)).unwrap_err().to_string();
    assert_eq!(error, "Python integer 300 out of bounds for uint8");
    assert_eq!(with(BinaryOp::Equal, Scalar::Int(300)).unwrap().dtype(), DType::Bool);
    let whole = bytes.astype(DType::Int32).unwrap();
    let error = whole.binary(BinaryOp::Power, &Operand::from(Scalar::Int(-1)), false).unwrap_err().to_string();
    assert_eq!(error, "a negative power of integers is no integer: convert them to float64 first");
    let condition = bytes.binary(BinaryOp::Greater, &Operand::from(Scalar::Int(1)), false).unwrap();
    let masked = bytes.where_(&condition, None).unwrap();
    assert_eq!(
        (masked.dtype(), numbers(&masked.values(&session()).unwrap())),
        (DType::Float32, vec![None, Some(2.0), Some(255.0)])
    );
    assert_eq!(bytes.where_(&condition, Some(&Operand::from(Scalar::Int(0)))).unwrap().dtype(), DType::UInt8);
}

#[test]
fn spans_of_time_divide_to_numbers() {
    let span = |count: i64, unit| {
        let chunk = Chunk::from_values(vec![1], vec![count]).unwrap().reinterpreted(DType::Timedelta(unit)).unwrap();
        let variable = Variable::new(vec!["x".to_owned()], Array::in_memory(chunk)).unwrap();
        DataArray::new(None, variable, IndexMap::new()).unwrap()
    };
    let hour = Operand::from(span(1, TimeUnit::Hour));
    for (count, expected) in [(5_400, Some(1.5)), (DType::NOT_A_TIME, None)] {
        let ratio = span(count, TimeUnit::Second).binary(BinaryOp::Divide, &hour, false).unwrap();
        let ratio = DataArray::try_from(ratio).unwrap();
        assert_eq!(numbers(&ratio.values(&session()).unwrap()), [expected]);
    }
}

#[test]
fn extrema_of_times_keep_what_is_missing() {
    let days = Chunk::from_values(vec![3], vec![4_i64, DType::NOT_A_TIME, 2]).unwrap();
    let days = days.reinterpreted(DType::Datetime(TimeUnit::Day)).unwrap();
    let variable = Variable::new(vec!["x".to_owned()], Array::in_memory(days)).unwrap();
    let array = DataArray::new(None, variable, IndexMap::new()).unwrap();
    let reduced = |name, skipna| {
        let options = ReduceOptions { skipna, ..ReduceOptions::default() };
        let values = array.reduce(name, &Dims::All, options).unwrap().values(&session()).unwrap();
        values.as_slice::<i64>().unwrap()[0]
    };
    assert_eq!((reduced("max", None), reduced("max", Some(true))), (DType::NOT_A_TIME, 4));
    assert_eq!(reduced("count", None), 2);
}

#[test]
fn reductions_leave_out_what_they_cannot_summarise() {
    let session = session();
    let dataset = written();
    let mean = dataset.reduce("mean", &Dims::Named(vec!["t".to_owned()]), ReduceOptions::default()).unwrap();
    assert_eq!(mean.variable("a").unwrap().dims, ["x"]);
    assert_eq!(mean.variable("flag").unwrap().dtype(), DType::Bool);
    assert_eq!(mean.coordinates().keys().collect::<Vec<_>>(), ["x", "lab", "sp"]);
    assert_eq!(mean.attributes()["title"], json!("z"));
    let all = dataset.reduce("sum", &Dims::All, ReduceOptions::default()).unwrap().load(&session).unwrap();
    assert_eq!(numbers(all.variable("a").unwrap().values().unwrap()), [Some(66.0)]);
    assert_eq!(numbers(all.variable("flag").unwrap().values().unwrap()), [Some(2.0)]);
    let error = dataset.get("a").unwrap().reduce("mean", &Dims::Named(vec!["z".to_owned()]), ReduceOptions::default());
    assert_eq!(error.unwrap_err().to_string(), "the array has no dimension 'z': found ('t', 'x')");
    let last = IndexMap::from([("t".to_owned(), Indexer::At(-1)), ("x".to_owned(), Indexer::List(vec![3, 0]))]);
    let picked = dataset.get("a").unwrap().isel(&last, false).unwrap();
    assert_eq!(numbers(&picked.values(&session).unwrap()), [Some(11.0), Some(8.0)]);
}
