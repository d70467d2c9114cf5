//! Sessions in one process, and one that only explains.

use super::*;
use crate::array::{ChunkGrid, DType, Scalar};
use crate::kernels::elementwise::BinaryOp;
use crate::kernels::generate::Generator;
use crate::kernels::reduction::ReductionOptions;
use std::rc::Rc;

fn session() -> Session {
    let options = SessionOptions { threads: 3, memory_bytes: 1 << 40, seed: 7, ..SessionOptions::default() };
    match Session::start(options).unwrap() {
        Started::Session(session) => session,
        Started::Served { .. } => unreachable!("tests run in one process"),
    }
}

/// Element (i, j) is `100 i + j`.
fn counted() -> Array {
    let count = |length| {
        let values = (0..length).map(|index| index as f64).collect();
        Array::in_memory(Chunk::from_values(vec![length], values).unwrap())
    };
    let hundred = Array::in_memory(Chunk::scalar(DType::Float64, &Scalar::Float(100.0)).unwrap());
    let rows = count(40).binary(BinaryOp::Multiply, &hundred).unwrap().insert_axis(1).unwrap();
    let sum = rows.binary(BinaryOp::Add, &count(30)).unwrap();
    sum.rechunk(ChunkGrid::regular(&[40, 30], &[7, 11]))
}

#[test]
fn arrays_in_memory_and_lazy_ones_come_back_in_order() {
    let session = session();
    let one = Array::in_memory(Chunk::from_values(vec![1], vec![1_i32]).unwrap());
    let values = session.compute(&[one.clone(), counted(), one]).unwrap();
    assert_eq!(values[0], values[2]);
    assert_eq!(values[1].shape(), [40, 30]);
    assert_eq!(values[1].get(31), Some(Scalar::Float(101.0)));
}

#[test]
fn the_calling_thread_and_the_workers_agree() {
    let session = session();
    let sum = counted().reduce("sum", &[0], ReductionOptions::default()).unwrap();
    let here = session.evaluate_local(&sum).unwrap();
    assert_eq!(here, session.compute(&[sum]).unwrap()[0]);
    assert_eq!(here.get(2), Some(Scalar::Float(780.0 * 100.0 + 80.0)));
}

#[test]
fn persisted_chunks_serve_later_computations_until_they_are_dropped() {
    let session = session();
    let persisted = session.persist(&[counted()]).unwrap().remove(0);
    assert_eq!(persisted.grid(), counted().grid());
    let total = persisted.reduce("max", &[0, 1], ReductionOptions::default()).unwrap();
    assert_eq!(session.compute(&[total]).unwrap()[0].get(0), Some(Scalar::Float(3929.0)));
    drop(persisted);
    assert_eq!(session.dropped.1.len(), 1);
    session.compute(&[counted()]).unwrap();
    assert!(session.dropped.1.is_empty());
}

#[test]
fn an_explaining_session_gives_zeros_and_shows_stages() {
    let seen = Rc::new(Cell::new(0));
    let count = seen.clone();
    let options = SessionOptions { threads: 1, memory_bytes: 1 << 30, ..SessionOptions::default() };
    let session = Session::explaining(options, move |computation| count.set(count.get() + computation.stages.len()));
    let values = session.compute(&[counted()]).unwrap();
    assert_eq!(values[0], Chunk::zeros(DType::Float64, vec![40, 30]));
    assert_eq!(seen.get(), 1);
}

#[test]
fn values_that_cannot_fit_are_refused() {
    let session = session();
    let grid = ChunkGrid::single(&[1 << 40]);
    let huge = Array::generated(Generator::Full(Scalar::Float(1.0)), DType::Float64, grid);
    assert!(matches!(session.compute(&[huge]), Err(RuntimeError::ResultTooLarge { .. })));
    session.finish(0);
    assert!(matches!(session.compute(&[counted()]), Err(RuntimeError::Finished)));
}
