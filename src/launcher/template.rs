//! Job scripts from their templates: `slurm/job.sh` and `pbs/job.sh`, or the user's own.
//!
//! Templates are in the language of Jinja, by minijinja. What they can name is `Context`; `{{ x | quote }}` is a word of
//! shell; `{% include "attempt.sh" %}` is the part that all batch systems share: signals, deadline, the run, and what follows
//! from how it ended.

use super::refusal::UNCERTAIN;
use super::shell::{expanding, joined, quoted};
use super::{BatchKind, JobDirectory, JobSpec, MpiFamily, walltime};
use minijinja::{Environment, Error, ErrorKind};
use serde::Serialize;
use std::path::{Path, PathBuf};

const SLURM: &str = include_str!("../../slurm/job.sh");
const PBS: &str = include_str!("../../pbs/job.sh");
const ATTEMPT: &str = include_str!("attempt.sh");

/// Characters of a job's name that old Torque servers take.
const TORQUE_NAME_LENGTH: usize = 15;

/// Why a job script can't be written.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The template is wrong.
    #[error("the template {name} can't be filled: {source}")]
    Template {
        /// Which one.
        name: String,
        /// What is wrong with it.
        source: Error,
    },
    /// A word has a character that no shell takes.
    #[error("'{}' can't be part of a job script: it contains a line break or a null character", word.escape_debug())]
    Word {
        /// The word.
        word: String,
    },
    /// The array's indices can't be told.
    #[error(transparent)]
    Array(#[from] super::array_indices::ArrayError),
}

/// What a job script is written from.
#[derive(Debug, Clone, Copy)]
pub struct JobScript<'a> {
    /// The batch system.
    pub kind: BatchKind,
    /// The job.
    pub job: &'a JobSpec,
    /// Its directory.
    pub directory: &'a JobDirectory,
    /// Where it runs.
    pub working_directory: &'a Path,
    /// The binary that it runs.
    pub swath: &'a Path,
    /// The user's own template, with its name.
    pub template: Option<(&'a str, &'a str)>,
}

/// What templates can name, beside what [`JobSpec`] has.
#[derive(Debug, Serialize)]
struct Context<'a> {
    #[serde(flatten)]
    job: &'a JobSpec,
    version: &'static str,
    command: String,
    submission: String,
    is_torque: bool,
    pbs_name: String,
    uncertain: String,
    ranks: u64,
    cores_per_node: u64,
    memory_mib: Option<u64>,
    rank_memory_bytes: Option<u64>,
    walltime: Option<String>,
    array: Option<String>,
    mail: Option<MailContext<'a>>,
    log_directory: PathBuf,
    environment: Vec<Variable<'a>>,
    after: Vec<After<'a>>,
    margin_seconds: u64,
    warning_seconds: u64,
    has_timer: bool,
    starts_by_pbs: bool,
    launch: String,
    arguments: String,
    directory: &'a Path,
    working_directory: &'a Path,
    swath: &'a Path,
}

#[derive(Debug, Serialize)]
struct Variable<'a> {
    name: &'a str,
    value: &'a str,
}

#[derive(Debug, Serialize)]
struct After<'a> {
    word: &'static str,
    id: &'a str,
    directory: &'a Path,
    jobs: u64,
}

#[derive(Debug, Serialize)]
struct MailContext<'a> {
    address: &'a str,
    events: &'a [super::job_spec::MailEvent],
    letters: String,
}

