//! Runs a command again and again, and says how long it took and how much memory it held.

use std::fmt;
use std::fs;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Runs that count; one more comes first, so that files are in memory.
const RUNS: usize = 7;

/// Of processor times in `/proc`.
const TICKS_PER_SECOND: f64 = 100.0;

/// What running a command came to.
pub(crate) struct Measured {
    /// Seconds on the clock, shortest first.
    wall: Vec<f64>,
    /// Seconds of all processors, user and system, of one further run.
    processor: f64,
    /// As the kernel writes it.
    peak_memory: String,
}

/// Measures a command that has to end with this exit code.
pub(crate) fn measure(command: impl Fn() -> Command, code: i32) -> Measured {
    let runs = (0..=RUNS).map(|_| seconds(command(), code));
    let mut wall: Vec<f64> = runs.skip(1).collect();
    wall.sort_by(f64::total_cmp);
    let (processor, peak_memory) = observed(command());
    Measured {
        wall,
        processor,
        peak_memory,
    }
}

fn seconds(mut command: Command, code: i32) -> f64 {
    let start = Instant::now();
    let output = command.output().expect("rbk starts");
    let took = start.elapsed().as_secs_f64();
    let told = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(code), "{command:?}:\n{told}");
    took
}

/// Processor time and peak memory as the kernel (Linux) counted them, looked up until the command has ended but
/// is not yet forgotten. Short commands end before they can be looked up.
fn observed(mut command: Command) -> (f64, String) {
    let mut child = command.stdout(Stdio::null()).spawn().expect("rbk starts");
    let folder = format!("/proc/{}", child.id());
    let mut peak = None;
    let mut processor = 0.0;
    while let Ok(stat) = fs::read_to_string(format!("{folder}/stat")) {
        // The name of the command, in brackets, may hold anything.
        let after_name = stat.rsplit(") ").next().unwrap_or_default();
        let fields: Vec<&str> = after_name.split(' ').collect();
        let ticks = |at: usize| fields.get(at).and_then(|ticks| ticks.parse::<f64>().ok());
        processor =
            (ticks(11).unwrap_or_default() + ticks(12).unwrap_or_default()) / TICKS_PER_SECOND;
        if fields.first() == Some(&"Z") {
            break;
        }
        let status = fs::read_to_string(format!("{folder}/status")).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak = line.map(|line| line.trim().to_owned()).or(peak);
        sleep(Duration::from_millis(1));
    }
    child.wait().expect("rbk ends");
    (processor, peak.unwrap_or_else(|| "unknown".to_owned()))
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = |at: usize| self.wall.get(at).copied().unwrap_or_default();
        write!(
            f,
            "{:.3} s least, {:.3} s median, {:.3} s most; {:.2} s of processors; peak memory {}",
            at(0),
            at(RUNS / 2),
            at(RUNS - 1),
            self.processor,
            self.peak_memory,
        )
    }
}
