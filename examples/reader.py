"""Follow what `rbk publish` wrote with python-tuf, and say which documents an agent may use now.

    reader.py ROOT URL STATE     ROOT is the root file installed with the agent, STATE a folder that is kept between calls

Prints JSON: the release, how far agents are stopped, and every document with the closure an agent acts on, or why it is not
used. Everything is fetched and verified as The Update Framework says (`pip install tuf`); what is left is to check
digests, to obey `halt.json` and `recall.json`, and to look at nothing else. Who approved what is in the evidence of the bundle,
which `rbk` verifies and this reader does not.
"""

import hashlib
import io
import json
import os
import sys
import tarfile
from datetime import datetime, timezone

from tuf.ngclient import Updater

FORMATS = (1, 2, 3)  # Of format 3 the first content is read, as agents of the channel `stable` do.
LEVELS = ["advise_only", "pause_new", "stop_now"]
# What a closure is resolved with, by kind.
PARTS = {"Action": "actions", "Query": "queries", "Service": "services"}


def follow(root, url, state):
    """A client at the newest verified metadata, as `(version, fetch)`; `fetch` gives a verified file, or nothing."""
    with open(root, "rb") as file:
        bootstrap = file.read()
    files = os.path.join(state, "files")
    os.makedirs(files, exist_ok=True)
    updater = Updater(state, url + "/metadata/", files, url + "/targets/", bootstrap=bootstrap)
    updater.refresh()

    def fetch(name):
        info = updater.get_targetinfo(name)
        if info is None:
            return None
        with open(updater.download_target(info), "rb") as file:
            return file.read()

    return updater._trusted_set.targets.version, fetch


def checked(content, digest, what):
    if content is None or "sha256:" + hashlib.sha256(content).hexdigest() != digest:
        raise ValueError(f"{what} is not what was signed")
    return content


def documents(fetch):
    """Each document of the release with its closure. Packs are small archives of flat names."""
    index = json.loads(fetch("index.json"))
    if index["format"] not in FORMATS:
        raise ValueError(f"bundle format {index['format']} is not known here")
    for pack in index["packs"]:
        content = checked(fetch(pack["name"]), pack["digest"], pack["name"])
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
            entries = {entry.name: archive.extractfile(entry).read() for entry in archive if entry.isfile()}
        for document in json.loads(entries["pack.json"])["documents"]:
            closure = checked(entries.get(document["closure"]), document["digest"], document["closure"])
            yield document, json.loads(closure)


def orders(fetch, name, member):
    """What a file of incident commanders says. A file that is not understood is an error, never "no orders"."""
    content = fetch(name)
    if content is None:
        return []
    file = json.loads(content)
    if file["format"] != 1:
        raise ValueError(f"{name} has format {file['format']}")
    return file[member]


def is_over(halt, now):
    return "until" in halt and datetime.fromisoformat(halt["until"].replace("Z", "+00:00")) <= now


def withdraws(recall, document, closure):
    if "digest" in recall:
        return recall["digest"] in (document["digest"], document["source_digest"])
    kind, name = recall["kind"], recall["id"]
    if kind in PARTS:
        return name in closure.get(PARTS[kind], {})
    signatures = closure.get("signatures", {})
    if kind == "Signature" and name in signatures:
        return True  # Stricter than rbk, which takes the signature out and keeps the runbook.
    same = (kind, name) == (document["kind"], document["id"])
    return same and recall.get("version", document["version"]) == document["version"]


def main(root, url, state):
    release, fetch = follow(root, url, state)
    now = datetime.now(timezone.utc)
    halts = [halt for halt in orders(fetch, "halt.json", "halts") if not is_over(halt, now)]
    recalls = orders(fetch, "recall.json", "recalled")
    used, refused = {}, {}
    for document, closure in documents(fetch):
        name = f"{document['kind']}/{document['id']}@{document['version']}"
        why = [f"withdrawn by {it['by']}: {it['reason']}" for it in recalls if withdraws(it, document, closure)]
        if why:
            refused[name] = why[0]
        else:
            used[name] = closure
    # Limits of a halt are for whoever knows the incident; here every halt counts.
    level = max((halt["level"] for halt in halts), key=LEVELS.index, default=None)
    json.dump({"release": release, "halt": level, "documents": used, "refused": refused}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
