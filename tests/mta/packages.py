"""Debian's Postfix and Sendmail unpacked side by side (their packages conflict), installing nothing.

No maintainer script runs.  Shared libraries that are not installed are unpacked beside the programs.
The folder that holds them may be kept between runs: TUIDING_MTA_CACHE.
"""

import os
import platform
import re
import shutil
import stat
import subprocess

from rig import Skip

WANTED = {
    "postfix": ("postfix",),
    "sendmail": ("sendmail-bin", "sendmail-base", "sendmail-cf"),
}
PROOF = {
    "postfix": "usr/lib/postfix/sbin/master",
    "sendmail": "usr/libexec/sendmail/sendmail",
}


def _output(*argv, cwd=None):
    try:
        done = subprocess.run(argv, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, timeout=90,
                              check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return 1, str(error)
    text = (done.stdout + (done.stderr if done.returncode else b"")).decode("utf-8", "replace")
    return done.returncode, text


def _installed(package):
    status, text = _output("dpkg-query", "-W", "-f", "${db:Status-Status}", package)
    return status == 0 and text == "installed"


def _libraries(deb):
    """The library packages that a package depends on (first alternatives)."""
    _, text = _output("dpkg-deb", "-f", deb, "Depends", "Pre-Depends")
    names = re.findall(r"(?:^|[,:]\s*|\n)([a-z0-9][a-z0-9.+-]*)", text)
    return [name for name in names if name.startswith("lib")]


def _fetch(package, folder, root, seen):
    """Unpacks a package into root, and the libraries it lacks with it."""
    seen.add(package)
    store = os.path.join(folder, package)
    os.makedirs(store, exist_ok=True)
    status, text = _output("apt-get", "-qq", "-o", "APT::Sandbox::User=root", "download", package, cwd=store)
    debs = [os.path.join(store, name) for name in os.listdir(store) if name.endswith(".deb")]
    if status != 0 or not debs:
        raise Skip("apt-get cannot fetch %s: %s" % (package, " ".join(text.split())[-200:]))
    for deb in debs:
        status, text = _output("dpkg-deb", "-x", deb, root)
        if status != 0:
            raise Skip("cannot unpack %s: %s" % (package, text.strip()))
        for library in _libraries(deb):
            if library not in seen and not _installed(library):
                _fetch(library, folder, root, seen)
    shutil.rmtree(store)


def _plain_modes(root):
    """Takes set-user and set-group bits off: nothing of the kind is to lie about in a test's folder, and the
    loader would ignore LD_LIBRARY_PATH."""
    for folder, _, names in os.walk(root):
        for name in names:
            path = os.path.join(folder, name)
            mode = os.lstat(path).st_mode
            if mode & (stat.S_ISUID | stat.S_ISGID) and stat.S_ISREG(mode):
                os.chmod(path, stat.S_IMODE(mode) & 0o755)


def mta_root(name, folder):
    """
    The folder under which Debian's `name` lies unpacked, made when it is not there yet.
    Skip says why it cannot be had.
    """
    for tool in ("apt-get", "dpkg-deb", "dpkg-query"):
        if shutil.which(tool) is None:
            raise Skip("no %s: this rig unpacks Debian packages" % tool)
    folder = os.path.abspath(os.environ.get("TUIDING_MTA_CACHE") or folder)
    root = os.path.join(folder, name)
    if os.path.exists(os.path.join(root, PROOF[name])):
        return root
    making = "%s.%d" % (root, os.getpid())
    os.makedirs(making)
    os.chmod(folder, 0o755)
    os.chmod(making, 0o755)
    seen = set()
    try:
        for package in WANTED[name]:
            if package not in seen:
                _fetch(package, os.path.join(making, "fetched"), making, seen)
        shutil.rmtree(os.path.join(making, "fetched"), ignore_errors=True)
        _plain_modes(making)
        try:
            os.rename(making, root)
        except OSError:
            pass    # another test was faster: its copy is as good
    finally:
        shutil.rmtree(making, ignore_errors=True)
    if not os.path.exists(os.path.join(root, PROOF[name])):
        raise Skip("the package %s holds no %s" % (name, PROOF[name]))
    return root


def library_path(root):
    """What LD_LIBRARY_PATH has to be for programs under root."""
    triplet = "%s-linux-gnu" % platform.machine()
    return ":".join(os.path.join(root, part) for part in
                    ("usr/lib/postfix", "usr/lib/" + triplet, "lib/" + triplet))
