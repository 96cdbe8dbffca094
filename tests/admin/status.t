#!/usr/bin/env python3
"""status and reload: the running daemon through its control socket, and the ledger's counts beside it."""

import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from rig import BIN, Place  # noqa: E402

DAEMON = os.path.join(BIN, "tuiding-milter")
DAY = 86400000
p = Place()
ran = p.run
MORE = 'socket = "unix:%s/m.sock"\nlog = "stderr"\n' % p.path
if not os.access(DAEMON, os.X_OK):
    print("1..0 # SKIP no tuiding-milter in the build folder")
    sys.exit(0)
p.configure(more=MORE)
ran("ledger", "init")
ran("refusal", "add", "anna@example.com", "shop.example")
mail = "From: x@y.example\nMessage-ID: <1@y.example>\nSubject: 广告\n\nx\n".encode()
ran("complaint", "add", "--message", "-", "--recipient", "anna@example.com", stdin=mail)
ran("complaint", "add", "--reported", "--message", "-", "--recipient", "bob@example.com", stdin=mail)
p.sql("UPDATE complaint SET opened_at = opened_at - ?", [16 * DAY])
p.sql("UPDATE outbox SET state = 'dead' WHERE recipient = 'bob@example.com'")


def values(rows):
    return {r["name"]: r["value"] for r in rows}


# Nobody answers.
status, out, err = ran("status", "--format", "json")
p.ok(status == 1 and "cannot reach" in err, "no daemon: status 1, and said", status, err)
seen = values(p.json("status")[1])
p.ok(seen["up"] == 0 and seen["refusals"] == 2 and seen["cases_open"] == 1 and seen["cases_reported"] == 1 and
     seen["cases_overdue"] == 1 and seen["letters_queued"] == 1 and seen["letters_dead"] == 1 and "messages" not in seen,
     "the ledger's counts are told all the same", seen)
status, out, err = ran("reload")
p.ok(status == 3 and not out and err, "reload finds nobody", status, err)
for args, want in [(["status", "x"], 2), (["status", "--format", "xml"], 2), (["reload", "x"], 2), (["status", "--format"], 2)]:
    p.ok(ran(*args)[0] == want, "%s is wrong" % " ".join(args))
out = ran("status", "--help")[1]
p.ok(out.count("--format") == 1 and "prometheus" in out, "its help names --format once", out)

