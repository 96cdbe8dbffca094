#!/usr/bin/env python3
"""Complaints: entered, listed, shown, held, closed, exported; what follows from them and what does not."""

import csv
import glob
import hashlib
import io
import os
import pwd
import sqlite3
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from rig import Place  # noqa: E402

DAY = 86400000
NOW = int(time.time() * 1000)
p = Place()
ran = p.run
MORE = 'shared-recipients = { "team2@example.com" }\nevidence-max-size = 2000\noperator = "示例公司"\n'
p.configure(more=MORE)
p.ok(ran("ledger", "init")[0] == 0, "a ledger")


def mail(subject, sender="news@shop.example", mid="<1@shop.example>", extra="", body="hello\n"):
    return ("From: %s\nMessage-ID: %s\nSubject: %s\n%sContent-Type: text/plain; charset=utf-8\n\n%s" %
            (sender, mid, subject, extra, body)).encode("utf-8")


def add(octets, *args, recipient="anna@example.com"):
    status, out, err = ran("complaint", "add", "--message", "-", "--recipient", recipient, "--format", "json", *args,
                           stdin=octets)
    import json
    return status, (json.loads(out)[0] if out else None), err


# What is wrong.
ad = p.write("ad.eml", mail("广告：特价"))
for args, want, why in [
        (["--message", ad], 2, "no recipient"), (["--recipient", "anna@example.com"], 2, "no message"),
        (["--message", ad, "--recipient", "anna"], 2, "no mailbox"),
        (["--message", ad, "--recipient", "anna@example.com", "--kind", "spam"], 2, "no kind"),
        (["--message", p.at("absent"), "--recipient", "anna@example.com"], 3, "a file that is not there"),
        (["--message", p.write("empty", b""), "--recipient", "anna@example.com"], 1, "an empty file"),
        (["--message", p.write("noise", b"\x00\xff\x00" * 5000), "--recipient", "anna@example.com"], 1, "noise"),
        (["--message", p.write("text", b"no header at all\n"), "--recipient", "anna@example.com"], 1, "no message"),
        (["--message", ad, "--recipient", "team2@example.com"], 1, "a mailbox of several people"),
        (["--message", ad, "--recipient", "news@shop.example"], 1, "their own message")]:
    status, out, err = ran("complaint", "add", *args)
    p.ok(status == want and err and not out, "add: %s" % why, status, out, err)
status, rows = p.json("complaint", "list")
p.ok(status == 0 and rows == [] and p.letters() == [], "of all that nothing came")

# One of a message that is known: the decision's key, the person's own.
p.decide("1DEC", message_id="<1@shop.example>")
p.decide("2DEC", message_id="<2@shop.example>", recipient="bob@example.com")
status, row, err = add(mail("anything"))
p.ok(status == 0 and row["number"] == 1 and row["outcome"] == "made" and row["kind"] == "commercial" and
     row["sender"] == "shop.example" and row["decision"] == "M1DEC" and row["reference"] and row["measure"] is False,
     "commercial by our decision: its key is refused", row, err)
rows = p.json("refusal", "list")[1]
p.ok(len(rows) == 1 and rows[0]["sender"] == "shop.example" and rows[0]["source"] == "complaint" and
     rows[0]["reference"] == row["reference"], "the refusal is on record", rows)
letters = p.letters()
p.ok(len(letters) == 1 and letters[0][:2] == ("case-opened", "anna@example.com") and letters[0][2]["refused"] == "yes" and
     letters[0][2]["sender"] == "shop.example", "and the person is written to", letters)
p.ok(p.sql("SELECT kind, source FROM statement ORDER BY seq") == [("complaint", "admin"), ("refusal", "complaint")],
     "the chain bears the complaint before its refusal")
status, row, err = add(mail("anything"))
p.ok(status == 0 and row["outcome"] == "already" and row["number"] == 1 and len(p.letters()) == 1, "twice is once", row)
status, row, err = add(mail("plain words", mid="<2@shop.example>"))
p.ok(status == 0 and row["kind"] == "other" and row["decision"] is None and row["reference"] is None,
     "the decision for another person is not theirs: judged anew, other, no refusal", row)
p.ok(p.letters()[-1][2]["refused"] == "", "and the letter does not say so")

# Judged now.
status, row, err = add(mail("广告：特价", sender="Bank <promo@bank.example>", mid="<3@x.example>"), recipient="bob@example.com")
p.ok(row["kind"] == "commercial" and row["sender"] == "promo@bank.example" and row["reference"],
     "commercial by the rules: the exact address, nothing proves the domain", row)