impl JobScript<'_> {
    /// The text of the job script.
    ///
    /// # Errors
    /// Where the template is wrong, or a word can't be part of a shell script.
    pub fn render(&self) -> Result<String, TemplateError> {
        self.check_words()?;
        let (name, source) = self.template.unwrap_or(match self.kind {
            BatchKind::Slurm => ("slurm/job.sh", SLURM),
            BatchKind::Pbs | BatchKind::Torque => ("pbs/job.sh", PBS),
        });
        let failed = |source| TemplateError::Template { name: name.to_owned(), source };
        let mut environment = Environment::new();
        environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
        environment.add_filter("quote", quote);
        environment.add_template("attempt.sh", ATTEMPT.trim_end()).map_err(failed)?;
        environment.add_template("job.sh", source).map_err(failed)?;
        let template = environment.get_template("job.sh").map_err(failed)?;
        let text = template.render(minijinja::value::Serde(self.context()?)).map_err(failed)?;
        Ok(self.without_skipped(&text))
    }

    /// The command that submits the script.
    pub fn submission(&self) -> Vec<String> {
        let dependencies: Vec<String> = self.job.after.iter().map(ToString::to_string).collect();
        let mut words = match (self.kind, dependencies.join(",")) {
            (BatchKind::Slurm, none) if none.is_empty() => vec!["sbatch".to_owned(), "--parsable".to_owned()],
            (BatchKind::Slurm, dependencies) => {
                vec!["sbatch".to_owned(), "--parsable".to_owned(), format!("--dependency={dependencies}")]
            }
            (_, none) if none.is_empty() => vec!["qsub".to_owned()],
            (_, dependencies) => vec!["qsub".to_owned(), "-W".to_owned(), format!("depend={dependencies}")],
        };
        words.push(self.directory.job_script().display().to_string());
        words
    }

    /// Refuses words that would break out of a comment or directive.
    fn check_words(&self) -> Result<(), TemplateError> {
        let job = self.job;
        let named = [&job.account, &job.queue, &job.qos, &job.constraint, &job.scratch].into_iter().flatten();
        let lists = [
            &job.modules,
            &job.directives,
            &job.prologue,
            &job.epilogue,
            &job.arguments,
            &job.run_arguments,
            &job.launcher_arguments,
        ];
        let paths = [job.script.as_path(), self.directory.path(), self.working_directory, self.swath];
        let paths = paths.map(|path| path.display().to_string());
        let is_broken = |word: &&String| word.contains(['\n', '\r', '\0']);
        let broken = named.chain(lists.into_iter().flatten()).chain(&paths).find(is_broken);
        let values = job.environment.iter().map(|(_, value)| value);
        match broken.or_else(|| values.into_iter().find(|value| value.contains('\0'))) {
            Some(word) => Err(TemplateError::Word { word: word.clone() }),
            None => Ok(()),
        }
    }

    fn context(&self) -> Result<Context<'_>, TemplateError> {
        let job = self.job;
        let launch = job.launcher.words(job);
        let launch = launch.iter().map(|word| expanding(word)).collect::<Result<Vec<_>, _>>()?;
        Ok(Context {
            job,
            version: env!("CARGO_PKG_VERSION"),
            command: joined(&[&[job.script.display().to_string()], &job.arguments[..]].concat())?,
            submission: joined(&self.submission())?,
            is_torque: self.kind == BatchKind::Torque,
            pbs_name: pbs_name(&job.name, self.kind),
            uncertain: UNCERTAIN.map(|part| format!("\"{part}\"")).join("|"),
            ranks: job.ranks(),
            cores_per_node: job.cores_per_node(),
            memory_mib: job.memory_bytes.map(|bytes| bytes.div_ceil(1 << 20)),
            rank_memory_bytes: job.rank_memory_bytes(),
            walltime: job.walltime_seconds.map(|seconds| walltime::format(seconds, self.kind)),
            array: job.array.as_ref().map(|array| array.told(self.kind)).transpose()?,
            mail: job.mail.as_ref().map(|mail| MailContext {
                address: &mail.address,
                events: &mail.events,
                letters: mail.events.iter().map(|event| event.letter()).collect(),
            }),
            log_directory: job.log_directory.clone().unwrap_or_else(|| self.directory.logs()),
            environment: job.environment.iter().map(|(name, value)| Variable { name, value }).collect(),
            after: job
                .after
                .iter()
                .filter_map(|dependency| {
                    let directory = dependency.directory.as_deref()?;
                    let (word, jobs) = (dependency.condition.word(), dependency.jobs);
                    Some(After { word, id: &dependency.id, directory, jobs })
                })
                .collect(),
            margin_seconds: job.margin_seconds(),
            warning_seconds: job.margin_seconds().saturating_add(job.grace_seconds),
            has_timer: self.kind != BatchKind::Slurm,
            starts_by_pbs: self.starts_by_pbs(),
            // The binary follows on a line of its own.
            launch: if launch.is_empty() { String::new() } else { launch.join(" ") + " \\\n  " },
            arguments: job.arguments.iter().map(|word| self.argument(word)).collect::<Result<_, _>>()?,
            directory: self.directory.path(),
            working_directory: self.working_directory,
            swath: self.swath,
        })
    }

    /// Whether an Open MPI that doesn't know PBS has to be told how to reach other nodes.
    fn starts_by_pbs(&self) -> bool {
        let job = self.job;
        let is_open_mpi = job.launcher.is_of_library() && matches!(job.mpi, Some(MpiFamily::OpenMpi) | None);
        let is_told = job.launcher_arguments.iter().any(|word| word.contains("hostfile") || word.contains("plm"));
        self.kind == BatchKind::Pbs && job.nodes > 1 && is_open_mpi && !is_told
    }

    /// A space, and an argument of the script as a word of shell; `{index}` is the index of the job in its array.
    fn argument(&self, word: &str) -> Result<String, TemplateError> {
        if self.job.array.is_none() || !word.contains("{index}") {
            return Ok(format!(" {}", quoted(word)?));
        }
        let part = |part: &str| if part.is_empty() { Ok(String::new()) } else { quoted(part) };
        let parts = word.split("{index}").map(part).collect::<Result<Vec<_>, _>>()?;
        Ok(format!(" {}", parts.join("\"$index\"")))
    }

    /// The script without the directives that the job skips.
    fn without_skipped(&self, text: &str) -> String {
        let prefix = if self.kind == BatchKind::Slurm { "#SBATCH " } else { "#PBS " };
        let is_skipped = |line: &str| {
            let directive = line.strip_prefix(prefix);
            directive.is_some_and(|directive| {
                self.job.skipped_directives.iter().any(|skipped| directive.starts_with(skipped.as_str()))
            })
        };
        let mut kept: String =
            text.lines().filter(|line| !is_skipped(line)).flat_map(|line| [line.trim_end(), "\n"]).collect();
        if !kept.ends_with('\n') {
            kept.push('\n');
        }
        kept
    }
}

