#!/usr/bin/env python3
"""What keeps the ledger safe: anchors, backup and restore, pruning, the token key, rights of files."""

import glob
import os
import shutil
import sqlite3
import stat
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from rig import SRC, Place  # noqa: E402

DAY = 86400000
NOW = int(time.time() * 1000)
p = Place()
ran = p.run
status, out, err = ran("ledger", "init")
p.ok(status == 0 and "token key made" in out and stat.S_IMODE(os.stat(p.at("db/token.key")).st_mode) == 0o600, "init makes the token key, 0600", out, err)
key = open(p.at("db/token.key"), "rb").read()
status, out, err = ran("ledger", "init", lang="zh_CN.UTF-8")
p.ok(status == 0 and "令牌" not in out and open(p.at("db/token.key"), "rb").read() == key, "never over one that is there", out)
for i in range(6):
    ran("refusal", "add", "p%d@example.com" % i, "shop.example")
anchor = p.json("ledger", "verify")[1][0]["last_hash"]

# Backup, damage, restore.
p.ok(ran("ledger", "backup", p.at("copy.db"))[0] == 0, "a backup")
ran("refusal", "add", "late@example.com", "shop.example")
late = p.json("ledger", "verify")[1][0]["last_hash"]
with open(p.at("db/tuiding.db"), "r+b") as f:
    f.seek(4096)
    f.write(os.urandom(3 * 4096))
status, out, err = ran("ledger", "verify")
p.ok(status in (1, 3), "damage is found", status, out, err)
for f in glob.glob(p.at("db/tuiding.db*")):
    os.unlink(f)
shutil.copy(p.at("copy.db"), p.at("db/tuiding.db"))
os.chmod(p.at("db/tuiding.db"), 0o640)
p.ok(ran("ledger", "verify", "--anchor", anchor)[0] == 0 and len(p.json("refusal", "list")[1]) == 6, "the copy in its place verifies, with the anchor before it")
p.ok(ran("ledger", "verify", "--anchor", late)[0] == 1, "and what came after it is missing: the later anchor says so")
p.ok(ran("refusal", "add", "after@example.com", "x.example")[0] == 0 and ran("ledger", "verify")[0] == 0, "and goes on")

# A tail that was cut off, a whole that was written anew: both verify by themselves, no anchor finds them.
anchor = p.json("ledger", "verify")[1][0]["last_hash"]
for name, in p.sql("SELECT name FROM sqlite_schema WHERE type = 'trigger'"):
    p.sql("DROP TRIGGER " + name)
p.sql("DELETE FROM refusal WHERE seq = 7")
p.sql("DELETE FROM statement_person WHERE seq = 7")
p.sql("DELETE FROM statement WHERE seq = 7")
plain = p.json("ledger", "verify")[1][0]
status, rows = p.json("ledger", "verify", "--anchor", anchor)
p.ok(status == 1 and rows[0]["anchor_found"] is False, "a cut tail: the anchor is not in the chain", plain, rows)
q = Place()
q.run("ledger", "init")
for i in range(7):
    q.run("refusal", "add", "p%d@example.com" % i, "shop.example")
p.ok(q.run("ledger", "verify")[0] == 0 and q.run("ledger", "verify", "--anchor", anchor)[0] == 1, "a whole written anew: sound, and not the one of the log")
q.drop()

# Pruning.
r = Place()
r.configure(more="retention-days = 100\ncorrespondent-days = 10\n")
r.run("ledger", "init")
r.run("refusal", "add", "anna@example.com", "shop.example")
for name, age in (("1DEC", 10), ("2DEC", 99), ("3DEC", 101), ("4DEC", 500)):
    r.decide(name, at=NOW - age * DAY, message_id="<%s@x.example>" % name)
