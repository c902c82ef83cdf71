//! `rbk demo`: the whole chain, from documents to a decision, in a temporary folder with throw-away keys.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;
use std::time::Instant;

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;

use super::Run;
use super::reporting;
use super::shared::now;
use super::{bundle, lint, publish, test};
use crate::agent::{
    Decision, DecisionInput, Evidence, EvidenceDemand, Next, Terms, decide_with, open_release,
    prepare,
};
use crate::bundle::demands_evidence;
use crate::cli::console::Tone;
use crate::cli::{CliError, Console, Exit};
use crate::distribution::root::{self, RolePlan, TopRole};
use crate::distribution::signer::{PemSigner, Signer};
use crate::distribution::{
    DirectoryTransport, Lifetimes, NewKey, Outcome, Repository, StateDir, SyncOptions, SyncReport,
    sync,
};
use crate::document::id::QueryId;
use crate::document::model::{Document, Fixture, FixtureKind, HaltLevel, Mode, Query};
use crate::engine::prepared::Prepared;
use crate::library::{Library, LoadOptions, starter};
use crate::lint::Options;
use crate::testing::Scene;

/// Arguments of `rbk demo`.
#[derive(Args)]
pub(in crate::cli) struct Demo {
    /// A folder of the repository to show; the starter library where there is none
    #[arg(default_value = ".")]
    path: Utf8PathBuf,
    /// Keep the temporary folder and say where it is
    #[arg(long)]
    keep: bool,
}

/// Stages shown.
const STAGES: usize = 7;

impl Run for Demo {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        let folder = tempfile::Builder::new()
            .prefix("rbk-demo-")
            .tempdir()
            .map_err(CliError::could_not)?;
        let root = Utf8PathBuf::from_path_buf(folder.path().to_owned())
            .map_err(|path| CliError::could_not(format!("{} is not UTF-8", path.display())))?;
        let mut stage = Stages { console, number: 0 };
        let exit = show(&self.path, &root, &mut stage);
        if self.keep {
            let kept = folder.keep();
            console.line(format!("Everything is kept in {}.", kept.display()));
        }
        exit
    }
}

/// Prints the stages as they end.
struct Stages<'a> {
    console: &'a mut Console,
    number: usize,
}

impl Stages<'_> {
    fn run<T>(
        &mut self,
        name: &str,
        proves: &str,
        work: impl FnOnce(&mut Console) -> Result<(T, String), CliError>,
    ) -> Result<T, CliError> {
        let start = Instant::now();
        let (value, told) = work(self.console)?;
        let took = start.elapsed().as_secs_f64();
        self.number += 1;
        let title = self.console.toned(Tone::Strong, name);
        let mark = self.console.toned(Tone::Good, "ok");
        self.console.line(format!(
            "[{}/{STAGES}] {title}  {mark}  {told}  ({took:.2} s)",
            self.number
        ));
        let proves = self.console.toned(Tone::Faint, proves);
        self.console.line(format!("      {proves}"));
        self.console.flush();
        Ok(value)
    }
}

