#!/usr/bin/env python3
"""decision and explain: what is on record of a message, for a machine, a person, a lawyer."""

import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from rig import Place, rows_of  # noqa: E402

p = Place()
ran = p.run
ran("ledger", "init")
ran("refusal", "add", "anna@example.com", "shop.example", "--note", "a letter", "--given", "2026-01-02")
ran("rule", "add", "example.com", "ruled.example", "refusal", "--note", "tenants asked")
said = p.json("refusal", "list")[1][0]
NOW = int(time.time() * 1000)
FIELDS = dict(message="MSG1", at=NOW, queue_id="4ABC", message_id="<1@shop.example>", recipient="anna@example.com",
              recipient_raw="<Anna@example.com>", direction="inbound", mode="enforce", score=7.5, required=5.0, standing="refused",
              by_rule=0, word=said["seq"], action="reject", would="reject", sender="news@shop.example", envelope="b@esp.example",
              default_key="shop.example", identities="from=news@shop.example:pass envelope=b@esp.example:none list=<deals.shop.example>:none",
              matched_key="shop.example", rules="ZH_LABEL=6.00,GONE=1.50", subject="\u5e7f\u544a", client="192.0.2.7", login="",
              reply="550 5.7.1 refused by the recipient")


def decide(name, **changes):
    row = dict(FIELDS, id=name.translate(str.maketrans("OIL", "011")), **changes)
    p.sql("INSERT INTO decision (%s) VALUES (%s)" % (", ".join(row), ", ".join("?" * len(row))), list(row.values()))


decide("DREFUSED")
decide("DNONE", recipient="bob@example.com", recipient_raw="bob@example.com", standing="none", word=0, matched_key="", action="tag", would="tag", reply="")
decide("DOBSERVED", message="MSG2", mode="observe", action="accept", at=NOW - 1000, reply="")
decide("DRULE", message="MSG3", by_rule=1, word=1, recipient="carl@example.com", matched_key="ruled.example", sender="x@ruled.example",
       default_key="ruled.example", at=NOW - 2000)
decide("DFRIEND", message="MSG4", standing="correspondent", word=0, action="accept", would="accept", reply="", at=NOW - 3000)
decide("DAGREED", message="MSG5", standing="consented", word=0, action="accept", would="accept", reply="", at=NOW - 4000)
decide("DAWAY", message="MSG6", standing="unknown", word=0, action="tempfail", would="tempfail", at=NOW - 5000)
decide("DEVIL", message="MSG7", subject="=cmd\x1b[31m\u202e", sender="evil@bad.example", identities="garbage", rules="", at=NOW - 86400000 * 9)

# Lists.
for args, want in [
        ([], 8), (["--recipient", "bob@example.com"], 1), (["--sender", "news@shop.example"], 6), (["--sender", "bad.example"], 1),
        (["--action", "tag"], 1), (["--queue-id", "4ABC"], 8), (["--queue-id", "nope"], 0), (["--since", "7d"], 7),
        (["--until", "7d"], 1), (["--limit", "3"], 3)]:
    status, rows = p.json("decision", "list", *args)
    p.ok(status == 0 and len(rows) == want, "list %s: %d" % (" ".join(args), want), rows)
p.ok(p.json("decision", "list")[1][0]["message"] == "MSG1", "newest first")
for args in [["--action", "burn"], ["--recipient", "bob"], ["--would", "--limit", "3"], ["--since", "never"]]:
    p.ok(ran("decision", "list", *args)[0] == 2, "list %s is wrong" % " ".join(args))
rows = p.json("decision", "list", "--would")[1]
p.ok({(r["sender"], r["would"]): r["messages"] for r in rows}[("shop.example", "tag")] == 1, "--would: by sender", rows)
out = ran("decision", "list", "--format", "csv")[1]
p.ok("'=cmd" in out, "a subject is no formula", out)
out = ran("decision", "list")[1] + ran("decision", "show", "DEVIL")[1] + ran("explain", "DEVIL")[1]
p.ok("\x1b" not in out and "\u202e" not in out, "nor a command to the terminal", repr(out))

