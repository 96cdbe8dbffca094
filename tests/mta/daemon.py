"""tuiding-milter and tuiding under test: a configuration of its own, a ledger of its own, ended by id."""

import os
import shutil
import signal
import subprocess

from rig import Failure, Skip, end_child, free_port, need, port_open, wait_for

USER = "nobody"    # never root: file modes are to mean something


class Plain(str):
    """A value of the configuration written as it stands."""


def policy(**actions):
    return Plain("{ %s }" % "  ".join('%s = "%s"' % pair for pair in actions.items()))


def _value(value):
    if isinstance(value, Plain):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, (list, tuple)):
        return "{ %s }" % ", ".join(_value(one) for one in value)
    return '"%s"' % value.replace("\\", "\\\\").replace('"', '\\"')


def render(settings):
    """The text of tuiding.conf.  A Plain section ("policy inbound") needs no equals sign."""
    return "".join("%s %s\n" % (name, _value(value)) if name.startswith("policy ")
                   else "%s = %s\n" % (name, _value(value)) for name, value in settings.items())


def _copies(rig, bindir):
    """Copies of the programs where USER can reach them: the build may lie in a private home."""
    folder = rig.make_folder("bin")
    for program in ("tuiding-milter", "tuiding", "tuiding-worker"):
        source = os.path.join(bindir, program)
        if not os.access(source, os.X_OK):
            if program == "tuiding-worker":
                continue
            raise Skip("no %s in TUIDING_BINDIR" % program)
        shutil.copy(source, folder)
        os.chmod(os.path.join(folder, program), 0o755)
    return folder


class Filter:
    """One tuiding-milter on a TCP port of loopback, with its folder (configuration, ledger, log)."""

    def __init__(self, rig, bindir, settings, name="filter"):
        self.rig = rig
        self.bindir = _copies(rig, bindir)
        self.port = free_port()
        self.folder = rig.make_folder(name, user=USER, mode=0o750)
        self.ledger = os.path.join(self.folder, "tuiding.db")
        self.conf = os.path.join(self.folder, "tuiding.conf")
        self.child = None
        self.outputs = []
        self.settings = {
            "socket": "inet:%d@127.0.0.1" % self.port,
            "user": "",
            "log": "stderr",
            "mode": "enforce",
            "ledger": "sqlite:" + self.ledger,
            "control-socket": os.path.join(self.folder, "control.sock"),
            "public-mail-domains": shutil.copyfile(
                os.path.join(need("TUIDING_SRCDIR"), "conf", "public-mail-domains"), rig.path(name + ".domains")),
        }
        self.settings.update(settings)
        self.first = dict(self.settings)
        self.configure()

    def configure(self, text=None, **changes):
        """Writes the configuration; text: this, whatever it says."""
        self.settings.update(changes)
        with open(self.conf, "w", encoding="utf-8") as file:
            file.write(render(self.settings) if text is None else text)
        os.chmod(self.conf, 0o644)

    def _run(self, program, argv, octets=b""):
        return subprocess.run([os.path.join(self.bindir, program), *argv], input=octets,
                              capture_output=True, user=USER, group="nogroup", extra_groups=[], timeout=60,
                              cwd=self.folder, check=False)

    def tuiding(self, *argv, octets=b"", check=True):
        """Runs the administrator's command and returns its output; check=False: (status, output)."""
        done = self._run("tuiding", ["-c", self.conf, *argv], octets)
        text = done.stdout.decode("utf-8", "replace")
        if not check:
            return done.returncode, text + done.stderr.decode("utf-8", "replace")
        if done.returncode != 0:
            raise Failure("tuiding %s: %d: %s%s" % (" ".join(argv), done.returncode, text,
                                                    done.stderr.decode("utf-8", "replace")))
        return text

    def worker_once(self):
        """Lets tuiding-worker do what is due, and end.  Returns what it logged."""
        done = self._run("tuiding-worker", ["-f", "--once", "-c", self.conf])
        text = done.stderr.decode("utf-8", "replace")
        if done.returncode != 0:
            raise Failure("tuiding-worker: %d: %s" % (done.returncode, text))
        return text

    def start(self, root=False):
        """root: begun by root, as a service manager does; it is to become somebody else by itself."""
        who = {} if root else {"user": USER, "group": "nogroup", "extra_groups": []}
        program = os.path.join(self.bindir, "tuiding-milter")
        self.child, output = self.rig.spawn([program, "-f", "-c", self.conf], cwd=self.folder,
                                            restore_signals=False, **who)
        self.outputs.append(output)

        def ready():
            if self.child.poll() is not None:
                raise Failure("tuiding-milter ended with %s: %s" % (self.child.returncode, self.log_text()))
            return port_open(self.port)
        wait_for("tuiding-milter on its port", 20, ready)
        return self

    def stop(self):
        """Ends it and returns its status: 0 is right, a negative number a signal, None: it did not run."""
        status = None if self.child is None else end_child(self.child, 20.0)
        self.child = None
        if self.outputs:
            self.outputs[-1].finish()
        return status

    def as_first(self):
        """Whether it runs with the settings it had in the beginning."""
        return self.running() and self.settings == self.first

    def restart(self, **changes):
        """Ends it and begins it again, with the first settings and these changes."""
        self.stop()
        self.settings = dict(self.first)
        self.configure(**changes)
        self.start()

    def running(self):
        return self.child is not None and self.child.poll() is None

    def reload(self):
        os.kill(self.child.pid, signal.SIGUSR1)

    def limit_files(self, octets):
        """From now on no file of the daemon may grow beyond that: what a full disk is like.  None: ends it."""
        soft = "unlimited" if octets is None else str(octets)
        subprocess.run(["prlimit", "--pid", str(self.child.pid), "--fsize=%s:unlimited" % soft], user=USER,
                       group="nogroup", extra_groups=[], check=True)

    def log_text(self):
        """All that this filter has logged, over its restarts."""
        return "".join(output.text() for output in self.outputs)
