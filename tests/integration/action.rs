//! The action for pull requests, executed step by step as a runner does it, on the binary of this build.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::forge::world::{ALICE, BOB, How, RUNBOOK as WORLD_RUNBOOK, World};
use crate::workbench::Workbench;

/// A run of the action.
struct Action<'b> {
    bench: &'b Workbench,
    inputs: BTreeMap<String, String>,
    environment: BTreeMap<String, String>,
}

/// An archive of the binary, laid out as releases are.
struct Release {
    version: &'static str,
    digest: String,
    url: String,
}

/// It is packed once; without what debuggers need it is a fifth of the size.
static RELEASE: LazyLock<Release> = LazyLock::new(|| {
    let bench = Workbench::kept("releases");
    let platform = match (std::env::consts::OS, std::env::consts::ARCH) {
        ("macos", arch) => format!("{arch}-apple-darwin"),
        (_, arch) => format!("{arch}-unknown-linux-gnu"),
    };
    let version = env!("CARGO_PKG_VERSION");
    let name = format!("rbk-{version}-{platform}");
    let folder = bench.path(format!("v{version}"));
    fs::create_dir_all(folder.join(&name)).unwrap();
    let run = |program: &str, arguments: &[&str]| {
        let ran = Command::new(program)
            .args(arguments)
            .current_dir(&folder)
            .output()
            .unwrap();
        assert!(ran.status.success(), "{ran:?}");
        String::from_utf8(ran.stdout).unwrap()
    };
    run(
        "strip",
        &["-o", &format!("{name}/rbk"), env!("CARGO_BIN_EXE_rbk")],
    );
    let archive = format!("{name}.tar.gz");
    run(
        "tar",
        &["--use-compress-program=gzip -1", "-cf", &archive, &name],
    );
    Release {
        version,
        digest: run("sha256sum", &[&archive])
            .split(' ')
            .next()
            .unwrap()
            .to_owned(),
        url: format!("file://{}", bench.path("").display()),
    }
});

/// What a run left behind.
#[derive(Debug)]
struct Done {
    succeeded: bool,
    outputs: BTreeMap<String, String>,
    log: String,
    summary: String,
    used: Vec<String>,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn definition() -> Value {
    let text = fs::read_to_string(root().join("action.yml")).unwrap();
    serde_yaml::from_str(&text).unwrap()
}

impl<'b> Action<'b> {
    /// The action with its defaults, which installs the binary of this build as if it were a release.
    fn new(bench: &'b Workbench) -> Self {
        let defaults = definition()["inputs"].as_object().unwrap().clone();
        let defaults = defaults.into_iter().map(|(name, input)| {
            let default = input["default"].as_str().unwrap_or_default().to_owned();
            (name, default)
        });
        let mut action = Self {
            bench,
            inputs: defaults.collect(),
            environment: BTreeMap::new(),
        };
        for (name, value) in [
            ("version", RELEASE.version.to_owned()),
            ("sha256", RELEASE.digest.clone()),
            ("download-url", RELEASE.url.clone()),
            ("working-directory", "repository".to_owned()),
        ] {
            action.inputs.insert(name.to_owned(), value);
        }
        action
    }

    fn with(mut self, input: &str, value: &str) -> Self {
        assert!(self.inputs.contains_key(input), "{input}");
        self.inputs.insert(input.to_owned(), value.to_owned());
        self
    }

    fn on(mut self, event: &Path) -> Self {
        self.environment
            .insert("GITHUB_EVENT_PATH".to_owned(), event.display().to_string());
        self
    }

