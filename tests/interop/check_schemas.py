"""Check the JSON Schemas with validators that are not ours.

Run with the Python of a virtual environment that has check-jsonschema and PyYAML:

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install check-jsonschema PyYAML
    /tmp/venv/bin/python tests/interop/check_schemas.py [FOLDER]

FOLDER holds JSON that agents read: `valid/SCHEMA/*.json` and `invalid/SCHEMA/*.json`. The integration tests fill it with the files
of real bundles, and with those files changed in one place.
Everything runs offline and from a foreign working directory, so that a reference between two schemas that only
resolves from some place is found. Exit code 0: all as expected; 1: something is not; 2: something could not be run.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = ROOT / "schema"
EXAMPLES = ROOT / "tests" / "schema"
KINDS = [
    "action", "exception", "fixture", "governance", "postmortem", "query",
    "repository", "runbook", "service", "signature", "taxonomy",
]
# Schemas of what `rbk` prints.
OUTPUTS = ["diff", "report", "review", "statement"]
# Schemas of what agents read.
RELEASES = ["bundle-index", "bundle-pack", "bundle-runbook", "bundle-signature", "halt", "recall"]
# The library of this repository and the one `rbk init` writes.
LIBRARIES = ["rbk.yaml", "runbooks", "postmortems", "src/library/starter"]

failures = []


def expect(holds, message):
    if not holds:
        failures.append(message)


def cannot(message):
    print(f"could not check: {message}", file=sys.stderr)
    sys.exit(2)


def some(paths, what):
    """`paths`, sorted; nothing to check is not a success."""
    paths = sorted(paths)
    if not paths:
        cannot(f"no {what} found")
    return paths


def check_jsonschema(elsewhere, *arguments):
    """Runs check-jsonschema and returns its report: errors by file name."""
    command = [sys.executable, "-m", "check_jsonschema", "--output-format", "json", *map(str, arguments)]
    run = subprocess.run(command, cwd=elsewhere, capture_output=True, text=True)
    if run.returncode not in (0, 1):
        cannot(f"{' '.join(command)}: {run.stdout}{run.stderr}")
    try:
        report = json.loads(run.stdout)
    except json.JSONDecodeError:
        cannot(f"{' '.join(command)}: {run.stdout}{run.stderr}")
    for error in report.get("parse_errors", []):
        cannot(f"{error['filename']}: {error['message']}")
    errors = {}
    for error in report.get("errors", []):
        errors.setdefault(error["filename"], []).append((pointer(error["path"]), error["message"]))
    expect(bool(errors) == (run.returncode == 1), f"{command}: exit code {run.returncode} with errors {errors}")
    return errors


def pointer(path):
    """`$.spec.answers['a b'].x[0]` as JSON pointer."""
    steps = re.findall(r"\.([A-Za-z_][A-Za-z0-9_]*)|\['((?:[^'\\]|\\.)*)'\]|\[([0-9]+)\]", path)
    return "".join("/" + next(part for part in step if part) for step in steps)


def header(path, name):
    """The value of `# name: value` in the first lines of an invalid example."""
    match = re.search(rf"^# {name}:[ ]?(.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    if not match:
        cannot(f"{path} does not say `# {name}:`")
    return match.group(1)


def kind_of(path):
    return path.name.split("-")[0].removesuffix(".yaml")


def documents(path):
    """The text of every document of a file, or of its front matter."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        if not text.startswith("---\n") or "\n---\n" not in text:
            cannot(f"{path} has no front matter")
        return [text.removeprefix("---\n").split("\n---\n", 1)[0] + "\n"]
    starts = [node.start_mark.index for node in yaml.compose_all(text, Loader=yaml.SafeLoader) if node]
    parts = [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)])]
    return [re.split(r"^---", part, flags=re.MULTILINE)[0] for part in parts]


def check_files_and_metaschema(elsewhere):
    expected = {f"{name}.schema.json" for name in [*KINDS, "common", "rbk", *OUTPUTS, *RELEASES]}
    found = {path.name for path in SCHEMAS.glob("*.json")}
    expect(found == expected, f"schema/ holds {sorted(found)}, expected {sorted(expected)}")
    paths = some(SCHEMAS.glob("*.json"), "schemas")
    for path in paths:
        schema = json.loads(path.read_text(encoding="utf-8"))
        expect(schema.get("$schema") == "https://json-schema.org/draft/2020-12/schema", f"{path.name} is not 2020-12")
        for pattern in patterns(schema):
            try:
                re.compile(pattern)
            except re.error as error:
                failures.append(f"{path.name}: Python does not read the pattern {pattern}: {error}")
    errors = check_jsonschema(elsewhere, "--check-metaschema", *paths)
    expect(not errors, f"not valid against the metaschema: {errors}")
    return len(paths)


