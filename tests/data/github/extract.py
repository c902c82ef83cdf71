#!/usr/bin/env python3
"""Writes github.openapi.json: the operations below, as GitHub's OpenAPI description has them.

    tests/data/github/extract.py DIRECTORY

DIRECTORY holds `github-rbk.openapi.json` (paths, parameters) and `schemas.jsonschema.json` (the same components as JSON Schema
2020-12, where `nullable` is a `null` among the types). What only explains is left out: descriptions, examples, titles. Nothing else
is changed. One operation and one schema to a line, so that a newer description reads well in a diff.
"""

import json
import pathlib
import sys

OPERATIONS = """
actions/get-workflow-run checks/list-for-ref issues/create-comment issues/get-comment issues/list-comments
issues/list-events-for-timeline issues/update-comment pulls/get pulls/list pulls/list-commits pulls/list-reviews rate-limit/get
repos/create-commit-status repos/get repos/get-branch repos/get-branch-protection repos/get-branch-rules repos/get-commit
repos/get-repo-ruleset repos/get-repo-rulesets repos/list-activities repos/list-commit-statuses-for-ref
repos/list-pull-requests-associated-with-commit teams/get-by-name teams/list-members-in-org users/get-by-id users/get-by-username
""".split()

EXPLANATIONS = {"description", "example", "examples", "title", "summary"}


def without_explanations(schema, is_map=False):
    """A schema without what only explains. In `properties` and `$defs` the keys are names and all stay."""
    if isinstance(schema, list):
        return [without_explanations(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: without_explanations(value, key in ("properties", "$defs") and not is_map)
        for key, value in schema.items()
        if is_map or key not in EXPLANATIONS
    }


def references(schema):
    """Names of the definitions that a schema refers to."""
    if isinstance(schema, list):
        return set().union(*map(references, schema))
    if not isinstance(schema, dict):
        return set()
    own = {schema["$ref"].rsplit("/", 1)[1]} if isinstance(schema.get("$ref"), str) else set()
    return own.union(*map(references, schema.values()))


def main(directory):
    description = json.loads((directory / "github-rbk.openapi.json").read_text())
    definitions = json.loads((directory / "schemas.jsonschema.json").read_text())["$defs"]
    components = description["components"]

    def resolved(part):
        if "$ref" not in part:
            return part
        _, _, group, name = part["$ref"].split("/")
        return components[group][name]

    def schema_of(kind, status, operation, part):
        """Name of the definition of a body: those of a request and of a success are named after the operation."""
        content = resolved(part).get("content", {}).get("application/json")
        if content is None:
            return None
        if kind == "request" or status.startswith("2"):
            return f"{kind}.{operation.replace('/', '.')}"
        reference = content["schema"].get("$ref")
        return reference.rsplit("/", 1)[1] if reference else "basic-error"

    operations = {}
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            name = operation["operationId"]
            if name not in OPERATIONS:
                continue
            parameters = [resolved(parameter) for parameter in operation.get("parameters", [])]
            operations[name] = {
                "method": method.upper(),
                "path": path,
                "query": {it["name"]: without_explanations(it["schema"]) for it in parameters if it["in"] == "query"},
                "segments": {it["name"]: without_explanations(it["schema"]) for it in parameters if it["in"] == "path"},
                "request": schema_of("request", "", name, operation["requestBody"]) if "requestBody" in operation else None,
                "answers": {
                    status: schema_of("response", status, name, answer) for status, answer in operation["responses"].items()
                },
            }
    missing = set(OPERATIONS) - set(operations)
    assert not missing, missing

    needed, open_names = {}, {"basic-error"}
    for operation in operations.values():
        open_names |= {name for name in [operation["request"], *operation["answers"].values()] if name}
    while open_names:
        name = open_names.pop()
        if name not in needed:
            needed[name] = without_explanations(definitions[name])
            open_names |= references(needed[name])

    def lines(table):
        compact = lambda value: json.dumps(value, separators=(",", ":"), sort_keys=True)
        return ",\n".join(f"{json.dumps(name)}:{compact(table[name])}" for name in sorted(table))

    text = f'{{"source":{json.dumps(description["info"]["description"].split(";")[0] + ")")},\n"operations":{{\n{lines(operations)}\n}},\n"$defs":{{\n{lines(needed)}\n}}}}\n'
    (pathlib.Path(__file__).parent / "github.openapi.json").write_text(text)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
