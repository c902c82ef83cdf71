"""verify_dsse.py PUBLIC_KEY FILE...: verifies DSSE envelopes, one on a line, with securesystemslib, and prints what is in them as
a JSON list."""

import json
import sys

from cryptography.hazmat.primitives.serialization import load_pem_public_key
from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey

public, *files = sys.argv[1:]
with open(public, "rb") as file:
    material = load_pem_public_key(file.read())
found = []
for name in files:
    with open(name, encoding="utf-8") as file:
        for line in file:
            data = json.loads(line)
            key = SSlibKey.from_crypto(material, keyid=data["signatures"][0]["keyid"])
            envelope = Envelope.from_dict(data)
            envelope.verify([key], 1)
            found.append(json.loads(envelope.payload))
json.dump(found, sys.stdout)
