//! Times `rbk match`: `cargo bench --bench logs -- RULES [MEGABYTES]`.
//!
//! RULES is a folder of CRE rules with their logs. A log of that many megabytes (1,000 if not said) is made of generated lines with
//! the sample logs strewn in, and looked through for the signatures that the rules become, and then for those and generated ones
//! up to 5,000.

#![expect(
    clippy::expect_used,
    reason = "a benchmark that cannot be set up has nothing else to do"
)]

mod measure;

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use measure::measure;

/// Signatures of the larger library.
const MANY: usize = 5_000;

/// Generated lines between two sample logs.
const BETWEEN: u64 = 20_000;

const WORDS: [&str; 32] = [
    "request", "handled", "session", "cache", "user", "order", "cart", "payment", "shard",
    "worker", "queue", "index", "replica", "token", "span", "page", "image", "search", "stock",
    "price", "region", "tenant", "batch", "stream", "job", "upload", "mail", "invoice", "report",
    "flag", "route", "probe",
];

fn main() {
    let mut words = std::env::args().skip(1).filter(|word| word != "--bench");
    let Some(rules) = words.next().map(PathBuf::from) else {
        println!("which rules? cargo bench --bench logs -- RULES [MEGABYTES]");
        return;
    };
    let megabytes = words
        .next()
        .and_then(|word| word.parse().ok())
        .unwrap_or(1_000);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    rbk(folder, &["init", "."]);
    let rules_text = rules.to_str().expect("a path that is text");
    rbk(
        folder,
        &["import", "cre", rules_text, "--out", "runbooks/imported"],
    );
    let log = folder.join("big.log");
    write_log(&log, &samples(&rules), megabytes * 1_000_000);
    let imported = fs::read_dir(folder.join("runbooks/imported"))
        .expect("signatures")
        .count();
    for more in [0, MANY.saturating_sub(imported)] {
        write_signatures(&folder.join("runbooks/generated"), more);
        let command = || {
            let mut command = Command::new(env!("CARGO_BIN_EXE_rbk"));
            command
                .current_dir(folder)
                .args(["match", "--format", "json", "--logs", "big.log"]);
            command
        };
        let measured = measure(command, 0);
        println!("{} signatures, {megabytes} MB: {measured}", imported + more);
    }
}

fn rbk(folder: &Path, arguments: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_rbk"))
        .current_dir(folder)
        .args(arguments)
        .output();
    assert!(
        output.expect("rbk starts").status.success(),
        "{arguments:?}"
    );
}

fn samples(rules: &Path) -> Vec<Vec<u8>> {
    let mut folders: Vec<PathBuf> = fs::read_dir(rules)
        .expect("the rules")
        .map(|entry| entry.expect("an entry").path().join("test.log"))
        .filter(|log| log.is_file())
        .collect();
    folders.sort();
    folders
        .iter()
        .map(|log| fs::read(log).expect("a log"))
        .collect()
}

/// A generator of numbers, the same at every run (Knuth's MMIX).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn word(&mut self) -> &'static str {
        WORDS[(self.next() % WORDS.len() as u64) as usize]
    }
}

fn write_log(path: &Path, samples: &[Vec<u8>], bytes: u64) {
    let mut file = BufWriter::new(File::create(path).expect("a file"));
    let mut numbers = Numbers(1);
    let (mut written, mut line) = (0_u64, 0_u64);
    while written < bytes {
        let text = noise(line, &mut numbers);
        file.write_all(text.as_bytes()).expect("room");
        written += text.len() as u64;
        line += 1;
        if line.is_multiple_of(BETWEEN) && !samples.is_empty() {
            let sample = &samples[(line / BETWEEN) as usize % samples.len()];
            file.write_all(sample).expect("room");
            written += sample.len() as u64;
        }
    }
}

/// A line that says nothing is wrong, in one of four notations.
fn noise(line: u64, numbers: &mut Numbers) -> String {
    let (second, milli) = (line / 50, (line % 50) * 20);
    let (hour, minute, second) = (second / 3_600 % 24, second / 60 % 60, second % 60);
    let day = 1 + line / 50 / 86_400 % 28;
    let clock = format!("{hour:02}:{minute:02}:{second:02}");
    let (a, b, c) = (numbers.word(), numbers.word(), numbers.word());
    let (id, took) = (numbers.next(), numbers.next() % 900);
    match line % 4 {
        0 => format!(
            "2026-03-{day:02}T{clock}.{milli:03}Z INFO  [{a}-{}] {b} {c} {id:08x} done in {took} ms\n",
            id % 16
        ),
        1 => format!(
            "{{\"time\":\"2026-03-{day:02}T{clock}.{milli:03}Z\",\"level\":\"info\",\"service\":\"{a}\",\"message\":\"{b} {c} handled\",\"trace\":\"{id:016x}\",\"ms\":{took}}}\n"
        ),
        2 => format!(
            "10.0.{}.{} - - [{day:02}/Mar/2026:{clock} +0000] \"GET /{a}/{b}/{id} HTTP/1.1\" 200 {took} \"-\" \"Mozilla/5.0 (X11; Linux x86_64)\"\n",
            id % 256,
            took % 256
        ),
        _ => format!(
            "2026-03-{day:02} {clock},{milli:03} DEBUG {a}.{b}: {c} id={id} level=debug took={took}ms\n"
        ),
    }
}

/// Signatures of conditions that are in no line.
fn write_signatures(folder: &Path, count: usize) {
    let mut numbers = Numbers(7);
    for number in 0..count {
        let file = folder.join(format!("generated-{number}/signature.yaml"));
        fs::create_dir_all(file.parent().expect("a folder")).expect("room");
        let (a, b, c) = (numbers.word(), numbers.word(), numbers.word());
        let id = numbers.next() % 100_000;
        let condition = match number % 3 {
            0 => format!("contains: '{a} {b} failed with E{id:05}'"),
            1 => format!("regex: '{a} {b} (refused|rejected) by {c}-{id}: .+'"),
            _ => format!("regex: '(?i)cannot {a} the {b}.*code {id}'"),
        };
        let text = format!(
            "apiVersion: rbk/v1\nkind: Signature\nmetadata: {{id: generated-{number}, title: Generated, version: 0.1.0, owner: sre, status: shadow}}\n\
             spec:\n  incident_class: elevated-error-rate\n  require:\n    line: {{log: {{{condition}}}}}\n  score: {{match_at: 1, ambiguous_at: 1}}\n"
        );
        fs::write(&file, text).expect("room");
    }
}
