#!/usr/bin/env python3
"""rules learn: folders, Maildirs and mailboxes go in, a rules file and a report come out, or nothing at all."""

import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from rig import Place  # noqa: E402

p = Place()
p.write("rules/a.cf", "body LOUD /LOUD/\nscore LOUD 3.0\nbody LRN_OLD /minutes/\nscore LRN_OLD 50\n")
AD = "Subject: \u9650\u65f6\u4f18\u60e0\n\n\u9886\u53d6\u4f18\u60e0\u5238\uff0cfree shipping today\n"
LETTER = "Subject: minutes\n\nthe meeting was moved, see the minutes\n"


def head(sender):
    return "From: a@s%d.example\nContent-Type: text/plain; charset=utf-8\n" % sender


def learn(*args, **more):
    return p.run("rules", "learn", *args, **more)


status, out, err = learn("--commercial", "a", "--other", "b")
if "liblinear" in err:
    p.ok(status == 3, "a build that cannot learn says so", status, out, err)
    p.end()
p.ok(status == 3 and "'a'" in err, "a folder that is not there", status, err)

mbox = ""
for n in range(30):
    p.write("ads/%02d.eml" % n, head(n % 10) + AD + ("LOUD\n" if n % 2 else ""))
    p.write("letters/cur/%02d:2,S" % n, head(n % 10) + LETTER)
    mbox += "From x Mon Jan  1 00:00:00 2024\n" + head(n % 10) + LETTER + "From here on it is body\n\n"
p.write("box", mbox)
os.mkdir(p.at("empty"))
BOTH = ("--commercial", "ads", "--other", "letters")

# Called wrongly.
for name, args in (("no folders", ()), ("one side only", ("--commercial", "ads")),
                   ("no number", BOTH + ("--max-rules", "many")), ("below the least", BOTH + ("--min-messages", "1")),
                   ("no rate", BOTH + ("--false-positives", "nan")), ("too much held out", BOTH + ("--holdout", "0.9")),
                   ("a weight without a number", BOTH + ("--weight", "ads")),
                   ("a weight too great", BOTH + ("--weight", "ads=21"))):
    status, out, err = learn(*args)
    p.ok(status == 2 and out == "" and err, name, status, out, err)

# What cannot be learnt from writes nothing, and leaves what was there.
p.write("out.cf", "# before\n")
for name, args in (("an empty folder", ("--commercial", "empty", "--other", "letters")),
                   ("an empty other side", ("--commercial", "ads", "--other", "empty")),
                   ("a list of words that is not there", BOTH + ("--without", "nowhere")),
                   ("a list of groups without a group", BOTH + ("--holdout", "out.cf"))):
    status, out, err = learn(*args, "--out", "out.cf", "--report", "page.html")
    p.ok(status == 3 and err, name, status, out, err)
    with open(p.at("out.cf"), encoding="utf-8") as f:
        p.ok(f.read() == "# before\n" and not os.path.exists(p.at("page.html")), name + ": nothing is written")
    p.ok(not [f for f in os.listdir(p.path) if f.startswith("out.cf.")], name + ": nothing is left behind")

# The real thing: replaced whole, good rules, the same each time.
status, out, err = learn(*BOTH, "--out", "out.cf", "--report", "page.html", "--format", "tsv")
rows = [line.split("\t") for line in out.splitlines()]
p.ok(status == 0 and len(rows) == 9 and rows[0][0] == "*", "a table of all and of each folder", status, out, err)
p.ok(rows[0][1:6] == ["base", "30", "0", "30", "0"], "the base's rules without those learnt before", rows[0])
p.ok(rows[2][1:6] == ["both", "30", "30", "30", "0"], "all found, none wrong", rows[2])
with open(p.at("out.cf"), encoding="utf-8") as f:
    text = f.read()
with open(p.at("page.html"), encoding="utf-8") as f:
    page = f.read()
p.ok(text.startswith("# learned.cf") and "LRN_BASE" in text, "the file is replaced", text[:80])
p.ok(os.stat(p.at("out.cf")).st_mode & 0o777 == 0o644, "all may read it")
p.ok("<svg" in page and not re.search(r"(?:src|href)=|https?:", page), "the page needs nothing else")
status, again, err = learn(*BOTH)
p.ok(status == 0 and again == text, "the same once more, to standard output", status, err)
status, out, err = p.run("rules", "check", "out.cf", conf=False)
p.ok(status == 0, "no warning about the rules", status, out, err)

# They classify by themselves and on top of the others.
p.write("rules/learned.cf", text)
p.write("rules/a.cf", "body LOUD /LOUD/\nscore LOUD 3.0\n")
status, out, err = p.run("check", "--format", "tsv", "ads", "letters")
classes = [line.split("\t")[1] for line in out.splitlines()]
p.ok(classes == ["commercial"] * 30 + ["other"] * 30, "judged with them", classes, err)

# A mailbox is as good as a folder; a line "From " within a text begins a message only behind an empty line.
status, out, err = learn("--commercial", "ads", "--other", "box", "--out", "box.cf", "--format", "tsv")
counts = {row[0]: row[4] for row in (line.split("\t") for line in out.splitlines())}
p.ok(status == 0 and counts.get("box") == "30", "a mailbox", status, out, err)

# Words not to be learnt, weights, groups.
p.write("words", "# none of these\nminutes\nMEETING\n\u4f18\u60e0\n")
p.write("groups", "".join("ads/%02d.eml\tg%d\nletters/cur/%02d:2,S\tg%d\n" % (n, n % 6, n, n % 6) for n in range(30)))
status, out, err = learn(*BOTH, "--without", "words", "--weight", "ads=3,letters=2", "--holdout", "groups",
                         "--base", "rules/a.cf", "--max-rules", "4")
p.ok(status == 0 and "score" in out, "all options", status, err)
p.ok(not re.search("minutes|meeting|\u4f18\u60e0", out), "no unwanted word", out)
p.ok(1 <= len(re.findall("^score", out, re.M)) <= 5, "no more rules than asked for", out)

# What cannot be written.
status, out, err = learn(*BOTH, "--out", "nowhere/out.cf")
p.ok(status == 3 and "nowhere" in err, "a folder that is not there to write to", status, err)
status, out, err = learn("--help", lang="zh_CN.UTF-8")
p.ok(status == 0 and "\u5546\u4e1a\u90ae\u4ef6" in out, "help in Chinese", status, out)
p.end()
