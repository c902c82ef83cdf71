//! Times whole commands: `cargo bench --bench library -- [DOCUMENTS]`.
//!
//! `lint` over a generated library of that many documents (10,000 if not said), `test` over one of that many
//! fixtures, `diff` over one of 1,000 documents with one of them changed, `lint` and `test` over this repository's own
//! library, and `decide` and `authorize` over that library as published and followed by `rbk demo`. `KEEP=DIR` writes everything there and leaves it.

#![expect(
    clippy::expect_used,
    reason = "a benchmark that cannot be set up has nothing else to do"
)]

#[cfg(feature = "lsp")]
mod editor;
mod generator;
mod measure;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use generator::Size;
use measure::measure;

/// On which documents are looked at, so that nothing expires while the benchmark grows old.
const TODAY: &str = "2026-11-01";

/// Documents of the library one of which is changed.
const CHANGED: usize = 1_000;

/// Documents of the library an editor has open.
#[cfg(feature = "lsp")]
const IN_EDITOR: usize = 1_000;

fn main() {
    let wanted = std::env::args()
        .skip(1)
        .find_map(|word| word.parse().ok())
        .unwrap_or(10_000);
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let folder =
        std::env::var_os("KEEP").map_or_else(|| temporary.path().to_owned(), PathBuf::from);
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));

    let documents = generated(&folder.join("documents"), Size::Documents(wanted));
    report(&["lint", "--today", TODAY], &documents, 0);
    let fixtures = generated(&folder.join("fixtures"), Size::Fixtures(wanted));
    report(&["test"], &fixtures, 0);

    let changed = generated(&folder.join("changed"), Size::Documents(CHANGED));
    change(&changed);
    report(&["diff", "HEAD"], &changed, 0);

    #[cfg(feature = "lsp")]
    type_in(&generated(
        &folder.join("editor"),
        Size::Documents(IN_EDITOR),
    ));

    println!("{}", own.display());
    report(&["lint", "--today", TODAY], own, 0);
    report(&["test"], own, 0);
    let agent = followed(&folder.join("agent"), own);
    let anchor = "published/metadata/1.root.json";
    let state = ["--state", "agent", "--root", anchor];
    // Nobody approved the proposal: it is refused, as it has to be.
    for (command, option, input, code) in [
        ("decide", "--incident", "benches/incident.json", 0),
        ("authorize", "--proposal", "benches/proposal.json", 1),
    ] {
        let input = own.join(input);
        let input = input.to_str().expect("a path that is text");
        report(
            &[&[command, option, input][..], &state].concat(),
            &agent,
            code,
        );
    }
}

/// A generated library in `folder`.
fn generated(folder: &Path, size: Size) -> PathBuf {
    let written = generator::write(folder, size);
    // The generator writes what a YAML library writes; thousands of notes about layout would be what is measured.
    let formatted = rbk(&["fmt"], folder).output().expect("rbk starts");
    assert!(formatted.status.success(), "rbk fmt failed");
    println!(
        "{}: {} documents, {} of them fixtures; {:.1} lines and {:.0} bytes each",
        folder.display(),
        written.documents,
        written.fixtures,
        written.lines as f64 / written.documents as f64,
        written.bytes as f64 / written.documents as f64,
    );
    folder.to_owned()
}

/// Commits a library and changes one of its runbooks.
fn change(folder: &Path) {
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        git.args([
            "-c",
            "user.name=bench",
            "-c",
            "user.email=bench@example.org",
        ]);
        let done = git.args(arguments).current_dir(folder).status();
        assert!(
            done.expect("git starts").success(),
            "git {arguments:?} failed"
        );
    };
    git(&["init", "-q"]);
    git(&["add", "-A"]);
    git(&["commit", "-q", "-m", "Runbooks"]);
    let runbook = folder.join("runbooks/error-rate-after-deploy-0/runbook.yaml");
    let text = fs::read_to_string(&runbook).expect("a runbook");
    fs::write(runbook, text.replace("mode: gated", "mode: auto")).expect("it can be written");
}

/// The folder of an agent that follows the library of `repository`: what `rbk demo --keep` leaves.
fn followed(folder: &Path, repository: &Path) -> PathBuf {
    fs::create_dir_all(folder).expect("the folder can be made");
    let mut demo = rbk(&["demo", "--keep"], repository);
    let output = demo.env("TMPDIR", folder).output().expect("rbk starts");
    assert!(output.status.success(), "rbk demo failed");
    let mut kept = fs::read_dir(folder).expect("the folder can be read");
    kept.next().expect("a folder").expect("a folder").path()
}

/// Measures an editor in which a runbook is changed.
#[cfg(feature = "lsp")]
fn type_in(folder: &Path) {
    let mut lsp = rbk(&["lsp"], folder);
    lsp.env("RBK_TODAY", TODAY);
    let file = "runbooks/error-rate-after-deploy-0/runbook.yaml";
    let took = editor::typed(lsp, folder, file, "mode: gated", "mode: gate");
    let at = |at: usize| took.get(at).copied().unwrap_or_default();
    println!(
        "  rbk lsp: {:.1} ms least, {:.1} ms median, {:.1} ms most from an edit to its diagnostics",
        at(0),
        at(took.len() / 2),
        at(took.len().saturating_sub(1)),
    );
}

fn rbk(arguments: &[&str], folder: &Path) -> Command {
    let mut rbk = Command::new(env!("CARGO_BIN_EXE_rbk"));
    rbk.args(arguments).current_dir(folder);
    rbk
}

fn report(arguments: &[&str], folder: &Path, code: i32) {
    let measured = measure(|| rbk(arguments, folder), code);
    println!("  rbk {}: {measured}", arguments.first().unwrap_or(&""));
}
