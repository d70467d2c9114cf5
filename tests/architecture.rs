//! Checks the module graph of the crate, and who may touch what, against the code itself.
//!
//! The house is data: [`HOUSE`] lists each module with the modules it may import, exhaustively. The check reads every
//! file under `src` without its comments, its strings and its `#[cfg(test)]` modules (a test may import more), and
//! resolves `crate::...` and `super::...` paths, in `use` lines and inline. `lib.rs` and `main.rs` may import all.

use std::collections::BTreeSet;
use std::fs;

#[path = "architecture/source.rs"]
mod source;

use source::{house_files, imports, lines_with, root, source_files};

/// A module of `src` and the modules that it may import. A module may only import from those above it.
const HOUSE: &[(&str, &[&str])] = &[
    ("environment", &[]),
    ("array", &[]),
    ("kernels", &["array"]),
    ("store", &["array"]),
    ("plan", &["array", "kernels"]),
    ("dataset", &["array", "kernels", "plan", "store"]),
    ("task", &["array", "kernels", "plan"]),
    ("event", &["array", "task"]),
    ("protocol", &["array", "task", "event"]),
    ("journal", &["array", "task"]),
    ("scheduler", &["array", "task", "protocol", "event"]),
    ("worker", &["array", "task", "protocol", "event"]),
    ("execute", &["array", "kernels", "store", "plan", "task"]),
    ("transport", &["protocol"]),
    (
        "runtime",
        &[
            "environment",
            "array",
            "kernels",
            "store",
            "plan",
            "task",
            "event",
            "protocol",
            "journal",
            "scheduler",
            "worker",
            "execute",
            "transport",
        ],
    ),
    ("launcher", &[]),
    ("monitor", &["event"]),
    ("script", &["array", "kernels", "store", "plan", "dataset", "runtime"]),
    (
        "cli",
        &[
            "environment",
            "array",
            "kernels",
            "store",
            "plan",
            "dataset",
            "task",
            "event",
            "protocol",
            "journal",
            "scheduler",
            "worker",
            "execute",
            "transport",
            "runtime",
            "launcher",
            "monitor",
            "script",
        ],
    ),
];

/// What may lie at the top of the tree, beside dotfiles and `target`.
const TOP_LEVEL: &[&str] = &[
    "Cargo.toml",
    "Cargo.lock",
    "LICENSE",
    "README.md",
    "CHANGELOG.md",
    "rustfmt.toml",
    "src",
    "slurm",
    "pbs",
    "tests",
    "examples",
];

/// Paths that only the named part of `src` may mention, and why.
const CONFINED: &[(&str, &str, &str)] = &[
    ("process::Command", "launcher/command.rs", "it is the only process spawner"),
    ("use mpi::", "transport/mpi", "it is the only user of the mpi crate"),
    ("mpi::traits", "transport/mpi", "it is the only user of the mpi crate"),
    ("mpi::topology", "transport/mpi", "it is the only user of the mpi crate"),
    ("mpi::initialize", "transport/mpi", "it is the only user of the mpi crate"),
];

/// What a sans-IO module must not mention: it takes time and messages, and returns actions.
const OUTSIDE_WORLD: &[&str] =
    &["std::thread", "std::fs", "std::net", "Instant", "SystemTime", "thread_rng", "println!"];
const SANS_IO: &[&str] = &["scheduler", "worker"];

#[test]
fn modules_import_only_what_the_house_allows() {
    let mut broken = Vec::new();
    for file in house_files() {
        let allowed = HOUSE.iter().find(|(module, _)| *module == file.module()).map(|(_, allowed)| *allowed);
        let Some(allowed) = allowed else {
            broken.push(format!("{}: module `{}` is not in the house", file.relative, file.module()));
            continue;
        };
        for import in imports(&file.code, &file.module_path()) {
            if import.module != file.module() && !allowed.contains(&import.module.as_str()) {
                broken.push(format!(
                    "{}:{}: `{}` must not import `{}` (it may import: {})",
                    file.relative,
                    import.line,
                    file.module(),
                    import.module,
                    if allowed.is_empty() { "nothing".to_string() } else { allowed.join(", ") },
                ));
            }
        }
    }
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
}

#[test]
fn the_house_has_no_cycles() {
    let mut above: BTreeSet<&str> = BTreeSet::new();
    let mut waiting: Vec<_> = HOUSE.to_vec();
    while !waiting.is_empty() {
        let before = waiting.len();
        waiting.retain(|(module, allowed)| {
            let ready = allowed.iter().all(|import| above.contains(import));
            if ready {
                above.insert(module);
            }
            !ready
        });
        assert!(waiting.len() < before, "these modules import each other, or one that isn't listed: {waiting:?}");
    }
}

#[test]
fn confined_paths_stay_where_they_belong() {
    let mut broken = Vec::new();
    for file in source_files("src") {
        for (path, home, reason) in CONFINED {
            if file.relative.starts_with(&format!("src/{home}")) {
                continue;
            }
            for line in lines_with(&file.code, path) {
                broken.push(format!("{}:{line}: `{path}` belongs in src/{home}: {reason}", file.relative));
            }
        }
        if SANS_IO.contains(&file.module()) {
            for word in OUTSIDE_WORLD {
                for line in lines_with(&file.code, word) {
                    broken.push(format!("{}:{line}: `{}` is sans-IO: no `{word}`", file.relative, file.module()));
                }
            }
        }
    }
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
}

#[test]
fn the_top_level_holds_what_the_design_names() {
    let mut unexpected = Vec::new();
    for entry in fs::read_dir(root()).expect("the crate's directory is readable") {
        let name = entry.expect("an entry of the crate's directory").file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') && name != "target" && !TOP_LEVEL.contains(&name.as_str()) {
            unexpected.push(name);
        }
    }
    assert!(unexpected.is_empty(), "not part of the top level: {unexpected:?}");
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent: Vec<String> = ["src", "tests", "examples"]
        .into_iter()
        .flat_map(source_files)
        .filter(|file| !file.text.trim_start().starts_with("//!"))
        .map(|file| file.relative)
        .collect();
    assert!(silent.is_empty(), "these files don't open with `//!`: {silent:?}");
}
