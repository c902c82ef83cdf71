//! A folder of its own for each test, the real binary and git in a fixed environment, and output that can be compared.

use std::borrow::Cow;
use std::fmt;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use regex::Regex;

/// The day on which documents are looked at, so that nothing expires while the tests grow old.
pub(crate) const TODAY: &str = "2026-11-01";

/// The roles that have a key of their own.
const ROLES: [&str; 4] = ["root", "targets", "snapshot", "timestamp"];

/// A folder of its own, removed with everything in it at the end.
pub(crate) struct Workbench {
    root: PathBuf,
    _dir: Option<tempfile::TempDir>,
}

impl Workbench {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self {
            root: dir.path().canonicalize().unwrap(),
            _dir: Some(dir),
        }
    }

    /// A folder that stays until the next run of the tests, for what is made once and shared by several.
    pub(crate) fn kept(name: &str) -> Self {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        if root.exists() {
            fs::remove_dir_all(&root).unwrap();
        }
        fs::create_dir_all(&root).unwrap();
        Self { root, _dir: None }
    }

    /// The path of something in the folder.
    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.root.join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Replaces text that occurs exactly once in a file.
    pub(crate) fn replace(&self, name: &str, old: &str, new: &str) {
        let text = self.read(name);
        assert_eq!(text.matches(old).count(), 1, "`{old}` in {name}");
        self.write(name, text.replace(old, new));
    }

    /// `rbk` in this folder, ready to run with further settings.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rbk"));
        command
            .args(arguments)
            .current_dir(&self.root)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", &self.root)
            .env("TZ", "UTC")
            .env("LANG", "C.UTF-8")
            .env("RBK_TODAY", TODAY);
        command
    }

    /// Runs `rbk` in this folder.
    pub(crate) fn rbk(&self, arguments: &[&str]) -> Ran {
        self.ran(arguments, self.command(arguments).output().unwrap())
    }

    /// Runs `rbk` in this folder with further settings.
    pub(crate) fn rbk_with(&self, arguments: &[&str], set: impl FnOnce(&mut Command)) -> Ran {
        let mut command = self.command(arguments);
        set(&mut command);
        self.ran(arguments, command.output().unwrap())
    }

    /// Runs `rbk` in this folder with something on its standard input.
    pub(crate) fn rbk_with_input(&self, arguments: &[&str], input: &str) -> Ran {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that refuses its arguments does not read.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        self.ran(arguments, child.wait_with_output().unwrap())
    }

    fn ran(&self, arguments: &[&str], output: Output) -> Ran {
        Ran {
            command: format!("rbk {}", arguments.join(" ")).trim_end().to_owned(),
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            root: self.root.to_str().unwrap().to_owned(),
        }
    }

    /// Runs git in a folder with a fixed author and date.
    pub(crate) fn git(&self, folder: &str, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .args(arguments)
            .current_dir(self.path(folder))
            .env("HOME", &self.root)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .env("GIT_AUTHOR_NAME", "Ada Author")
            .env("GIT_AUTHOR_EMAIL", "ada@example.org")
            .env("GIT_AUTHOR_DATE", "2026-11-01T08:00:00Z")
            .env("GIT_COMMITTER_NAME", "Ada Author")
            .env("GIT_COMMITTER_EMAIL", "ada@example.org")
            .env("GIT_COMMITTER_DATE", "2026-11-01T08:00:00Z")
            .output()
            .unwrap();
        assert!(output.status.success(), "git {arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Commits everything below a folder, which becomes a repository when it is none.
    pub(crate) fn commit(&self, folder: &str) {
        if !self.path(folder).join(".git").exists() {
            self.git(folder, &["init", "-q", "-b", "main"]);
        }
        self.git(folder, &["add", "-A"]);
        self.git(folder, &["commit", "-q", "-m", "Runbooks"]);
    }

    /// The starter repository, committed, in a folder.
    pub(crate) fn starter(&self, folder: &str) {
        self.rbk(&["init", folder]).expect(0);
        self.commit(folder);
    }

    /// A copy of this repository's own library, committed, in a folder.
    pub(crate) fn own_library(&self, folder: &str) {
        let own = Path::new(env!("CARGO_MANIFEST_DIR"));
        for name in ["rbk.yaml", "runbooks", "postmortems"] {
            copy(&own.join(name), &self.path(folder).join(name));
        }
        self.commit(folder);
    }

    /// Makes keys in `keys/` and a complete `root.json`.
    pub(crate) fn make_root(&self) {
        for role in ROLES {
            self.rbk(&["keys", "new", role, "--out", "keys"]).expect(0);
        }
        let draft = "root draft --root-key keys/root.pub --targets-key keys/targets.pub --snapshot-key keys/snapshot.pub \
                     --timestamp-key keys/timestamp.pub --out root.json";
        self.rbk(&words(draft)).expect(0);
        self.rbk(&words("root sign root.json --key file:keys/root.pem"))
            .expect(0);
    }

    /// Publishes a bundle to `public` with the keys of [`make_root`](Self::make_root).
    pub(crate) fn publish(&self, bundle: &str) -> Ran {
        self.publish_with(bundle, "")
    }

    /// The same with further arguments.
    pub(crate) fn publish_with(&self, bundle: &str, more: &str) -> Ran {
        self.rbk(&words(&format!(
            "publish {bundle} --to public --root root.json --key file:keys/targets.pem \
             --key file:keys/snapshot.pem --key file:keys/timestamp.pem {more}"
        )))
    }

    /// Brings what `from` offers into force in the state `agent`.
    pub(crate) fn sync(&self, from: &str) -> Ran {
        self.rbk(&words(&format!(
            "sync --from {from} --state agent --root root.json"
        )))
    }

    /// Runs an agent's command over the state `agent`.
    pub(crate) fn agent(&self, command: &str) -> Ran {
        self.rbk(&words(&format!("{command} --state agent --root root.json")))
    }
}

/// The words of a command line without quotes.
pub(crate) fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

/// Copies a file, or a folder with everything in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from, to).unwrap();
    }
}

