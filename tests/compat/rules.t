#!/usr/bin/env python3
"""Rule sets as they are found in the wild: Chinese ones in UTF-8 and GBK, SpamAssassin's own, and very large ones."""

import collections
import os
import re
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
BIN = os.environ.get("TUIDING_BINDIR") or os.path.dirname(os.path.dirname(HERE))
HITS = os.path.join(BIN, "tests/compat/hits")
PROGRAM = os.path.join(BIN, "tuiding")
STOCK = "/usr/share/spamassassin"
SECONDS = 60            # to load 100,000 rules

count = 0
failed = 0


def ok(good, name, *why):
    global count, failed
    count += 1
    failed += not good
    print("%s %d - %s" % ("ok" if good else "not ok", count, name))
    for line in ("\n".join(str(w) for w in why) if not good else "").splitlines()[:20]:
        print("# " + line)


if not os.access(HITS, os.X_OK) or not os.access(PROGRAM, os.X_OK):
    print("1..0 # SKIP hits or tuiding is not built")
    sys.exit(0)
place = tempfile.TemporaryDirectory(prefix="tuiding-compat-")


def write(name, octets):
    path = os.path.join(place.name, name)
    with open(path, "wb") as f:
        f.write(octets)
    return path


def run(*command, stdin=""):
    done = subprocess.run(command, input=stdin.encode(), capture_output=True, check=False, timeout=600)
    return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")


# ---- Chinese rules in both encodings, mail in three
HEAD = "From: a@shop.example\nTo: b@example.com\nMIME-Version: 1.0\nSubject: {}\nContent-Type: {}; charset={}\n" \
       "Content-Transfer-Encoding: 8bit\n\n"
ADVERT = "\u4ee3\u5f00\u53d1\u7968\uff0c\u4f18\u60e0\u591a\u591a"
TEXT = "\u5c0a\u656c\u7684\u5ba2\u6237\uff1a\n\u6211\u53f8\u8bda\u4fe1\u4ee3\u5f00\u5404\u7c7b\u6b63\u89c4\n\u53d1\u7968\uff0c" \
       "\u8bf7\u8054\u7cfb 13800000000 \u6216 http://fapiao.example.com/kai \u3002\n"
PAGE = "<html><body><p>" + TEXT.replace("\n", "<br>\n") + "</p><a href='http://fapiao.example.com/kai'>\u67e5\u770b</a></body></html>\n"
LETTER = "\u660e\u5929\u5f00\u4f1a\uff0c\u8bf7\u5e26\u4e0a\u4e0a\u6b21\u7684\u7eaa\u8981\u3002\n"
WANT = {"CN_SUBJECT_1", "CN_BODY_1", "CN_BODY_2", "CN_RAW_1", "CN_URI_1", "CN_META_1", "__CN_PHONE"}
for charset in ["utf-8", "gbk", "gb2312"]:
    codec = "utf-8" if charset == "utf-8" else "gbk"
    mails = [write("%s-%s.eml" % (charset, kind), (HEAD.format(subject, mime, charset) + body).encode(codec))
             for kind, subject, mime, body in [("plain", ADVERT, "text/plain", TEXT), ("page", ADVERT, "text/html", PAGE),
                                               ("letter", "\u4f1a\u8bae\u901a\u77e5", "text/plain", LETTER)]]
    for rules in ["chinese.cf", "chinese-gbk.cf"]:
        status, out, err = run(HITS, os.path.join(HERE, rules), stdin="\n".join(mails) + "\n")
        got = {line.split("\t")[1]: set(line.split("\t")[2].split(",")) - {""}
               for line in out.splitlines() if line.startswith("hits\t")}
        ok(status == 0 and got.get(mails[0]) == WANT and got.get(mails[1]) == WANT and got.get(mails[2]) == set(),
           "%s on mail in %s" % (rules, charset), got, err)
status, out, err = run(PROGRAM, "rules", "check", os.path.join(HERE, "chinese.cf"))
ok(status == 0, "no warning about rules in UTF-8", out, err)
status, out, err = run(PROGRAM, "rules", "check", os.path.join(HERE, "chinese-gbk.cf"))
ok(len(out.strip().splitlines()) == 1 and "GB18030" in out, "a note that rules in GBK are converted, and no more", out, err)

# ---- SpamAssassin's own
if os.path.isdir(STOCK):
    status, out, err = run(PROGRAM, "rules", "check", STOCK)
    said = collections.Counter(re.findall(r"^\S+?:\d+: (\w+): ", out, re.M))
    ok(status in (0, 1) and len(said) > 50, "SpamAssassin's rules are read", status, err)
    ok(all(n == 1 for n in said.values()), "a rule that is off is named once", said.most_common(5))
    status, out, err = run(HITS, STOCK)
    states = collections.Counter(line.split("\t")[3] for line in out.splitlines() if line.startswith("rule\t"))
    ok(states["on"] > 20 * (states["off"] - 107), "of those that ask no Received field hardly any is off", states)
else:
    print("# SpamAssassin's rules are not here")

# ---- very many phrases (README says what makes them slow to load)
def phrase(number):
    """Four Han characters, always the same for a number."""
    said = ""
    for _ in range(4):
        number = (number * 1103515245 + 12345) % 2147483648
        said += chr(0x4e00 + number // 65536 % 20000)
    return said


many = "".join("body MANY_%d /%s/\nscore MANY_%d 0.1\n" % (i, phrase(i), i) for i in range(100000))
start = time.time()
status, out, err = run(HITS, "-t", write("many.cf", many.encode()))
took = time.time() - start
ok(status == 0 and out.startswith("100000 rules"), "100,000 rules load", out, err)
ok(took < SECONDS, "within %d seconds" % SECONDS, took)
print("# %s" % out.strip())
start = time.time()
status, out, err = run(HITS, "-t", write("more.cf", "".join("body M%d /x%d/\n" % (i, i) for i in range(200001)).encode()))
ok(status == 1 and "200000" in err and time.time() - start < SECONDS, "200,001 are refused, the limit told", status, out, err)
place.cleanup()
print("1..%d" % count)
sys.exit(1 if failed else 0)