fn show(path: &Utf8Path, root: &Utf8Path, stage: &mut Stages<'_>) -> Result<Exit, CliError> {
    let repository = root.join("repository");
    copy_documents(path, &repository)?;
    let library = Library::load(&repository, &LoadOptions::default());
    let today = now().to_zoned(jiff::tz::TimeZone::UTC).date();

    stage.run(
        "lint",
        "every document keeps to the schema and the rules; nothing unsafe reaches a reviewer",
        |console| {
            let outcome = lint::run(&library, &Options::on(today))?;
            console.print(if outcome.report.summary.errors == 0 {
                String::new()
            } else {
                crate::diagnostic::render::Format::Human
                    .render(&outcome.report, &reporting::style(console))
            });
            require(
                outcome.report.summary.errors == 0,
                "the library does not lint clean",
            )?;
            Ok((
                (),
                format!("{} documents, no error", outcome.report.summary.documents),
            ))
        },
    )?;
    stage.run(
        "test",
        "simulated incidents end as their authors expect, and each of them would notice a change",
        |console| {
            let report = test::run(&library, None)?;
            if !report.passed() {
                console.print(report.human());
            }
            require(report.passed(), "a fixture fails")?;
            Ok(((), format!("{} tests passed", report.tests.len())))
        },
    )?;
    let files = stage.run(
        "build",
        "the same commit gives the same bytes: it was built twice and compared",
        |console| {
            commit(&repository)?;
            let first = bundle::build_commit(&repository, "HEAD", today, None, console)?;
            let second = bundle::build_commit(&repository, "HEAD", today, None, console)?;
            require(first.is_some() && first == second, "two builds differ")?;
            let files = first.unwrap_or_default();
            let bytes: usize = files.values().map(Vec::len).sum();
            let told = format!("{} files, {bytes} bytes", files.len());
            Ok((files, told))
        },
    )?;
    let published = root.join("published");
    let keys = Keys::make(&root.join("keys"))?;
    stage.run("publish", "signed with keys whose roles are separate (TUF 1.0): a root, releases, snapshots, timestamps", |_| {
        let mut files = files;
        let demands = library
            .governance()
            .is_some_and(|(_, policy)| demands_evidence(&policy.spec));
        // Nobody reviewed the copy this works on, and the release has to say so.
        let marked = match demands {
            true => publish::mark(&mut files).map(|()| ", marked as without evidence of approval")?,
            false => "",
        };
        let release = keys.publish(&published, &files)?;
        Ok(((), format!("release {release}{marked}")))
    })?;
    let state = StateDir::new(root.join("agent").as_std_path());
    stage.run(
        "sync",
        "an agent fetched the release and verified it from the root it was installed with",
        |_| {
            let report = synchronise(&state, &published, &keys.root)?;
            match report.outcome {
                Outcome::Activated { to, .. } => Ok((
                    (),
                    format!("release {to} is in force, {} bytes", report.bytes),
                )),
                other => Err(CliError::could_not(format!("{other:?}"))),
            }
        },
    )?;
    stage.run(
        "tamper",
        "one flipped bit in what was published is refused, and the agent stays as it was",
        |_| {
            let mirror = root.join("mirror");
            copy_folder(&published, &mirror)?;
            let target = flip_a_bit(&mirror.join("targets"))?;
            let other = StateDir::new(root.join("other-agent").as_std_path());
            let report = synchronise(&other, &mirror, &keys.root)?;
            match report.outcome {
                Outcome::Refused { code, .. } => {
                    Ok(((), format!("{target} changed: refused [{code}]")))
                }
                other => Err(CliError::could_not(format!(
                    "a changed file was not refused: {other:?}"
                ))),
            }
        },
    )?;
    let release = state
        .current(&keys.root)
        .map_err(|refusal| CliError::could_not(refusal.to_string()))?;
    let release = release.ok_or_else(|| CliError::could_not("no release is in force"))?;
    let bundle = open_release(&release, &trying(), now())
        .map_err(CliError::could_not)?
        .bundle;
    let prepared = Arc::new(prepare(&bundle));
    let sample = sample(&library, &prepared)?;
    let decision = stage.run(
        "decide",
        "what an agent may do now follows from the signed documents and the evidence alone",
        |_| {
            let decision = sample.decide(&prepared, None);
            Ok((decision, format!("sample incident {}", sample.name)))
        },
    )?;
    explain(&decision, stage.console);
    let halted = sample.decide(&prepared, Some(HaltLevel::StopNow));
    let told = halted.ended.map_or_else(
        || "it went on".to_owned(),
        |ended| format!("{}: {}", ended.outcome, ended.detail),
    );
    stage.console.line(format!(
        "\nThe same incident after the kill switch: {told}."
    ));
    next_steps(stage.console);
    Ok(Exit::Clean)
}

fn require(holds: bool, otherwise: &str) -> Result<(), CliError> {
    if holds {
        Ok(())
    } else {
        Err(CliError::could_not(otherwise))
    }
}

