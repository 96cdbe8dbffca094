"""A private Dovecot on loopback: IMAP, LMTP, doveadm over HTTP, sieve; its own configuration and folders.

The programs are the installed ones (Skip when they are not there); nothing of the system's own instance is read.
The master runs as root, as it must; mailboxes belong to an ordinary user.
"""

import base64
import imaplib
import json
import os
import secrets
import shutil
import subprocess
import urllib.request

from rig import Failure, Skip, alive, end_child, end_pid, free_port, port_open, wait_for

BOX_USER = "mail"            # the maildirs' owner: another than the ledger's
PASSWORD = "only-on-loopback"
PROGRAMS = ("dovecot", "doveconf", "sievec")
MODULES = ("/usr/lib/dovecot/lmtp", "/usr/lib/dovecot/imap", "/usr/lib/dovecot/script",
           "/usr/lib/dovecot/modules/lib95_imap_sieve_plugin.so")

CONF = """\
base_dir = {folder}/base
state_dir = {folder}/state
log_path = {folder}/log
instance_name = {name}
protocols = imap lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain
auth_cache_size = 0
mail_location = maildir:{boxes}/%n
mail_uid = {user}
mail_gid = {group}
mail_home = {boxes}/%n/home
first_valid_uid = 1
first_valid_gid = 1
recipient_delimiter = +
lmtp_save_to_detail_mailbox = yes
doveadm_api_key = {key}
passdb {{
  driver = passwd-file
  args = scheme=plain username_format=%u {folder}/users
}}
userdb {{
  driver = passwd-file
  args = username_format=%u {folder}/users
}}
namespace inbox {{
  inbox = yes
  mailbox Junk {{
    auto = create
    special_use = \\Junk
  }}
  mailbox Archive {{
    auto = create
  }}
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
service doveadm {{
  inet_listener http {{
    address = 127.0.0.1
    port = {http}
  }}
}}
"""

# What scripts/dovecot/README tells to write, with this instance's names.
JUNK = """\
protocol imap {{
  mail_plugins = $mail_plugins imap_sieve
}}
plugin {{
  sieve_plugins = sieve_imapsieve sieve_extprograms
  sieve_global_extensions = +vnd.dovecot.pipe
  sieve_pipe_socket_dir = .
  imapsieve_mailbox1_name = Junk
  imapsieve_mailbox1_causes = COPY
  imapsieve_mailbox1_before = file:{folder}/sieve/tuiding-junk.sieve
}}
service tuiding-junk {{
  executable = script {script}
  user = {reporter}
  unix_listener tuiding-junk {{
    user = {user}
    mode = 0600
  }}
}}
"""


def find(program):
    path = shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/bin")
    if path is None:
        raise Skip("no %s: dovecot-core and dovecot-sieve are not installed" % program)
    return path


