//! The `rbk` binary: hands the arguments to [`rbk::cli`] and exits with its code.

fn main() -> std::process::ExitCode {
    rbk::cli::main()
}
