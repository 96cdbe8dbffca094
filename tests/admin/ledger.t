#!/usr/bin/env python3
"""The ledger's upkeep; and that root leaves no file behind that the daemon cannot open."""

import glob
import hashlib
import os
import pwd
import sqlite3
import stat
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from rig import Place  # noqa: E402

p = Place()
ran = p.run

status, out, err = ran("ledger", "migrate")
p.ok(status == 3 and not os.path.exists(p.at("db/tuiding.db")), "migrate makes no ledger", status, out, err)
status, out, err = ran("ledger", "init")
p.ok(status == 0, "init", err)
p.ok(stat.S_IMODE(os.stat(p.at("db/tuiding.db")).st_mode) == 0o640, "mode 0640")
p.ok(stat.S_IMODE(os.stat(p.at("db")).st_mode) == 0o750, "in a folder of mode 0750")
ran("refusal", "add", "anna@example.com", "shop.example")
first = hashlib.sha256(open(p.at("db/tuiding.db"), "rb").read()).hexdigest()
status, out, err = ran("ledger", "init")
p.ok(status == 0 and "already" in out and first == hashlib.sha256(open(p.at("db/tuiding.db"), "rb").read()).hexdigest(),
     "init again: already, untouched", out)
p.ok(ran("ledger", "migrate")[0] == 0, "migrate: up to date")

for i in range(5):
    ran("consent", "add", "p%d@example.com" % i, "shop.example")
rows = p.json("ledger", "verify")[1]
p.ok(rows[0]["good"] is True and rows[0]["statements"] == 6 and rows[0]["anchor_found"] is None, "verify", rows)
anchor = rows[0]["last_hash"]
p.ok(ran("ledger", "verify", "--anchor", anchor)[0] == 0 and ran("ledger", "verify", "--anchor", anchor.upper())[0] == 0, "with its anchor")
p.ok(ran("ledger", "verify", "--anchor", "f" * 64)[0] == 1, "an anchor that is not in the chain")
p.ok(ran("ledger", "verify", "--anchor", "0" * 63)[0] == 2, "an anchor that is no hash")
p.ok("全部正确" in ran("ledger", "verify", lang="zh_CN.UTF-8")[1], "in Chinese")

status, out, err = ran("ledger", "backup", p.at("copy.db"))
p.ok(status == 0 and os.path.getsize(p.at("copy.db")) > 0, "backup", err)
p.ok(sqlite3.connect(p.at("copy.db")).execute("SELECT count(*) FROM statement").fetchone() == (6,), "with all statements")
p.ok(stat.S_IMODE(os.stat(p.at("copy.db")).st_mode) & 0o007 == 0, "readable by no stranger")
p.ok(ran("ledger", "backup", p.at("copy.db"))[0] == 3, "never over a file that is there")
p.ok(ran("ledger", "backup", p.at("no/such/folder/x.db"))[0] == 3, "nor where nothing can be")

# Tables that disagree with the statements; a chain that was tampered with; a file that is no ledger.
p.sql("DELETE FROM refusal")
status, rows = p.json("ledger", "verify")
p.ok(status == 1 and rows[0]["tables_agree"] is False and rows[0]["first_bad"] is None, "a lost row is seen", rows)
p.ok(p.json("standing", "anna@example.com", "shop.example")[0] == 0, "(and had its effect)")
status, out, err = ran("ledger", "rebuild")
p.ok(status == 0 and "1" in out and ran("ledger", "verify")[0] == 0, "rebuild mends it", out, err)
p.ok(p.json("standing", "anna@example.com", "shop.example")[0] == 1, "and the refusal stands again")
for (name,) in p.sql("SELECT name FROM sqlite_schema WHERE type = 'trigger'"):
    p.sql("DROP TRIGGER " + name)
p.sql("UPDATE statement_person SET recipient = 'eve@example.com' WHERE seq = 3")
status, rows = p.json("ledger", "verify")
p.ok(status == 1 and rows[0]["first_bad"] == 3 and rows[0]["what"], "tampering is found at its place", rows)
p.write("db/tuiding.db", "this is no database, and long enough to look at " * 20)
os.chmod(p.at("db/tuiding.db"), 0o640)
for args in (["ledger", "verify"], ["refusal", "list"], ["standing", "a@example.com", "b.example"],
             ["refusal", "add", "a@example.com", "b.example"], ["explain", "X"]):
    status, out, err = ran(*args)
    p.ok(status == 3 and err and not out, "%s on a broken file: trouble, no answer" % " ".join(args), status, out, err)

# As root.
if os.geteuid() != 0:
    p.skip("root gives its rights away", "not root")
