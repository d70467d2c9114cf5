//! Runs other programs: the batch system's own commands, a launcher for a short trial. Nothing else in Swath starts processes.
//!
//! A program gets its input at once and a time limit; when that is over, it goes with all the processes that it has started.
//! What its answer means is for those who ask.

use std::ffi::OsString;
use std::io::{ErrorKind, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// What is kept of a program's output; what comes after it is read and dropped.
const OUTPUT_LIMIT_BYTES: u64 = 64 << 20;
/// How often an end is looked for once a program has closed its output.
const LOOK_INTERVAL: Duration = Duration::from_millis(2);
/// How long a batch system may take to answer, where nobody says otherwise: a busy Slurm needs its own 10 s and more.
const ANSWER_TIME: Duration = Duration::from_secs(60);
/// Says otherwise, in seconds.
const ANSWER_TIME_VARIABLE: &str = "SWATH_BATCH_TIMEOUT";

/// A program to run, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// The program, a path or a name that is looked for on `PATH`.
    pub program: OsString,
    /// What it is given.
    pub arguments: Vec<OsString>,
    /// Variables that it gets beside those of this process, or (`None`) doesn't get.
    pub variables: Vec<(String, Option<String>)>,
    /// The directory that it runs in; this process's own by default.
    pub directory: Option<PathBuf>,
    /// What it reads; nothing by default.
    pub input: Option<String>,
    /// How long it may take.
    pub timeout: Duration,
}

impl Invocation {
    /// A program without input, in this process's own directory and environment, with the time that a
    /// batch system may take.
    pub fn new(program: impl Into<OsString>, arguments: impl IntoIterator<Item = impl Into<OsString>>) -> Invocation {
        Invocation {
            program: program.into(),
            arguments: arguments.into_iter().map(Into::into).collect(),
            variables: Vec::new(),
            directory: None,
            input: None,
            timeout: answer_time(),
        }
    }

    /// The program's name, for messages.
    fn name(&self) -> String {
        self.program.to_string_lossy().into_owned()
    }
}

/// How long a batch system may take to answer: `SWATH_BATCH_TIMEOUT` in seconds, or a minute.
pub fn answer_time() -> Duration {
    let named = std::env::var(ANSWER_TIME_VARIABLE).ok().and_then(|text| text.parse().ok());
    named.filter(|&seconds| seconds > 0).map_or(ANSWER_TIME, Duration::from_secs)
}

/// What a program that has ended leaves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// Its exit code; `None` where a signal has ended it.
    pub code: Option<i32>,
    /// What it wrote to standard output. Bytes that aren't UTF-8 are replaced.
    pub stdout: String,
    /// What it wrote to standard error.
    pub stderr: String,
}

impl Answer {
    /// Whether it ended with 0.
    pub fn is_success(&self) -> bool {
        self.code == Some(0)
    }
}

/// Why a program gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// There is no such program.
    #[error("there is no command {program} here")]
    NotFound {
        /// Its name.
        program: String,
    },
    /// It took too long, and was killed.
    #[error("{program} gave no answer in {} s", timeout.as_secs_f64())]
    TimedOut {
        /// Its name.
        program: String,
        /// The time it had.
        timeout: Duration,
    },
    /// It can't be started or waited for.
    #[error("can't run {program}")]
    Io {
        /// Its name.
        program: String,
        /// What the system says.
        source: std::io::Error,
    },
}

/// Runs a program to its end.
///
/// # Errors
/// Where it isn't there, can't be started, or takes too long. An exit code other than 0 is an answer, not an error.
pub fn run(invocation: &Invocation) -> Result<Answer, CommandError> {
    let io_error = |source| CommandError::Io { program: invocation.name(), source };
    let deadline = Instant::now() + invocation.timeout;
    let mut child = spawn(invocation)?;
    if let (Some(mut stdin), Some(input)) = (child.stdin.take(), invocation.input.clone()) {
        // A program that doesn't read to the end says by its exit code why; one that hangs is killed, which ends this.
        std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    }
    let (stdout, stderr) = (collect(child.stdout.take()), collect(child.stderr.take()));
    let until = |stream: &Receiver<Vec<u8>>| stream.recv_timeout(deadline.saturating_duration_since(Instant::now()));
    let (Ok(stdout), Ok(stderr)) = (until(&stdout), until(&stderr)) else {
        kill(&mut child);
        return Err(CommandError::TimedOut { program: invocation.name(), timeout: invocation.timeout });
    };
    loop {
        if let Some(status) = child.try_wait().map_err(io_error)? {
            let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
            return Ok(Answer { code: status.code(), stdout: text(stdout), stderr: text(stderr) });
        }
        if Instant::now() > deadline {
            kill(&mut child);
            return Err(CommandError::TimedOut { program: invocation.name(), timeout: invocation.timeout });
        }
        std::thread::sleep(LOOK_INTERVAL);
    }
}

