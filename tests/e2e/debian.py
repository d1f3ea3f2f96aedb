"""Installs programs of Debian that browser tests need. Only the standard library, as its callers."""

import os
import shutil
import subprocess


def install(package):
    """Install a package of Debian where that is possible. Return whether it went well."""
    if os.name != "posix" or os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    print(f"Installing {package} for the browser tests ...", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return all(
        subprocess.run(["apt-get", "-q", *words], env=environment, stdout=subprocess.DEVNULL, check=False).returncode
        == 0
        for words in (["update"], ["install", "--yes", "--no-install-recommends", package])
    )
