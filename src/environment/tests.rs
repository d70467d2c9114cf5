//! What stands in for machines and launchers, and what a process is given there.

use super::*;
use std::collections::HashMap;
use std::path::Path;

const GIB: u64 = 1 << 30;

/// A machine of 64 GiB whose process has these variables, files and masks.
fn environment(variables: &[(&str, &str)], files: &[(&str, &str)], mask: usize, parent: usize) -> Environment {
    environment_where(None, variables, files, mask, parent)
}

fn environment_where(
    rank_zero_computes: Option<bool>,
    variables: &[(&str, &str)],
    files: &[(&str, &str)],
    mask: usize,
    parent: usize,
) -> Environment {
    let variables: HashMap<&str, &str> = variables.iter().copied().collect();
    let files: HashMap<&Path, &str> = files.iter().map(|(path, text)| (Path::new(*path), *text)).collect();
    let machine = "MemTotal:       67108864 kB\nMemFree:  1 kB\n";
    let sources = Sources {
        variable: &|name| variables.get(name).map(|text| (*text).to_owned()),
        file: &|path| match path.to_str() {
            Some("/proc/meminfo") => Some(machine.to_owned()),
            _ => files.get(path).map(|text| (*text).to_owned()),
        },
        mask_cores: mask,
        parent_mask_cores: parent,
    };
    Environment::from_sources(&sources, rank_zero_computes)
}

fn open_mpi<'a>(rank: &'a str, count: &'a str) -> [(&'static str, &'a str); 4] {
    [
        ("OMPI_COMM_WORLD_RANK", rank),
        ("OMPI_COMM_WORLD_SIZE", count),
        ("OMPI_COMM_WORLD_LOCAL_RANK", rank),
        ("OMPI_COMM_WORLD_LOCAL_SIZE", count),
    ]
}

#[test]
fn a_process_on_its_own_takes_its_mask_and_most_of_the_memory() {
    let found = environment(&[], &[], 8, 8);
    assert_eq!((found.ranks, found.thread_count), (Ranks::ALONE, 8));
    assert_eq!((found.memory_bytes, found.memory_source), (64 * GIB / 100 * 85, MemorySource::Machine));
}

#[test]
fn ranks_that_share_a_mask_divide_it_among_the_workers() {
    assert_eq!(environment(&open_mpi("2", "4"), &[], 12, 12).thread_count, 4);
    assert_eq!(environment(&open_mpi("1", "4"), &[], 2, 2).thread_count, 1);
    assert_eq!(environment(&open_mpi("0", "1"), &[], 12, 12).thread_count, 12);
}

#[test]
fn bound_ranks_keep_their_own_cores() {
    assert_eq!(environment(&open_mpi("1", "4"), &[], 4, 16).thread_count, 4);
    // Two of four ranks bound to each of two sockets.
    let variables = [("PMI_RANK", "9"), ("PMI_SIZE", "16"), ("MPI_LOCALRANKID", "1"), ("MPI_LOCALNRANKS", "4")];
    assert_eq!(environment(&variables, &[], 16, 32).thread_count, 8);
}

#[test]
fn rank_zero_computes_where_cores_would_idle() {
    let computes = |environment: Environment| environment.rank_zero_computes;
    let on_its_own_node = [
        ("OMPI_COMM_WORLD_RANK", "0"),
        ("OMPI_COMM_WORLD_SIZE", "4"),
        ("OMPI_COMM_WORLD_LOCAL_RANK", "0"),
        ("OMPI_COMM_WORLD_LOCAL_SIZE", "1"),
    ];
    assert!(computes(environment(&on_its_own_node, &[], 1, 1)));
    assert!(!computes(environment(&open_mpi("0", "1"), &[], 64, 64)));
    // Four ranks of two cores each, and of sixteen; where they share a mask, rank 0's part is then not the others'.
    assert!(!computes(environment(&open_mpi("0", "4"), &[], 2, 8)));
    assert!(computes(environment(&open_mpi("0", "4"), &[], 16, 64)));
    let sharing = environment(&open_mpi("0", "4"), &[], 64, 64);
    assert_eq!((sharing.rank_zero_computes, sharing.thread_count), (true, 16));
    let sharing = environment(&open_mpi("0", "4"), &[], 28, 28);
    assert_eq!((sharing.rank_zero_computes, sharing.thread_count), (false, 9));
    // Where it is said, cores are divided accordingly.
    let said = environment_where(Some(true), &open_mpi("0", "4"), &[], 8, 8);
    assert_eq!((said.rank_zero_computes, said.thread_count), (true, 2));
    let said = environment_where(Some(false), &open_mpi("1", "3"), &[], 64, 64);
    assert_eq!((said.rank_zero_computes, said.thread_count), (false, 32));
}