status, row, err = add(mail("my data", mid="<4@x.example>", sender="leak@x.example"), "--kind", "privacy")
p.ok(row["kind"] == "privacy" and row["reference"] is None, "privacy needs no commercial class, and refuses nobody", row)
status, row, err = add(mail("plain", mid="<5@x.example>", sender="five@x.example"), "--kind", "commercial")
p.ok(row["kind"] == "commercial" and row["sender"] == "five@x.example" and row["reference"], "--kind commercial on the person's word", row)
status, row, err = add(mail("广告", mid="<6@x.example>", sender="six@x.example"), "--kind", "other")
p.ok(row["kind"] == "other" and row["reference"] is None, "--kind other refuses nobody", row)

# Moved to Junk: asked first.
before = len(p.json("refusal", "list")[1])
junk = mail("广告：特价", mid="<7@y.example>", sender="seven@y.example")
status, out, err = ran("complaint", "add", "--reported", "--message", "-", "--recipient", "Eve+x@example.com", stdin=junk)
p.ok(status == 0 and "case 7: reported" in out, "reported", out, err)
row = [r for r in p.json("complaint", "list", "--state", "reported")[1]][0]
p.ok(row["number"] == 7 and row["source"] == "junk" and row["recipient"] == "eve@example.com" and row["refusal"] is None and
     len(p.json("refusal", "list")[1]) == before and p.letters()[-1][0] == "case-reported",
     "no refusal, no measure, one question", row, p.letters()[-1])
status, row, err = add(junk, "--reported", recipient="eve@example.com")
p.ok(row["number"] == 7 and row["outcome"] == "already", "moved again: the same", row)
n = len(p.letters())
status, row, err = add(mail("anything"), "--reported")
p.ok(row["number"] == 1 and row["outcome"] == "already" and len(p.letters()) == n, "complained of before: not asked", row)
for i in range(8):
    add(mail("广告 %d" % i, mid="<j%d@z.example>" % i, sender="z@z.example"), "--reported", recipient="carl@example.com")
p.ok(len([x for x in p.letters("case-reported") if x[1] == "carl@example.com"]) == 5, "a folder full of junk is no flood of letters")

# Hostile.
status, row, err = add(mail("a\x1b[2J\u202e", mid="<8@x.example>", sender="e@x.example", body="x" * 5000 + "\n"), "--kind", "other")
evil = row["number"]
out = ran("complaint", "list")[1]
p.ok(status == 0 and "\x1b" not in out and "\u202e" not in out, "hostile subjects stay off the terminal")
out = ran("complaint", "list", "--format", "csv")[1]
p.ok(add(mail("=cmd()", mid="<9@x.example>", sender="e@x.example"), "--kind", "other")[0] == 0 and
     "'=cmd()" in ran("complaint", "list", "--format", "csv")[1], "and formulas off the spreadsheet")

# The measure.
p.configure(more=MORE + 'measure = "command"\nmeasure-command = { "/bin/true", "{recipient}" }\n')
p.decide("9DEC", message_id="<measured@shop.example>", recipient="dora@example.com")
status, row, err = add(mail("x", mid="<measured@shop.example>"), recipient="dora@example.com")
p.ok(row["measure"] is True and p.sql("SELECT next_at > 0 FROM complaint WHERE number = ?", [row["number"]]) == [(1,)],
     "with a decision the measure is queued", row)
dora = row["number"]
status, row, err = add(mail("广告", mid="<unmeasured@q.example>", sender="q@q.example"), recipient="dora@example.com")
p.ok(row["measure"] is False, "without one it cannot be")
status, row, err = add(mail("x", mid="<measured2@shop.example>", extra="X-Tuiding: id=9DEC\n"), "--reported", recipient="dora@example.com")
p.ok(row["measure"] is False, "of a reported one there is none")
p.configure(more=MORE)

# Listing.
p.sql("UPDATE complaint SET opened_at = ? WHERE number IN (1, 7)", [NOW - 16 * DAY])
p.sql("UPDATE complaint SET opened_at = ? WHERE number = 2", [NOW - 14 * DAY])
total = len(p.json("complaint", "list")[1])
for args, want in [(["--overdue"], [1]), (["--state", "reported", "--recipient", "eve@example.com"], [7]),
                   (["--sender", "bank.example"], [3]), (["--sender", "shop.example", "--recipient", "anna@example.com"], [1, 2]),
                   (["--until", "15d"], [1, 7]), (["--recipient", "nobody@example.com"], []), (["--recipient", "dora@example.com", "--limit", "1"], 1)]:
    status, rows = p.json("complaint", "list", *args)
    numbers = sorted(r["number"] for r in rows)
    p.ok(status == 0 and (len(numbers) == want if isinstance(want, int) else numbers == want), "list %s" % " ".join(args), numbers)
