"""What the tests of the administrator's program share: a place of their own, the program, TAP."""

import csv
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

SRC = os.environ.get("TUIDING_SRCDIR") or os.path.dirname(
    os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.environ.get("TUIDING_BINDIR") or SRC
PROGRAM = os.path.join(BIN, "tuiding")

RULES = """\
header ZH_LABEL Subject =~ /\u5e7f\u544a/
score ZH_LABEL 6.0
describe ZH_LABEL subject bears an advertising label
lang zh describe ZH_LABEL \u4e3b\u9898\u6709\u5e7f\u544a\u6807\u8bb0
test ZH_LABEL ok \u5e7f\u544a\uff1a\u7279\u4ef7
test ZH_LABEL fail \u4f1a\u8bae\u7eaa\u8981
body __PLAIN /plain/
"""

CONF = """\
user = "{user}"
ledger = "sqlite:{place}/db/tuiding.db"
rules = {{ "{place}/rules" }}
local-domains = {{ "example.com" }}
public-mail-domains = "{place}/public"
recipient-map = "{place}/map"
mode = "{mode}"
command-address = "tuiding@example.com"
complaint-address = "jubao@example.com"
token-key = "{place}/db/token.key"
control-socket = "{place}/control.sock"
{more}
"""


class Place:
    """A folder with configuration, rules and room for a ledger."""

    def __init__(self, user="", mode="enforce"):
        if not os.access(PROGRAM, os.X_OK):
            print("1..0 # SKIP no tuiding in the build folder")
            sys.exit(0)
        self.path = tempfile.mkdtemp(prefix="tuiding-admin-")
        self.count = 0
        self.failed = 0
        os.mkdir(self.at("rules"))
        self.write("rules/a.cf", RULES)
        self.write("public", "free.example\n")
        self.write("map", "team@example.com anna@example.com\n")
        self.configure(user, mode)

    def configure(self, user="", mode="enforce", more=""):
        self.write("tuiding.conf", CONF.format(place=self.path, user=user, mode=mode, more=more))

    def at(self, name):
        return os.path.join(self.path, name)

    def write(self, name, content):
        if isinstance(content, str):
            content = content.encode("utf-8")
        os.makedirs(os.path.dirname(self.at(name)) or ".", exist_ok=True)
        with open(self.at(name), "wb") as f:
            f.write(content)
        return self.at(name)

    def run(self, *args, lang="C", stdin=b"", conf=True, tz="UTC", **more):
        """(exit status, standard output, standard error)"""
        env = dict(os.environ, LC_ALL=lang, TZ=tz)
        command = [PROGRAM] + (["-c", self.at("tuiding.conf")] if conf else []) + list(args)
        done = subprocess.run(command, input=stdin, capture_output=True, env=env, timeout=120, cwd=self.path,
                              check=False, **more)
        return done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8")

    def json(self, *args):
        status, out, _ = self.run(*args, "--format", "json")
        return status, json.loads(out) if out else None

    def sql(self, statement, values=()):
        """Behind the program's back, as a broken disk or a daemon would."""
        with sqlite3.connect(self.at("db/tuiding.db")) as db:
            rows = db.execute(statement, values).fetchall()
        db.close()
        return rows

    def letters(self, purpose=None):
        """What waits to be sent: (purpose, recipient, values)."""
        return [(what, to, json.loads(values)) for what, to, values in
                self.sql("SELECT purpose, recipient, texts FROM outbox ORDER BY id") if purpose in (None, what)]

    def decide(self, name, **changes):
        """A decision, as the daemon records one."""
        row = dict(message="M" + name, at=int(time.time() * 1000), queue_id="4ABC", message_id="<1@shop.example>",
                   recipient="anna@example.com", recipient_raw="<anna@example.com>", direction="inbound", mode="enforce",
                   score=7.5, required=5.0, standing="none", by_rule=0, word=0, action="tag", would="tag",
                   sender="news@shop.example", envelope="b@esp.example", default_key="shop.example",
                   identities="from=news@shop.example:pass", matched_key="", rules="ZH_LABEL=6.00", subject="\u5e7f\u544a",
                   client="192.0.2.7", login="", reply="", id=name)
        row.update(changes)
        self.sql("INSERT INTO decision (%s) VALUES (%s)" % (", ".join(row), ", ".join("?" * len(row))), list(row.values()))

    def ok(self, good, name, *seen):
        self.count += 1
        print("%s %d - %s" % ("ok" if good else "not ok", self.count, name), flush=True)
        if not good:
            self.failed += 1
            for what in seen:
                for line in str(what).splitlines():
                    print("#   " + line)

    def skip(self, name, why):
        self.count += 1
        print("ok %d - %s # SKIP %s" % (self.count, name, why))

    def drop(self):
        shutil.rmtree(self.path, ignore_errors=True)

    def end(self):
        print("1..%d" % self.count)
        self.drop()
        sys.exit(1 if self.failed else 0)


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))