#[test]
fn slurm_steps_count_their_tasks_by_node() {
    let variables = [
        ("SLURM_JOB_ID", "4711"),
        ("SLURM_PROCID", "5"),
        ("SLURM_STEP_NUM_TASKS", "7"),
        ("SLURM_LOCALID", "1"),
        ("SLURM_NODEID", "2"),
        ("SLURM_STEP_TASKS_PER_NODE", "2(x3),1"),
        ("SLURM_MEM_PER_NODE", "32768"),
        ("SLURM_CPUS_PER_TASK", "6"),
    ];
    let found = environment(&variables, &[], 24, 24);
    assert_eq!(found.ranks, Ranks { rank: 5, count: 7, local_rank: 1, local_count: 2 });
    assert_eq!((found.thread_count, found.memory_source), (6, MemorySource::Slurm));
    assert_eq!(found.memory_bytes, 32 * GIB / 100 * 85 / 2);
    assert_eq!(found.job.as_deref(), Some("slurm 4711"));
}

#[test]
fn a_batch_script_is_one_process() {
    let variables = [("SLURM_PROCID", "0"), ("SLURM_NTASKS", "8"), ("SLURM_MEM_PER_CPU", "1024")];
    let found = environment(&[&variables[..], &[("SLURM_CPUS_ON_NODE", "4")]].concat(), &[], 4, 4);
    assert_eq!((found.ranks, found.memory_bytes), (Ranks::ALONE, 4 * GIB / 100 * 85));
}

#[test]
fn pbs_says_how_many_cores_are_the_jobs() {
    let variables = [("PBS_JOBID", "12.server"), ("NCPUS", "4"), ("PBS_JOBFS", "/jobfs/12"), ("TMPDIR", "/tmp/me")];
    let found = environment(&variables, &[], 64, 64);
    assert_eq!(found.scratch_directory, PathBuf::from("/jobfs/12"));
    assert_eq!((found.thread_count, found.job.as_deref()), (4, Some("pbs 12.server")));
    let torque = [("PBS_JOBID", "12.server"), ("PBS_NUM_PPN", "8")];
    assert_eq!(environment(&torque, &[], 64, 64).node_cores, 8);
}

#[test]
fn the_lowest_control_group_on_the_way_up_counts() {
    let second = [
        ("/proc/self/cgroup", "0::/system.slice/job/step\n"),
        ("/sys/fs/cgroup/system.slice/job/step/memory.max", "max\n"),
        ("/sys/fs/cgroup/system.slice/job/memory.max", "2147483648\n"),
        ("/sys/fs/cgroup/system.slice/memory.max", "4294967296\n"),
        ("/sys/fs/cgroup/system.slice/cpu.max", "150000 100000\n"),
    ];
    let found = environment(&[], &second, 8, 8);
    assert_eq!((found.memory_bytes, found.memory_source), (2 * GIB / 100 * 85, MemorySource::ControlGroup));
    assert_eq!(found.thread_count, 2);
    let first = [
        ("/proc/self/cgroup", "5:cpu,cpuacct:/\n4:memory:/not/seen/inside\n0::/\n"),
        ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "1073741824\n"),
    ];
    assert_eq!(environment(&[], &first, 8, 8).memory_bytes, GIB / 100 * 85);
    let unlimited = [
        ("/proc/self/cgroup", "4:memory:/\n"),
        ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"),
    ];
    assert_eq!(environment(&[], &unlimited, 8, 8).memory_source, MemorySource::Machine);
}
