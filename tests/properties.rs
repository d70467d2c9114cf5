//! Random programs give what a naive evaluator gives: the engine in one process, with one thread and with three (the
//! same bits), and every rule of the optimiser.
//!
//! Programs are chains of elementwise functions, casts, choices, views, gathers, reshapes, reductions and rechunks over random
//! shapes, irregular chunks, dtypes and NaN patterns, read from memory, a Zarr store or workers. A failing program is
//! shrunk and printed, and its seed kept beside this file, so that the next run starts with it. `SWATH_PROPERTY_CASES`
//! sets the number of programs.

use proptest::test_runner::{Config, FileFailurePersistence, TestCaseError, TestRunner};
use std::path::Path;
use swath::array::{Chunk, DType, Region, StoredArray};
use swath::plan::optimize::RULES;
use swath::plan::{Array, Operation, Plan, explain, optimize};
use swath::runtime::{Session, SessionOptions, Started};
use swath::store::{self, ArraySpec, Attributes, Compression, NetcdfStorage, StoreWriter, WriteMode, ZarrFormat};

#[path = "properties/oracle.rs"]
mod oracle;
#[path = "properties/program.rs"]
mod program;

use oracle::Values;
use program::{Leaf, Place, Program, programs};

/// Programs in a run, unless `SWATH_PROPERTY_CASES` says otherwise.
const CASES: u32 = 400;
/// Arrays of a pool that are compared: those made last.
const COMPARED: usize = 4;
/// Beyond this, sums in another order may overflow, so that only exact values are compared.
const HUGE: f64 = 1e12;

/// Each case of the tests that write many files stands for so many of the others.
const SLOW_CASE: u32 = 10;

fn runner() -> TestRunner {
    runner_of(1)
}

