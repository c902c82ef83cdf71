//! The `rbk` binary: hands the arguments to [`rbk::cli`] and exits with its code.

/// A library of ten thousand documents is some millions of small allocations on every core.
#[cfg(feature = "author")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    rbk::cli::main()
}
