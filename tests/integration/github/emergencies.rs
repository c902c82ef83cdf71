//! Exceptions in an emergency: granted, signed, committed, and ratified afterwards (GOVERNANCE §4, step 16).

use std::process::{Command, Stdio};

use rbk::governance::signature::EXCEPTION_NAMESPACE;
use rbk::governance::statement::judge;
use rbk::governance::{Evaluation, Reason, Verdict};
use ssh_key::private::Ed25519Keypair;
use ssh_key::{HashAlg, LineEnding, PrivateKey};

use crate::forge::world::{ALICE, BASE, BOB, CAROL, DAVE, How, RUNBOOK, World};
use crate::workbench::{Ran, words};

const GRANT: &str = "clone/break-glass/EXC-1.json";

fn key(seed: u8) -> PrivateKey {
    Ed25519Keypair::from_seed(&[seed; 32]).into()
}

fn line(key: &PrivateKey) -> String {
    key.public_key().to_openssh().unwrap()
}

/// A repository whose policy lets an incident commander grant exceptions, signed with this key.
fn world_with(key: &str) -> World {
    World::with_policy(|policy| {
        let glass = format!(
            "  break_glass: {{max_tier: 2, max_ttl: 8h, approvers: {{incident-commanders: 1}}, ratify_within: 24h, keys: [\"{key}\"]}}\n  tests:\n"
        );
        policy.replacen("  tests:\n", &glass, 1)
    })
}

/// The same, in which Alice pushed a change to main without anybody's approval.
fn pushed() -> World {
    let mut world = world_with(&line(&key(1)));
    world.push(ALICE, "main", RUNBOOK, "within: 30m", "within: 20m");
    world
}

/// Grants an exception for what is on a branch, in a fresh clone.
fn grant(world: &World, more: &str) -> Ran {
    world.clone_anew();
    let now = world.now().to_string();
    let mut arguments =
        words("approvals grant --path clone --incident INC-7 --author alice --reason drained");
    for (name, value) in [("--id", "EXC-1"), ("--base", "HEAD^")] {
        if !more.contains(name) {
            arguments.extend([name, value]);
        }
    }
    arguments.extend(words(more));
    arguments.extend(["--now", &now]);
    world.bench.rbk(&arguments)
}

fn sign(world: &World, key: &PrivateKey) {
    let path = world.bench.path(GRANT);
    let bytes = std::fs::read(&path).unwrap();
    let signature = key
        .sign(EXCEPTION_NAMESPACE, HashAlg::Sha512, &bytes)
        .unwrap();
    let signature = signature.to_pem(LineEnding::LF).unwrap();
    std::fs::write(world.bench.path(format!("{GRANT}.sig")), signature).unwrap();
}

/// Commits the exception to main, with its signature if there is one.
fn commit(world: &mut World) {
    let edits: Vec<(String, Option<String>)> = ["EXC-1.json", "EXC-1.json.sig"]
        .into_iter()
        .filter_map(|name| {
            let name = format!("break-glass/{name}");
            let text = std::fs::read_to_string(world.bench.path(format!("clone/{name}"))).ok()?;
            Some((name, Some(text)))
        })
        .collect();
    let main = world.head("main");
    let commit = world.commit_on(Some(&main), DAVE, "Grant EXC-1", &edits);
    world.set_branch(BASE, "main", &commit, DAVE, "push");
}

/// What is said of the landing after the adoption of the policy.
fn landing(world: &World) -> Evaluation {
    let records = world.records(&[]);
    judge(&records).swap_remove(1).evaluation
}

#[test]
fn a_signed_exception_covers_a_push_until_it_ends() {
    let mut world = pushed();
    assert_eq!(landing(&world).verdict, Verdict::Deny);
    grant(&world, "--by dave --for 4h").expect(0);
    sign(&world, &key(1));
    commit(&mut world);
    let found = landing(&world);
    assert_eq!(found.verdict, Verdict::AllowBreakGlass);
    assert_eq!(found.reasons, [Reason::NoPullRequest]);
    assert_eq!(found.exception.as_deref(), Some("EXC-1"));

    world.wait(4 * 60);
    let found = landing(&world);
    assert_eq!(found.verdict, Verdict::Deny);
    assert!(found.reasons.contains(&Reason::ExcExpired));
}

#[test]
fn an_exception_that_nobody_listed_signed_covers_nothing() {
    let unsigned = |_: &World| {};
    let by_another = |world: &World| sign(world, &key(2));
    let changed_after = |world: &World| {
        sign(world, &key(1));
        let path = world.bench.path(GRANT);
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replace("drained", "draining")).unwrap();
    };
    for signed in [&unsigned as &dyn Fn(&World), &by_another, &changed_after] {
        let mut world = pushed();
        grant(&world, "--by dave --for 4h").expect(0);
        signed(&world);
        commit(&mut world);
        let found = landing(&world);
        assert_eq!(found.verdict, Verdict::Deny);
        assert!(found.reasons.contains(&Reason::ExcSignature), "{found:?}");
    }
}

#[test]
fn an_exception_covers_the_bytes_it_names_and_no_others() {
    let mut world = pushed();
    grant(&world, "--by dave --for 4h").expect(0);
    sign(&world, &key(1));
    world.push(ALICE, "main", RUNBOOK, "within: 20m", "within: 25m");
    commit(&mut world);
    let records = world.records(&[]);
    let mut judged = judge(&records);
    assert_eq!(judged[1].evaluation.verdict, Verdict::AllowBreakGlass);
    let found = judged.swap_remove(2).evaluation;
    assert_eq!(found.verdict, Verdict::Deny);
    assert!(found.reasons.contains(&Reason::ExcDigest));
}

