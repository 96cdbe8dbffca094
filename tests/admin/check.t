#!/usr/bin/env python3
"""check and rules: messages judged as the daemon would, and nothing recorded."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from rig import Place, RULES  # noqa: E402

p = Place()
ran = p.run
HEAD = "From: Shop <news@shop.example>\nTo: anna@example.com\nMessage-ID: <1@shop.example>\n"
ADVERT = HEAD + "Subject: \u5e7f\u544a\uff1a\u7279\u4ef7\n\nplain text\n"
LETTER = HEAD + "Subject: minutes\n\nplain text\n"


def tsv(*args, **more):
    status, out, err = ran("check", "--format", "tsv", *args, **more)
    return status, [line.split("\t") for line in out.splitlines()], err


p.write("mail/b.eml", ADVERT)
p.write("mail/a.EML", LETTER)
p.write("mail/notes.txt", ADVERT)
p.write("mail/box/cur/1.host:2,S", ADVERT)
p.write("mail/box/new/2.host", LETTER)
p.write("mail/box/tmp/3.host", ADVERT)
p.write("mail/.hidden/c.eml", ADVERT)
p.write("mail/\u5e7f\tc.eml", LETTER)
p.write("outside.eml", ADVERT)
os.symlink(p.at("outside.eml"), p.at("mail/link.eml"))
os.symlink("..", p.at("mail/loop"))
os.mkfifo(p.at("mail/pipe.eml"))
os.mkdir(p.at("mail/dir.eml"))

# Which files, in which order; no ledger is wanted.
status, rows, err = tsv("mail")
p.ok(status == 0 and [r[0] for r in rows] == ["mail/a.EML", "mail/b.eml", "mail/box/cur/1.host:2,S", "mail/box/new/2.host",
                                              "mail/\u5e7f\\tc.eml"], "a folder: messages, sorted, no links", status, rows, err)
p.ok(all(len(r) == 6 for r in rows), "six columns")
p.ok(rows[1] == ["mail/b.eml", "commercial", "6.00", "-", "-", "ZH_LABEL"], "commercial, score, rules", rows[1])
p.ok(rows[0] == ["mail/a.EML", "other", "0.00", "-", "-", "-"], "other; - where empty", rows[0])
p.ok(tsv("mail/notes.txt")[1][0][1] == "commercial", "a file by name is read whatever it is called")
p.ok(tsv("mail/link.eml")[1][0][1] == "commercial", "and a link by name is followed")
status, rows, err = tsv("-", stdin=ADVERT.encode())
p.ok(status == 0 and rows == [["-", "commercial", "6.00", "-", "-", "ZH_LABEL"]], "standard input", rows, err)
status, rows, err = tsv("mail/b.eml", "absent.eml", "mail/a.EML")
p.ok(status == 3 and [r[1] for r in rows] == ["commercial", "other"] and "absent.eml" in err, "what is not there is told, the rest judged", err)
status, rows, err = tsv(p.write("empty.eml", ""))
p.ok(status in (0, 3) and bool(rows) == (status == 0), "an empty file is judged or told, never a crash", status, rows, err)
for name, octets in [("nul.eml", b"\0" * 3000), ("octets.eml", bytes(range(256)) * 40), ("long.eml", b"Subject: " + b"x" * 200000),
                     ("bare.eml", b"\n\n\nbody"), ("path.eml", b"Return-Path: <" + b"a" * 5000 + b">\n\n")]:
    status, rows, err = tsv(p.write(name, octets))
    p.ok(status == 0 and len(rows) == 1, "%s is judged" % name, status, err)
status, out, err = p.json("check", "mail/b.eml")[0], p.json("check", "mail/b.eml")[1], ""
p.ok(status == 0 and out[0]["class"] == "commercial" and out[0]["score"] == 6 and out[0]["sender"] == "news@shop.example",
     "json: an array of objects", out)
p.ok("商业性" in ran("check", "mail/b.eml", lang="zh_CN.UTF-8")[1], "a table speaks Chinese")
p.ok(tsv("mail/b.eml", lang="zh_CN.UTF-8")[1][0][1] == "commercial", "tsv does not")

# A recipient, and the ledger.
status, rows, err = tsv("--rcpt", "anna@example.com", "mail/b.eml", "mail/a.EML")
p.ok(status == 0 and rows[0][3:5] == ["unknown", "tempfail"] and rows[1][3:5] == ["-", "accept"] and "ledger" in err,
     "no ledger: unknown, said once, not fatal", status, rows, err)
ran("ledger", "init")
ran("refusal", "add", "anna@example.com", "shop.example")
for args, want in [
        (["--rcpt", "anna@example.com"], ["refused", "reject"]), (["--rcpt", "Anna+x@Example.com"], ["refused", "reject"]),
        (["--rcpt", "bob@example.com"], ["none", "tag"]), (["--rcpt", "bob@example.com", "--client", "127.0.0.1"], ["none", "accept"]),
        (["--rcpt", "bob@example.com", "--client", "local"], ["none", "accept"]), (["--rcpt", "anna@example.com", "--client", "::1"], ["refused", "reject"])]:
    status, rows, err = tsv(*args, "mail/b.eml")
    p.ok(status == 0 and rows[0][3:5] == want, "%s: %s" % (" ".join(args), " ".join(want)), rows, err)
for args in [["--rcpt", "anna"], ["--client", "nowhere"], ["--client", ""]]:
    p.ok(tsv(*args, "mail/b.eml")[0] == 2, "%s is wrong" % " ".join(args))
p.ok(p.sql("SELECT count(*) FROM decision") == [(0,)], "nothing is recorded")
ran("refusal", "add", "carl@example.com", "bounce@esp.example")
p.ok(tsv("--rcpt", "carl@example.com", "--from", "bounce@esp.example", "mail/b.eml")[1][0][3] == "refused", "--from is an identity")
p.write("returned.eml", "Return-Path: <bounce@esp.example>\n" + ADVERT)
p.ok(tsv("--rcpt", "carl@example.com", "returned.eml")[1][0][3] == "refused", "and so is a Return-Path")
p.configure(mode="observe")
row = p.json("check", "--rcpt", "anna@example.com", "mail/b.eml")[1][0]
p.ok(row["action"] == "accept" and row["would"] == "reject", "observing: accepted, and what enforcement would do", row)

# Many messages, soon.
for i in range(2000):
    p.write("many/%04d.eml" % i, ADVERT if i % 2 else LETTER)
status, rows, err = tsv("many")
p.ok(status == 0 and len(rows) == 2000 and [r[0] for r in rows] == sorted(r[0] for r in rows), "2,000 messages")

# The rules.
status, out, err = ran("rules", "check")
p.ok(status == 0 and not err, "good rules", status, out, err)
bad = p.write("bad.cf", "body BROKEN /(/\nnonsense here\nbody FINE /x/\nscore FINE 1\n")
status, out, err = ran("rules", "check", bad, conf=False)
p.ok(status == 1 and "bad.cf:1: BROKEN: " in out and len(out.splitlines()) >= 2, "each warning: file, line, rule, what", status, out, err)
status, rows = p.json("rules", "check", bad)
p.ok(status == 1 and ("BROKEN", 1) in [(r["rule"], r["line"]) for r in rows], "for a machine", rows)
p.ok(ran("rules", "check", p.at("no-such-folder"), conf=False)[0] == 1, "a path that is not there is a warning")
status, rows = p.json("rules", "list")
p.ok(status == 0 and [(r["name"], r["type"], r["score"], r["tests"]) for r in rows][:1] == [("ZH_LABEL", "header", 6, 2)] and
     rows[1]["name"] == "__PLAIN" and rows[1]["score"] is None, "list", rows)
p.ok("subject bears" in ran("rules", "list")[1] and "主题有广告标记" in ran("rules", "list", lang="zh_CN.UTF-8")[1], "described in both languages")
status, out, err = ran("rules", "test")
p.ok(status == 0 and "2" in out, "the rules' own tests", out, err)
p.write("failing.cf", RULES + "test ZH_LABEL ok nothing of it\ntest NO_SUCH ok x\n")
status, rows = p.json("rules", "test", p.at("failing.cf"))
p.ok(status == 1 and "nothing of it" in [r["text"] for r in rows], "a failing one is shown", status, rows)
p.end()