/// Every file below a folder, in path order, relative to it.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    fn visit(root: &Path, folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                visit(root, &path, found);
            } else {
                found.push(path.strip_prefix(root).unwrap().to_owned());
            }
        }
    }
    let mut found = Vec::new();
    visit(folder, folder, &mut found);
    found.sort();
    found
}

/// What a command did.
pub(crate) struct Ran {
    command: String,
    root: String,
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// Fails unless the command ended with this code.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }

    /// The exit code, which has to be one of these.
    #[track_caller]
    pub(crate) fn expect_one_of(&self, codes: &[i32]) -> i32 {
        let code = self.code.filter(|code| codes.contains(code));
        code.unwrap_or_else(|| panic!("not one of {codes:?}: {self}"))
    }

    /// Standard output as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}\n{self}"))
    }

    /// The output with the moments of the clock hidden too.
    pub(crate) fn without_times(&self) -> String {
        masked(
            &self.to_string(),
            r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z",
            "[time]",
        )
    }
}

/// Command, exit code and both outputs, without what differs from run to run: the folder, digests, sizes.
impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = format!("$ {}\n", self.command);
        for (name, output) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !output.is_empty() {
                text.push_str(&format!("--- {name}\n{}\n", output.trim_end_matches('\n')));
            }
        }
        let code = self.code.map_or("none".to_owned(), |code| code.to_string());
        text.push_str(&format!("--- exit code {code}\n"));
        let text = text.replace(&self.root, "[dir]");
        let text = masked(&text, r"\b[0-9a-f]{64}\b", "[digest]");
        let text = masked(&text, r"\b[0-9a-f]{40}\b", "[commit]");
        let text = masked(&text, r"\b[0-9a-f]{32}\b", "[agent]");
        let text = masked(&text, r#"(?m)"bytes": \d+$"#, "\"bytes\": [n]");
        f.write_str(&masked(&text, r"\b\d+ bytes", "[n] bytes"))
    }
}

fn masked(text: &str, pattern: &str, with: &str) -> String {
    let pattern = Regex::new(pattern).unwrap();
    let masked: Cow<'_, str> = pattern.replace_all(text, with);
    masked.into_owned()
}
