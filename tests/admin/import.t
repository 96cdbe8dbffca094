#!/usr/bin/env python3
"""Import and export: what spreadsheets make of a list, and what a crash leaves."""

import os
import signal
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from rig import PROGRAM, Place, rows_of  # noqa: E402

p = Place()
ran = p.run
p.ok(ran("ledger", "init")[0] == 0, "a ledger")


def imported(noun, content, *args):
    status, out, err = ran(noun, "import", p.write("in.csv", content), *args)
    return status, out, err


# What is read.
content = ("\ufeffSender , Recipient,note,given_at\r\n"
           "shop.example,anna@example.com,\"said \"\"no\"\",\nin two lines\",2026-01-02\r\n"
           "\r\n"
           "news@shop.example, bob@example.com ,,2026/1/3 8:00\r\n"
           "'=odd@shop.example,'=bob@example.com,'=1+1,\r\n")
status, out, err = imported("refusal", content)
p.ok(status == 0 and out.startswith("3 written"), "BOM, CRLF, blank line, quotes, spreadsheet dates", status, out, err)
rows = p.json("refusal", "list")[1]
p.ok([r["recipient"] for r in rows] == ["anna@example.com", "bob@example.com", "=bob@example.com"] and
     rows[0]["note"] == "said \"no\",\nin two lines" and rows[2]["note"] == "=1+1" and
     rows[1]["given_at"] == "2026-01-03T08:00:00.000+00:00" and rows[0]["source"] == "import", "as it was meant", rows)
status, out, err = imported("refusal", content)
p.ok(status == 0 and out.startswith("0 written, 3 on record already"), "again: nothing twice", out, err)
status, out, err = imported("refusal", content.replace("\ufeff", "").replace("\r", ""))
p.ok(out.startswith("0 written, 3 on record already"), "nor with other line ends", out, err)

content = "收件人,发件人,备注,有效期\n丁@例子.example,优惠@商店.example,书面同意,长期\nanna@example.com,a.example,已同意,2y\n"
status, out, err = imported("consent", content.encode("gb18030"))
p.ok(status == 0 and out.startswith("2 written") and "GB18030" in err, "GB18030 with Chinese headings, and a note", out, err)
rows = p.json("consent", "list")[1]
p.ok(rows[0]["note"] == "书面同意" and rows[0]["expires"] is None and rows[1]["expires"] is not None, "read right", rows)
status, out, err = imported("consent", "recipient,sender\ncarl@example.com,c.example\n")
year = int(rows_of(ran("consent", "list", "--format", "csv")[1])[-1]["expires"][:4])
given = int(rows_of(ran("consent", "list", "--format", "csv")[1])[-1]["given_at"][:4])
p.ok(year == given + 2, "a consent that names no end has two years", year, given)
imported("consent", "recipient,sender\ndora@example.com,c.example\n", "--expires", "never")
p.ok(rows_of(ran("consent", "list", "--format", "csv")[1])[-1]["expires"] == "", "or what --expires says")

content = "收件人,发件人,表示时间,有效期至,备注\nemil@example.com,e.example,2026-01-02 03:04:05,2099-01-01,信\n"
status, out, err = imported("consent", content)
row = p.json("consent", "list", "--recipient", "emil@example.com")[1][0]
p.ok(status == 0 and row["given_at"] == "2026-01-02T03:04:05.000+00:00" and row["expires"][:4] == "2099" and row["note"] == "信",
     "headings as our own Chinese tables have them", out, err, row)
p.ok(imported("consent", "收件人,发件人,时间,表示时间\n")[0] == 2, "not both names of one column")

# What is refused, line by line, while the rest goes in.
bad = ("recipient,sender,given_at,note\n"
       "good1@example.com,x.example,,\n"
       "nobody,x.example,,\n"
       "a@example.com,not a sender,,\n"
       "b@example.com,x.example,2026-02-30,\n"
       "c@example.com,x.example,2999-01-01,\n"
       "d@example.com,x.example,," + "n" * 4001 + "\n"
       "e@example.com,\"x.example\"y,,\n"
       "good2@example.com,x.example,,\n"
       "f@example.com,\"never closed,,\n"
       "good3@example.com,x.example,,\n"
       "good4@example.com\n")
status, rows = p.json("refusal", "import", p.write("bad.csv", bad))
p.ok("longer than 4000" in [r["reason"] for r in rows if r["line"] == 7][0], "and says what is wrong with it", rows)
p.ok(status == 1 and [r["line"] for r in rows] == [3, 4, 5, 6, 7, 8, 10, 12] and
     {r["status"] for r in rows} == {"invalid"}, "each bad line has its number", status, rows)
