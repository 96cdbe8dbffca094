#!/usr/bin/env python3
"""What a person is told and spared: void, disclose, erase, notice, who looked."""

import json
import os
import pty
import pwd
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from rig import PROGRAM, Place, rows_of  # noqa: E402

DAY = 86400000
NOW = int(time.time() * 1000)
ANNA, BOB = "anna@example.com", "bob@example.com"
p = Place()
ran = p.run
MORE = 'shared-recipients = { "team2@example.com" }\noperator = "示例公司 Example Ltd."\n'
p.configure(more=MORE)
ran("ledger", "init")
ran("refusal", "add", ANNA, "shop.example", "--note", "a letter")
ran("consent", "add", ANNA, "other.example")
ran("refusal", "add", BOB, "*")
ran("refusal", "add", "team2@example.com", "x.example")
refs = {(r["recipient"], r["sender"]): r["reference"] for k in ("refusal", "consent") for r in p.json(k, "list")[1]}

# void: the person is told.
ran("consent", "add", ANNA, "wrong.example")
ref = [r["reference"] for r in p.json("consent", "list")[1] if r["sender"] == "wrong.example"][0]
p.ok(ran("consent", "void", ref, "--reason", "typed wrong")[0] == 0, "a void")
letters = p.letters("voided")
p.ok(len(letters) == 1 and letters[0][1] == ANNA and letters[0][2] == {"sender": "wrong.example", "said": "consent", "reason": "typed wrong"},
     "is told to the person", letters)
p.ok(ran("consent", "void", ref, "--reason", "again")[0] == 1 and len(p.letters()) == 1, "once")
p.ok(ran("refusal", "void", refs["team2@example.com", "x.example"], "--reason", "x")[0] == 0 and len(p.letters()) == 1,
     "a mailbox of several people gets no letter")

# export --proof.
rows = rows_of(ran("refusal", "export", "--proof")[1])
want = dict(p.sql("SELECT seq, lower(hex(hash)) FROM statement"))
p.ok(len(rows) == 2 and all(want[int(r["seq"])] == r["hash"] and r["reference"] for r in rows), "export --proof: the hashes of the chain", rows)
p.ok("hash" not in rows_of(ran("refusal", "export")[1])[0], "without it as before")
status, out, err = ran("refusal", "import", "--dry-run", "-", stdin=ran("refusal", "export", "--proof")[1].encode())
p.ok(status == 2 and "seq" in err, "which is proof, and no file for import", out, err)

# disclose.
p.decide("1DEC", word=1, standing="refused", action="reject")
p.decide("2DEC", at=NOW - 200 * DAY)
p.decide("3DEC", recipient=BOB)
mail = b"From: news@shop.example\nMessage-ID: <c@shop.example>\nSubject: =?utf-8?b?5bm/5ZGK?=\n\nhello\n"
p.ok(ran("complaint", "add", "--message", "-", "--recipient", ANNA, stdin=mail)[0] == 0, "a complaint")
status, out, err = ran("disclose", "Anna+x@example.com", "--format", "json")
told = json.loads(out)
p.ok(status == 0 and told["recipient"] == ANNA and len(told["decisions"]) == 2 and told["decisions_sealed"] == 0 and
     len(told["complaints"]) == 1 and len(told["letters"]) == 2 and {s["standing"] for s in told["standings"]} >= {"refused", "consented"} and
     {s["kind"] for s in told["statements"]} == {"refusal", "consent", "void", "complaint"} and told["accesses"], "disclose, for a machine", told)
p.ok("bob@" not in out, "nobody else is in it")
for lang, words in (("C", ["What was said", "Their complaints", "Who looked"]), ("zh_CN.UTF-8", ["本人的声明", "投诉", "查阅记录", "已拒收"])):
    status, out, err = ran("disclose", ANNA, lang=lang)
    p.ok(status == 0 and all(w in out for w in words), "for a person, %s" % lang, out)
status, out, err = ran("disclose", "nobody@example.com", "--format", "json")
p.ok(status == 0 and json.loads(out)["statements"] == [], "of whom nothing is held: nothing but that", out)
p.ok(json.loads(ran("disclose", '"a\\"b"@example.com', "--format", "json")[1] or "{}").get("statements") == [] or
     ran("disclose", '"a\\"b"@example.com')[0] == 2, "a strange address breaks no JSON")
