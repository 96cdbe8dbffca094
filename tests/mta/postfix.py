"""A private Postfix on loopback: its own configuration, queue, log and maildirs; no chroot, no systemd.

It runs as root, as its master insists, with its daemons as users that every Debian has.  Clients that come
from INSIDE are its own network (outbound); every other loopback address is the outside world.
"""

import os
import pwd
import signal
import subprocess

from packages import library_path, mta_root
from rig import Failure, alive, end_pid, free_port, port_open, wait_for

INSIDE = "127.0.0.9"
BOX_USER = "nobody"    # the maildirs' owner

MASTER = """\
127.0.0.1:{port} inet n - n - 100 smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
lmtp unix - - n - - lmtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""

# What does not depend on where the instance lies.
MAIN = {
    "compatibility_level": "3.6",
    "inet_interfaces": "127.0.0.1",
    "inet_protocols": "ipv4",
    "mydestination": "",
    "disable_dns_lookups": "yes",
    "smtp_dns_support_level": "disabled",
    "smtp_host_lookup": "native",
    "smtpd_peername_lookup": "no",
    "alias_maps": "",
    "alias_database": "",
    "local_transport": "error:local delivery is off",
    "virtual_minimum_uid": "1",
    "virtual_mailbox_limit": "0",
    "recipient_delimiter": "+",
    "smtpd_relay_restrictions": "permit_mynetworks, reject_unauth_destination",
    "smtpd_client_connection_count_limit": "0",
    "smtpd_client_event_limit_exceptions": "127.0.0.0/8",
    "smtpd_error_sleep_time": "0",
    "smtpd_soft_error_limit": "1000",
    "smtpd_hard_error_limit": "1000",
    "message_size_limit": "52428800",
    "smtputf8_enable": "yes",
    "milter_protocol": "6",
    "milter_default_action": "tempfail",
    "milter_connect_timeout": "5s",
    "milter_command_timeout": "10s",
    "milter_content_timeout": "30s",
    "mynetworks": INSIDE + "/32",
    "smtpd_authorized_xclient_hosts": INSIDE,
}


def _user(*names):
    """The first of these users that exists, else Failure."""
    for name in names:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Failure("none of these users exists: %s" % ", ".join(names))


class Postfix:
    """One instance.  users: local parts; domains: local domains; milters: TCP ports, in order."""

    def __init__(self, rig, cache, domains, users, milters=(), sink_port=None, **settings):
        self.rig = rig
        self.root = mta_root("postfix", cache)
        self.port = free_port()
        self.domains = list(domains)
        self.users = list(users)
        self.sink_port = sink_port
        self.conf = rig.make_folder("postfix", "conf")
        self.queue = rig.make_folder("postfix", "queue")
        self.boxes = rig.make_folder("boxes", user=BOX_USER)
        self.log = rig.path("postfix", "maillog")
        self.pid = None
        self.environment = dict(os.environ, LD_LIBRARY_PATH=library_path(self.root),
                                MAIL_CONFIG=self.conf, LANG="C", LC_ALL="C")
        self._configure(milters, settings)

    def _main_cf(self, milters):
        owner = _user("postfix", "uucp")
        group = "postdrop" if owner.pw_name == "postfix" else "games"
        box = _user(BOX_USER)
        root, path = self.root, self.rig.path
        milter_list = ", ".join("inet:127.0.0.1:%d" % port for port in milters)
        self.rig.make_folder("postfix", "data", user=owner.pw_name, mode=0o700)
        return {
            **MAIN,
            "queue_directory": self.queue,
            "data_directory": path("postfix", "data"),
            "command_directory": root + "/usr/sbin",
            "daemon_directory": root + "/usr/lib/postfix/sbin",
            "meta_directory": self.conf,
            "shlib_directory": root + "/usr/lib/postfix",
            "sendmail_path": root + "/usr/sbin/sendmail",
            "mailq_path": root + "/usr/bin/mailq",
            "newaliases_path": root + "/usr/bin/newaliases",
            "mail_owner": owner.pw_name,
            "setgid_group": group,
            "import_environment": "MAIL_CONFIG TZ LANG=C LD_LIBRARY_PATH=" + library_path(root),
            "export_environment": "MAIL_CONFIG TZ LANG=C LD_LIBRARY_PATH=" + library_path(root),
            "maillog_file": self.log,
            "maillog_file_prefixes": self.rig.folder,
            "myhostname": "mx." + self.domains[0],
            "default_transport": "smtp:[127.0.0.1]:%d" % self.sink_port if self.sink_port
                                 else "error:no way out",
            "virtual_mailbox_domains": " ".join(self.domains),
            "virtual_mailbox_base": self.boxes,
            "virtual_mailbox_maps": "texthash:" + os.path.join(self.conf, "boxes"),
            "virtual_alias_maps": "texthash:" + os.path.join(self.conf, "aliases"),
            "virtual_uid_maps": "static:%d" % box.pw_uid,
            "virtual_gid_maps": "static:%d" % box.pw_gid,
            "smtpd_milters": milter_list,
            "non_smtpd_milters": milter_list,
        }

    def _configure(self, milters, settings):
        main = self._main_cf(milters)
        main.update(settings)
        name = "postfix/conf/"
        self.rig.write(name + "main.cf", "".join("%s = %s\n" % pair for pair in main.items()))
        self.rig.write(name + "master.cf", MASTER.format(port=self.port))
        self.rig.write(name + "dynamicmaps.cf", "")
        boxes = ["%s@%s %s/\n" % (user, domain, user) for user in self.users for domain in self.domains]
        self.rig.write(name + "boxes", "".join(boxes))
        self.rig.write(name + "aliases", "")
        # Without a list of its own, Postfix's start-up check would look for every file of the system's.
        with open(os.path.join(self.root, "etc/postfix/postfix-files"), encoding="utf-8") as files:
            own = [line for line in files if line.startswith(("$queue_directory", "$data_directory"))]
        self.rig.write(name + "postfix-files", "".join(own))

    def run(self, program, *argv, octets=None, check=True):
        """Runs one of Postfix's commands and returns its output."""
        done = subprocess.run([os.path.join(self.root, "usr/sbin", program), *argv], input=octets or b"",
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=self.environment,
                              timeout=30, check=False)
        if check and done.returncode != 0:
            raise Failure("%s: %s" % (program, done.stdout.decode("utf-8", "replace")))
        return done.stdout.decode("utf-8", "replace")

    def start(self):
        self.rig.undo(self.stop)
        self.run("postfix", "-c", self.conf, "start")
        wait_for("Postfix on its port", 10, lambda: port_open(self.port))
        with open(os.path.join(self.queue, "pid", "master.pid"), encoding="ascii") as file:
            self.pid = int(file.read())
        return self

    def stop(self):
        if self.pid is not None:
            end_pid(self.pid)
            self.pid = None
        children = self._processes()
        for pid in children:
            end_pid(pid, 2.0)

    def _processes(self):
        """Daemons of this instance that outlived their master: those whose program lies in our root and
        whose working folder is our queue."""
        found = []
        for name in filter(str.isdigit, os.listdir("/proc")):
            try:
                if (os.readlink("/proc/%s/exe" % name).startswith(self.root + "/")
                        and os.readlink("/proc/%s/cwd" % name) == self.queue):
                    found.append(int(name))
            except OSError:
                continue
        return [pid for pid in found if alive(pid)]

    def set(self, **settings):
        """Changes settings and lets the running instance read them."""
        self.run("postconf", "-c", self.conf, "-e", *("%s=%s" % pair for pair in settings.items()))
        if self.pid is not None:
            os.kill(self.pid, signal.SIGHUP)

    def submit(self, octets, sender, *recipients):
        """Hands a message over as a local program does, by sendmail and pickup."""
        return self.run("sendmail", "-C", self.conf, "-i", "-f", sender, "--", *recipients, octets=octets,
                        check=False)

    def _count(self, *folders):
        return sum(len(files) for folder in folders
                   for _, _, files in os.walk(os.path.join(self.queue, folder)))

    def settle(self, seconds=15):
        """Waits until no mail is under way any more (held mail stays)."""
        wait_for("an empty queue", seconds,
                 lambda: self._count("maildrop", "incoming", "active", "deferred") == 0)

    def held(self):
        """How many messages are on hold."""
        return self._count("hold")

    def arrived(self, user):
        """All messages in the person's maildir, as octets, oldest first."""
        folder = os.path.join(self.boxes, user, "new")
        if not os.path.isdir(folder):
            return []
        paths = sorted((os.path.join(folder, name) for name in os.listdir(folder)),
                       key=lambda path: (os.stat(path).st_mtime_ns, path))
        messages = []
        for path in paths:
            with open(path, "rb") as file:
                messages.append(file.read())
        return messages

    def log_text(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()