mail = b"From: news@shop.example\nMessage-ID: <4DEC@x.example>\nSubject: x\n\nx\n"
r.run("complaint", "add", "--message", "-", "--recipient", "anna@example.com", stdin=mail)
r.sql("INSERT INTO conversation VALUES (randomblob(16), ?), (randomblob(16), ?)", [NOW - 11 * DAY, NOW - 9 * DAY])
r.sql("INSERT INTO access_log (at, who, what, subject) VALUES (?, 'a', 'b', '*'), (?, 'a', 'b', '*')", [NOW - 364 * DAY, NOW - 366 * DAY])
status, rows = r.json("ledger", "prune")
p.ok(status == 0 and rows[0]["decisions"] == 1 and rows[0]["conversations"] == 1 and rows[0]["accesses"] == 1, "prune by the configuration", rows)
left = {d["id"] for d in r.json("decision", "list")[1]}
p.ok(left == {"1DEC", "2DEC", "4DEC"}, "young ones stay, and one that an open case names", left)
p.ok(r.run("ledger", "verify")[0] == 0 and len(r.json("refusal", "list")[1]) == 2, "statements stay")
status, rows = r.json("ledger", "prune")
p.ok(status == 0 and set(rows[0].values()) == {0}, "again: nothing more", rows)
p.ok("清理" in r.run("ledger", "prune", lang="zh_CN.UTF-8")[1], "in Chinese")
r.run("complaint", "close", "1", "--reason", "done")
p.ok(r.json("ledger", "prune")[1][0]["decisions"] == 1, "a closed case lets its decision go")
p.ok(r.run("ledger", "prune", "x")[0] == 2, "prune takes no operand")

# The token key.
old = open(r.at("db/token.key"), "rb").read()
status, out, err = r.run("ledger", "rotate-key")
new = open(r.at("db/token.key"), "rb").read()
p.ok(status == 0 and "100 days" in out and new != old and stat.S_IMODE(os.stat(r.at("db/token.key")).st_mode) == 0o600, "rotate-key", out, err)
os.chmod(r.at("db/token.key"), 0o640)
status, out, err = r.run("ledger", "rotate-key")
p.ok(status == 3 and "chmod 600" in err and open(r.at("db/token.key"), "rb").read() == new, "a key open to others: refused, with what mends it", err)
os.chmod(r.at("db/token.key"), 0o600)
r.write("db/token.key", "not a key\n")
p.ok(r.run("ledger", "rotate-key")[0] == 3, "a file that is no key")
os.unlink(r.at("db/token.key"))
p.ok(r.run("ledger", "rotate-key")[0] == 3 and not os.path.exists(r.at("db/token.key")), "nothing to rotate: init makes the first")
status, out, err = r.run("ledger", "migrate")
p.ok(status == 0 and os.path.exists(r.at("db/token.key")), "or migrate does, of a ledger that had none", out, err)
r.write("tuiding.conf", open(r.at("tuiding.conf"), encoding="utf-8").read().replace('token-key = "%s"' % r.at("db/token.key"), 'token-key = ""'))
p.ok(r.run("ledger", "rotate-key")[0] == 2, "no key configured")

# A ledger of the first version.
s = Place()
s.run("ledger", "init")
for f in glob.glob(s.at("db/tuiding.db*")):
    os.unlink(f)
db = sqlite3.connect(s.at("db/tuiding.db"))
db.executescript(open(os.path.join(SRC, "sql/sqlite/001-ledger.sql"), encoding="utf-8").read() +
                 "PRAGMA application_id = 0x54554944; PRAGMA user_version = 1;")
db.close()
os.chmod(s.at("db/tuiding.db"), 0o640)
status, out, err = s.run("refusal", "list")
p.ok(status == 3 and "migrate" in err and not out, "an older ledger wants migrate", status, err)
status, out, err = s.run("ledger", "migrate")
p.ok(status == 0 and "from version 1 to" in out and "  2: letters" in out, "which names what changes", out, err)
p.ok("  2：新增" not in s.run("ledger", "migrate", lang="zh_CN.UTF-8")[1] and s.run("refusal", "list")[0] == 0, "once")
s.drop()

# Rights.
os.chmod(r.at("db/tuiding.db"), 0o644)
for args in (["refusal", "list"], ["ledger", "verify"], ["ledger", "prune"], ["disclose", "anna@example.com"]):
    status, out, err = r.run(*args)
    p.ok(status == 3 and not out and "chmod o-rwx" in err, "%s: a ledger open to all is refused" % " ".join(args), status, err)
r.drop()
p.end()