/// Copies the documents of the repository around `path`, or writes the starter library.
fn copy_documents(path: &Utf8Path, to: &Utf8Path) -> Result<(), CliError> {
    let put = |name: &Utf8Path, bytes: &[u8]| {
        let file = to.join(name);
        let made = file
            .parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(&file, bytes));
        made.map_err(|error| CliError::could_not(format!("{file} cannot be written: {error}")))
    };
    let root = path
        .canonicalize_utf8()
        .ok()
        .and_then(|path| Library::find_root(&path));
    let library = root.map(|root| Library::load(&root, &LoadOptions::default()));
    match library.filter(|library| library.repository().is_some() && library.entries().len() > 1) {
        Some(library) => {
            for (_, entry) in library.entries().filter(|(_, entry)| entry.position() == 0) {
                put(entry.path(), entry.source().text().as_bytes())?;
            }
        }
        None => {
            for (name, text) in starter::FILES {
                put(Utf8Path::new(name), text.as_bytes())?;
            }
        }
    }
    Ok(())
}

/// Commits everything in a new git repository.
fn commit(folder: &Utf8Path) -> Result<(), CliError> {
    let commit = || -> Result<(), git2::Error> {
        let git = git2::Repository::init(folder)?;
        let mut index = git.index()?;
        index.add_all(["*"], git2::IndexAddOption::DEFAULT, None)?;
        index.write()?;
        let tree = git.find_tree(index.write_tree()?)?;
        let who = git2::Signature::new(
            "demo",
            "demo@example.org",
            &git2::Time::new(1_700_000_000, 0),
        )?;
        git.commit(Some("HEAD"), &who, &who, "Runbooks", &tree, &[])?;
        Ok(())
    };
    commit().map_err(|error| CliError::could_not(format!("git: {error}")))
}

/// Throw-away keys, one for each role, and the root that names them.
struct Keys {
    root: Vec<u8>,
    online: Vec<PemSigner>,
}

impl Keys {
    fn make(folder: &Utf8Path) -> Result<Self, CliError> {
        fs::create_dir_all(folder).map_err(CliError::could_not)?;
        let mut plan = BTreeMap::new();
        let mut signers = Vec::new();
        for role in TopRole::ALL {
            let key = NewKey::ed25519().map_err(CliError::could_not)?;
            let file = folder.join(format!("{}.pem", role.name()));
            key.write(file.as_std_path()).map_err(CliError::could_not)?;
            let pem = fs::read_to_string(&file).map_err(CliError::could_not)?;
            signers.push(PemSigner::from_pem(&pem).map_err(CliError::could_not)?);
            plan.insert(
                role,
                RolePlan {
                    keys: vec![key.public_key().clone()],
                    threshold: 1,
                },
            );
        }
        let expires = now() + std::time::Duration::from_secs(30 * 86_400);
        let draft = root::draft(&plan, expires, now()).map_err(CliError::could_not)?;
        let holder = signers
            .first()
            .ok_or_else(|| CliError::could_not("there is no root key"))?;
        let root = root::sign(&draft, None, holder).map_err(CliError::could_not)?;
        Ok(Self {
            root,
            online: signers.split_off(1),
        })
    }

    fn publish(&self, to: &Utf8Path, files: &BTreeMap<String, Vec<u8>>) -> Result<u64, CliError> {
        let signers: Vec<&dyn Signer> = self
            .online
            .iter()
            .map(|signer| signer as &dyn Signer)
            .collect();
        Repository::open(to.as_std_path(), std::slice::from_ref(&self.root))
            .and_then(|repository| {
                repository.publish(files, &signers, &Lifetimes::default(), now())
            })
            .map(|published| published.release)
            .map_err(CliError::could_not)
    }
}

fn synchronise(state: &StateDir, from: &Utf8Path, anchor: &[u8]) -> Result<SyncReport, CliError> {
    let transport = DirectoryTransport::new(from.as_std_path()).map_err(CliError::could_not)?;
    let activate = |release: &crate::distribution::Release| {
        // Nobody reviewed what the demonstration publishes.
        let usable = open_release(release, &trying(), now());
        usable.map(drop).map_err(|error| error.to_string())
    };
    Ok(sync(
        state,
        &transport,
        anchor,
        now(),
        &SyncOptions::default(),
        &activate,
    ))
}

