"""A real nginx before the server; run as a script, it also installs one where that is possible.

Only the standard library: `make` runs it before anything else is known to work.
"""

import os
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager

import debian

MISSING = "no nginx was found: install one, or name it in QUERIST_NGINX"
_PATIENCE = 20
_SETTINGS = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{servers}
}}
"""
_SERVER = "    server {{ listen 127.0.0.1:{port}; server_name label.example.org; {location} }}"


def find():
    """Return the path of an nginx, None where there is none."""
    named = os.environ.get("QUERIST_NGINX")
    # It lies where the PATH of most users does not look.
    return shutil.which(named or "nginx") or (None if named else shutil.which("/usr/sbin/nginx"))


@contextmanager
def running(program, folder, locations):
    """Run it with one location at each port."""
    folder.mkdir(exist_ok=True)
    settings = folder / "nginx.conf"
    servers = "\n".join(_SERVER.format(port=port, location=location) for port, location in locations.items())
    settings.write_text(_SETTINGS.format(folder=folder, servers=servers))
    process = subprocess.Popen(
        [program, "-e", str(folder / "error.log"), "-p", str(folder), "-c", str(settings)],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        for port in locations:
            _wait(process, port)
        yield
    finally:
        process.terminate()
        process.wait()
        process.stderr.close()


def _wait(process, port):
    until = time.monotonic() + _PATIENCE
    while True:
        assert process.poll() is None, process.stderr.read().decode()
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except ConnectionRefusedError:
            assert time.monotonic() < until, "nginx does not listen"
            time.sleep(0.01)
        else:
            return


if __name__ == "__main__" and find() is None and not (debian.install("nginx") and find()):
    # Not an error here: the tests say that they are skipped, and fail where no skips are allowed.
    print(f"Tests behind a proxy will be skipped: {MISSING}.")