p.ok([r["number"] for r in p.json("complaint", "list")[1] if r["overdue"]] == [1], "overdue is marked; a reported one never is")
p.ok("逾期" in ran("complaint", "list", "--overdue", lang="zh_CN.UTF-8")[1], "in Chinese")
for args in [["--state", "new"], ["--state", ""], ["--since", "soon"], ["--recipient", "x"], ["--limit", "0"]]:
    p.ok(ran("complaint", "list", *args)[0] == 2, "list %s is wrong" % " ".join(args))

# Showing.
for word, want in [("0", 2), ("-1", 2), ("x", 2), ("1x", 2), ("99999999999999999999", 2), ("4711", 1)]:
    for verb in (["show"], ["close", "--reason", "x"], ["hold"]):
        p.ok(ran("complaint", verb[0], *verb[1:], "--", word)[0] == want, "%s %s: status %d" % (verb[0], word, want))
status, rows = p.json("complaint", "show", "1")
p.ok(status == 0 and rows[0]["message_id"] == "<1@shop.example>" and rows[0]["statement"] == 1 and rows[0]["refusal"] == 2 and
     rows[0]["sha256"] == hashlib.sha256(mail("anything")).hexdigest(), "show", rows)
out = ran("complaint", "show", "1", lang="zh_CN.UTF-8")[1]
p.ok("证据：保存" in out and "--raw" in out and "<1@shop.example>" in out and "SHA-256" in out, "with what is kept of the evidence", out)
done = subprocess.run([os.environ.get("TUIDING_BINDIR", ".") + "/tuiding", "-c", p.at("tuiding.conf"), "complaint", "show", "1", "--raw"],
                      capture_output=True, check=False)
p.ok(done.stdout == mail("anything"), "--raw is the message, octet by octet")
done = subprocess.run([os.environ.get("TUIDING_BINDIR", ".") + "/tuiding", "-c", p.at("tuiding.conf"), "complaint", "show", str(evil), "--raw"],
                      capture_output=True, check=False)
p.ok(len(done.stdout) == 2000 and p.json("complaint", "show", str(evil))[1][0]["evidence_size"] > 5000,
     "cut at evidence-max-size, and its whole size told")

# Closing and holding.
p.ok(ran("complaint", "close", "1")[0] == 2 and ran("complaint", "close", "1", "--reason", "")[0] == 2, "close wants a reason")
p.ok(ran("complaint", "close", "1", "--reason", "x" * 1001)[0] == 2 and ran("complaint", "close", "1", "--reason", "a\x1b")[0] == 2, "a fit one")
n = len(p.letters())
status, out, err = ran("complaint", "close", "1", "--reason", "已联系发件人")
rows = p.json("complaint", "show", "1")[1]
p.ok(status == 0 and rows[0]["state"] == "closed" and rows[0]["reason"] == "已联系发件人" and rows[0]["closed_at"], "close", rows)
p.ok(len(p.letters()) == n + 1 and p.letters()[-1][0] == "case-ended" and p.letters()[-1][2]["reason"] == "已联系发件人", "the person hears the end")
p.ok(ran("complaint", "close", "1", "--reason", "again")[0] == 1, "once is enough")
p.ok(ran("complaint", "close", "7", "--reason", "never confirmed")[0] == 0 and len(p.letters()) == n + 1, "who never complained hears nothing")
p.ok(ran("complaint", "close", str(dora), "--reason", "done by hand")[0] == 0 and
     p.sql("SELECT next_at FROM complaint WHERE number = ?", [dora]) == [(0,)], "a closed case has no measure due")
for args, want in [([], True), ([], True), (["--off"], False)]:
    status, out, err = ran("complaint", "hold", "1", *args)
    p.ok(status == 0 and p.json("complaint", "show", "1")[1][0]["hold"] is want, "hold %s, of a closed case too" % " ".join(args), err)

