"""python_reader.py ROOT URL STATE: follows a publication with python-tuf from a trusted root, downloads every target, and prints
names with SHA-256 as JSON. STATE is kept between calls."""

import hashlib
import json
import os
import sys

from tuf.ngclient import Updater

root, address, state = sys.argv[1:]
files = os.path.join(state, "files")
os.makedirs(files, exist_ok=True)
with open(root, "rb") as file:
    bootstrap = file.read()
updater = Updater(state, address + "/metadata/", files, address + "/targets/", bootstrap=bootstrap)
updater.refresh()
with open(os.path.join(state, "targets.json"), "rb") as file:
    listed = json.load(file)["signed"]["targets"]
found = {}
for name in listed:
    with open(updater.download_target(updater.get_targetinfo(name)), "rb") as file:
        found[name] = hashlib.sha256(file.read()).hexdigest()
json.dump(found, sys.stdout)