for args in ([], ["anna"], [ANNA, BOB], [ANNA, "--format", "csv"]):
    p.ok(ran("disclose", *args)[0] == 2, "disclose %s is wrong" % " ".join(args))

# erase.
p.ok(ran("erase", ANNA)[0] == 2, "erase asks; nobody is there to be asked")
for args in ([], ["anna"], [ANNA, "--no"]):
    p.ok(ran("erase", *args)[0] == 2, "erase %s is wrong" % " ".join(args))


def at_terminal(answer):
    """Erases with a terminal to be asked at."""
    head, tail = pty.openpty()
    child = subprocess.Popen([PROGRAM, "-c", p.at("tuiding.conf"), "erase", ANNA], stdin=tail, stdout=tail, stderr=tail,
                             env=dict(os.environ, LC_ALL="C"), start_new_session=True,
                             preexec_fn=lambda: __import__("fcntl").ioctl(0, __import__("termios").TIOCSCTTY, 0))
    os.close(tail)
    seen = b""
    try:
        while b"Type yes" not in seen:
            seen += os.read(head, 1000)
        os.write(head, answer)
        status = child.wait(30)
    finally:
        if child.poll() is None:
            child.kill()
    os.close(head)
    return status, seen


held = p.sql("SELECT count(*) FROM decision WHERE recipient = ?", [ANNA])
for answer in (b"no\n", b"\n", b"y\n", b"YES\n", b"\x04"):
    status, seen = at_terminal(answer)
    p.ok(status == 1 and p.sql("SELECT count(*) FROM decision WHERE recipient = ?", [ANNA]) == held, "answered %r: nothing goes" % answer, status)
status, seen = at_terminal(b"\x03")
p.ok(status == -signal.SIGINT and p.sql("SELECT count(*) FROM decision WHERE recipient = ?", [ANNA]) == held, "^C: nothing goes", status)
case = p.json("complaint", "list")[1][0]["number"]
ran("complaint", "hold", str(case))
status, out, err = ran("erase", ANNA, "--yes")
p.ok(status == 3 and "held" in err and p.sql("SELECT count(*) FROM decision WHERE recipient = ?", [ANNA]) == held, "a held case holds it off", err)
ran("complaint", "hold", str(case), "--off")
status, rows = p.json("erase", ANNA, "--yes")
p.ok(status == 0 and rows[0]["decisions"] == 1 and rows[0]["sealed"] == 1 and rows[0]["complaints"] == 1 and rows[0]["letters"] >= 2,
     "erase: the old decision goes, the young one is sealed", rows)
p.ok(p.json("standing", ANNA, "news@shop.example")[0] == 1 and p.json("standing", ANNA, "a@other.example")[1][0]["standing"] == "none",
     "refusals stay and protect; consents are gone")
p.ok(p.json("decision", "list", "--recipient", ANNA)[1] == [], "the sealed decision is shown to nobody")
p.ok(len(p.json("decision", "list", "--recipient", ANNA, "--sealed")[1]) == 1, "but to who asks for sealed ones")
told = json.loads(ran("disclose", ANNA, "--format", "json")[1])
p.ok(told["decisions"] == [] and told["decisions_sealed"] == 1, "disclose tells how many are sealed", told)
p.ok(ran("complaint", "show", str(case))[0] == 0 and ANNA not in ran("complaint", "show", str(case))[1], "the case no longer names them")
p.ok(ran("ledger", "verify")[0] == 0 and ran("ledger", "rebuild")[0] == 0, "the chain verifies without them")
status, rows = p.json("erase", ANNA, "--yes", "--including-refusals")
p.ok(status == 0 and p.json("standing", ANNA, "news@shop.example")[1][0]["standing"] == "none", "--including-refusals takes them too", rows)
p.ok(ran("erase", ANNA, "--yes", "--including-refusals")[0] == 1, "then nothing is left to erase")
p.ok(p.json("standing", BOB, "x@y.example")[0] == 1, "nobody else was touched")
ran("consent", "add", "carl@example.com", "x.example")
ran("refusal", "add", "carl@example.com", "y.example")
p.ok("拒收声明保留" in ran("erase", "carl@example.com", "--yes", lang="zh_CN.UTF-8")[1] and ran("ledger", "verify")[0] == 0, "in Chinese, and the chain holds")