# A daemon that is there.
log = open(p.at("log"), "wb")
child = subprocess.Popen([DAEMON, "-f", "-c", p.at("tuiding.conf")], stdout=log, stderr=log)
try:
    for _ in range(200):
        if os.path.exists(p.at("control.sock")) and ran("status")[0] == 0:
            break
        time.sleep(0.1)
    p.ok(stat.S_IMODE(os.stat(p.at("control.sock")).st_mode) == 0o660, "the socket is 0660")
    seen = values(p.json("status")[1])
    p.ok(seen["up"] == 1 and seen["ledger_open"] == 1 and seen["enforcing"] == 1 and seen["messages"] == 0, "status", seen)
    if shutil.which("miltertest"):
        script = p.write("m.lua", """
conn = mt.connect("unix:%s/m.sock")
mt.conninfo(conn, "client.example", "192.0.2.7")
for i, subject in ipairs({ "\\229\\185\\191\\229\\145\\138", "Dinner", "\\229\\185\\191\\229\\145\\138" }) do
	mt.mailfrom(conn, "<news@shop.example>")
	mt.rcptto(conn, i == 3 and "<bob@example.com>" or "<anna@example.com>")
	mt.header(conn, "From", "news@shop.example")
	mt.header(conn, "Subject", subject)
	mt.eoh(conn)
	mt.bodystring(conn, "hello\\r\\n")
	mt.eom(conn)
end
mt.disconnect(conn)
""" % p.path)
        subprocess.run(["miltertest", "-s", script], check=False, capture_output=True, timeout=60)
        seen = values(p.json("status")[1])
        p.ok(seen["messages"] == 3 and seen["class_commercial"] == 2 and seen["class_other"] == 1 and seen["action_reject"] == 1 and
             seen["action_tag"] == 1 and seen["action_accept"] == 1 and seen["judge_ms_count"] == 3 and seen["decisions"] == 2,
             "messages are counted by class and by what was done", seen)
    else:
        p.skip("messages are counted", "no miltertest")
    status, out, err = ran("status", "--format", "prometheus")
    lines = out.splitlines()
    good = re.compile(r"^(# (HELP|TYPE) tuiding_[a-z_]+ .+|tuiding_[a-z_]+(\{[a-z]+=\"[^\"]+\"\})? [0-9.e+-]+)$")
    p.ok(status == 0 and all(good.match(line) for line in lines) and "tuiding_up 1" in lines and
         'tuiding_cases{state="open"} 1' in lines and any(line.startswith('tuiding_judge_seconds_bucket{le="+Inf"}') for line in lines),
         "in Prometheus's format", [line for line in lines if not good.match(line)], out)
    types = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    p.ok(len(types) == len(set(types)), "each family is declared once", types)
    p.ok("守护进程有应答" in ran("status", lang="zh_CN.UTF-8")[1], "in Chinese, for a person")

    # Reload.
    p.ok(ran("reload") == (0, "reloaded\n", ""), "reload")
    p.configure(mode="observe", more=MORE)
    p.ok(ran("reload")[0] == 0 and values(p.json("status")[1])["enforcing"] == 0, "the new configuration counts")
    shutil.move(p.at("rules"), p.at("rules.away"))
    status, out, err = ran("reload", lang="zh_CN.UTF-8")
    p.ok(status == 1 and "继续使用原配置" in err and not out, "rules that are gone: why, and it goes on", status, err)
    shutil.move(p.at("rules.away"), p.at("rules"))
    p.write("tuiding.conf", open(p.at("tuiding.conf"), encoding="utf-8").read() + "nonsense = 1\n")
    p.ok(ran("reload")[0] == 2, "a configuration that cannot be read is said before anybody is asked")
    p.configure(more=MORE)
    p.ok(ran("reload")[0] == 0 and values(p.json("status")[1])["reload_failures"] == 1, "failures are counted")

    # Impolite company.
    quiet = socket.socket(socket.AF_UNIX)
    quiet.connect(p.at("control.sock"))
    begun = time.time()
    p.ok(ran("status")[0] == 0 and time.time() - begun < 6, "who connects and says nothing holds nobody up for long", time.time() - begun)
    quiet.close()
    failed = []

    def ask():
        for _ in range(4):
            if ran("status", "--format", "tsv")[0] != 0 or ran("reload")[0] != 0:
                failed.append(1)
    threads = [threading.Thread(target=ask) for _ in range(3)]
    for t in threads:
        t.start()
    for _ in range(5):
        child.send_signal(signal.SIGUSR1)
        time.sleep(0.1)
    for t in threads:
        t.join()
    p.ok(not failed and child.poll() is None, "many at once, and signals between them")
    child.send_signal(signal.SIGTERM)
    p.ok(child.wait(20) == 0 and not os.path.exists(p.at("control.sock")), "its end takes the socket away")
finally:
    if child.poll() is None:
        child.kill()
    log.close()
p.ok(b"control:" not in open(p.at("log"), "rb").read(), "nothing went wrong with it", open(p.at("log"), "rb").read()[-2000:])

# A socket that cannot be made: mail flows all the same.
p.write("plain", "x")
p.write("tuiding.conf", open(p.at("tuiding.conf"), encoding="utf-8").read().replace("control.sock", "plain"))
with open(p.at("log2"), "wb") as log:
    child = subprocess.Popen([DAEMON, "-f", "-c", p.at("tuiding.conf")], stdout=log, stderr=log)
    try:
        for _ in range(100):
            if b"start:" in open(p.at("log2"), "rb").read():
                break
            time.sleep(0.1)
        time.sleep(0.3)
        p.ok(child.poll() is None and b"control:" in open(p.at("log2"), "rb").read() and open(p.at("plain")).read() == "x",
             "a file in its place is left alone, with a warning", open(p.at("log2"), "rb").read())
    finally:
        child.terminate()
        child.wait(20)
p.ok(ran("status")[0] == 1, "and status says that nobody answers")
p.end()
