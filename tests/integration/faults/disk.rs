//! A disk that is really full.

use std::fs;
use std::process::Command;

use super::{is_empty, is_sound, line, release, two_publications};
use crate::workbench::{Workbench, words};

/// A small file system in memory at a folder; gone with this.
struct Small<'a>(&'a Workbench, &'static str);

impl<'a> Small<'a> {
    /// Mounts it; nothing where that is not allowed.
    fn mount(bench: &'a Workbench, folder: &'static str, kilobytes: u32) -> Option<Self> {
        fs::create_dir_all(bench.path(folder)).unwrap();
        let size = format!("size={kilobytes}k");
        let ran = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(bench.path(folder))
            .output();
        let is_there = ran.is_ok_and(|ran| ran.status.success());
        if !is_there {
            eprintln!("skipped: file systems cannot be mounted here");
        }
        is_there.then_some(Self(bench, folder))
    }
}

impl Drop for Small<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path(self.1)).status();
    }
}

#[test]
fn a_full_disk_loses_nothing() {
    let bench = two_publications();
    let (mut failed, mut succeeded) = (0, 0);
    for kilobytes in (48..=160).step_by(8) {
        let Some(_small) = Small::mount(&bench, "small", kilobytes) else {
            return;
        };
        // A disk that has no room for the first release has nothing to lose.
        let first = bench.rbk(&words(&line("before", "small/agent")));
        if first.expect_one_of(&[0, 3]) != 0 {
            assert!(first.stderr.contains("[state-io]"), "{first}");
            assert!(first.stderr.contains("check free space"), "{first}");
            failed += 1;
            continue;
        }
        let ran = bench.rbk(&words(&line("after", "small/agent")));
        match ran.expect_one_of(&[0, 3]) {
            0 => succeeded += 1,
            _ => {
                assert!(ran.stderr.contains("[state-io]"), "{ran}");
                assert_eq!(release(&bench, "small/agent"), Some(1), "{ran}");
                failed += 1;
                // There is room again.
                let grown = Command::new("mount")
                    .args(["-o", "remount,size=4m"])
                    .arg(bench.path("small"))
                    .status();
                assert!(grown.unwrap().success());
            }
        }
        is_sound(&bench, "small/agent", Some(1));
    }
    assert!(
        failed > 0 && succeeded > 0,
        "{failed} failed, {succeeded} succeeded"
    );
    assert!(is_empty(&bench.path("small")));
}