# Exporting.
p.ok(ran("complaint", "export")[0] == 2 and ran("complaint", "export", "--out", p.at("x.tar"))[0] == 2, "export wants a folder")
status, out, err = ran("complaint", "export", "--out", p.at("bundle"), "--sender", "shop.example", "--recipient", "anna@example.com")
files = sorted(os.listdir(p.at("bundle"))) if os.path.isdir(p.at("bundle")) else []
p.ok(status == 0 and files == ["000001.eml", "000002.eml", "SHA256SUMS", "complaints.csv", "说明.txt"], "export", files, out, err)
p.ok(open(p.at("bundle/000001.eml"), "rb").read() == mail("anything"), "the evidence as it was kept")
done = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=p.at("bundle"), capture_output=True, check=False)
p.ok(done.returncode == 0 and done.stdout.count(b"OK") == 4, "sums that verify", done.stdout, done.stderr)
table = open(p.at("bundle/complaints.csv"), "rb").read()
rows = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"), newline="")))
p.ok(table.startswith(b"\xef\xbb\xbf") and [r["number"] for r in rows] == ["1", "2"] and rows[0]["state"] == "closed", "a table", rows)
sheet = open(p.at("bundle/说明.txt"), encoding="utf-8-sig").read()
first = p.sql("SELECT hex(hash) FROM statement WHERE seq = 1")[0][0].lower()
p.ok("12321" in sheet and "示例公司" in sheet and "第八条" in sheet and "已联系发件人" in sheet and first in sheet and "共 2 件投诉" in sheet,
     "a covering sheet with who, what, the ground and the place in the chain", sheet)
p.ok(all(os.stat(p.at("bundle/" + f)).st_mode & 0o007 == 0 for f in files), "readable by no stranger")
p.ok(ran("complaint", "export", "--out", p.at("bundle"))[0] == 3, "never into a folder that is there")
p.ok(ran("complaint", "export", "--out", p.at("no/such/x"))[0] == 3, "nor where nothing can be")
status, out, err = ran("complaint", "export", "--out", p.at("late"), "--overdue")
p.ok(status == 1 and "0 cases" in out, "none to export: said by the status", status, out)
status, out, err = ran("complaint", "export", "--out", p.at("everything"))
p.ok(status == 0 and len(list(csv.DictReader(io.StringIO(open(p.at("everything/complaints.csv"), encoding="utf-8-sig").read())))) == len(
     p.json("complaint", "list")[1]), "all of them", out, err)

# Evidence that is pruned, a case whose person is erased.
p.sql("UPDATE evidence SET octets = NULL WHERE number = 2")
p.ok(ran("complaint", "show", "2", "--raw")[0] == 1 and "pruned" in ran("complaint", "show", "2")[1], "evidence that is gone is told to be")
kept = p.sql("SELECT octets FROM evidence WHERE number = 3")[0][0]
p.sql("UPDATE evidence SET octets = x'00' WHERE number = 3")
p.ok(ran("complaint", "show", "3", "--raw")[0] == 3, "evidence that is not what was kept is trouble")
status, out, err = ran("complaint", "export", "--out", p.at("broken"))
p.ok(status == 3 and not os.path.exists(p.at("broken/SHA256SUMS")), "and no bundle pretends to be whole", status, err)
p.sql("UPDATE evidence SET octets = ? WHERE number = 3", [kept])

# Looking leaves rows; what cannot be noted is not shown.
rows = p.json("access-log")[1]
p.ok({r["what"] for r in rows} >= {"complaint list", "complaint show", "complaint export"} and
     any(r["what"] == "complaint show" and r["subject"] == "anna@example.com" for r in rows), "rows in the access log", rows[:5])
lock = sqlite3.connect(p.at("db/tuiding.db"), isolation_level=None)
lock.execute("BEGIN IMMEDIATE")
status, out, err = ran("complaint", "list")
lock.execute("ROLLBACK")
lock.close()
p.ok(status == 3 and not out and err, "a row that cannot be written: nothing is shown", status, out, err)
p.ok(ran("ledger", "verify")[0] == 0, "the chain holds after all that")

# As root: what only root may read is read, and what is written is the user's.
if os.geteuid() != 0:
    p.skip("root gives its rights away", "not root")
else:
    nobody = pwd.getpwnam("nobody").pw_uid
    q = Place(user="nobody")
    os.chmod(q.path, 0o755)
    q.run("ledger", "init")
    secret = q.write("secret.eml", mail("广告"))
    os.chmod(secret, 0o600)
    status, out, err = q.run("complaint", "add", "--message", secret, "--recipient", "anna@example.com")
    p.ok(status == 0, "a message only root may read", out, err)
    status, out, err = q.run("complaint", "export", "--out", q.at("bundle"))
    owners = {os.stat(os.path.join(q.at("bundle"), f)).st_uid for f in os.listdir(q.at("bundle"))} if status == 0 else None
    p.ok(status == 0 and owners == {nobody} and os.stat(q.at("bundle")).st_uid == nobody, "a bundle of the user's", status, owners, err)
    p.ok({os.stat(f).st_uid for f in glob.glob(q.at("db/*"))} == {nobody}, "and so is all beside the ledger")
    q.drop()
p.end()
