//! The command line.

/// Runs the command named by the process arguments.
pub fn main() -> std::process::ExitCode {
    std::process::ExitCode::from(2)
}
