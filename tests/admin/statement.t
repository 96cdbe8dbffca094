#!/usr/bin/env python3
"""Consents, refusals, rules and standings, entered one by one."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from rig import Place, rows_of  # noqa: E402

p = Place()
ran = p.run
p.ok(ran("ledger", "init")[0] == 0, "a ledger")

# Entering.
status, out, err = ran("refusal", "add", "Anna+Shop@EXAMPLE.com", "Shop.Example", "--note", "letter of 3 May",
                       "--given", "2026-01-02T03:04:05Z")
p.ok(status == 0 and "anna@example.com" in out and "shop.example" in out, "a refusal, in canonical spelling", out, err)
status, rows = p.json("refusal", "list")
row = rows[0]
p.ok(status == 0 and len(rows) == 1 and row["given_at"] == "2026-01-02T03:04:05.000+00:00" and
     row["note"] == "letter of 3 May" and row["source"] == "admin" and row["state"] is None, "is on record", rows)
reference = row["reference"]
status, out, err = ran("consent", "add", "anna@example.com", "news@shop.example")
p.ok(status == 1 and reference in err and not out, "a consent over it is refused, and which refusal is said", out, err)
status, rows = p.json("consent", "add", "team@example.com", "news@shop.example")
p.ok(status == 1 and rows[0]["outcome"] == "overturns" and rows[0]["reference"] == reference,
     "the same through the recipient map, for a machine", rows)
p.ok(p.json("consent", "list")[1] == [], "and nothing was written")
status, rows = p.json("consent", "add", "anna@example.com", "other.example", "--expires", "2y")
p.ok(status == 0 and rows[0]["outcome"] == "written", "a consent to another sender", rows)
consent = rows[0]["reference"]
status, rows = p.json("refusal", "add", "anna@example.com", "shop.example", "--given", "2026-01-02T03:04:05Z")
p.ok(status == 0 and rows[0]["outcome"] == "already" and rows[0]["reference"] == reference, "twice is once", rows)

for args, why in [
        (["anna", "x.example"], "no domain"), (["@example.com", "x.example"], "a domain is no person"),
        (["", "x.example"], "nothing"), (["anna@example.com", ""], "no sender"),
        (["anna@example.com", "a b.example"], "a blank"), (["anna@example.com", "x@y@z"], "two signs"),
        (["anna@example.com", "x.example", "--given", "tomorrow"], "no time"),
        (["anna@example.com", "x.example", "--given", "2099-01-01"], "said in the future"),
        (["anna@example.com", "x.example", "--note", "a\x1b[2Jb"], "a note that is no text"),
        (["anna@example.com", "x.example", "--note", "x" * 4001], "a note too long")]:
    status, out, err = ran("refusal", "add", *args)
    p.ok(status == 2 and not out and err, "%s: status 2, and what was expected" % why, status, err)
for note, en, zh in [("a\x1b[2Jb", "control character", "控制字符"), ("x" * 4001, "longer than 4000", "超过 4000 字节"),
                     (b"\xcd\xcb\xb6\xa9", "not UTF-8", "不是 UTF-8")]:
    for args in (["refusal", "add", "a@example.com", "x.example", "--note", note], ["refusal", "void", "1", "--reason", note],
                 ["rule", "add", "example.com", "x.example", "consent", "--note", note]):
        err, err_zh = ran(*args)[2], ran(*args, lang="zh_CN.UTF-8")[2]
        p.ok(en in err and args[-2] in err and zh in err_zh, "%s %s: %s" % (args[0], args[-2], en), err, err_zh)
p.ok(ran("consent", "add", "bob@example.com", "x.example", "--expires", "2001-01-01")[0] == 2, "expired before it began")
p.ok(len(p.json("refusal", "list")[1]) == 1, "of all that nothing was written")

# Listing.
ran("refusal", "add", "bob@example.org", "*")
ran("refusal", "add", "carl@example.com", "<deals.shop.example>")
for args, want in [
        ([], 3), (["--recipient", "anna@example.com"], 1), (["--recipient", "@example.com"], 2),
        (["--recipient", "@EXAMPLE.ORG"], 1), (["--recipient", "nobody@example.com"], 0),
        (["--sender", "*"], 1), (["--sender", "<deals.shop.example>"], 1), (["--since", "1d"], 3),
        (["--until", "1d"], 0), (["--until", "2001-01-01"], 0), (["--limit", "2"], 2)]:
    status, rows = p.json("refusal", "list", *args)
    p.ok(status == 0 and len(rows) == want, "list %s: %d" % (" ".join(args), want), rows)
for args in [["--since", "soon"], ["--limit", "0"], ["--limit", "x"], ["--recipient", "@"], ["--sender", "x y"]]:
    p.ok(ran("refusal", "list", *args)[0] == 2, "list %s is wrong" % " ".join(args))
today = rows_of(ran("refusal", "list", "--format", "csv")[1])[0]["received_at"][:10]
p.ok(len(p.json("refusal", "list", "--until", today)[1]) == 3, "--until a date includes that day")

# Standing.
for args, want, word in [
        (["anna@example.com", "news@shop.example"], 1, "refused"),
        (["anna@example.com", "a@mail.shop.example"], 1, "refused"),
        (["anna+x@example.com", "shop.example", "--unauthenticated"], 1, "refused"),
        (["anna@example.com", "a@other.example"], 0, "consented"),
        (["anna@example.com", "a@other.example", "--unauthenticated"], 0, "none"),
        (["anna@example.com", "a@third.example"], 0, "none"), (["bob@example.org", "who@ever.example"], 1, "refused"),
        (["carl@example.com", "<deals.shop.example>"], 1, "refused"), (["carl@example.com", "shop.example"], 0, "none")]:
    status, rows = p.json("standing", *args)
    p.ok(status == want and rows[0]["standing"] == word, "standing %s: %s" % (" ".join(args), word), status, rows)
status, out, err = ran("standing", "anna@example.com", "shop.example", lang="zh_CN.UTF-8")
p.ok(status == 1 and "已拒收" in out and reference in out, "in Chinese", out)

# Rules.
status, out, err = ran("rule", "add", "@Example.com", "third.example", "refusal", "--note", "=cmd")
p.ok(status == 0, "a rule", err)
status, rows = p.json("standing", "zoe@example.com", "a@third.example")
p.ok(status == 1 and rows[0]["rule"] == 1 and rows[0]["reference"] is None, "it stands where nothing was said", rows)
ran("consent", "add", "zoe@example.com", "third.example")
status, rows = p.json("standing", "zoe@example.com", "a@third.example")
p.ok(status == 0 and {r["standing"] for r in rows} == {"consented"} and len(rows) == 2 and
     [r["decides"] for r in rows if r["rule"] is None] == [True], "and below every statement", rows)
out = ran("rule", "list", "--domain", "example.com", "--format", "csv")[1]
p.ok("'=cmd" in out, "a formula is guarded in csv", out)
p.ok(p.json("rule", "list", "--domain", "example.org")[1] == [], "none for another domain")
for args, want in [(["add", "example.com", "x.example", "perhaps"], 2), (["add", "no domain", "x.example", "consent"], 2),
                   (["remove", "0"], 2), (["remove", "x"], 2), (["remove", "77"], 1), (["remove", "1"], 0), (["remove", "1"], 1)]:
    p.ok(ran("rule", *args)[0] == want, "rule %s: status %d" % (" ".join(args), want))

# Void.
p.ok(ran("refusal", "void", reference)[0] == 2, "void wants a reason")
p.ok(ran("refusal", "void", reference, "--reason", "")[0] == 2, "not an empty one")
p.ok(ran("refusal", "void", "RNOSUCHREFERENCE", "--reason", "x")[0] == 1, "and an entry that is there")
p.ok(ran("refusal", "void", "999", "--reason", "x")[0] == 1, "also by number")
p.ok(ran("refusal", "void", "0", "--reason", "x")[0] == 1, "0 is none")
status, out, err = ran("refusal", "void", consent, "--reason", "x")
p.ok(status == 1 and "consent" in err, "a consent is no refusal", err)
p.ok(len(p.json("refusal", "list")[1]) == 3, "nothing has ended yet")
status, out, err = ran("refusal", "void", reference.lower(), "--reason", "the wrong Anna")
p.ok(status == 0, "void by reference, whatever the case of its letters", out, err)
p.ok(ran("refusal", "void", reference, "--reason", "again")[0] == 1, "once is enough")
out = ran("refusal", "add", "vera@example.com", "v.example", "--format", "csv")[1]
row = rows_of(out)[0]
out = ran("refusal", "void", row["reference"].replace("0", "o").replace("1", "l"), "--reason", "x", lang="zh_CN.UTF-8")[1]
p.ok("由序号 %d 的声明作废" % (int(row["seq"]) + 1) in out, "in Chinese: by which statement", out)
p.ok(len(p.json("refusal", "list")[1]) == 2, "it is out of the table")
rows = p.json("refusal", "list", "--all")[1]
p.ok(len(rows) == 4 and rows[0]["state"] == "void", "and stays on record", rows)
p.ok(p.json("standing", "anna@example.com", "news@shop.example")[1][0]["standing"] == "none", "the standing is free again")
seq = [r for r in p.json("consent", "list")[1] if r["reference"] == consent][0]["seq"]
p.ok(ran("consent", "void", str(seq), "--reason", "by number")[0] == 0, "void by number")
p.ok(ran("ledger", "verify")[0] == 0, "the chain holds after all that")

# What comes out of the ledger does not reach a terminal as it is.
ran("rule", "add", "example.net", "x.example", "consent", "--note", "a\u202eb")
out = ran("rule", "list")[1]
p.ok("\u202e" not in out and "\ufffd" in out, "a table shows no bidi mark", repr(out))
p.end()
