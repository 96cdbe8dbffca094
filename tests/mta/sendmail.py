"""A private Sendmail on loopback: its own configuration and queue; everything it takes it sends to the sink.

It runs in a mount and UTS name space of its own, where its host name stands in a hosts file: without that it
would ask the network for its own name and wait.
"""

import os
import shutil
import subprocess

from packages import library_path, mta_root
from postfix import INSIDE
from rig import Failure, Skip, free_port, port_open, wait_for

MC = """\
divert(-1)
define(`_CF_DIR_', `{cf}/')
divert(0)
include(`{cf}/m4/cf.m4')
OSTYPE(`linux')dnl
define(`confDOMAIN_NAME', `{host}')dnl
define(`QUEUE_DIR', `{folder}/queue')dnl
define(`confPID_FILE', `{folder}/sendmail.pid')dnl
define(`STATUS_FILE', `{folder}/statistics')dnl
define(`ALIAS_FILE', `')dnl
define(`HELP_FILE', `{folder}/helpfile')dnl
define(`confCW_FILE', `-o {folder}/cw')dnl
define(`confCR_FILE', `-o {folder}/cr')dnl
define(`confCONTROL_SOCKET_NAME', `')dnl
define(`confSERVICE_SWITCH_FILE', `{folder}/switch')dnl
define(`confDONT_PROBE_INTERFACES', `true')dnl
define(`confDONT_BLAME_SENDMAIL', `AssumeSafeChown,GroupWritableDirPathSafe')dnl
define(`confTO_IDENT', `0')dnl
define(`confBAD_RCPT_THROTTLE', `0')dnl
define(`confDELIVERY_MODE', `background')dnl
define(`confLOG_LEVEL', `0')dnl
define(`confDIRECT_SUBMISSION_MODIFIERS', `')dnl
define(`SMTP_MAILER_ARGS', `TCP $h {sink}')dnl
define(`RELAY_MAILER_ARGS', `TCP $h {sink}')dnl
define(`confRELAY_MAILER', `relay')dnl
define(`SMART_HOST', `relay:[127.0.0.1]')dnl
FEATURE(`no_default_msa')dnl
FEATURE(`nocanonify')dnl
FEATURE(`accept_unresolvable_domains')dnl
FEATURE(`accept_unqualified_senders')dnl
DAEMON_OPTIONS(`Family=inet, Name=TEST, Port={port}, Addr=127.0.0.1')dnl
{filters}LOCAL_CONFIG
CR {domains}
MAILER(`smtp')dnl
"""

FILTER = "INPUT_MAIL_FILTER(`filter{number}', `S=inet:{port}@127.0.0.1, F=T, T=C:5s;S:10s;R:10s;E:30s')dnl\n"


class Sendmail:
    """One instance.  milters: TCP ports, in order."""

    def __init__(self, rig, cache, domains, milters, sink_port):
        self.rig = rig
        self.root = mta_root("sendmail", cache)
        for tool in ("m4", "unshare"):
            if shutil.which(tool) is None:
                raise Skip("no %s" % tool)
        if subprocess.run(["unshare", "-u", "-m", "true"], capture_output=True, check=False).returncode != 0:
            raise Skip("no name spaces of our own may be made here (unshare)")
        self.port = free_port()
        self.host = "mx." + domains[0]
        self.folder = rig.make_folder("sendmail")
        rig.make_folder("sendmail", "queue", mode=0o700)
        self.environment = dict(os.environ, LD_LIBRARY_PATH=library_path(self.root), LC_ALL="C")
        self._configure(domains, milters, sink_port)

    def _configure(self, domains, milters, sink_port):
        filters = "".join(FILTER.format(number=number, port=port) for number, port in enumerate(milters, 1))
        cf = os.path.join(self.root, "usr/share/sendmail/cf")
        source = self.rig.write("sendmail/test.mc", MC.format(
            cf=cf, host=self.host, folder=self.folder, sink=sink_port, port=self.port, filters=filters,
            domains=" ".join([*domains, INSIDE])))
        for name, text in (("switch", "hosts\tfiles\naliases\tfiles\npasswd\tfiles\n"), ("helpfile", ""),
                           ("cw", ""), ("hosts", "127.0.0.1 %s localhost\n" % self.host),
                           ("resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")):
            self.rig.write("sendmail/" + name, text)
        made = subprocess.run(["m4", "-D_CF_DIR_=%s/" % cf, source], capture_output=True, check=False)
        if made.returncode != 0 or not made.stdout:
            raise Failure("m4: %s" % made.stderr.decode("utf-8", "replace"))
        self.rig.write("sendmail/sendmail.cf", made.stdout.decode("utf-8"))

    def start(self):
        binary = os.path.join(self.root, "usr/libexec/sendmail/sendmail")
        script = ('hostname "$1" && mount --bind "$2/hosts" /etc/hosts'
                  ' && mount --bind "$2/resolv.conf" /etc/resolv.conf'
                  ' && exec "$3" -C "$2/sendmail.cf" -bD -q1m')
        apart = ["unshare", "-u", "-m", "sh", "-c", script, "sh"]
        child, output = self.rig.spawn([*apart, self.host, self.folder, binary], env=self.environment)

        def ready():
            if child.poll() is not None:
                raise Failure("sendmail ended with %s: %s" % (child.returncode, output.finish()))
            return port_open(self.port)
        wait_for("Sendmail on its port", 20, ready)
        return self

    def held(self):
        """How many messages are quarantined."""
        return sum(name.startswith("hf") for name in os.listdir(os.path.join(self.folder, "queue")))

    def settle(self, seconds=15):
        """Waits until nothing but quarantined mail is left in the queue."""
        wait_for("an empty queue", seconds, lambda: not any(
            name.startswith("qf") for name in os.listdir(os.path.join(self.folder, "queue"))))
