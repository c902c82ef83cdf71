use std::collections::BTreeMap;
use std::fs;

use super::*;
use crate::document::id::{QueryId, RunbookId};
use crate::document::model::{Kind, Tier};
use crate::document::{MAX_SOURCE_BYTES, Route};
use crate::library::{Entry, LoadError, LoadOptions};

#[test]
fn the_starter_library_is_read_without_a_flaw() {
    let library = Library::from_sources(starter_files());
    assert_eq!(library.failures(), []);
    for (_, entry) in library.entries() {
        assert!(
            entry.is_sound(),
            "{}: {:?} {:?} {:?}",
            entry.path(),
            entry.problems(),
            entry.type_errors(),
            entry.violations()
        );
    }
    assert_eq!(library.entries().len(), starter::FILES.len());
    assert_eq!(library.runbooks().len(), 1);
    assert_eq!(library.duplicates(), []);
    assert!(library.governance().is_some() && library.repository().is_some());
    assert!(library.environments().iter().any(|e| *e == "production"));
}

#[test]
fn the_order_of_sources_does_not_matter() {
    let mut reversed = starter_files();
    reversed.reverse();
    let paths = |library: &Library| {
        let entries = library.entries();
        entries
            .map(|(id, entry)| (id, entry.path().to_owned(), entry.digest().unwrap()))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        paths(&Library::from_sources(starter_files())),
        paths(&Library::from_sources(reversed))
    );
}

#[test]
fn nothing_in_a_file_keeps_the_others_from_being_read() {
    let deep = "[".repeat(100_000);
    let aliases = "a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n";
    let mut files = starter_files();
    for (path, bytes) in [
        ("x/empty.yaml", Vec::new()),
        ("x/bytes.yaml", vec![0xFF, 0xFE, 0x00]),
        ("x/deep.yaml", deep.into_bytes()),
        ("x/aliases.yaml", aliases.as_bytes().to_vec()),
        ("x/large.yaml", vec![b' '; MAX_SOURCE_BYTES + 1]),
        ("x/scalar.yaml", b"just text".to_vec()),
        ("x/kind.yaml", b"kind: Dragon\napiVersion: rbk/v1".to_vec()),
        (
            "x/version.yaml",
            b"kind: Runbook\napiVersion: rbk/v9".to_vec(),
        ),
        ("x/list.yaml", b"- kind: Runbook".to_vec()),
        (
            "x/odd.yaml",
            b"kind: Runbook\napiVersion: rbk/v1\nmetadata: 3\nspec: [1]".to_vec(),
        ),
        ("x/notes.md", b"# no front matter".to_vec()),
        ("x/open.md", b"---\nkind: Postmortem\n".to_vec()),
    ] {
        files.push((path.into(), bytes));
    }
    let library = Library::from_sources(files);
    let failed: Vec<_> = library.failures().iter().map(|f| f.path.as_str()).collect();
    assert_eq!(failed, ["x/bytes.yaml", "x/large.yaml"]);
    assert!(
        library
            .closure(&RunbookId::from("error-rate-after-deploy"))
            .is_ok()
    );
    let strange = library.entries().filter(|(_, e)| e.path().starts_with("x"));
    let mut count = 0;
    for (_, entry) in strange {
        assert!(!entry.is_sound(), "{}", entry.path());
        count += 1;
    }
    assert_eq!(count, 9, "an empty file holds no document");
}

#[test]
fn a_wrong_field_does_not_hide_the_rest_of_its_document() {
    let library = starter_with(&[(UNDO, "valid_for: 24h", "valid_for: soon")]);
    let (id, action) = library.actions().find("k8s.rollout-undo").unwrap();
    assert_eq!(action.spec.tier, Tier::NEEDS_APPROVAL);
    assert!(action.spec.reversibility.inverse.is_some());
    let entry = library.entry(id).unwrap();
    assert!(!entry.is_sound());
    let wrong = Route::root()
        .key("spec")
        .key("reversibility")
        .key("valid_for");
    assert_eq!(entry.pruned(), std::slice::from_ref(&wrong));
    assert!(entry.is_disturbed(&wrong));
    assert!(entry.is_disturbed(&Route::root().key("spec")));
    assert!(!entry.is_disturbed(&Route::root().key("spec").key("tier")));
    assert!(!entry.violations().is_empty());
}

#[test]
fn a_file_holds_several_documents_and_markdown_holds_one() {
    let two = format!(
        "{}---\n{}",
        text_of(CHECKOUT),
        text_of("runbooks/catalog/services/payments-gateway.yaml")
    );
    let library = sources(&[("services.yaml", &two)]);
    let names: Vec<_> = library.services().names().collect();
    assert_eq!(names, ["checkout", "payments-gateway"]);
    let positions: Vec<_> = library
        .entries_at("services.yaml".into())
        .map(|(_, entry)| entry.position())
        .collect();
    assert_eq!(positions, [0, 1]);

    let library = Library::from_sources(starter_files());
    let (id, _) = library.postmortems().iter().next().unwrap();
    let entry = library.entry(id).unwrap();
    let body = entry.source().slice(entry.body().unwrap());
    assert!(body.contains("# Checkout failed"), "{body}");
}

fn text_of(path: &str) -> &'static str {
    starter::FILES
        .iter()
        .find(|(name, _)| *name == path)
        .unwrap()
        .1
}

