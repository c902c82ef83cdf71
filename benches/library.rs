//! Times whole commands over a generated library: `cargo bench --bench library -- [DOCUMENTS]`.
//!
//! Prints wall-clock seconds (least, median, most of five runs after a warm-up) and the peak memory
//! of the process. `KEEP=DIR` writes the library there and leaves it.

#![expect(
    clippy::expect_used,
    reason = "a benchmark that cannot be set up has nothing else to do"
)]

mod generator;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

const RUNS: usize = 5;

fn main() {
    let documents = std::env::args()
        .skip(1)
        .find_map(|word| word.parse().ok())
        .unwrap_or(10_000);
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let folder =
        std::env::var_os("KEEP").map_or_else(|| temporary.path().to_owned(), PathBuf::from);
    let written = generator::write(&folder, documents);
    println!("{written} documents in {}", folder.display());
    for command in ["lint", "test"] {
        measure(command, &folder);
    }
}

fn measure(command: &str, folder: &Path) {
    let mut seconds: Vec<f64> = (0..=RUNS).map(|_| run(command, folder)).skip(1).collect();
    seconds.sort_by(f64::total_cmp);
    println!(
        "rbk {command}: {:.2} s least, {:.2} s median, {:.2} s most; peak memory {}",
        seconds[0],
        seconds[RUNS / 2],
        seconds[RUNS - 1],
        peak(command, folder),
    );
}

fn rbk(command: &str, folder: &Path) -> Command {
    let mut rbk = Command::new(env!("CARGO_BIN_EXE_rbk"));
    rbk.args([command, "--today", "2026-11-23"])
        .current_dir(folder);
    rbk.stdout(Stdio::null());
    rbk
}

fn run(command: &str, folder: &Path) -> f64 {
    let start = Instant::now();
    let status = rbk(command, folder).status().expect("rbk starts");
    assert!(status.success(), "rbk {command} failed: {status}");
    start.elapsed().as_secs_f64()
}

/// Peak resident memory as the kernel counted it (Linux), sampled until the command ends.
fn peak(command: &str, folder: &Path) -> String {
    let mut child = rbk(command, folder).spawn().expect("rbk starts");
    let status = format!("/proc/{}/status", child.id());
    let mut last = None;
    while let Ok(None) = child.try_wait() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        last = line.map(|line| line.trim().to_owned()).or(last);
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    last.unwrap_or_else(|| "unknown here".to_owned())
}