#[test]
fn what_openssh_signed_counts() {
    let installed = Command::new("ssh-keygen")
        .arg("-?")
        .stderr(Stdio::null())
        .status();
    if installed.is_err() {
        eprintln!("skipped: there is no ssh-keygen");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("key");
    let keygen = |within: &std::path::Path, arguments: &[&str]| {
        let mut command = Command::new("ssh-keygen");
        let ran = command.args(arguments).current_dir(within).output();
        let ran = ran.unwrap();
        assert!(
            ran.status.success(),
            "{}",
            String::from_utf8_lossy(&ran.stderr)
        );
    };
    let name = key.to_str().unwrap();
    let mut made = words("-q -t ed25519 -C dave@example.org -f");
    made.extend([name, "-N", ""]);
    keygen(folder.path(), &made);
    let public = std::fs::read_to_string(folder.path().join("key.pub")).unwrap();
    let mut world = world_with(public.trim());
    world.push(ALICE, "main", RUNBOOK, "within: 30m", "within: 20m");
    let ran = grant(&world, "--by 104 --for 4h").expect(0);
    // The command that is shown is the one that works.
    let shown = ran
        .stdout
        .lines()
        .find(|line| line.contains("ssh-keygen"))
        .unwrap();
    let shown = shown.trim().replace("-f KEY", &format!("-f {name}"));
    let arguments: Vec<&str> = shown.split_whitespace().skip(1).collect();
    keygen(&world.bench.path(""), &arguments);
    commit(&mut world);
    assert_eq!(landing(&world).verdict, Verdict::AllowBreakGlass);
}

/// A pull request that was merged without approval is reviewed afterwards.
#[test]
fn an_ordinary_review_in_time_ratifies_it() {
    for (wait, verdict, reason) in [
        (60, Verdict::Allow, Reason::Ratified),
        (25 * 60, Verdict::Deny, Reason::ExcExpired),
    ] {
        let mut world = world_with(&line(&key(1)));
        world.branch("feature");
        world.push(ALICE, "feature", RUNBOOK, "within: 30m", "within: 20m");
        let number = world.open(ALICE, "feature");
        world.merge(number, ALICE, How::Squash);
        grant(&world, "--by dave --for 4h").expect(0);
        sign(&world, &key(1));
        commit(&mut world);
        assert_eq!(landing(&world).verdict, Verdict::AllowBreakGlass);
        world.wait(wait);
        world.approve(number, BOB);
        world.approve(number, CAROL);
        // Long after the exception ended.
        world.wait(48 * 60);
        let found = landing(&world);
        assert_eq!(found.verdict, verdict, "{wait}");
        assert_eq!(found.reasons, [reason], "{wait}");
    }
}

#[test]
fn a_file_that_says_nothing_usable_is_named() {
    let mut world = pushed();
    grant(&world, "--by dave --for 4h").expect(0);
    let path = world.bench.path(GRANT);
    let text = std::fs::read_to_string(&path).unwrap();
    for (broken, says) in [
        (text.replace("EXC-1", "EXC-2"), "name the file after the id"),
        (
            text.replace("\"format\": 1", "\"format\": 2"),
            "its format is 2",
        ),
        (text.replace("\"id\"", "\"name\""), "unknown field `name`"),
        ("{".to_owned(), "EOF while parsing"),
    ] {
        std::fs::write(&path, broken).unwrap();
        commit(&mut world);
        let keep = std::fs::read(&path).unwrap();
        world.clone_anew();
        let ran = world.rbk(&["approvals", "facts"]).expect(3);
        assert!(
            ran.stderr
                .contains("FACTS_INCOMPLETE: break-glass/EXC-1.json"),
            "{}",
            ran.stderr
        );
        assert!(ran.stderr.contains(says), "{}", ran.stderr);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, keep).unwrap();
    }
}

#[test]
fn what_would_not_hold_is_not_written() {
    let world = pushed();
    for (arguments, says) in [
        ("--by dave --for 9h", "EXC_TTL"),
        ("--by bob --for 4h", "EXC_GRANTOR"),
        ("--by alice --for 4h", "EXC_GRANTOR"),
        ("--by dave --author dave --for 4h", "EXC_GRANTOR"),
        ("--by dave --for 4h --environment staging", "EXC_TIER"),
        (
            "--by nobody --for 4h",
            "no team of the policy lists `nobody`",
        ),
        ("--by dave --for 4h --base HEAD", "no file changed"),
        ("--by dave --for 4h --id ../x", "is no id of an exception"),
    ] {
        let ran = grant(&world, arguments).expect(2);
        assert!(ran.stderr.contains(says), "{arguments}: {}", ran.stderr);
        assert!(
            !world.bench.path("clone/break-glass").exists(),
            "{arguments}"
        );
    }
    let mut without = World::new();
    without.push(ALICE, "main", RUNBOOK, "within: 30m", "within: 20m");
    let ran = grant(&without, "--by dave --for 4h").expect(2);
    assert!(ran.stderr.contains("knows no exceptions"), "{}", ran.stderr);
}