class Dovecot:
    """One instance.  users: local parts; junk: (the shipped sieve script, the pipe script with
    its words, the user it runs as)."""

    def __init__(self, rig, domain, users, junk=None):
        self.rig = rig
        self.domain = domain
        self.programs = {program: find(program) for program in PROGRAMS}
        for module in MODULES:
            if not os.path.exists(module):
                raise Skip("no %s: dovecot-imapd, dovecot-lmtpd or dovecot-sieve is not installed" % module)
        self.version = self._run("dovecot", "--version").split()[0]
        if not self.version.startswith("2.3."):
            raise Skip("Dovecot %s: this rig writes the configuration of 2.3" % self.version)
        self.folder = rig.make_folder("dovecot")
        self.boxes = rig.make_folder("dovecot", "boxes", user=BOX_USER)
        for name in ("base", "state"):
            rig.make_folder("dovecot", name)
        self.imap_port, self.lmtp_port, self.http_port = free_port(), free_port(), free_port()
        self.key = secrets.token_hex(16)
        self.child = self.output = None
        rig.write("dovecot/users", "".join("%s@%s:{PLAIN}%s::::::\n" % (user, domain, PASSWORD) for user in users))
        names = {"folder": self.folder, "boxes": self.boxes, "user": BOX_USER, "group": "mail", "key": self.key,
                 "imap": self.imap_port, "lmtp": self.lmtp_port, "http": self.http_port,
                 "name": os.path.basename(rig.folder)}
        text = CONF.format(**names)
        if junk is not None:
            rig.make_folder("dovecot", "sieve")
            shutil.copy(junk[0], rig.path("dovecot", "sieve", "tuiding-junk.sieve"))
            text += JUNK.format(script=junk[1], reporter=junk[2], **names)
        self.conf = rig.write("dovecot/dovecot.conf", text)
        if junk is not None:
            self._run("sievec", "-c", self.conf, rig.path("dovecot", "sieve", "tuiding-junk.sieve"))

    def _run(self, program, *argv):
        done = subprocess.run([self.programs[program], *argv], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=30, check=False)
        text = done.stdout.decode("utf-8", "replace")
        if done.returncode != 0:
            raise Failure("%s: %d: %s" % (program, done.returncode, text))
        return text

    @property
    def url(self):
        return "http://127.0.0.1:%d/doveadm/v1" % self.http_port

    def start(self):
        self.child, self.output = self.rig.spawn([self.programs["dovecot"], "-F", "-c", self.conf])
        self.rig.undo(self.stop)

        def ready():
            if self.child.poll() is not None:
                raise Failure("Dovecot ended with %s: %s" % (self.child.returncode, self.log_text()))
            return all(port_open(port) for port in (self.imap_port, self.lmtp_port, self.http_port))
        wait_for("Dovecot on its ports", 20, ready)
        return self

    def stop(self):
        if self.child is not None:
            end_child(self.child)
            self.child = None
        for pid in self.processes():
            end_pid(pid, 2.0)

    def processes(self):
        """Processes of this instance: those whose working folder lies in ours."""
        found = []
        for name in filter(str.isdigit, os.listdir("/proc")):
            try:
                if (os.readlink("/proc/%s/cwd" % name) + "/").startswith(self.folder + "/"):
                    found.append(int(name))
            except OSError:
                continue
        return [pid for pid in found if alive(pid)]

    def log_text(self):
        text = self.output.text() if self.output is not None else ""
        try:
            with open(os.path.join(self.folder, "log"), encoding="utf-8", errors="replace") as file:
                return text + file.read()
        except OSError:
            return text

    def box(self, user):
        """An IMAP session of that person."""
        return Box(self.imap_port, "%s@%s" % (user, self.domain))

    def doveadm(self, *command):
        """One command over HTTP, as the worker gives it: the payload, or ("error", …)."""
        request = urllib.request.Request(self.url, data=json.dumps([[*command, "t"]]).encode("utf-8"), headers={
            "Authorization": "X-Dovecot-API " + base64.b64encode(self.key.encode()).decode(),
            "Content-Type": "application/json"})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=20) as answer:
            what, payload, _ = json.loads(answer.read())[0]
        return payload if what == "doveadmResponse" else (what, payload)


class Box:
    """One person at their mail program.  Use with `with`."""

    def __init__(self, port, login):
        self.imap = imaplib.IMAP4("127.0.0.1", port, timeout=30)
        self.imap.login(login, PASSWORD)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        try:
            self.imap.logout()
        except (OSError, imaplib.IMAP4.error):
            pass
        return False

    def _do(self, name, *arguments):
        status, data = self.imap.uid(name, *arguments)
        if status != "OK":
            raise Failure("IMAP %s: %s %r" % (name, status, data))
        return data

    def uids(self, folder, *search):
        """The numbers of the messages in that folder that the search finds."""
        status, data = self.imap.select(folder)
        if status != "OK":
            raise Failure("IMAP SELECT %s: %r" % (folder, data))
        return [uid.decode() for uid in self._do("SEARCH", *(search or ("ALL",)))[0].split()]

    def messages(self, folder):
        """All messages of a folder, as octets."""
        return [self.octets(folder, uid) for uid in self.uids(folder)]

    def octets(self, folder, uid):
        self.imap.select(folder)
        return self._do("FETCH", uid, "(BODY.PEEK[])")[0][1]

    def copy(self, uid, where):
        self._do("COPY", uid, where)

    def move(self, uid, where):
        self._do("MOVE", uid, where)

    def expunge(self, uid):
        """Of the folder last looked into."""
        self._do("STORE", uid, "+FLAGS", "(\\Deleted)")
        self._do("EXPUNGE", uid)

    def append(self, folder, octets):
        status, data = self.imap.append(folder, None, None, octets)
        if status != "OK":
            raise Failure("IMAP APPEND: %r" % data)
