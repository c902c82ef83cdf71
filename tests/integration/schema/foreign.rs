//! The same schemas and examples under check-jsonschema.
//!
//! It is used from the virtual environment `RBK_TEST_VENV`, or from `python3` if that has it; without either the
//! test says that it is skipped (or fails, when `RBK_REQUIRE_FOREIGN` is set).

use std::path::PathBuf;
use std::process::Command;

use super::root;

fn python() -> Option<PathBuf> {
    if let Some(venv) = std::env::var_os("RBK_TEST_VENV") {
        return Some(PathBuf::from(venv).join("bin/python"));
    }
    let found = Command::new("python3")
        .args(["-c", "import check_jsonschema, yaml"])
        .output();
    if found.is_ok_and(|output| output.status.success()) {
        return Some(PathBuf::from("python3"));
    }
    assert!(
        std::env::var_os("RBK_REQUIRE_FOREIGN").is_none(),
        "check-jsonschema is required, but not installed"
    );
    eprintln!(
        "skipped: check-jsonschema is not installed; set RBK_TEST_VENV to a virtual environment that has it"
    );
    None
}

#[test]
fn check_jsonschema_agrees() {
    let Some(python) = python() else { return };
    let files = tempfile::tempdir().unwrap();
    for (number, (schema, value, is_valid)) in super::bundle::judged().iter().enumerate() {
        let folder = files
            .path()
            .join(if *is_valid { "valid" } else { "invalid" });
        let folder = folder.join(schema);
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join(format!("{number}.json"));
        std::fs::write(file, value.to_string()).unwrap();
    }
    let output = Command::new(python)
        .arg(root().join("tests/interop/check_schemas.py"))
        .arg(files.path())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
