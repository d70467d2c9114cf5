//! `dask.distributed`, `dask_jobqueue` and `dask_gateway`: objects that describe the ranks that run already, so that a
//! user's lines about clusters do no harm. A client and its futures are made of these in `cluster/*.py`.

use super::convert;
use super::engine;
use super::modules::Module;
use super::surface::{Method, Property, Surface, surface_attributes};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::convert::ToPyObject;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::types::{GetAttr, Representable};
use rustpython_vm::{Py, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};
use std::cell::Cell;

/// Classes that describe a cluster or a connection to one, by module.
const CLASSES: &[(&str, &[&str])] = &[
    ("dask.distributed", &["LocalCluster"]),
    (
        "dask_jobqueue",
        &[
            "SLURMCluster",
            "PBSCluster",
            "LSFCluster",
            "SGECluster",
            "OARCluster",
            "MoabCluster",
            "HTCondorCluster",
            "LocalCluster",
        ],
    ),
    ("dask_gateway", &["Gateway", "GatewayCluster"]),
];

thread_local! {
    static SAID: Cell<bool> = const { Cell::new(false) };
}

/// Says, once a run, that the size of the cluster isn't the script's to choose.
fn say_once() {
    if !SAID.replace(true) {
        let means = engine::current().describe();
        eprintln!(
            "swath: the job decides the ranks: {} worker{} of {} thread{}; what the script says about clusters changes nothing",
            means.workers,
            if means.workers == 1 { "" } else { "s" },
            means.threads_per_worker,
            if means.threads_per_worker == 1 { "" } else { "s" },
        );
    }
}

/// A cluster, a client or a gateway: all of them mean the ranks of this run.
#[pyclass(module = "dask.distributed", name = "Cluster")]
#[derive(Debug, PyPayload)]
pub struct ClusterObject {
    class: &'static str,
}

/// Makes the class; before any object of it.
pub(super) fn register_classes() {
    ClusterObject::make_static_type();
    SAID.set(false);
}

/// The modules.
///
/// # Errors
/// Where the machine can't hold them.
pub(super) fn install(vm: &VirtualMachine) -> PyResult<()> {
    for (name, classes) in CLASSES {
        let mut module = Module::new(name, vm);
        for class in *classes {
            module.function(class, "*arguments, **keywords", |arguments| {
                say_once();
                Ok(object(class, arguments.vm))
            })?;
        }
        if *name == "dask.distributed" {
            install_client(&mut module)?;
        }
        module.finish()?;
    }
    let modules = vm.sys_module.get_attr("modules", vm)?;
    modules.set_item("distributed", modules.get_item("dask.distributed", vm)?, vm)
}

/// What computes by way of a client.
fn install_client(module: &mut Module<'_>) -> PyResult<()> {
    module.function("_connect", "", |arguments| {
        say_once();
        Ok(object("Client", arguments.vm))
    })?;
    module.function("progress", "*futures, **keywords", |arguments| Ok(arguments.vm.ctx.none()))?;
    module.composed(&[
        ("distributed/futures.py", include_str!("cluster/futures.py")),
        ("distributed/client.py", include_str!("cluster/client.py")),
    ]);
    Ok(())
}

/// A client of the ranks of this run.
fn client(vm: &VirtualMachine) -> PyResult {
    let modules = vm.sys_module.get_attr("modules", vm)?;
    modules.get_item("dask.distributed", vm)?.get_attr("Client", vm)?.call((), vm)
}

fn object(class: &'static str, vm: &VirtualMachine) -> PyObjectRef {
    ClusterObject { class }.into_ref(&vm.ctx).into()
}

const ANYTHING: &str = "*arguments, **keywords";

