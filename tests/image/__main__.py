"""``make image``: do what an engine would do with Dockerfile and compose files, and try the result.

All of it happens in namespaces of its own: no mount, process or network is left behind, however it
ends.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from typing import Final

from tests.image.dockerfile import ROOT, read_image
from tests.image.layers import BASES, BUILD, BuildError, database_layers, layers_of

_INSIDE: Final = "--inside"
_TOOLS: Final = {
    "debootstrap": "debootstrap",
    "unshare": "util-linux",
    "nsenter": "util-linux",
    "setpriv": "util-linux",
    "ip": "iproute2",
}
"""What has to be there, and the package of Debian that it is in."""

_TESTS: Final = ("alone.py", "proxied.py", "team.py")


def main() -> None:
    """Build, then test."""
    if sys.argv[1:2] == [_INSIDE]:
        _build()
        # The tests reach the containers, and nothing else.
        tests = [f"tests/image/{name}" for name in _TESTS]
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--timeout=600"]
        os.execvp("unshare", ["unshare", "--net", *command, *tests, *sys.argv[2:]])
    if sys.platform != "linux" or os.getuid() != 0:
        sys.exit("The image is tried as root, on Linux: `sudo make image`.")
    missing = {package for tool, package in _TOOLS.items() if shutil.which(tool) is None}
    if missing:
        sys.exit(f"Something is missing: apt-get install {' '.join(sorted(missing))}")
    alone = ["--mount", "--propagation", "private", "--pid", "--fork", "--kill-child"]
    entered = ["setpriv", "--pdeathsig", "KILL", "unshare", *alone, "--mount-proc"]
    inside = [sys.executable, "-m", "tests.image", _INSIDE, *sys.argv[1:]]
    process = subprocess.Popen([*entered, *inside], cwd=ROOT)
    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, lambda *_: process.kill())
    try:
        sys.exit(process.wait())
    except KeyboardInterrupt:
        process.kill()
        sys.exit(130)


def _build() -> None:
    # Names of networks are files here.
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
    image = read_image()
    release, _ = BASES[image.base]
    print(f"The image, on Debian's {release} in place of {image.base}:", flush=True)
    try:
        app = layers_of(image)
        print("The database:", flush=True)
        database = database_layers(image.base)
    except BuildError as error:
        sys.exit(f"{error}\n\nThe image cannot be made. Is the network there?")
    for kept in BUILD.iterdir():
        if kept not in {*app.stack, *database.stack}:
            # Of an earlier Dockerfile, or of a build that was cut short.
            shutil.rmtree(kept)


if __name__ == "__main__":
    main()