p.ok(len(p.json("refusal", "list", "--sender", "x.example")[1]) == 3, "and the good ones are in")
status, out, err = ran("refusal", "import", p.at("bad.csv"), lang="zh_CN.UTF-8")
p.ok("bad.csv:3:" in err and "收件人不是邮箱地址" in err and "不合格 8 行" in out, "in Chinese", out, err)
status, out, err = ran("refusal", "import", p.write("nul.csv", b"recipient,sender\nz@example.com,y.exa\0mple\ny@example.com,y.example\n"))
p.ok(status == 1 and len(p.json("refusal", "list", "--sender", "y.example")[1]) == 1, "an octet 0 costs its line", err)
status, out, err = ran("refusal", "import", p.write("strict.csv", "recipient,sender\ng@example.com,s.example\nbad,s.example\n"), "--strict")
p.ok(status == 1 and p.json("refusal", "list", "--sender", "s.example")[1] == [], "--strict: one bad line, and nothing is written", out, err)
status, out, err = ran("refusal", "import", p.write("dry.csv", "recipient,sender\ng@example.com,s.example\n"), "--dry-run")
p.ok(status == 0 and p.json("refusal", "list", "--sender", "s.example")[1] == [], "--dry-run only looks", out, err)
p.ok(imported("refusal", "recipient,sender,expires\ng@example.com,s.example,2y\n")[0] == 1, "a refusal has no end")

for content, why in [("", "an empty file"), ("anna@example.com,shop.example\n", "no heading"), ("recipient\n", "half a heading"),
                     ("recipient,sender,colour\n", "an unknown column"), ("recipient,sender,sender\n", "a column twice"),
                     ("recipient;sender\n", "semicolons"), ("\"", "a lone quote")]:
    status, out, err = imported("consent", content)
    p.ok(status == 2 and not out and "recipient" in err and "in.csv:1:" in err, "%s is a wrong file, at its place" % why, status, err)
status, out, err = imported("consent", "\n\nrecipient,sender,colour\n")
p.ok(status == 2 and "in.csv:3:" in err, "blank lines count", err)
status, out, err = ran("consent", "import", "-", stdin=b"colour\n", lang="zh_CN.UTF-8")
p.ok(status == 2 and "-:1: 标题行" in err, "in Chinese, of standard input", err)
for lang, word in (("C", "is a folder"), ("zh_CN.UTF-8", "是目录")):
    status, out, err = ran("consent", "import", ".", lang=lang)
    p.ok(status == 3 and word in err and not out, "a folder is no file", status, err)
p.ok(ran("consent", "import", p.at("absent.csv"))[0] == 3, "no file is trouble")
p.ok(ran("consent", "import", p.at("in.csv"), "--expires", "1999-01-01")[0] == 2, "an end that is past is wrong")

# Nobody overturns a person's refusal in bulk.
over = "recipient,sender\nanna@example.com,news@shop.example\nanna@example.com,fine.example\n"
for args in [["--dry-run"], ["--strict"]]:
    status, rows = p.json("consent", "import", p.write("over.csv", over), *args)
    p.ok(status == 1 and [(r["line"], r["status"]) for r in rows] == [(2, "overturns")], "%s sees it" % args[0], rows)
    p.ok(p.json("consent", "list", "--sender", "fine.example")[1] == [], "and writes nothing")
status, rows = p.json("consent", "import", p.at("over.csv"))
p.ok(status == 1 and [(r["line"], r["status"]) for r in rows] == [(2, "overturns")], "the line is listed", rows)
p.ok(len(p.json("consent", "list", "--sender", "fine.example")[1]) == 1 and
     p.json("standing", "anna@example.com", "news@shop.example")[0] == 1, "the rest is in, the refusal stands")

# More than one slice, standard input, and the way back.
many = "recipient,sender,given_at\n" + "".join("p%d@example.com,bulk.example,2026-01-01T00:00:%02dZ\n" % (i, i % 60) for i in range(2500))
status, out, err = ran("refusal", "import", "-", stdin=many.encode())
p.ok(status == 0 and out.startswith("2500 written"), "2,500 lines from standard input", out, err)
status, out, err = ran("refusal", "import", "-", stdin=(many + "p1@example.com,bulk.example,2026-01-01T00:00:01Z\n").encode())
p.ok(out.startswith("0 written, 2501 on record already"), "again, with one line twice", out, err)

exports = {noun: ran(noun, "export")[1] for noun in ("consent", "refusal")}
p.ok("'=bob@example.com" in exports["refusal"] and "'=1+1" in exports["refusal"], "formulas go out guarded")
p.ok("never" in exports["consent"], "a consent without end says so")
q = Place()
q.run("ledger", "init")
for noun, text in exports.items():
    status, out, err = q.run(noun, "import", q.write(noun + ".csv", text))
    p.ok(status == 0, "%ss are read back" % noun, out, err)
    p.ok(q.run(noun, "export")[1] == text, "and are the same", noun)