/// Starts a program in a process group of its own.
fn spawn(invocation: &Invocation) -> Result<Child, CommandError> {
    let mut command = Command::new(&invocation.program);
    command.args(&invocation.arguments).process_group(0);
    command.stdin(if invocation.input.is_some() { Stdio::piped() } else { Stdio::null() });
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    for (name, value) in &invocation.variables {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    if let Some(directory) = &invocation.directory {
        command.current_dir(directory);
    }
    let has_directory = invocation.directory.as_deref().is_none_or(|directory| directory.is_dir());
    command.spawn().map_err(|source| match source.kind() {
        // A missing directory gives the same error.
        ErrorKind::NotFound if has_directory => CommandError::NotFound { program: invocation.name() },
        _ => CommandError::Io { program: invocation.name(), source },
    })
}

/// Reads a stream to its end, on a thread of its own.
fn collect(stream: Option<impl Read + Send + 'static>) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(stream) = stream {
            let mut limited = stream.take(OUTPUT_LIMIT_BYTES);
            // An error ends the stream as its end does; the exit code says the rest.
            let _ = limited.read_to_end(&mut bytes);
            let _ = std::io::copy(&mut limited.into_inner(), &mut std::io::sink());
        }
        // Nobody waits any longer where the time is over.
        let _ = sender.send(bytes);
    });
    receiver
}

/// Kills a program and what it has started.
fn kill(child: &mut Child) {
    use rustix::process::{Pid, Signal, kill_process_group};
    // It leads its group, whose number is free only when all of it have ended and the leader was waited for.
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(group, Signal::KILL);
    }
    let _ = child.wait();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Invocation {
        Invocation::new("sh", ["-c", script])
    }

    #[test]
    fn exit_code_and_both_streams_are_the_answer() {
        let answer = run(&shell("echo out; echo err >&2; exit 3")).unwrap();
        assert_eq!(answer, Answer { code: Some(3), stdout: "out\n".to_owned(), stderr: "err\n".to_owned() });
        assert_eq!(run(&shell("kill -9 $$")).unwrap().code, None);
    }

    #[test]
    fn much_input_and_output_pass_each_other() {
        let input = "0123456789abcde\n".repeat(1 << 16);
        let answer = run(&Invocation { input: Some(input.clone()), ..Invocation::new("cat", ["-"]) }).unwrap();
        assert!(answer.stdout == input, "{} bytes came back", answer.stdout.len());
        let unread = Invocation { input: Some(input), ..shell("exit 0") };
        assert!(run(&unread).unwrap().is_success());
    }

    #[test]
    fn variables_are_set_and_removed_and_the_directory_changes() {
        let set = [("SWATH_SET".to_owned(), Some("1".to_owned())), ("PATH".to_owned(), None)];
        let invocation = Invocation {
            variables: set.to_vec(),
            directory: Some(PathBuf::from("/")),
            ..Invocation::new("/bin/sh", ["-c", "echo $SWATH_SET; /usr/bin/env | /bin/grep -c ^PATH=; pwd"])
        };
        assert_eq!(run(&invocation).unwrap().stdout, "1\n0\n/\n");
    }

    #[test]
    fn what_takes_too_long_goes_with_all_it_has_started() {
        let folder = tempfile::tempdir().unwrap();
        let mark = folder.path().join("mark");
        let script = format!("(sleep 1; touch {}) & sleep 30", mark.display());
        let started = Instant::now();
        let error = run(&Invocation { timeout: Duration::from_millis(200), ..shell(&script) }).unwrap_err();
        assert!(
            matches!(error, CommandError::TimedOut { .. }) && started.elapsed() < Duration::from_secs(10),
            "{error}"
        );
        std::thread::sleep(Duration::from_millis(1500));
        assert!(!mark.exists(), "a process was left");
    }

    #[test]
    fn output_that_stays_open_counts_as_no_answer() {
        let invocation = Invocation { timeout: Duration::from_millis(300), ..shell("sleep 20 & exit 0") };
        assert!(matches!(run(&invocation), Err(CommandError::TimedOut { .. })));
    }

    #[test]
    fn a_missing_program_is_told_from_a_missing_directory() {
        let missing = Invocation::new("swath-has-no-such-program", ["x"]);
        assert_eq!(run(&missing).unwrap_err().to_string(), "there is no command swath-has-no-such-program here");
        let nowhere = Invocation { directory: Some(PathBuf::from("/no/such/place")), ..shell("true") };
        assert!(matches!(run(&nowhere), Err(CommandError::Io { .. })));
    }
}
