"""python-tuf as the foreign side of the distribution tests.

    follow ROOT URL STATE     follow a publication like any TUF client; print each file with its SHA-256 as JSON
    orders ROOT URL STATE     the same for the files of the delegated role, found as any TUF client finds a target
    publish DIR               publish a repository: two releases, every key replaced in between; DIR/anchor.json is the first root
"""

import hashlib
import json
import os
import sys
from datetime import datetime, timedelta, timezone

from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import Metadata, MetaFile, Root, Snapshot, TargetFile, Targets, Timestamp
from tuf.ngclient import Updater


def refreshed(root, url, state):
    with open(root, "rb") as file:
        bootstrap = file.read()
    files = os.path.join(state, "files")
    os.makedirs(files, exist_ok=True)
    updater = Updater(state, url + "/metadata/", files, url + "/targets/", bootstrap=bootstrap)
    updater.refresh()
    return updater


def digests_of(updater, names):
    digests = {}
    for name in names:
        info = updater.get_targetinfo(name)
        if info is None:
            continue
        with open(updater.download_target(info), "rb") as file:
            digests[name] = hashlib.sha256(file.read()).hexdigest()
    return digests


def orders(root, url, state):
    print(json.dumps(digests_of(refreshed(root, url, state), ["halt.json", "recall.json", "more.json"])))


def follow(root, url, state):
    updater = refreshed(root, url, state)
    digests = digests_of(updater, sorted(updater._trusted_set.targets.targets))
    print(json.dumps({"release": updater._trusted_set.targets.version, "root": updater._trusted_set.root.version, "files": digests}))


class Publisher:
    def __init__(self, directory):
        self.directory = directory
        for folder in ("metadata", "targets"):
            os.makedirs(os.path.join(directory, folder))
        self.expires = datetime.now(timezone.utc) + timedelta(days=5)
        self.keys = {}
        self.version = 0
        self.root = Root(expires=self.expires)

    def write(self, name, content, signers):
        metadata = Metadata(content)
        for signer in signers:
            metadata.sign(signer, append=True)
        path = os.path.join(self.directory, "metadata", name)
        metadata.to_file(path)
        with open(path, "rb") as file:
            return file.read()

    def rotate(self, role, threshold, signers):
        for key in self.keys.get(role, []):
            self.root.revoke_key(key.public_key.keyid, role)
        for key in signers:
            self.root.add_key(key.public_key, role)
        self.root.roles[role].threshold = threshold
        self.keys[role] = signers

    def publish_root(self, previous=()):
        if previous:
            self.root.version += 1
        signers = {key.public_key.keyid: key for key in [*previous, *self.keys["root"]]}
        return self.write(f"{self.root.version}.root.json", self.root, signers.values())

    def publish(self, files):
        self.version += 1
        targets = Targets(version=self.version, expires=self.expires)
        for name, content in files.items():
            info = TargetFile.from_data(name, content, ["sha256", "sha512"])
            targets.targets[name] = info
            with open(os.path.join(self.directory, "targets", f"{info.hashes['sha256']}.{name}"), "wb") as file:
                file.write(content)
        self.write(f"{self.version}.targets.json", targets, self.keys["targets"])
        snapshot = Snapshot(version=self.version, expires=self.expires, meta={"targets.json": MetaFile(self.version)})
        data = self.write(f"{self.version}.snapshot.json", snapshot, self.keys["snapshot"])
        listed = MetaFile.from_data(self.version, data, ["sha256"])
        self.write("timestamp.json", Timestamp(version=self.version, expires=self.expires, snapshot_meta=listed), self.keys["timestamp"])


def publish(directory):
    ed25519, p256 = CryptoSigner.generate_ed25519, CryptoSigner.generate_ecdsa
    publisher = Publisher(directory)
    publisher.rotate("root", 2, [ed25519(), p256(), ed25519()])
    for role in ("targets", "snapshot", "timestamp"):
        publisher.rotate(role, 1, [p256()])
    anchor = publisher.publish_root()
    with open(os.path.join(directory, "anchor.json"), "wb") as file:
        file.write(anchor)
    publisher.publish({"index.json": b"first"})
    before = publisher.keys["root"]
    publisher.rotate("root", 1, [ed25519()])
    publisher.publish_root(before)
    for role in ("targets", "snapshot", "timestamp"):
        publisher.rotate(role, 1, [ed25519()])
    publisher.publish_root(publisher.keys["root"])
    publisher.publish({"index.json": b"second", "pack-00.tar.gz": bytes(range(256))})


if __name__ == "__main__":
    {"follow": follow, "orders": orders, "publish": publish}[sys.argv[1]](*sys.argv[2:])
