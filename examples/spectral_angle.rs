//! A kernel in Rust that scripts use by its name: the angle between spectra (doi:10.1016/0034-4257(93)90013-N).
//!
//!     cargo run --release --example spectral_angle
//!     mpirun -n 4 target/release/examples/spectral_angle
//!     mpirun -n 4 target/release/examples/spectral_angle run examples/spectral_angle.py
//!
//! A program that registers kernels and hands on to Swath's command line is a `swath` with these kernels. Every rank runs
//! the same program, so that each of them knows the name.

use std::error::Error;
use std::process::ExitCode;
use swath::array::{Chunk, DType};
use swath::cli;
use swath::dataset::{OpenOptions, open_zarr};
use swath::kernels::KernelError;
use swath::kernels::native::{self, NativeKernel, NativeOperand, NativeResult};
use swath::kernels::reduction::ReductionOptions;
use swath::plan::Array;
use swath::runtime::{Session, SessionOptions, Started};

/// The angle in radians between two spectra of the same bands: the one core axis of both operands.
struct SpectralAngle;

impl NativeKernel for SpectralAngle {
    fn result(&self, operands: &[NativeOperand]) -> Result<NativeResult, KernelError> {
        match operands {
            [a, b]
                if a.dtype == DType::Float64 && b.dtype == DType::Float64 && a.core.len() == 1 && a.core == b.core =>
            {
                Ok(NativeResult { dtype: DType::Float64, core: Vec::new() })
            }
            _ => Err(refusal("it takes two float64 arrays whose last axis has the same bands")),
        }
    }

    fn call(&self, operands: &[&Chunk], common: &[usize]) -> Result<Chunk, KernelError> {
        let [Some(a), Some(b)] = [operands[0].as_slice::<f64>(), operands[1].as_slice::<f64>()] else {
            return Err(refusal("it takes float64"));
        };
        let bands = operands[0].shape().last().copied().unwrap_or(1).max(1);
        let dot = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>();
        let angle = |(x, y): (&[f64], &[f64])| (dot(x, y) / (dot(x, x) * dot(y, y)).sqrt()).clamp(-1.0, 1.0).acos();
        let angles = a.chunks_exact(bands).zip(b.chunks_exact(bands)).map(angle).collect();
        Ok(Chunk::from_values::<f64>(common.to_vec(), angles)?)
    }
}

fn refusal(reason: &str) -> KernelError {
    KernelError::Native { name: "spectral_angle".to_owned(), reason: reason.to_owned() }
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    native::register("spectral_angle", SpectralAngle)?;
    if std::env::args().len() > 1 {
        return Ok(cli::exit_code(cli::parse().and_then(cli::dispatch)));
    }
    let session = match Session::start(SessionOptions::default())? {
        Started::Session(session) => session,
        Started::Served { exit_code } => std::process::exit(exit_code),
    };
    let scene = open_zarr("examples/data/l7_etms.zarr", &OpenOptions::default(), &session)?;
    let spectra = scene.get("digital_number")?.data().cast(DType::Float64)?.transpose(&[1, 2, 0])?;
    let mean = spectra.reduce("mean", &[0, 1], ReductionOptions::default())?;
    let angles = Array::native("spectral_angle", &[(spectra, 1), (mean, 1)])?;
    let widest = angles.reduce("max", &[0, 1], ReductionOptions::default())?;
    let values = session.compute(&[angles.reduce("mean", &[0, 1], ReductionOptions::default())?, widest])?;
    let [mean, widest] = [0, 1].map(|at| values[at].get(0).and_then(|value| value.as_f64()).unwrap_or(f64::NAN));
    println!("pixels are {mean:.4} rad from the mean spectrum, {widest:.4} at most");
    session.finish(0);
    Ok(ExitCode::SUCCESS)
}