fn quote(word: String) -> Result<String, Error> {
    quoted(&word).map_err(|error| Error::new(ErrorKind::InvalidOperation, error.to_string()))
}

/// A name as Torque takes it: a letter first, and no more than fifteen characters.
pub(super) fn pbs_name(name: &str, kind: BatchKind) -> String {
    if kind != BatchKind::Torque {
        return name.to_owned();
    }
    let starts_well = name.starts_with(|first: char| first.is_ascii_alphabetic());
    format!("{}{name}", if starts_well { "" } else { "j" }).chars().take(TORQUE_NAME_LENGTH).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render(kind: BatchKind, change: impl FnOnce(&mut JobSpec)) -> Result<String, TemplateError> {
        let mut job = JobSpec::example();
        change(&mut job);
        let directory = JobDirectory::at(Path::new("/home/ada"), "ndvi");
        let (working_directory, swath) = (Path::new("/home/ada"), Path::new("/opt/swath"));
        JobScript { kind, job: &job, directory: &directory, working_directory, swath, template: None }.render()
    }

    #[test]
    fn a_script_has_the_directives_of_its_system() {
        let slurm = render(BatchKind::Slurm, |_| {}).unwrap();
        assert!(slurm.contains("\n#SBATCH --nodes=2\n") && slurm.contains("\n#SBATCH --time=01:00:00\n"), "{slurm}");
        let pbs = render(BatchKind::Pbs, |_| {}).unwrap();
        assert!(pbs.contains("\n#PBS -l select=2:ncpus=8:mpiprocs=2:ompthreads=4:mem=4096mb\n"), "{pbs}");
        let torque = render(BatchKind::Torque, |_| {}).unwrap();
        assert!(torque.contains("\n#PBS -l nodes=2:ppn=8\n#PBS -l mem=8192mb\n"), "{torque}");
    }

    #[test]
    fn nothing_breaks_out_of_a_line() {
        for word in ["a\nrm -rf /", "a\rb", "a\0b"] {
            let broken = render(BatchKind::Slurm, |job| job.arguments = vec![word.to_owned()]);
            assert!(matches!(broken, Err(TemplateError::Word { .. })));
            let broken = render(BatchKind::Pbs, |job| job.queue = Some(word.to_owned()));
            assert!(matches!(broken, Err(TemplateError::Word { .. })));
        }
        let quoted = render(BatchKind::Slurm, |job| job.arguments = vec!["$(reboot)".to_owned()]).unwrap();
        assert!(quoted.contains("\"$job/script.py\" '$(reboot)' &"), "{quoted}");
    }

    #[test]
    fn directives_are_skipped_by_their_beginning() {
        let script = render(BatchKind::Slurm, |job| job.skipped_directives = vec!["--mem".to_owned()]).unwrap();
        assert!(!script.contains("--mem=") && script.contains("#SBATCH --nodes=2"));
    }

    #[test]
    fn the_index_of_an_array_is_put_into_arguments() {
        let script = render(BatchKind::Slurm, |job| {
            job.array = "0-3".parse().ok();
            job.arguments = vec!["my file-{index}.zarr".to_owned(), "{index}".to_owned()];
        });
        assert!(script.unwrap().contains("\"$job/script.py\" 'my file-'\"$index\".zarr \"$index\" &"));
    }

    #[test]
    fn names_fit_torque() {
        assert_eq!(pbs_name("4-very-long-names-for-jobs", BatchKind::Torque), "j4-very-long-na");
        assert_eq!(pbs_name("4-very-long-names-for-jobs", BatchKind::Pbs), "4-very-long-names-for-jobs");
    }
}
