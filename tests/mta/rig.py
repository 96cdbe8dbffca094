"""The ground of the tests against a real MTA: a work folder, processes ended by id, free ports, TAP.

Nothing of the system's own mail set-up is read or changed; everything listens on loopback.  Whatever a Rig
has begun it ends, also on ^C and on SIGTERM.  Standard library only.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback


class Skip(Exception):
    """The surroundings do not allow this test: the reason is the text."""


class Failure(Exception):
    """The rig itself did not come up: the reason is the text."""


def free_port():
    """A TCP port of loopback that nobody held a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what, seconds, test, pause=0.05):
    """Asks test() until its answer is true and returns it; Failure when the time is over."""
    end = time.monotonic() + seconds
    while True:
        answer = test()
        if answer:
            return answer
        if time.monotonic() >= end:
            raise Failure("waited %g s in vain for %s" % (seconds, what))
        time.sleep(pause)


def port_open(port):
    """True when somebody listens there."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


def alive(pid):
    """True while the process runs; a zombie runs no more."""
    try:
        with open("/proc/%d/stat" % pid, encoding="utf-8", errors="replace") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def end_pid(pid, seconds=10.0):
    """TERM, then KILL when it will not go."""
    for sig, limit in ((signal.SIGTERM, seconds), (signal.SIGKILL, 2.0)):
        try:
            os.kill(pid, sig)
        except ProcessLookupError:
            return
        end = time.monotonic() + limit
        while alive(pid) and time.monotonic() < end:
            time.sleep(0.02)
        if not alive(pid):
            return


class Rig:
    """The work folder and everything begun in it.  Use with `with`."""

    def __init__(self, name):
        self.name = name
        self.folder = None
        self._undo = []
        self._before = {}

    def __enter__(self):
        if os.geteuid() != 0:
            raise Skip("a private MTA needs root")
        for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self._before[sig] = signal.signal(sig, self._interrupted)
        os.umask(0o022)
        self.folder = tempfile.mkdtemp(prefix="tuiding-%s-" % self.name)
        os.chmod(self.folder, 0o711)    # the MTA's own users walk through
        return self

    def __exit__(self, *exc):
        for sig in self._before:
            signal.signal(sig, signal.SIG_IGN)
        while self._undo:
            undo = self._undo.pop()
            try:
                undo()
            except Exception as error:    # go on: the rest wants to be ended too
                print("# cleaning up: %s" % error, file=sys.stderr)
        if os.environ.get("TUIDING_KEEP"):
            print("# kept: %s" % self.folder, file=sys.stderr)
        else:
            shutil.rmtree(self.folder, ignore_errors=True)
        for sig, handler in self._before.items():
            signal.signal(sig, handler)
        return False

    @staticmethod
    def _interrupted(number, _frame):
        raise SystemExit(128 + number)

    def undo(self, action):
        """Remembers what has to be done at the end; the last comes first."""
        self._undo.append(action)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def make_folder(self, *parts, mode=0o755, user=None):
        path = self.path(*parts)
        os.makedirs(path, exist_ok=True)
        os.chmod(path, mode)
        if user is not None:
            shutil.chown(path, user)
        return path

    def write(self, name, text, mode=0o644):
        path = self.path(name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def spawn(self, argv, **more):
        """Begins a process in a session of its own; ended with the rig.  Returns it with its Output."""
        child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT, start_new_session=True, **more)
        self.undo(lambda: end_child(child))
        return child, Output(child.stdout)


class Output:
    """What a process has said so far.  It comes by a pipe, so that no full disk silences it."""

    def __init__(self, pipe):
        self._pieces = []
        self._pipe = pipe
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        with self._pipe:
            for line in self._pipe:
                self._pieces.append(line)

    def text(self):
        return b"".join(self._pieces).decode("utf-8", "replace")

    def finish(self):
        """Waits for the last words of a process that has ended."""
        self._thread.join(5)
        return self.text()


def end_child(child, seconds=10.0):
    """Ends a child of Rig.spawn(), with whatever it has begun in its session, and takes its status."""
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait(5)
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass    # as it should be: nobody is left
    return child.returncode


def need(what):
    """An environment variable that must name an existing folder."""
    value = os.environ.get(what)
    if not value:
        raise Skip("%s is not set" % what)
    if not os.path.isdir(value):
        raise Skip("%s: no such folder: %s" % (what, value))
    return os.path.abspath(value)


class Tap:
    """Test Anything Protocol on standard output."""

    def __init__(self):
        self.count = 0
        self.failed = 0

    def ok(self, truth, what, detail=""):
        self.count += 1
        self.failed += not truth
        print("%sok %d - %s" % ("" if truth else "not ", self.count, what))
        if not truth:
            for line in str(detail).splitlines():
                print("#   " + line)
        sys.stdout.flush()
        return bool(truth)

    def equal(self, got, want, what):
        return self.ok(got == want, what, "got:    %r\nwanted: %r" % (got, want))

    def contains(self, got, part, what):
        return self.ok(part in (got or ""), what, "got:    %r\nwithout: %r" % (got, part))

    def skip(self, what, why):
        self.count += 1
        print("ok %d - %s # SKIP %s" % (self.count, what, why))

    def run(self, test, *arguments):
        """One test function; what it stumbles over fails it, and the next begins."""
        try:
            test(*arguments)
        except Skip:
            raise
        except Exception:
            self.ok(False, "%s goes to its end" % test.__name__, traceback.format_exc())

    def done(self):
        print("1..%d" % self.count)
        return 1 if self.failed else 0


def tap_main(run):
    """Runs run(tap) as a TAP program: a Skip skips all, whatever else goes wrong is a failure."""
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    tap = Tap()
    try:
        run(tap)
    except Skip as reason:
        if tap.count == 0:
            print("1..0 # SKIP %s" % reason)
            return 0
        tap.ok(False, "cannot be skipped in the middle", reason)
    except Exception:
        tap.ok(False, "all goes to its end", traceback.format_exc())
    return tap.done()