p.ok(rows_of(ran("refusal", "export", "--recipient", "anna@example.com")[1])[0]["sender"] == "shop.example", "export filters")

# One's own export is on record already: whatever way it came in, to the millisecond, void or not, in any zone.
ran("refusal", "add", "mia@example.com", "m.example")
ran("consent", "add", "mia@example.com", "n.example", "--note", "  a form ")
ran("consent", "add", "mia@example.com", "o.example", "--expires", "1y")
imported("refusal", "recipient,sender\nmia@example.com,p.example\n")
everything = {noun: ran(noun, "export", "--all")[1] for noun in ("consent", "refusal")}
counts = {noun: len(p.json(noun, "list", "--all")[1]) for noun in everything}
last = [r for r in p.json("refusal", "list")[1] if r["recipient"] == "mia@example.com"][0]
ran("refusal", "void", last["reference"], "--reason", "entered in error")
for noun, text in everything.items():
    for args in (["--dry-run"], ["--strict"], []):
        status, out, err = imported(noun, text, *args)
        p.ok(status == 0 and ("--dry-run" in args or out.startswith("0 written, %d on record already" % counts[noun])),
             "own %ss %s: on record already" % (noun, " ".join(args)), status, out, err)
    p.ok(len(p.json(noun, "list", "--all")[1]) == counts[noun], "and nothing was entered")
p.ok(p.json("standing", "mia@example.com", "m.example")[0] == 0, "what was made void does not come back")
elsewhere = ran("refusal", "export", tz="Asia/Shanghai")[1]
p.ok("+08:00" in elsewhere and imported("refusal", elsewhere)[1].startswith("0 written"), "nor from another zone")
line = [r for r in rows_of(everything["refusal"]) if r["sender"] == "m.example"][0]
for change, want in (({"given_at": line["given_at"][:-9] + "%03d+00:00" % ((int(line["given_at"][-9:-6]) + 999) % 1000)}, "1 written"),
                     ({"recipient": "max@example.com"}, "1 written"), ({"sender": "q.example"}, "1 written"), ({"note": "x"}, "0 written")):
    row = dict(line, **change)
    if "given_at" in change and change["given_at"] > line["given_at"]:
        row["given_at"] = line["given_at"][:-9] + "000+00:00"
    status, out, err = imported("refusal", "recipient,sender,given_at,note\n%(recipient)s,%(sender)s,%(given_at)s,%(note)s\n" % row)
    p.ok(status == 0 and out.startswith(want), "another %s: %s" % (list(change)[0], want), row, out, err)
status, out, err = imported("consent", "recipient,sender,given_at,expires\nmia@example.com,n.example,%s,2099-01-01\n" %
                            [r for r in rows_of(everything["consent"]) if r["sender"] == "n.example"][0]["given_at"])
p.ok(out.startswith("1 written"), "another end is another statement", out, err)

# Nobody reads on: no words, the usual signal; and an import goes to its end all the same.
head = p.write("head.sh", '"$1" -c "$2" refusal list | head -n 1; printf "%s\\n" "${PIPESTATUS[0]}" >&2\n')
done = subprocess.run(["bash", head, PROGRAM, p.at("tuiding.conf")], capture_output=True, env=dict(os.environ, LC_ALL="C"), check=False)
p.ok(done.stdout.count(b"\n") == 1 and done.stderr == b"%d\n" % (128 + signal.SIGPIPE), "refusal list | head", done)
before = len(p.json("refusal", "list")[1])
bad = p.write("pipe.csv", "recipient,sender\n" + "bad,x.example\n" * 3000 + "".join("pipe%d@example.com,z.example\n" % i for i in range(1500)))
read, write = os.pipe()
os.close(read)
done = subprocess.run([PROGRAM, "-c", p.at("tuiding.conf"), "refusal", "import", bad, "--format", "csv"], stdout=write,
                      stderr=subprocess.DEVNULL, check=False)
os.close(write)
p.ok(done.returncode == -signal.SIGPIPE and len(p.json("refusal", "list")[1]) == before + 1500, "an import without a reader is complete", done)
with open("/dev/full", "wb") as full:
    done = subprocess.run([PROGRAM, "-c", p.at("tuiding.conf"), "refusal", "list"], stdout=full, stderr=subprocess.PIPE, check=False)
p.ok(done.returncode == 3 and b"tuiding:" in done.stderr, "a full disk is another thing", done)
p.ok(ran("ledger", "verify")[0] == 0, "the chain holds after all that")
q.drop()
p.end()
