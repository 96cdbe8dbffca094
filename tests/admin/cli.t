#!/usr/bin/env python3
"""The program as such: options, help in two languages, exit status, output that cannot be written."""

import os
import signal
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from rig import PROGRAM, Place  # noqa: E402

p = Place()
ran = p.run

for args, want in [
        ([], 2), (["nonsense"], 2), (["--nonsense"], 2), (["-c"], 2), (["--lang", "fr", "check", "x"], 2),
        (["consent"], 2), (["consent", "nonsense"], 2), (["consent", "add"], 2), (["consent", "add", "a@b.example"], 2),
        (["consent", "add", "a@b.example", "c.example", "d"], 2), (["consent", "list", "--nonsense"], 2),
        (["consent", "list", "--recipient"], 2), (["consent", "list", "--format", "xml"], 2),
        (["consent", "list", "--limit", "5", "--limit", "6"], 2), (["refusal", "add", "a@b.example", "c.example", "--expires", "2y"], 2),
        (["check"], 2), (["standing", "anna@example.com"], 2), (["explain"], 2), (["ledger", "verify", "--anchor", "xyz"], 2),
        (["--help"], 0), (["consent", "--help"], 0), (["consent", "add", "--help"], 0), (["check", "-h"], 0), (["-V"], 0)]:
    status, out, err = ran(*args)
    p.ok(status == want and bool(out) == (want == 0) and bool(err) == (want != 0),
         "%s: status %d, words where they belong" % (" ".join(args) or "nothing", want), status, out, err)

for nouns in [["--help"], ["ledger", "--help"], ["rules", "--help"], ["consent", "import", "--help"]]:
    en, zh = ran(*nouns)[1], ran(*nouns, lang="zh_CN.UTF-8")[1]
    p.ok(en.isascii() or "…" in en, "%s in English" % " ".join(nouns), en)
    p.ok("用法" in zh and "usage" not in zh, "%s in Chinese" % " ".join(nouns), zh)
p.ok("用法" in ran("--lang", "zh", "--help")[1], "--lang goes before the locale")
p.ok("usage" in ran("--lang", "en", "--help", lang="zh_CN.UTF-8")[1], "in both directions")
p.ok("没有这个子命令" in ran("nonsense", lang="zh_CN.UTF-8")[2], "errors are Chinese too")

every = [line[2:].split("  ")[0].split() for line in ran("--help")[1].splitlines() if line.startswith("  ") and "-" not in line[:4]]
for words in every:
    words = [w for w in words[:2] if w.replace("-", "").isalpha() and w.islower()]
    p.ok(ran(*words, "--help")[0] == 0, "%s has its help" % " ".join(words))

status, out, err = ran("consent", "list", "-c", p.at("absent.conf"))
p.ok(status == 2 and "absent.conf" in err, "a configuration that is not there is a wrong call", status, err)
p.ok(ran("consent", "list", "-c", p.path)[0] == 2, "so is a folder")
p.write("bad.conf", 'mode = "maybe"\n')
status, out, err = ran("consent", "list", "-c", p.at("bad.conf"))
p.ok(status == 2 and "bad.conf" in err and "mode" in err, "a wrong one is a wrong call, and named", status, err)
status, out, err = ran("consent", "list")
p.ok(status == 3 and not out, "a ledger that is not there is trouble, not an empty list", status, out, err)

with open("/dev/full", "wb") as full:
    done = subprocess.run([PROGRAM, "--help"], stdout=full, stderr=subprocess.PIPE, check=False)
p.ok(done.returncode == 3 and b"tuiding:" in done.stderr, "a full disk is noticed", done)
read, write = os.pipe()
os.close(read)
done = subprocess.run([PROGRAM, "--help"], stdout=write, stderr=subprocess.PIPE, check=False)
os.close(write)
p.ok(done.returncode == -signal.SIGPIPE and not done.stderr, "nobody reads: silent, by the usual signal", done)
done = subprocess.run([PROGRAM, "check"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
p.ok(done.returncode == 2 and done.stderr, "(which says nothing of a call that wrote nothing)", done)
for lang, no, others in (("C", "'bogus' is no subcommand of 'refusal'", "list, add, import, export, void"),
                         ("zh_CN.UTF-8", "“bogus”不是“refusal”的子命令", "list、add、import、export、void")):
    status, out, err = ran("refusal", "bogus", lang=lang)
    p.ok(status == 2 and no in err and others in err, "a verb that is none is named, and those that are", err)
    status, out, err = ran("refusal", lang=lang)
    p.ok(status == 2 and "bogus" not in err and others in err, "as where there is no verb", err)
p.ok("configuration is wrong" in ran("--help")[1] and "配置有误" in ran("--help", lang="zh_CN.UTF-8")[1], "help: what status 2 is")
for args in (["ledger", "init", "--help"], ["refusal", "list", "--help"], ["refusal", "add", "--help"], ["--help"]):
    for lang in ("C", "zh_CN.UTF-8"):
        out = ran(*args, lang=lang)[1]
        p.ok(out and not [line for line in out.splitlines() if line != line.rstrip()], "%s: no line ends in a blank" % " ".join(args), out)
err = ran("ledger", "init", "too", "much")[2]
p.ok("tuiding ledger init (try" in err, "usage: one blank where there are no operands", err)
status, out, err = ran("consent", "add", "\x1b[31m@", "x.example")
p.ok(status == 2 and "\x1b" not in err, "no escape sequence comes back", repr(err))
p.end()
