"""Fetch the dashboard's front-end libraries from npm: python docs/write_vendor.py.

What comes is committed, so that nobody needs npm or a network to see the dashboard. To move to
other versions, change LIBRARIES and run this again; the manifest says what each file is, and its
hash.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

VENDOR = Path(__file__).parents[1] / "open311_etl" / "dashboard" / "vendor"
LIBRARIES = {
    ("vega", "6.4.0"): "build/vega.min.js",
    ("vega-lite", "6.5.0"): "build/vega-lite.min.js",
    ("vega-embed", "7.3.0"): "build/vega-embed.min.js",
}
"""Name and version of each package, and the one file of it that the page loads."""


def main() -> None:
    shutil.rmtree(VENDOR, ignore_errors=True)
    VENDOR.mkdir(parents=True)
    entries = [_fetch(name, version, file) for (name, version), file in LIBRARIES.items()]
    text = json.dumps(entries, indent=2) + "\n"
    (VENDOR / "manifest.json").write_text(text, encoding="utf-8")


def _fetch(name: str, version: str, file: str) -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        pack = ["npm", "pack", "--silent", "--pack-destination", folder, f"{name}@{version}"]
        subprocess.run(pack, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
        (archive,) = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")
        package = Path(folder) / "package"
        about = json.loads((package / "package.json").read_text(encoding="utf-8"))
        licence = f"{name}.LICENSE.txt"
        shutil.copy(package / "LICENSE", VENDOR / licence)
        body = (package / file).read_bytes()
    target = VENDOR / Path(file).name
    target.write_bytes(body)
    return {
        "name": name,
        "version": version,
        "file": target.name,
        "sha256": hashlib.sha256(body).hexdigest(),
        "license": about["license"],
        "license_file": licence,
    }


if __name__ == "__main__":
    main()