# Show.
status, out, err = ran("decision", "show", "DREFUSED")
p.ok(status == 0 and "7.50" in out and "192.0.2.7" in out and "<Anna@example.com>" in out, "show", out)
p.ok(len(p.json("decision", "show", "MSG1")[1]) == 2, "a message shows all its recipients")
decide("D0N1TT1YREAD1", message="MSG9", action="quarantine", at=NOW - 86400000 * 20)
for name in ("D0N1TT1YREAD1", "d0n1tt1yread1", "DONiTTlYREADI", "doNLTTiyreadl"):
    status, rows = p.json("decision", "show", name)
    p.ok(status == 0 and [r["id"] for r in rows] == ["D0N1TT1YREAD1"], "an id as a person copies it: %s" % name, rows)
    p.ok(ran("explain", name)[0] == 0, "explained too")
p.ok(ran("explain", "D0N1TT1YREAD")[0] == 1 and ran("explain", "")[0] == 2, "but not one that lacks a letter")
p.ok("加标签" in ran("decision", "show", "DNONE", lang="zh_CN.UTF-8")[1], "one Chinese word for the label")
p.ok(ran("decision", "show", "NOSUCH")[0] == 1 and ran("decision", "show", "x" * 99)[0] == 2, "one that is not there")
p.ok(rows_of(ran("decision", "show", "DNONE", "--format", "csv")[1])[0]["word"] == "", "no statement behind it")

# Explain.
status, out, err = ran("explain", "DREFUSED")
for what in ["DREFUSED", "anna@example.com", "<Anna@example.com>", "news@shop.example  (proven)", "b@esp.example  (not proven)", "7.50", "5.00",
             "ZH_LABEL", "subject bears an advertising label", "GONE", said["reference"], "2026-01-02", "a letter",
             "no. %d, hash %s" % (said["seq"], said["hash"]), "Art. 7", "expressly refused", "Art. 14", "550 5.7.1", "Art. 8", "jubao@example.com"]:
    p.ok(status == 0 and what in out, "refused: it says '%s'" % what, out)
status, out, err = ran("explain", "DREFUSED", lang="zh_CN.UTF-8")
for what in ["第七条", "明确表示拒绝", "第十四条", "第八条", "主题有广告标记", "（已验证）", "已拒收", said["hash"], "a letter"]:
    p.ok(status == 0 and what in out, "in Chinese: %s" % what, out)
for name, words in [
        ("DNONE", ["without the recipient's consent or request", "Art. 13", "no proof that none was given", "tuiding refusal add bob@example.com shop.example"]),
        ("DOBSERVED", ["only observed", "not accepted"]),
        ("DRULE", ["administrator's rule for example.com", "tenants asked", "not a word of the recipient"]),
        ("DFRIEND", ["not the consent or request of Art. 7"]), ("DAGREED", ["consent can be taken back"]),
        ("DAWAY", ["could not be read", "put off"])]:
    status, out, err = ran("explain", name)
    flat = " ".join(out.split())
    for what in words:
        p.ok(status == 0 and what in flat, "%s: it says '%s'" % (name, what), out)
p.ok("expressly refused" not in ran("explain", "DRULE")[1], "a rule is not passed off as the person's refusal")
decide("DODD", message="MSG8", identities="\u9000" * 70 + "=x:pass from==:: :=: = :", rules=",,=,A=,=1", matched_key="", word=77)
for lang in ("C", "zh_CN.UTF-8"):
    status, out, err = ran("explain", "DODD", lang=lang)
    p.ok(status == 0 and "D0DD" in out, "whatever the record holds, %s" % lang, status, err)
p.ok("Art. 13" not in ran("explain", "DREFUSED")[1], "a refusal is no question of Art. 13")
p.ok(ran("explain", "MSG1")[1].count("What the law says") == 2, "a message: each recipient")
ran("refusal", "void", said["reference"], "--reason", "the wrong Anna")
out = ran("explain", "DREFUSED")[1]
p.ok("declared void" in out and "the wrong Anna" in out, "what became of the statement since", out)
out = ran("explain", "DREFUSED", lang="zh_CN.UTF-8")[1]
p.ok("由序号 2 的声明作废：the wrong Anna" in out, "in Chinese: by which statement", out)
ran("rule", "remove", "1")
p.ok("removed since" in ran("explain", "DRULE")[1], "and of the rule")
p.ok(ran("explain", "NOSUCH")[0] == 1 and ran("explain", "DNONE", "--format", "json")[0] == 2, "not there; not for machines")
p.end()