else:
    nobody = pwd.getpwnam("nobody")
    q = Place(user="nobody")
    os.chmod(q.path, 0o755)
    status, out, err = q.run("ledger", "init")
    p.ok(status == 0 and os.stat(q.at("db")).st_uid == nobody.pw_uid, "root makes the folder for the user", status, out, err)
    keeper = sqlite3.connect(q.at("db/tuiding.db"), isolation_level=None)     # as if the daemon were there
    keeper.close()
    statuses = [q.run("refusal", "add", "anna@example.com", "shop.example")[0], q.run("refusal", "list")[0],
                q.run("consent", "import", "-", stdin=b"recipient,sender\nb@example.com,c.example\n")[0],
                q.run("standing", "anna@example.com", "shop.example")[0], q.run("ledger", "verify")[0]]
    p.ok(statuses == [0, 0, 0, 1, 0], "and works in it", statuses)
    owners = {os.path.basename(f): os.stat(f).st_uid for f in glob.glob(q.at("db/*"))}
    p.ok(set(owners.values()) == {nobody.pw_uid}, "every file there is the user's", owners)
    secret = q.write("secret.csv", "recipient,sender\nd@example.com,e.example\n")
    os.chmod(secret, 0o600)
    p.ok(q.run("refusal", "import", secret)[0] == 0, "a file only root may read is read before that")
    q.configure(user="no-such-user-here")
    p.ok(q.run("refusal", "list")[0] == 0, "a user that does not exist changes nothing")

    # A user that is not there: said where files are made, with what mends it.
    mend = "chown no-such-user-here: '%s'"
    for lang, gone in (("C", "user 'no-such-user-here', which the configuration names, does not exist"),
                       ("zh_CN.UTF-8", "用户“no-such-user-here”不存在")):
        r = Place(user="no-such-user-here")
        status, out, err = r.run("ledger", "init", lang=lang)
        p.ok(status == 0 and out and gone in err and "useradd" in err and mend % r.at("db") + " '%s'" % r.at("db/tuiding.db") in err,
             "init, and the user is missing, %s" % lang, status, out, err)
        status, out, err = r.run("ledger", "init", lang=lang)
        p.ok(status == 0 and gone in err, "said again while it is so", err)
        status, out, err = r.run("ledger", "backup", r.at("copy.db"), lang=lang)
        p.ok(status == 0 and gone in err and mend % r.at("copy.db") in err, "backup", status, out, err)
        os.chmod(r.at("db"), 0o755)
        err = r.run("ledger", "init", lang=lang)[2]
        p.ok(mend % r.at("db/tuiding.db") in err, "nobody is told to hand over a folder that others use", err)
        p.ok(r.run("refusal", "list")[2].count("\n") == 1, "who only reads is not told")
        r.drop()

    # Rights that are missing: whose, and whose it takes.
    r = Place(user="nobody")
    os.chmod(r.path, 0o755)
    r.configure()
    r.run("ledger", "init")                     # root's
    r.configure(user="nobody")
    for args in (["refusal", "list"], ["refusal", "add", "a@example.com", "b.example"], ["ledger", "init"], ["ledger", "migrate"]):
        status, out, err = r.run(*args)
        p.ok(status == 3 and "Permission denied (as user 'nobody', who must own" in err, "%s: as whom" % " ".join(args), status, err)
    os.chown(r.at("db"), nobody.pw_uid, nobody.pw_gid)
    os.chown(r.at("db/tuiding.db"), nobody.pw_uid, nobody.pw_gid)
    p.ok(r.run("ledger", "verify")[0] == 0, "handed over, it works")
    status, out, err = r.run("ledger", "backup", r.at("copy.db"))
    p.ok(status == 3 and "(as user 'nobody')" in err, "backup: as whom", err)
    try:
        reachable = r.run("-V", user="daemon", group="daemon")[0] == 0
    except PermissionError:
        reachable = False
    if not reachable:
        p.skip("an ordinary user is told whose rights it takes", "the program lies where others cannot reach it")
    else:
        for lang, words in (("C", "(as user 'daemon'; this wants root or user 'nobody')"), ("zh_CN.UTF-8", "须由 root 或用户“nobody”执行")):
            for args in (["refusal", "list"], ["refusal", "add", "a@example.com", "b.example"], ["ledger", "init"]):
                status, out, err = r.run(*args, lang=lang, user="daemon", group="daemon", extra_groups=[])
                p.ok(status == 3 and words in err, "%s by an ordinary user: whose rights it takes" % " ".join(args), status, err)
    r.drop()
    q.drop()
p.end()