impl Surface for ClusterObject {
    const CLASS: &'static str = "Cluster";
    const ELSEWHERE: &'static [(&'static str, &'static str)] = &[
        ("run", "no Python runs on the workers: client.submit calls a function on rank 0"),
        ("run_on_scheduler", "no scheduler of Dask's runs: call the function"),
        ("upload_file", "modules beside the script can be imported as they are"),
    ];
    const METHODS: &'static [&'static [Method<Self>]] = &[&[
        Method { name: "scale", parameters: ANYTHING, body: nothing },
        Method { name: "adapt", parameters: ANYTHING, body: nothing },
        Method { name: "close", parameters: ANYTHING, body: nothing },
        Method { name: "shutdown", parameters: ANYTHING, body: nothing },
        Method { name: "stop_cluster", parameters: ANYTHING, body: nothing },
        Method { name: "restart", parameters: ANYTHING, body: nothing },
        Method { name: "wait_for_workers", parameters: ANYTHING, body: nothing },
        Method { name: "new_cluster", parameters: ANYTHING, body: |_this, a| Ok(object("GatewayCluster", a.vm)) },
        Method { name: "connect", parameters: ANYTHING, body: |_this, a| Ok(object("GatewayCluster", a.vm)) },
        Method {
            name: "list_clusters",
            parameters: ANYTHING,
            body: |_this, a| Ok(a.vm.ctx.new_list(Vec::new()).into()),
        },
        Method { name: "cluster_options", parameters: ANYTHING, body: |_this, a| Ok(a.vm.ctx.new_dict().into()) },
        Method { name: "get_client", parameters: ANYTHING, body: |_this, a| client(a.vm) },
        Method { name: "ncores", parameters: ANYTHING, body: |_this, a| threads_by_worker(a.vm) },
        Method { name: "nthreads", parameters: ANYTHING, body: |_this, a| threads_by_worker(a.vm) },
        Method { name: "scheduler_info", parameters: ANYTHING, body: |_this, a| scheduler_info(a.vm) },
    ]];
    const PROPERTIES: &'static [&'static [Property<Self>]] = &[&[
        Property { name: "dashboard_link", get: |_this, vm| Ok(vm.ctx.new_str("").into()) },
        Property { name: "name", get: |_this, vm| Ok(vm.ctx.new_str("swath").into()) },
        Property { name: "status", get: |_this, vm| Ok(vm.ctx.new_str("running").into()) },
        Property { name: "cluster", get: |_this, vm| Ok(object("LocalCluster", vm)) },
        Property { name: "scheduler_address", get: |_this, vm| Ok(vm.ctx.new_str("rank 0").into()) },
        Property { name: "workers", get: |_this, vm| threads_by_worker(vm) },
    ]];
}

fn nothing(_this: &Py<ClusterObject>, arguments: &super::arguments::Arguments<'_>) -> PyResult {
    Ok(arguments.vm.ctx.none())
}

fn threads_by_worker(vm: &VirtualMachine) -> PyResult {
    let means = engine::current().describe();
    let threads =
        (0..means.workers).map(|worker| (format!("worker {worker}"), means.threads_per_worker.to_pyobject(vm)));
    Ok(convert::dict(threads, vm)?.into())
}

fn scheduler_info(vm: &VirtualMachine) -> PyResult {
    let means = engine::current().describe();
    let workers = (0..means.workers).map(|worker| {
        let facts = [
            ("nthreads", means.threads_per_worker.to_pyobject(vm)),
            ("memory_limit", means.memory_bytes.to_pyobject(vm)),
        ];
        Ok((format!("worker {worker}"), convert::dict(facts, vm)?.into()))
    });
    let workers = convert::dict(workers.collect::<PyResult<Vec<_>>>()?, vm)?.into();
    Ok(convert::dict([("type", vm.ctx.new_str("Scheduler").into()), ("workers", workers)], vm)?.into())
}

surface_attributes!(ClusterObject);

#[pyclass(with(GetAttr, Representable))]
impl ClusterObject {
    #[pymethod]
    fn __enter__(zelf: PyRef<Self>) -> PyRef<Self> {
        zelf
    }

    #[pymethod]
    fn __exit__(&self, _exception: FuncArgs) -> bool {
        false
    }
}

impl Representable for ClusterObject {
    fn repr_str(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
        let means = engine::current().describe();
        Ok(format!("<{}: {} workers of {} threads, by MPI>", zelf.class, means.workers, means.threads_per_worker))
    }
}