def patterns(schema):
    if isinstance(schema, dict):
        if isinstance(schema.get("pattern"), str):
            yield schema["pattern"]
        for value in schema.values():
            yield from patterns(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from patterns(value)


def check_valid(elsewhere):
    paths = some((EXAMPLES / "valid").glob("*.yaml"), "valid examples")
    missing = set(KINDS) - {kind_of(path) for path in paths}
    if missing:
        cannot(f"no valid example of {sorted(missing)}")
    for kind in KINDS:
        group = [path for path in paths if kind_of(path) == kind]
        errors = check_jsonschema(elsewhere, "--schemafile", SCHEMAS / f"{kind}.schema.json", *group)
        expect(not errors, f"valid examples are refused by the schema of {kind}: {errors}")
    # ECMA-262 patterns by default, Python's own in the second run.
    for variant in ("default", "python"):
        schema = SCHEMAS / "rbk.schema.json"
        errors = check_jsonschema(elsewhere, "--regex-variant", variant, "--schemafile", schema, *paths)
        expect(not errors, f"valid examples are refused by rbk.schema.json with {variant} patterns: {errors}")
    return len(paths)


def check_invalid(elsewhere):
    paths = some((EXAMPLES / "invalid").glob("*.yaml"), "invalid examples")
    groups = [(f"{kind}.schema.json", [path for path in paths if kind_of(path) == kind]) for kind in KINDS]
    for schema, group in [*groups, ("rbk.schema.json", paths)]:
        group = some(group, f"invalid examples for {schema}")
        errors = check_jsonschema(elsewhere, "--schemafile", SCHEMAS / schema, *group)
        for path in group:
            places = {place for place, _ in errors.get(str(path), [])}
            expect(places, f"invalid/{path.name} passes {schema}")
            expect(places <= {header(path, "at")}, f"invalid/{path.name} is refused by {schema} at {sorted(places)}")
    return len(paths)


def check_libraries(elsewhere):
    files = []
    for library in LIBRARIES:
        path = ROOT / library
        if not path.exists():
            cannot(f"{library} does not exist")
        files += [path] if path.is_file() else [*path.rglob("*.yaml"), *path.rglob("postmortem.md")]
    copies = {}
    for file in some(files, "library files"):
        for number, text in enumerate(documents(file), start=1):
            copy = Path(elsewhere) / f"document-{len(copies)}.yaml"
            copy.write_text(text, encoding="utf-8")
            copies[str(copy)] = f"{file.relative_to(ROOT)}, document {number}"
    errors = check_jsonschema(elsewhere, "--schemafile", SCHEMAS / "rbk.schema.json", *copies)
    for copy, found in errors.items():
        failures.append(f"{copies[copy]}: {found}")
    return len(copies)


def check_releases(elsewhere, folder):
    count = 0
    for name in [*RELEASES, "governance", "statement"]:
        paths = {kind: some((folder / kind / name).glob("*.json"), f"{kind} {name}") for kind in ("valid", "invalid")}
        errors = check_jsonschema(elsewhere, "--schemafile", SCHEMAS / f"{name}.schema.json", *paths["valid"], *paths["invalid"])
        for path in paths["valid"]:
            expect(str(path) not in errors, f"{name} refuses {path.read_text()}: {errors.get(str(path))}")
        for path in paths["invalid"]:
            expect(str(path) in errors, f"{name} accepts {path.read_text()}")
        count += len(paths["valid"]) + len(paths["invalid"])
    return count


def main():
    with tempfile.TemporaryDirectory() as elsewhere:
        counts = {
            "schemas against the metaschema": check_files_and_metaschema(elsewhere),
            "valid examples accepted": check_valid(elsewhere),
            "invalid examples refused": check_invalid(elsewhere),
            "documents of the libraries accepted": check_libraries(elsewhere),
        }
        if len(sys.argv) > 1:
            counts["files of releases judged as they should be"] = check_releases(elsewhere, Path(sys.argv[1]))
    for failure in failures:
        print(f"FAILED {failure}")
    if failures:
        return 1
    for what, count in counts.items():
        print(f"{count} {what}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