/// A runner of one in so many cases.
fn runner_of(share: u32) -> TestRunner {
    let cases = std::env::var("SWATH_PROPERTY_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(CASES);
    let failure_persistence = Some(Box::new(FileFailurePersistence::Direct("tests/properties.regressions")) as _);
    let cases = cases.div_ceil(share);
    TestRunner::new(Config { cases, failure_persistence, ..Config::default() })
}

fn session(threads: usize) -> Session {
    let options = SessionOptions { threads, memory_bytes: 8 << 30, ..SessionOptions::default() };
    match Session::start(options).unwrap() {
        Started::Session(session) => session,
        Started::Served { .. } => unreachable!("tests run in one process"),
    }
}

/// Values of an expected and a found array, compared to a tolerance; to the last digit where it is 0.
fn check(what: &str, expected: &Values, found: &Chunk, tolerance: f64) -> Result<(), TestCaseError> {
    let found = Values::of_chunk(found);
    if expected.shape() != found.shape() {
        return Err(TestCaseError::fail(format!("{what}: shape {:?}, not {:?}", found.shape(), expected.shape())));
    }
    let same = match (expected, &found) {
        (Values::Bool(a), Values::Bool(b)) => a == b,
        (Values::Integer(a), Values::Integer(b)) if tolerance == 0.0 => a == b,
        (a, b) => a.to_floats().iter().zip(b.to_floats().iter()).all(|(a, b)| {
            a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= tolerance * (1.0 + a.abs().max(b.abs()))
        }),
    };
    if same {
        return Ok(());
    }
    Err(TestCaseError::fail(format!("{what}: expected {expected:?}\nfound {found:?}\ntolerance {tolerance}")))
}

/// What the outputs of a plan are by the oracle, and the error that another order of operations may make in them.
fn expected(plan: &Plan, are_exact: &[bool]) -> Option<Vec<(Values, f64)>> {
    let values = oracle::evaluate(plan);
    let magnitude = values.iter().map(Values::magnitude).fold(1.0, f64::max);
    let squares = plan.nodes().iter().any(
        |node| matches!(&node.operation, Operation::Reduce(reduce) if ["std", "var"].contains(&reduce.name.as_str())),
    );
    let narrow = plan.nodes().iter().any(|node| node.dtype == DType::Float32);
    let scale = if squares { magnitude * magnitude } else { magnitude };
    let inexact = if narrow { 1e-3 } else { 1e-9 } * scale;
    if magnitude > HUGE && are_exact.contains(&false) {
        return None;
    }
    let outputs = plan.outputs().iter().zip(are_exact);
    Some(outputs.map(|(id, exact)| (values[id.0 as usize].clone(), if *exact { 0.0 } else { inexact })).collect())
}

fn in_memory(leaf: &Leaf) -> Array {
    Array::in_memory(leaf.chunk.clone()).rechunk(leaf.grid.clone())
}

/// Leaves as a session finds them: in memory, in a store, kept by workers.
fn placed(leaves: &[Leaf], session: &Session, folder: &Path) -> Vec<Array> {
    let location = folder.join("leaves.zarr");
    let location = location.to_str().unwrap();
    let mut writer = None;
    for (index, leaf) in leaves.iter().enumerate().filter(|(_, leaf)| leaf.place == Place::Store) {
        let writer = writer.get_or_insert_with(|| {
            StoreWriter::create(location, WriteMode::Replace, ZarrFormat::V3, Attributes::default()).unwrap()
        });
        let array = writer.create_array(&specification(index, leaf)).unwrap();
        write(&array, &leaf.chunk);
    }
    let store = writer.map(|writer| {
        writer.finish().unwrap();
        store::open(location).unwrap()
    });
    leaves
        .iter()
        .enumerate()
        .map(|(index, leaf)| match leaf.place {
            Place::Memory => in_memory(leaf),
            Place::Store => {
                let store = store.as_ref().expect("leaves that lie in a store have been written");
                Array::stored(store.metadata().arrays[&format!("x{index}")].array.clone())
            }
            Place::Workers => session.persist(&[in_memory(leaf)]).unwrap().remove(0),
        })
        .collect()
}

fn specification(index: usize, leaf: &Leaf) -> ArraySpec {
    ArraySpec {
        name: format!("x{index}"),
        dtype: leaf.chunk.dtype(),
        shape: leaf.chunk.shape().to_vec(),
        chunk_shape: leaf.grid.max_chunk_shape(),
        shard_shape: None,
        dimension_names: (0..leaf.chunk.ndim()).map(|axis| format!("d{axis}")).collect(),
        attributes: Attributes::default(),
        fill_value: None,
        compression: Compression::Default,
        netcdf: NetcdfStorage::default(),
    }
}

/// Writes arrays with one thread or three, in chunks of these lengths, and reads them back.
fn written(arrays: &[Array], session: &Session, chunks: &[usize], location: &str) -> Vec<Chunk> {
    let mut writer = StoreWriter::create(location, WriteMode::Replace, ZarrFormat::V3, Attributes::default()).unwrap();
    let targets: Vec<(Array, StoredArray)> = arrays
        .iter()
        .enumerate()
        .map(|(index, array)| {
            let dimensions: Vec<String> = (0..array.ndim()).map(|axis| format!("d{axis}")).collect();
            let dimensions: Vec<(&str, usize)> =
                dimensions.iter().map(String::as_str).zip(array.shape().iter().copied()).collect();
            let chunk_shape: Vec<usize> = (0..array.ndim()).map(|axis| chunks[(index + axis) % chunks.len()]).collect();
            let specification = ArraySpec::new(&format!("y{index}"), array.dtype(), &dimensions, &chunk_shape);
            (array.clone(), writer.create_array(&specification).unwrap())
        })
        .collect();
    session.write(&targets).unwrap();
    writer.finish().unwrap();
    let store = store::open(location).unwrap();
    (0..arrays.len())
        .map(|index| {
            let array = store.metadata().arrays[&format!("y{index}")].array.clone();
            let mut values = Chunk::zeros(array.dtype, array.shape.clone());
            if !values.is_empty() {
                store::open_array(&array).unwrap().read_into(&Region::whole(&array.shape), &mut values).unwrap();
            }
            values
        })
        .collect()
}

fn write(array: &StoredArray, values: &Chunk) {
    let writer = store::open_array_writer(array).unwrap();
    for index in 0..array.write_grid.chunk_count() {
        let region: Region = array.write_grid.region(index);
        writer.write_chunk(index, &values.extract(&region)).unwrap();
    }
}

/// The last arrays of a program over these leaves, and whether they are exact.
fn outputs(program: &Program, leaves: &[Array]) -> (Vec<Array>, Vec<bool>) {
    let pool = program.run(leaves);
    let last = &pool[pool.len().saturating_sub(COMPARED)..];
    last.iter().map(|entry| (entry.array.clone(), entry.is_exact)).unzip()
}

#[test]
fn the_engine_agrees_with_a_naive_evaluator_whatever_the_threads() {
    let sessions = [session(1), session(3)];
    let folder = tempfile::tempdir().unwrap();
    let outcome = runner().run(&programs(), |program| {
        let leaves: Vec<Array> = program.leaves.iter().map(in_memory).collect();
        let (arrays, are_exact) = outputs(&program, &leaves);
        let expected = expected(&Plan::of(&arrays), &are_exact);
        let found: Vec<Vec<Chunk>> = sessions
            .iter()
            .map(|session| {
                let leaves = placed(&program.leaves, session, folder.path());
                session.compute(&outputs(&program, &leaves).0).map_err(|error| TestCaseError::fail(error.to_string()))
            })
            .collect::<Result<_, _>>()?;
        for (output, (one, three)) in found[0].iter().zip(&found[1]).enumerate() {
            // NaN differs from itself, its text doesn't; floats print all their digits.
            proptest::prop_assert_eq!(format!("{one:?}"), format!("{three:?}"), "threads, output {}", output);
            if let Some((values, tolerance)) = expected.as_ref().map(|expected| &expected[output]) {
                check(&format!("output {output}"), values, one, *tolerance)?;
            }
        }
        Ok(())
    });
    outcome.unwrap();
}

#[test]
fn what_is_written_in_any_chunks_is_what_is_computed() {
    let sessions = [session(1), session(3)];
    let folder = tempfile::tempdir().unwrap();
    let location = folder.path().join("written.zarr").display().to_string();
    let chunks = proptest::collection::vec(2usize..12, 1..4);
    let outcome = runner_of(SLOW_CASE).run(&(programs(), chunks), |(program, chunks)| {
        let leaves = placed(&program.leaves, &sessions[0], folder.path());
        let arrays = outputs(&program, &leaves).0;
        let computed = sessions[0].compute(&arrays).map_err(|error| TestCaseError::fail(error.to_string()))?;
        for session in &sessions {
            let leaves = placed(&program.leaves, session, folder.path());
            let written = written(&outputs(&program, &leaves).0, session, &chunks, &location);
            proptest::prop_assert_eq!(format!("{:?}", computed), format!("{:?}", written), "in chunks of {:?}", chunks);
        }
        Ok(())
    });
    outcome.unwrap();
}

#[test]
fn rules_keep_the_values_of_every_output() {
    let outcome = runner().run(&programs(), |program| {
        let leaves: Vec<Array> = program.leaves.iter().map(in_memory).collect();
        let (arrays, are_exact) = outputs(&program, &leaves);
        let plan = Plan::of(&arrays);
        let Some(expected) = expected(&plan, &are_exact) else { return Ok(()) };
        let optimized = optimize(plan.clone());
        // As text, in which NaN is equal to itself.
        proptest::prop_assert_eq!(explain(&optimize(optimized.clone())), explain(&optimized), "a fixed point");
        let plans = RULES.iter().map(|rule| (rule.name, (rule.apply)(&plan))).chain([("all rules", optimized)]);
        for (name, rewritten) in plans {
            let values = oracle::evaluate(&rewritten);
            for (output, (expected, tolerance)) in rewritten.outputs().iter().zip(&expected) {
                let found = &values[output.0 as usize];
                let same = expected.shape() == found.shape()
                    && expected.to_floats().iter().zip(found.to_floats().iter()).all(|(a, b)| {
                        a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= tolerance * (1.0 + a.abs())
                    });
                proptest::prop_assert!(same, "{}: expected {:?}\nfound {:?}", name, expected, found);
            }
        }
        Ok(())
    });
    outcome.unwrap();
}
