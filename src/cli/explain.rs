//! `swath explain`: what a script would compute. The script runs, its computations don't: where it asks for values, it
//! gets zeros, and what it writes is gone in the end.

use super::Ended;
use super::arguments::{ResourceArguments, ScriptArguments};
use super::output::{show, table};
use crate::environment::Environment;
use crate::plan;
use crate::runtime::{Session, SessionOptions};
use crate::script;
use crate::store;
use crate::task::{Computation, Stage, StageId, StageOutput, StageWork};
use anyhow::Error;
use bytesize::ByteSize;
use clap::Args;
use std::cell::Cell;
use std::rc::Rc;

const EXAMPLES: &str = "\
Examples:
  swath explain ndvi.py scene.zarr
  swath explain --memory 2GiB ndvi.py     would it fit ranks of 2 GiB?

Where the script asks for values it gets zeros. Labels and other small arrays are read, nothing is written.";

/// Arguments of `swath explain`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct ExplainArguments {
    #[command(flatten)]
    resources: ResourceArguments,

    #[command(flatten)]
    script: ScriptArguments,
}

/// Shows every computation of the script.
///
/// # Errors
/// Where the script fails.
pub fn execute(arguments: &ExplainArguments) -> Result<u8, Ended> {
    if !super::is_first_rank() {
        return Ok(0);
    }
    let environment = Environment::detect();
    let options = SessionOptions {
        threads: arguments.resources.threads(&environment),
        memory_bytes: arguments.resources.memory_bytes(&environment),
        io_threads: arguments.resources.io_threads(&environment),
        scratch: arguments.resources.scratch(),
        ..SessionOptions::default()
    };
    let _rehearsal = store::rehearse().map_err(Error::from)?;
    let is_read = Rc::new(Cell::new(true));
    let told = is_read.clone();
    let session = Session::explaining(options, move |computation| told.set(told.get() && show(&describe(computation))));
    match script::run_file(arguments.script.path(), arguments.script.arguments(), Rc::new(session)) {
        // Whoever has closed the pipe has seen enough, the script's own output included.
        Err(error) if is_read.get() => Err(Ended::Script(error)),
        _ => Ok(0),
    }
}

/// A computation as text: its plan, then its stages.
fn describe(computation: &Computation) -> String {
    let header = ["stage", "computes", "tasks", "region of a task", "reads", "memory of a task", "after", "result"];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    rows.extend(computation.stage_ids().map(|id| row(id, computation.stage(id))));
    format!(
        "computation {}: {} nodes, {} stages, {} tasks\n{}{}{}\n",
        computation.id.0,
        computation.plan.nodes().len(),
        computation.stages.len(),
        computation.task_count(),
        indented(&store::with_final_places(&plan::explain(&computation.plan))),
        store::with_final_places(&table(&rows)),
        reasons(computation)
    )
}

/// Why stages are there that no operation of the script asks for.
fn reasons(computation: &Computation) -> String {
    let reasons = computation.stage_ids().filter_map(|id| Some((id.0, computation.stage(id).reason.as_ref()?)));
    reasons.map(|(id, reason)| format!("stage {id}: {reason}\n")).collect()
}

fn row(id: StageId, stage: &Stage) -> Vec<String> {
    let after: Vec<String> = stage.after.iter().map(|stage| stage.0.to_string()).collect();
    vec![
        id.0.to_string(),
        stage.name.clone(),
        stage.task_count.to_string(),
        region(&stage.work),
        if stage.read_bytes == 0 { "-".to_owned() } else { size(stage.read_bytes) },
        size(stage.task_bytes),
        if after.is_empty() { "-".to_owned() } else { after.join(", ") },
        match &stage.output {
            StageOutput::Keep => "kept by workers".to_owned(),
            StageOutput::Persist { .. } => "persisted".to_owned(),
            StageOutput::Discard => "dropped".to_owned(),
            StageOutput::Collect { .. } => "to the script".to_owned(),
            StageOutput::Write { target, .. } => format!("to {}", target.location),
        },
    ]
}

/// What one task covers.
fn region(work: &StageWork) -> String {
    match work {
        StageWork::Produce { grid, .. } => format!("{:?}", grid.max_chunk_shape()),
        StageWork::Reduce(work) => {
            let (kept, blocks) = (work.kept.max_chunk_shape(), work.blocks.max_chunk_shape());
            format!("{kept:?} from {} of {blocks:?}", work.run_length.min(work.blocks.chunk_count()))
        }
        StageWork::Merge(work) => format!("{:?} from {} partial", work.kept.max_chunk_shape(), work.fan_in),
    }
}

fn size(bytes: u64) -> String {
    ByteSize::b(bytes).display().iec().to_string()
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}