# notice: says what the configuration does.
status, out, err = ran("notice")
p.ok(status == 0 and not err and "个人信息收集、使用规则" in out and "Your rights" in out and "tuiding@example.com" in out and
     "jubao@example.com" in out and "180 天" in out and "180 days" in out and "30 天" in out and "示例公司" in out, "notice", out, err)
p.ok("从您的邮箱中删除" not in out, "no measure, none told")
p.configure(mode="observe", more=MORE + 'measure = "command"\nmeasure-command = { "/bin/true" }\nretention-days = 400\ncorrespondent-days = 0\n')
out = ran("notice")[1]
p.ok("从您的邮箱中删除" in out and "400 天" in out and "观察阶段" in out and "往来" not in out, "another configuration, another notice", out)
p.configure()
p.ok("operator" in ran("notice")[2], "what is missing is said")
p.ok(ran("notice", "--format", "json")[0] == 2 and ran("notice", "x")[0] == 2, "it is a text")
p.configure(more=MORE)

# Who looked.
for args, what, subject in [
        (["refusal", "list"], "refusal list", "*"), (["consent", "list", "--recipient", "@example.com"], "consent list", "@example.com"),
        (["refusal", "export", "--recipient", BOB], "refusal export", BOB), (["standing", BOB, "x.example"], "standing", BOB),
        (["decision", "list", "--recipient", BOB], "decision list", BOB), (["decision", "show", "3DEC"], "decision show", BOB),
        (["explain", "3DEC"], "explain", BOB), (["disclose", BOB], "disclose", BOB)]:
    ran(*args)
    row = p.json("access-log", "--limit", "100000")[1]
    row = max(row, key=lambda r: r["id"])
    me = pwd.getpwuid(os.getuid()).pw_name if "SUDO_USER" not in os.environ else os.environ["SUDO_USER"]
    p.ok((row["what"], row["subject"], row["who"]) == (what, subject, me), "%s leaves a row" % " ".join(args), row)
n = len(p.json("access-log")[1])
for args in (["decision", "list", "--would"], ["decision", "show", "NOSUCH"], ["ledger", "verify"], ["rule", "list"], ["notice"], ["access-log"]):
    ran(*args)
p.ok(len(p.json("access-log")[1]) == n, "what shows nobody's data leaves none")
if os.geteuid() == 0:
    done = subprocess.run([PROGRAM, "-c", p.at("tuiding.conf"), "refusal", "list"], env=dict(os.environ, SUDO_USER="wang"), capture_output=True, check=False)
    row = max(p.json("access-log")[1], key=lambda r: r["id"])
    p.ok(row["who"] == "wang", "root by sudo is named by who called it", row)
for args, want in [(["--subject", BOB], True), (["--subject", "*"], True), (["--subject", "zoe@example.com"], False), (["--since", "1d"], True), (["--until", "1d"], False)]:
    status, rows = p.json("access-log", *args)
    p.ok(status == 0 and bool(rows) is want, "access-log %s" % " ".join(args), rows[:3])
for args in (["--subject", "bob"], ["--since", "soon"], ["x"]):
    p.ok(ran("access-log", *args)[0] == 2, "access-log %s is wrong" % " ".join(args))

# A ledger that may only be read.
if os.geteuid() != 0:
    p.skip("a read-only ledger", "not root")
else:
    q = Place(user="nobody")
    os.chmod(q.path, 0o755)
    q.run("ledger", "init")
    q.run("refusal", "add", ANNA, "shop.example")
    os.chmod(q.at("db/tuiding.db"), 0o440)
    status, out, err = q.run("refusal", "list")
    p.ok(status == 0 and "shop.example" in out and "not on record" in err, "is shown, and that nobody knows is said", status, out, err)
    status, out, err = q.run("standing", ANNA, "shop.example", lang="zh_CN.UTF-8")
    p.ok(status == 1 and "只读" in err, "in Chinese", err)
    for args in (["refusal", "add", BOB, "x.example"], ["erase", ANNA, "--yes"], ["ledger", "prune"],
                 ["complaint", "add", "--message", "-", "--recipient", ANNA]):
        status, out, err = q.run(*args, stdin=mail)
        p.ok(status == 3 and err, "%s: trouble" % " ".join(args[:2]), status, out, err)
    q.drop()
p.end()