#[test]
fn changed_sources_share_everything_else() {
    let library = Library::from_sources(starter_files());
    let text = text_of(QUERY).replace("http-error-ratio,", "http-errors,");
    let changed = library.with_sources([(QUERY.into(), text.into_bytes())]);
    assert!(
        !changed
            .queries()
            .contains(&QueryId::from("http-error-ratio"))
    );
    assert!(changed.queries().contains(&QueryId::from("http-errors")));
    assert!(
        library
            .queries()
            .contains(&QueryId::from("http-error-ratio"))
    );
    assert_eq!(changed.entries().len(), library.entries().len());
    let shared = |library: &Library| std::ptr::from_ref::<Entry>(entry_at(library, RUNBOOK));
    assert_eq!(shared(&library), shared(&changed));
}

fn entry_at<'l>(library: &'l Library, path: &str) -> &'l Entry {
    library.entries_at(path.into()).next().unwrap().1
}

struct OnDisk {
    _folder: tempfile::TempDir,
    root: Utf8PathBuf,
}

fn on_disk(files: &[(Utf8PathBuf, Vec<u8>)]) -> OnDisk {
    let folder = tempfile::tempdir().unwrap();
    let root = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
    for (path, bytes) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    OnDisk {
        _folder: folder,
        root,
    }
}

#[test]
fn the_configuration_selects_what_is_read() {
    let mut files = starter_files();
    files.push(("docs/runbook.yaml".into(), text_of(RUNBOOK).into()));
    files.push(("runbooks/readme.txt".into(), b"text".to_vec()));
    let disk = on_disk(&files);
    let library = Library::load(&disk.root, &LoadOptions::default());
    assert_eq!(library.failures(), []);
    assert_eq!(library.entries().len(), starter::FILES.len());
    assert_eq!(
        library.unselected(),
        ["docs/runbook.yaml", "runbooks/readme.txt"]
    );

    let configuration = "apiVersion: rbk/v1\nkind: Repository\nspec: {include: [docs/*, 'b/['], exclude: [docs/x*]}";
    fs::write(disk.root.join("rbk.yaml"), configuration).unwrap();
    let library = Library::load(&disk.root, &LoadOptions::default());
    let paths: Vec<_> = library.entries().map(|(_, e)| e.path().as_str()).collect();
    assert_eq!(paths, ["docs/runbook.yaml", "rbk.yaml"]);
    assert!(matches!(
        library.failures(),
        [failure] if matches!(failure.error, LoadError::Pattern(_))
    ));
}

#[test]
fn an_overlay_takes_the_place_of_files() {
    let disk = on_disk(&starter_files());
    let overlay = BTreeMap::from([
        (QUERY.into(), b"kind: Query".to_vec()),
        ("runbooks/new.yaml".into(), b"kind: Runbook".to_vec()),
    ]);
    let options = LoadOptions {
        overlay,
        ..LoadOptions::default()
    };
    let library = Library::load(&disk.root, &options);
    assert_eq!(library.entries().len(), starter::FILES.len() + 1);
    assert_eq!(entry_at(&library, QUERY).source().text(), "kind: Query");
    assert_eq!(
        entry_at(&library, "runbooks/new.yaml").kind(),
        Some(Kind::Runbook)
    );
}

#[cfg(unix)]
#[test]
fn links_among_the_documents_are_reported_and_not_read() {
    let disk = on_disk(&starter_files());
    let link = disk.root.join("runbooks/linked.yaml");
    std::os::unix::fs::symlink(disk.root.join(QUERY), link).unwrap();
    let library = Library::load(&disk.root, &LoadOptions::default());
    assert_eq!(library.entries().len(), starter::FILES.len());
    let failure = &library.failures()[0];
    assert_eq!(failure.path, "runbooks/linked.yaml");
    assert_eq!(failure.error, LoadError::SymbolicLink);
}

#[test]
fn data_files_are_found_beside_their_document() {
    let mut files = starter_files();
    files.push((
        "runbooks/error-rate-after-deploy/lines.log".into(),
        b"one".to_vec(),
    ));
    let from_memory = Library::from_sources(files.clone());
    let disk = on_disk(&files);
    let from_disk = Library::load(&disk.root, &LoadOptions::default());
    for library in [from_memory, from_disk] {
        let runbook = entry_at(&library, RUNBOOK);
        assert_eq!(&*library.data(runbook, "lines.log").unwrap(), b"one");
        assert!(library.data(runbook, "other.log").is_err());
        assert!(library.data(runbook, "../../../etc/passwd").is_err());
        assert!(library.data(runbook, "/etc/passwd").is_err());
    }
}

#[cfg(unix)]
#[test]
fn data_is_not_read_through_a_link_out_of_the_repository() {
    let outside = on_disk(&[("secret.log".into(), b"secret".to_vec())]);
    let disk = on_disk(&starter_files());
    let link = disk.root.join("runbooks/error-rate-after-deploy/lines.log");
    std::os::unix::fs::symlink(outside.root.join("secret.log"), link).unwrap();
    let library = Library::load(&disk.root, &LoadOptions::default());
    let runbook = entry_at(&library, RUNBOOK);
    assert!(library.data(runbook, "lines.log").is_err());
}