fn copy_folder(from: &Utf8Path, to: &Utf8Path) -> Result<(), CliError> {
    fs::create_dir_all(to).map_err(CliError::could_not)?;
    for entry in from.read_dir_utf8().map_err(CliError::could_not)? {
        let entry = entry.map_err(CliError::could_not)?;
        let target = to.join(entry.file_name());
        if entry.file_type().map_err(CliError::could_not)?.is_dir() {
            copy_folder(entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target).map_err(CliError::could_not)?;
        }
    }
    Ok(())
}

/// Flips a bit in the middle of the first pack, and says which file that is.
fn flip_a_bit(folder: &Utf8Path) -> Result<String, CliError> {
    let entries = folder.read_dir_utf8().map_err(CliError::could_not)?;
    let mut packs: Vec<_> = entries
        .flatten()
        .map(|entry| entry.path().to_owned())
        .filter(|path| path.as_str().contains("pack-"))
        .collect();
    packs.sort();
    let pack = packs
        .first()
        .ok_or_else(|| CliError::could_not("there is no pack"))?;
    let mut bytes = fs::read(pack).map_err(CliError::could_not)?;
    let middle = bytes.len() / 2;
    if let Some(byte) = bytes.get_mut(middle) {
        *byte ^= 1;
    }
    fs::write(pack, bytes).map_err(CliError::could_not)?;
    let name = pack.file_name().unwrap_or_default();
    Ok(name
        .split_once('.')
        .map_or(name, |(_, name)| name)
        .to_owned())
}

/// An incident with its sources.
struct Sample {
    name: String,
    scene: Scene,
}

impl Sample {
    fn decide(&self, prepared: &Arc<Prepared>, halt: Option<HaltLevel>) -> Decision {
        let input = DecisionInput {
            now: self.scene.begin,
            agent: "demo".to_owned(),
            incident: self.scene.incident.clone(),
            halt,
            history: Vec::new(),
            evidence: Evidence::default(),
        };
        decide_with(prepared, &input, &|request| {
            Some(self.scene.answer(request))
        })
    }
}

/// The first positive fixture that asks a human for a go-ahead.
fn sample(library: &Library, prepared: &Arc<Prepared>) -> Result<Sample, CliError> {
    let queries = |id: &QueryId| -> Option<&Query> {
        library.queries().get(id).map(|(_, query)| &query.spec)
    };
    let gated = |fixture: &Document<Fixture>| {
        let actions = &fixture.spec.expect.actions;
        fixture.spec.kind == FixtureKind::Positive
            && actions
                .iter()
                .any(|action| action.mode == Some(Mode::Gated))
    };
    let mut fixtures: Vec<_> = library
        .fixtures()
        .iter()
        .map(|(_, fixture)| fixture)
        .filter(|fixture| gated(fixture))
        .collect();
    // The incident everybody knows first: a bad release.
    fixtures.sort_by_key(|fixture| {
        !fixture
            .spec
            .expect
            .actions
            .iter()
            .any(|action| action.action.as_str().contains("rollout-undo"))
    });
    let scenes = fixtures.into_iter().filter_map(|fixture| {
        let scene = Scene::of(fixture, &queries).ok()?;
        Some(Sample {
            name: fixture.metadata.id.clone(),
            scene,
        })
    });
    let mut asking =
        scenes.filter(|sample| sample.decide(prepared, None).next == Next::RequestApproval);
    asking.next().ok_or_else(|| {
        CliError::could_not("the library has no positive fixture that asks for a go-ahead")
    })
}

fn explain(decision: &Decision, console: &mut Console) {
    console.line("");
    for line in &decision.trace {
        console.line(format!("  {line}"));
    }
    if let Some(request) = &decision.approval {
        console.line(format!(
            "\nThe agent asks for {} approvals: {}",
            request.demand.approvals, request.call.summary
        ));
    }
}

fn next_steps(console: &mut Console) {
    console.line("\nTry next:");
    console.line("  rbk init my-runbooks          a small working repository of your own");
    console.line("  rbk explain T001              what a rule demands, and why");
    console.line("  rbk test --filter adversarial see docs/format.md for what fixtures can say");
}

/// Nothing of the demonstration was approved by anybody.
fn trying() -> Terms {
    Terms {
        evidence: EvidenceDemand::Never,
        ..Terms::default()
    }
}
