//! Several at once on one folder.

use std::process::{Child, Stdio};

use super::{line, publish, release, two_publications};
use crate::workbench::{Workbench, words};

fn start(bench: &Workbench, line: &str) -> Child {
    let mut command = bench.command(&words(line));
    command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn synchronisations_of_one_state_wait_for_each_other() {
    let bench = two_publications();
    bench.rbk(&words(&publish("one", "public"))).expect(0);
    for _ in 0..5 {
        let running: Vec<Child> = (0..6)
            .map(|_| start(&bench, &line("public", "agent")))
            .collect();
        bench.rbk(&words(&publish("two", "public"))).expect(0);
        for child in running {
            let ended = child.wait_with_output().unwrap();
            let told = String::from_utf8_lossy(&ended.stderr);
            assert_eq!(ended.status.code(), Some(0), "{told}");
        }
        assert!(release(&bench, "agent") >= Some(2));
    }
    bench.rbk(&words(&line("public", "agent"))).expect(0);
    assert_eq!(release(&bench, "agent"), Some(8));
}

#[test]
fn one_of_two_publishers_is_turned_away_or_comes_after() {
    let bench = two_publications();
    for round in 0..5 {
        let running: Vec<Child> = (0..4)
            .map(|_| start(&bench, &publish("one", "public")))
            .collect();
        let mut published = 0;
        for child in running {
            let ended = child.wait_with_output().unwrap();
            let told = String::from_utf8_lossy(&ended.stderr);
            match ended.status.code() {
                Some(0) => published += 1,
                code => {
                    assert_eq!(code, Some(3), "{told}");
                    assert!(told.contains("another publication"), "{told}");
                }
            }
        }
        assert!(published > 0, "round {round}");
        bench.rbk(&words(&line("public", "agent"))).expect(0);
    }
}