    /// A variable that the runner sets.
    fn variable(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Runs the steps, as a runner does: expressions are replaced, scripts get the files of the environment.
    fn run(&self) -> Done {
        let temp = self.bench.path("temp");
        fs::create_dir_all(&temp).unwrap();
        let mut done = Done {
            succeeded: true,
            outputs: BTreeMap::new(),
            log: String::new(),
            summary: String::new(),
            used: Vec::new(),
        };
        let mut steps: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
        for step in definition()["runs"]["steps"].as_array().unwrap() {
            let text = |key: &str| self.filled(step[key].as_str().unwrap_or_default(), &steps);
            if let Some(uses) = step["uses"].as_str() {
                if self.holds(step["if"].as_str().unwrap(), &steps) {
                    done.used.push(uses.to_owned());
                }
                continue;
            }
            if !done.succeeded {
                continue;
            }
            let (output, summary) = (temp.join("output"), temp.join("summary"));
            fs::write(&output, "").unwrap();
            let directory = match text("working-directory").as_str() {
                "" => self.bench.path(""),
                directory => self.bench.path(directory),
            };
            let environment = step["env"].as_object().unwrap();
            let environment = environment
                .iter()
                .map(|(name, value)| (name, self.filled(value.as_str().unwrap(), &steps)));
            let ran = Command::new("bash")
                .args([
                    "--noprofile",
                    "--norc",
                    "-eo",
                    "pipefail",
                    "-c",
                    &text("run"),
                ])
                .current_dir(directory)
                .env_clear()
                .env("PATH", std::env::var_os("PATH").unwrap())
                .env("HOME", self.bench.path(""))
                .env("RUNNER_TEMP", &temp)
                .env("GITHUB_ACTIONS", "true")
                .env("GITHUB_OUTPUT", &output)
                .env("GITHUB_STEP_SUMMARY", &summary)
                .env("RBK_TODAY", "2026-11-20")
                .envs(environment)
                .envs(&self.environment)
                .output()
                .unwrap();
            done.succeeded = ran.status.success();
            done.log += &String::from_utf8_lossy(&ran.stdout);
            done.log += &String::from_utf8_lossy(&ran.stderr);
            let written = fs::read_to_string(&output).unwrap();
            let written = written.lines().map(|line| line.split_once('=').unwrap());
            let written = written.map(|(name, value)| (name.to_owned(), value.to_owned()));
            steps.insert(text("id"), written.collect());
        }
        let outputs = definition()["outputs"].as_object().unwrap().clone();
        for (name, output) in outputs {
            done.outputs
                .insert(name, self.filled(output["value"].as_str().unwrap(), &steps));
        }
        done.summary = fs::read_to_string(temp.join("summary")).unwrap_or_default();
        done
    }

    /// A text with its expressions replaced; only what the action uses is known.
    fn filled(&self, text: &str, steps: &BTreeMap<String, BTreeMap<String, String>>) -> String {
        let mut parts = text.split("${{");
        let mut filled = parts.next().unwrap().to_owned();
        for part in parts {
            let (expression, rest) = part.split_once("}}").unwrap();
            filled += &self.value(expression.trim(), steps);
            filled += rest;
        }
        filled
    }

    fn value(&self, name: &str, steps: &BTreeMap<String, BTreeMap<String, String>>) -> String {
        let path: Vec<&str> = name.split('.').collect();
        match path.as_slice() {
            ["inputs", input] => self
                .inputs
                .get(*input)
                .unwrap_or_else(|| panic!("{input}"))
                .clone(),
            ["steps", step, "outputs", output] => {
                let outputs = steps.get(*step);
                outputs
                    .and_then(|outputs| outputs.get(*output))
                    .cloned()
                    .unwrap_or_default()
            }
            ["github", "action_path"] => root().display().to_string(),
            ["github", "server_url"] => "https://github.example".to_owned(),
            ["github", "action_repository"] => "acme/rbk".to_owned(),
            _ => panic!("the action uses {name}"),
        }
    }

    /// Whether a condition of comparisons joined by `&&` holds.
    fn holds(&self, condition: &str, steps: &BTreeMap<String, BTreeMap<String, String>>) -> bool {
        let condition = condition.trim_start_matches("${{").trim_end_matches("}}");
        condition.split("&&").map(str::trim).all(|part| {
            if part == "!cancelled()" {
                return true;
            }
            let equal = part.split_once("==").map(|sides| (sides, true));
            let ((left, right), wanted) = equal
                .or_else(|| part.split_once("!=").map(|sides| (sides, false)))
                .unwrap();
            (self.value(left.trim(), steps) == right.trim().trim_matches('\'')) == wanted
        })
    }
}

const RUNBOOK: &str = "repository/runbooks/error-rate-after-deploy/runbook.yaml";

/// A repository, and the event of a pull request whose base is its first commit.
fn pull_request() -> (Workbench, PathBuf) {
    let bench = Workbench::new();
    bench.starter("repository");
    let base = bench.git("repository", &["rev-parse", "HEAD"]);
    let event = json!({"pull_request": {"base": {"sha": base.trim(), "ref": "main"}}});
    bench.write("event.json", event.to_string());
    let event = bench.path("event.json");
    (bench, event)
}

#[test]
fn a_clean_pull_request_passes() {
    let (bench, event) = pull_request();
    let done = Action::new(&bench).on(&event).run();
    assert!(done.succeeded, "{}", done.log);
    assert_eq!(done.outputs["verdict"], "clean");
    assert_eq!(done.outputs["findings"], "0");
    assert_eq!(done.used, Vec::<String>::new());
    assert!(
        done.summary.contains("**no findings in 31 documents**"),
        "{}",
        done.summary
    );
    let sarif = fs::read_to_string(&done.outputs["report"]).unwrap();
    assert_eq!(
        serde_json::from_str::<Value>(&sarif).unwrap()["version"],
        "2.1.0"
    );
}

#[test]
fn findings_are_annotated_counted_and_uploaded() {
    let (bench, event) = pull_request();
    bench.replace(RUNBOOK, "below: 2%}", "below: 2 %s}");
    bench.commit("repository");
    let done = Action::new(&bench).on(&event).with("sarif", "true").run();
    assert!(!done.succeeded, "{}", done.log);
    assert_eq!(done.outputs["verdict"], "findings");
    assert_ne!(done.outputs["findings"], "0");
    assert!(
        done.log
            .contains("::error file=runbooks/error-rate-after-deploy/runbook.yaml,line="),
        "{}",
        done.log
    );
    assert!(done.summary.contains("| error | "), "{}", done.summary);
    assert_eq!(done.used.len(), 1, "{:?}", done.used);
}

#[test]
fn a_failing_fixture_is_annotated() {
    let (bench, event) = pull_request();
    let fixture = "repository/runbooks/error-rate-after-deploy/fixtures/quiet.yaml";
    bench.replace(fixture, "outcome: escalated", "outcome: resolved");
    bench.commit("repository");
    let done = Action::new(&bench).on(&event).run();
    assert_eq!(done.outputs["verdict"], "findings", "{}", done.log);
    assert!(
        done.log.contains("quiet.yaml,title=rbk test::"),
        "{}",
        done.log
    );
    assert!(done.summary.contains("1 failed"), "{}", done.summary);
}

#[test]
fn a_difference_goes_into_the_summary() {
    let (bench, event) = pull_request();
    bench.replace(RUNBOOK, "below: 2%}", "below: 20%}");
    bench.commit("repository");
    let done = Action::new(&bench).on(&event).with("command", "diff").run();
    assert_eq!(done.outputs["verdict"], "clean", "{}", done.log);
    for text in [&done.log, &done.summary] {
        assert!(text.contains("error-rate-after-deploy"), "{text}");
    }
}

#[test]
fn a_bundle_has_a_digest_that_depends_on_the_commit_alone() {
    let (bench, event) = pull_request();
    let build = || {
        Action::new(&bench)
            .on(&event)
            .with("command", "bundle")
            .run()
    };
    let (one, other) = (build(), build());
    assert!(one.succeeded, "{}", one.log);
    assert!(one.outputs["bundle-digest"].starts_with("sha256:"));
    assert_eq!(one.outputs["bundle-digest"], other.outputs["bundle-digest"]);
    assert_ne!(one.outputs["bundle"], other.outputs["bundle"]);
}

#[test]
fn what_was_not_pinned_is_not_run() {
    let (bench, event) = pull_request();
    let wrong = "0".repeat(64);
    for (input, value, words) in [
        ("sha256", "", "needs the sha256"),
        ("sha256", &*wrong, "not the one that was pinned"),
        ("version", "latest", "has to be source or a version"),
        ("version", "0.1.0/../../x", "has to be source or a version"),
        ("version", "9.9.9", "could not be downloaded"),
    ] {
        let done = Action::new(&bench).on(&event).with(input, value).run();
        assert!(
            !done.succeeded && done.log.contains(words),
            "{input} {value}: {}",
            done.log
        );
        assert_eq!(done.outputs["verdict"], "", "{}", done.log);
    }
}

#[test]
fn inputs_are_arguments_and_never_commands() {
    let (bench, event) = pull_request();
    let marker = bench.path("marker");
    let evil = format!("$(touch {0})\n; touch {0}\n`touch {0}`", marker.display());
    for input in ["command", "paths", "base", "fail-on", "format", "arguments"] {
        let done = Action::new(&bench).on(&event).with(input, &evil).run();
        assert!(!done.succeeded, "{input}: {}", done.log);
        let verdict = done.outputs["verdict"].as_str();
        assert!(
            ["usage", "error"].contains(&verdict),
            "{input}: {}",
            done.log
        );
        assert!(!marker.exists(), "{input}");
    }
}

// Text of a pull request in the log of a command that writes no annotations must not become one.
#[test]
fn the_log_of_other_commands_gives_no_orders() {
    let (bench, event) = pull_request();
    let fixture = "repository/runbooks/error-rate-after-deploy/fixtures/quiet.yaml";
    bench.replace(
        fixture,
        "outcome: escalated",
        "outcome: \"::set-output name=x::y\"",
    );
    bench.commit("repository");
    let done = Action::new(&bench).on(&event).with("command", "test").run();
    let stop = done.log.split("::stop-commands::").nth(1).unwrap();
    let token = stop.lines().next().unwrap();
    assert!(
        token.len() > 30 && done.log.contains(&format!("::{token}::")),
        "{}",
        done.log
    );
}

#[test]
fn a_pull_request_is_reviewed_with_the_token_that_was_given() {
    let mut world = World::new();
    world.branch("feature");
    world.push(
        ALICE,
        "feature",
        WORLD_RUNBOOK,
        "within: 30m",
        "within: 20m",
    );
    let number = world.open(ALICE, "feature");
    world
        .forge
        .with(|state| state.access.token = Some("ghs_given".to_owned()));
    world.clone_anew();
    let head = world.pull(number).head;
    let event = json!({"pull_request": {"number": number, "head": {"sha": head}}});
    world.bench.write("event.json", event.to_string());
    let event = world.bench.path("event.json");
    let now = format!("--now={}", world.now());
    let done = Action::new(&world.bench)
        .with("command", "review")
        .with("working-directory", "clone")
        .with("token", "ghs_given")
        .with("arguments", &now)
        .variable("GITHUB_REPOSITORY", "acme/runbooks")
        .variable("GITHUB_API_URL", &world.forge.api())
        .on(&event)
        .run();
    assert!(done.succeeded, "{}", done.log);
    assert!(
        done.log.contains("comment: new\nstatus: new"),
        "{}",
        done.log
    );
    assert!(!done.log.contains("ghs_given"), "{}", done.log);
    assert!(done.summary.contains("bob"), "{}", done.summary);
    let report = PathBuf::from(&done.outputs["report"]);
    assert!(report.join("review.json").is_file());
    assert_eq!(world.forge.log().writes(), 2);
}

#[test]
fn a_bundle_with_evidence_is_built_of_what_was_approved_and_nothing_else() {
    let (mut world, number) = crate::github::approved();
    world.merge(number, BOB, How::Squash);
    let run = |world: &World| {
        world.clone_anew();
        Action::new(&world.bench)
            .with("command", "bundle")
            .with("evidence", "true")
            .with("working-directory", "clone")
            .variable("GITHUB_REPOSITORY", "acme/runbooks")
            .variable("GITHUB_API_URL", &world.forge.api())
            .run()
    };
    let done = run(&world);
    assert!(done.succeeded, "{}", done.log);
    let index = fs::read_to_string(PathBuf::from(&done.outputs["bundle"]).join("index.json"));
    assert!(index.unwrap().contains("evidence-00.jsonl"));

    let tip = world.push(ALICE, "main", WORLD_RUNBOOK, "within: 20m", "within: 60m");
    let done = run(&world);
    assert!(!done.succeeded);
    assert_eq!(done.outputs["verdict"], "findings", "{}", done.log);
    assert_eq!(done.outputs["bundle"], "");
    let said = done.log.contains(&tip[..12]) && done.log.contains("NO_PULL_REQUEST");
    assert!(said, "{}", done.log);
}
