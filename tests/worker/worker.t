#!/usr/bin/env python3
"""tuiding-worker against a relay that takes letters, refuses them, keeps silent: what leaves, what comes again, when.

Loopback and a temporary folder only; ends what it began by process id.  TUIDING_BINDIR and TUIDING_SRCDIR.
"""

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, os.pardir, "mta")]

from relay import Relay, context                                            # noqa: E402
from rig import Output, Skip, alive, end_child, end_pid, free_port, need, tap_main, wait_for   # noqa: E402

DAY = 24 * 3600 * 1000
ANNA = "anna@example.com"


def now():
    return int(time.time() * 1000)


class Scene:
    """A ledger, its configuration, a relay."""

    def __init__(self, tap):
        self.tap = tap
        self.bindir, self.srcdir = need("TUIDING_BINDIR"), need("TUIDING_SRCDIR")
        for program in ("tuiding-worker", "tuiding"):
            if not os.access(os.path.join(self.bindir, program), os.X_OK):
                raise Skip("no %s in TUIDING_BINDIR" % program)
        self.folder = tempfile.mkdtemp(prefix="tuiding-worker-")
        self.children = []
        self.relay = Relay()
        self.db = os.path.join(self.folder, "tuiding.db")
        self.conf = os.path.join(self.folder, "tuiding.conf")
        self.first = {
            "user": '""', "log": '"stderr"', "ledger": '"sqlite:%s"' % self.db, "public-mail-domains": '""',
            "templates": '"%s/conf/templates"' % self.srcdir, "local-domains": '{ "example.com" }',
            "command-address": '"tuiding@example.com"', "token-key": '"%s/token.key"' % self.folder,
            "notify-relay": '"%s"' % self.relay.url, "notify-timeout": "20", "operator": '"示例邮件服务"',
        }
        self.configure()
        self.tuiding("ledger", "init")

    def end(self):
        for child in self.children:
            end_child(child)
        self.relay.end()
        shutil.rmtree(self.folder, ignore_errors=True)

    # ---- the programs

    def configure(self, path=None, **changes):
        settings = dict(self.first, **{name.replace("_", "-"): value for name, value in changes.items()})
        with open(path or self.conf, "w", encoding="utf-8") as file:
            file.writelines("%s = %s\n" % pair for pair in settings.items())

    def tuiding(self, *argv):
        return subprocess.run([os.path.join(self.bindir, "tuiding"), "-c", self.conf, *argv], capture_output=True,
                              timeout=60, check=True).stdout.decode("utf-8")

    def run(self, *argv, env=None, conf=None):
        """One run of the worker to its end: (status, what it said, seconds)."""
        began = time.monotonic()
        done = subprocess.run([os.path.join(self.bindir, "tuiding-worker"), "-c", conf or self.conf, *argv],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60,
                              env=dict(os.environ, **(env or {})), check=False)
        return done.returncode, done.stdout.decode("utf-8", "replace"), time.monotonic() - began

    def once(self, **more):
        return self.run("--once", **more)

    def start(self, *argv):
        child = subprocess.Popen([os.path.join(self.bindir, "tuiding-worker"), "-c", self.conf, *(argv or ("-f",))],
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                 start_new_session=True)
        self.children.append(child)
        return child, Output(child.stdout)

    # ---- the ledger, behind its back

    def sql(self, text, *values):
        base = sqlite3.connect(self.db, timeout=20)
        try:
            with base:
                return base.execute(text, values).fetchall()
        finally:
            base.close()

    def queue(self, purpose="refused", recipient=ANNA, texts='{"sender": "shop.example"}', made_at=None, number=0,
              cause=None):
        at = made_at or now()
        self.sql("INSERT INTO outbox (cause, purpose, recipient, texts, made_at, next_at, reference, number)"
                 " VALUES (?, ?, ?, ?, ?, ?, 'R5ARC675SE85B6', ?)",
                 cause or "<%s@example.com>" % os.urandom(8).hex(), purpose, recipient, texts, at, at, number)
        return self.sql("SELECT max(id) FROM outbox")[0][0]

    def letter(self, number):
        """(state, tries, seconds until it is due, error)"""
        state, tries, next_at, error = self.sql("SELECT state, tries, next_at, error FROM outbox WHERE id = ?", number)[0]
        return state, tries, round((next_at - now()) / 1000), error

    def hurry(self, number):
        """The time of its next try has come."""
        self.sql("UPDATE outbox SET next_at = ? WHERE id = ?", now(), number)

    def fresh(self, **plan):
        self.sql("DELETE FROM outbox")
        self.relay.reset(**plan)
        self.configure()


# ---- letters -------------------------------------------------------------------------------------------


def test_sent(s):
    s.fresh()
    number = s.queue()
    # What the surroundings say of proxies has no say.
    status, said, _ = s.once(env={"ALL_PROXY": "http://127.0.0.1:1", "all_proxy": "http://127.0.0.1:1",
                                  "smtp_proxy": "http://127.0.0.1:1"})
    s.tap.equal((status, s.letter(number)[:2]), (0, ("sent", 1)), "a letter that is due is sent")
    s.tap.ok("letter id=%d purpose=refused rcpt=%s state=sent tries=1\n" % (number, ANNA) in said, "the log says so", said)
    s.tap.equal([line.split(" SIZE=")[0] for line in s.relay.heard if line[:4] in ("EHLO", "MAIL", "RCPT")],
                ["EHLO example.com", "MAIL FROM:<>", "RCPT TO:<%s>" % ANNA], "from <>, to one mailbox")
    letter = s.relay.taken[0]
    s.tap.equal((letter.field("To"), letter.field("Auto-Submitted"), letter.field("X-Tuiding-Letter")),
                ("<%s>" % ANNA, "auto-replied", "refused"), "with the fields of an automatic answer")
    s.tap.contains(letter.field("From"), "<tuiding@example.com>", "from the command address")
    s.tap.contains(letter.subject(), "拒收已登记 R5ARC675SE85B6", "its subject is read as it was written")
    s.tap.contains(letter.text(), "您已拒收 shop.example 发来的商业性电子信息", "its text too")
    status, _, _ = s.once()
    s.tap.equal((status, len(s.relay.taken)), (0, 1), "what was sent is not sent again")


def test_put_off(s):
    s.fresh(END="451 4.7.1 greylisted,\x1b[31m come again")
    number = s.queue()
    _, said, _ = s.once()
    state, tries, due, error = s.letter(number)
    s.tap.ok((state, tries) == ("queued", 1) and 50 <= due <= 60, "put off by 4xx it is due in a minute", (state, due))
    s.tap.ok("451 4.7.1 greylisted" in error and "\x1b" not in error + said, "the relay's words are kept, cleaned", error)
    _, said, _ = s.once()
    s.tap.equal(len(s.relay.given), 1, "before that minute is over nothing is tried")
    s.hurry(number)
    s.once()
    s.tap.ok(230 <= s.letter(number)[2] + 0 <= 300 and s.letter(number)[1] == 2, "then in five", s.letter(number))
    s.relay.plan = {"END": "450 4.2.0 \udcff\udcfe" + 5000 * "x"}
    s.hurry(number)
    s.once()
    error = s.letter(number)[3]
    s.tap.ok("450 4.2.0 \ufffd\ufffdxxx" in error and len(error) < 400, "whatever the relay says, text of bearable length is kept", error)
    s.relay.plan = {}
    s.hurry(number)
    s.once()
    s.tap.equal(s.letter(number)[:2], ("sent", 4), "and is sent when the relay takes it")
    s.tap.equal(len({one.field("Message-ID") for one in s.relay.given}), 1, "under the same Message-ID each time")


def test_refused_for_good(s):
    for word in ("RCPT", "END"):
        s.fresh(**{word: "550-5.1.1 no such\r\n550 5.1.1 user here"})
        number = s.queue()
        status, said, _ = s.once()
        state, tries, _, error = s.letter(number)
        s.tap.equal((status, state, tries), (0, "dead", 1), "refused by 5xx at %s it is dead" % word)
        s.tap.contains(error, "550-5.1.1 no such 5.1.1 user here", "with all that the relay said")
        s.tap.contains(said, "state=dead tries=1: the relay said: 550", "in the log too")
    for word in ("GREETING", "MAIL"):
        s.fresh(**{word: "554 5.7.1 not for you"})
        number = s.queue()
        s.once()
        s.tap.equal(s.letter(number)[:2], ("queued", 1), "5xx at %s is about us: tried again" % word)


def test_no_relay(s):
    s.fresh()
    s.configure(notify_relay='"smtp://127.0.0.1:%d"' % free_port())
    numbers = [s.queue() for _ in range(5)]
    status, _, seconds = s.once()
    states = [s.letter(number) for number in numbers]
    s.tap.ok(status == 0 and seconds < 20 and states[0][:2] == ("queued", 1) and 50 <= states[0][2] <= 60,
             "no connection: tried again in a minute", states)
    s.tap.equal([one[1] for one in states], [1, 1, 1, 0, 0], "after three in vain the others wait for the next look")


def test_silence(s):
    for word in ("GREETING", "RCPT", "END"):
        s.fresh(**{word: "hang"})
        s.configure(notify_timeout="1")
        number = s.queue()
        _, _, seconds = s.once()
        state, tries, due, error = s.letter(number)
        s.tap.ok(seconds < 10 and (state, tries) == ("queued", 1) and 50 <= due <= 60 and error != "",
                 "a relay that keeps silent at %s is left after notify-timeout" % word, (seconds, state, due, error))
    s.fresh(END="close")
    number = s.queue()
    s.once()
    s.tap.equal(s.letter(number)[:2], ("queued", 1), "one that breaks off is tried again")


def test_too_old(s):
    s.fresh(RCPT="450 4.2.0 later")
    young, old = s.queue(made_at=now() - 3 * DAY + 60000), s.queue(made_at=now() - 3 * DAY)
    s.once()
    s.tap.equal((s.letter(young)[0], s.letter(old)[0]), ("queued", "dead"), "three days after it was queued it is dead")
    s.fresh()
    old = s.queue(made_at=now() - 9 * DAY)
    s.once()
    s.tap.equal(s.letter(old)[:2], ("sent", 1), "but nothing is dead before it was tried")


def test_unfit(s):
    s.fresh()
    bad = ["a@x.example,b@y.example", "a@x.example\r\nRCPT TO:<b@y.example>", "nobody", "<a@x.example>", "", "a b@x.example"]
    numbers = [s.queue(recipient=one) for one in bad]
    broken = [s.queue(texts="{"), s.queue(texts='{"sender": 7}'), s.queue(purpose="unknown"), s.queue(purpose="../x")]
    good = s.queue()
    for _ in range(4):                      # a look gives up after three in vain; the rest is for the next ones
        s.once()
    s.tap.equal({s.letter(number)[0] for number in numbers}, {"queued"}, "what is not one mailbox is never written to")
    s.tap.equal({s.letter(number)[0] for number in broken}, {"queued"}, "what cannot be written waits to be mended")
    s.tap.equal((s.letter(good)[0], len(s.relay.given)), ("sent", 1), "and holds up nobody")
    s.sql("UPDATE outbox SET made_at = ?, next_at = 1 WHERE state = 'queued'", now() - 4 * DAY)
    for _ in range(5):
        s.once()
    s.tap.equal({s.letter(number)[0] for number in numbers + broken}, {"dead"}, "for three days")
    s.tap.equal(len(s.relay.given), 1, "and none of it was ever sent")


def test_encryption(s):
    s.fresh()
    s.relay.tls = "broken"
    number = s.queue()
    s.once()
    s.tap.equal((s.letter(number)[:2], s.relay.counts["connections"]), (("sent", 1), 2),
                "a relay whose encryption is broken is spoken to without")
    s.relay.tls = None
    openssl = shutil.which("openssl")
    if openssl is None:
        s.tap.skip("the session is encrypted where the relay offers it", "openssl is not here")
        return
    cert, key = os.path.join(s.folder, "cert"), os.path.join(s.folder, "key")
    subprocess.run([openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=other.example", "-days", "2",
                    "-keyout", key, "-out", cert], capture_output=True, timeout=60, check=True)
    s.fresh()
    s.relay.tls = context(cert, key)
    number = s.queue()
    s.once()
    s.relay.tls = None
    s.tap.equal((s.letter(number)[0], s.relay.counts["encrypted"]), ("sent", 1),
                "the session is encrypted where the relay offers it, whoever signed the certificate")
    s.fresh()
    s.relay.whole = context(cert, key)
    s.configure(notify_relay='"smtps://127.0.0.1:%d"' % s.relay.port)
    number = s.queue()
    s.once()
    s.relay.whole = None
    s.tap.equal((s.letter(number)[0], len(s.relay.heard)), ("queued", 0), "with smtps:// not a word is said to a wrong certificate")


# ---- workers that die, and two of them ---------------------------------------------------------------------


def test_killed(s):
    s.fresh(END="hang")
    s.configure(notify_timeout="1")
    number = s.queue()
    child, output = s.start()
    wait_for("the letter in the relay's hands", 20, s.relay.silent.is_set, 0.01)
    child.kill()
    child.wait(10)
    output.finish()
    state, tries, due, _ = s.letter(number)
    s.tap.ok((state, tries) == ("queued", 1) and 0 < due <= 14, "killed in the middle, the letter is its own for a while",
             (state, tries, due))
    s.relay.plan = {}
    s.once()
    s.tap.equal(len(s.relay.given), 1, "until that is over nobody sends it")
    wait_for("the end of the lease", 30, lambda: s.letter(number)[2] < 0, 0.2)
    s.once()
    s.once()
    s.tap.equal((s.letter(number)[:2], len(s.relay.taken)), (("sent", 2), 1), "then it is sent, once")
    s.tap.equal(len({one.field("Message-ID") for one in s.relay.given}), 1, "under the same Message-ID")


def test_two_at_once(s):
    s.fresh(END=(0.02, "250 2.0.0 taken"))
    numbers = [s.queue() for _ in range(50)]
    begun = [s.start("--once") for _ in range(3)]
    for child, _ in begun:
        wait_for("the end of a worker", 60, lambda one=child: one.poll() is not None)
    said = [output.finish() for _, output in begun]
    s.tap.equal([child.returncode for child, _ in begun], [0, 0, 0], "three workers on one ledger end well")
    s.tap.equal({s.letter(number)[:2] for number in numbers}, {("sent", 1)}, "every letter is sent")
    s.tap.equal((len(s.relay.taken), len({one.field("Message-ID") for one in s.relay.taken})), (50, 50), "and sent once")
    s.tap.ok(sum("state=sent" in one for one in said) >= 2, "by more than one of them", "\n".join(said))


def test_running(s):
    s.fresh()
    child, output = s.start()
    wait_for("the start", 20, lambda: "start: version" in output.text())
    number = s.queue()
    wait_for("the letter", 20, lambda: s.letter(number)[0] == "sent")
    s.tap.ok(True, "a letter is sent while the worker runs")
    with open(s.conf, "a", encoding="utf-8") as file:
        file.write("no-such-key = 1\n")
    os.kill(child.pid, signal.SIGHUP)
    wait_for("the complaint", 20, lambda: "going on with the old" in output.text())
    s.configure(operator='"新名称"')
    os.kill(child.pid, signal.SIGHUP)
    wait_for("the reload", 20, lambda: "reload: done" in output.text())
    number = s.queue()
    wait_for("the letter", 20, lambda: s.letter(number)[0] == "sent")
    s.tap.contains(s.relay.taken[-1].text(), "新名称", "SIGHUP reads the configuration again; a wrong one changes nothing")
    s.relay.reset(END=(1.5, "250 2.0.0 taken"))
    number, later = s.queue(), s.queue()
    wait_for("the letter in the relay's hands", 20, s.relay.silent.is_set, 0.01)
    child.terminate()
    wait_for("the end", 20, lambda: child.poll() is not None)
    s.tap.equal((child.returncode, s.letter(number)[0], s.letter(later)[0]), (0, "sent", "queued"),
                "SIGTERM ends it after the letter it is at")
    s.tap.contains(output.finish(), "end: stopped", "and it says so")


def test_no_ledger(s):
    s.fresh()
    away = s.db + ".away"
    os.rename(s.db, away)
    status, said, _ = s.once()
    s.tap.equal((status, said.count("ledger: ")), (3, 1), "without a ledger --once says 3")
    child, output = s.start()
    wait_for("the complaint", 20, lambda: "ledger: " in output.text())
    time.sleep(5.5)
    os.rename(away, s.db)
    number = s.queue()
    wait_for("the letter", 20, lambda: s.letter(number)[0] == "sent")
    wait_for("the good news", 20, lambda: "ledger: back" in output.text())
    s.tap.equal(output.text().count("error: ledger: "), 1, "a ledger that is away is complained of once, and waited for")
    s.tap.equal(end_child(child), 0, "and the worker ends well")
    output.finish()


def test_background(s):
    s.fresh()
    out = os.path.join(s.folder, "out")
    with open(out, "wb") as file:
        done = subprocess.run([os.path.join(s.bindir, "tuiding-worker"), "-c", s.conf], stdin=subprocess.DEVNULL,
                              stdout=file, stderr=file, timeout=30, check=False)
    pids = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open("/proc/%s/cmdline" % name, "rb") as file:
                    if s.conf.encode() in file.read().split(b"\0"):
                        pids.append(int(name))
            except OSError:
                continue
    try:
        s.tap.equal((done.returncode, len(pids)), (0, 1), "without -f it goes into the background")
        number = s.queue()
        wait_for("the letter", 20, lambda: s.letter(number)[0] == "sent")
        s.tap.ok(True, "and works there")
    finally:
        for pid in pids:
            end_pid(pid)
    s.tap.ok(not any(alive(pid) for pid in pids), "until SIGTERM")


def test_privileges(s):
    if os.geteuid() != 0:
        s.tap.skip("started by root it becomes the user of the configuration", "needs root")
        return
    s.fresh()
    s.configure(user='"nobody"')
    os.chmod(s.folder, 0o755)
    for name in os.listdir(s.folder):
        shutil.chown(os.path.join(s.folder, name), "nobody")
    shutil.chown(s.folder, "nobody")
    child, output = s.start()
    number = s.queue()
    wait_for("the letter", 20, lambda: s.letter(number)[0] == "sent")
    with open("/proc/%d/status" % child.pid, encoding="ascii", errors="replace") as file:
        uids = re.search(r"^Uid:\s+(\d+)\s+(\d+)\s+(\d+)", file.read(), re.M).groups()
    s.tap.ok(len(set(uids)) == 1 and uids[0] != "0", "started by root it becomes the user of the configuration", uids)
    end_child(child)
    output.finish()
    for name in os.listdir(s.folder):
        shutil.chown(os.path.join(s.folder, name), "root")
    shutil.chown(s.folder, "root")
    s.configure(user='"no-such-user-here"')
    status, said, _ = s.once()
    s.tap.ok(status == 3 and "no-such-user-here" in said, "one that is not there stops the start", (status, said))


def test_check(s):
    s.fresh()
    status, said, _ = s.run("-n")
    s.tap.ok(status == 0 and "12 templates" in said, "-n reads the configuration and every template", said)
    broken = os.path.join(s.folder, "templates")
    shutil.copytree(os.path.join(s.srcdir, "conf", "templates"), broken)
    with open(os.path.join(broken, "voided.txt"), "a", encoding="utf-8") as file:
        file.write("{?open}\n")
    s.configure(templates='"%s"' % broken)
    status, said, _ = s.run("-n")
    s.tap.ok(status == 2 and "voided.txt" in said and "never closed" in said, "and names the one that is wrong", said)
    os.unlink(os.path.join(broken, "voided.txt"))
    status, said, _ = s.run("-n")
    s.tap.ok(status == 2 and "voided.txt" in said, "or is not there", said)
    s.tap.equal([s.run(*argv)[0] for argv in (["-x"], ["x"], ["--twice"], ["-V"], ["-h"])], [2, 2, 2, 0, 0], "the options")


# ---- complaints --------------------------------------------------------------------------------------------


def open_case(s, state="open", due=True, recipient=ANNA, decision="5ARC675SE85B6"):
    if not s.sql("SELECT 1 FROM statement"):
        s.tuiding("refusal", "add", ANNA, "shop.example")
    s.sql("INSERT INTO complaint (state, kind, source, weak, hold, opened_at, changed_at, closed_at, recipient, sender,"
          " from_address, subject, message_id, decision, cause, envelope, reason, statement, refusal, next_at)"
          " VALUES (?, 'commercial', 'forward', 0, 0, ?, ?, 0, ?, 'shop.example', 'x@shop.example', '大促', '<m@shop.example>',"
          " ?, ?, '', '', 1, 0, ?)", state, now(), now(), recipient, decision, os.urandom(8).hex(), now() if due else 0)
    return s.sql("SELECT max(number) FROM complaint")[0][0]


def case_of(s, number):
    """(state, tries, seconds until it is due or None, reason)"""
    state, tries, next_at, reason = s.sql("SELECT state, tries, next_at, reason FROM complaint WHERE number = ?", number)[0]
    return state, tries, round((next_at - now()) / 1000) if next_at else None, reason


def command(s, status):
    path = os.path.join(s.folder, "measure-%d" % status)
    with open(path, "w", encoding="ascii") as file:
        file.write("#!/bin/sh\nexit %d\n" % status)
    os.chmod(path, 0o755)
    s.configure(measure='"command"', measure_command='{ "%s", "{recipient}", "{message-id}", "{id}" }' % path)


def ended(s, number):
    rows = s.sql("SELECT texts, state, recipient FROM outbox WHERE purpose = 'case-ended' AND number = ?", number)
    return rows[0] if rows else None


def test_measures(s):
    s.fresh()
    command(s, 0)
    number, idle = open_case(s), open_case(s, due=False)
    closed, reported = open_case(s, "closed"), open_case(s, "reported")
    status, said, _ = s.once()
    s.tap.equal((status, case_of(s, number)[:3]), (0, ("done", 1, None)), "a measure that is due is taken")
    s.tap.contains(said, "case number=%d rcpt=%s state=done tries=1: " % (number, ANNA), "the log says so")
    s.tap.equal([case_of(s, one)[:2] for one in (idle, closed, reported)], [("open", 0), ("closed", 0), ("reported", 0)],
                "no other is")
    s.once()
    s.tap.ok(ended(s, number)[1:] == ("sent", ANNA) and '"outcome":"done"' in ended(s, number)[0], "the person is told",
             ended(s, number))
    s.tap.contains(s.relay.taken[-1].text(), "该邮件已从您的邮箱中删除", "in words")
    s.tap.contains(s.relay.taken[-1].text(), "编号：%d" % number, "with the number of the case")
    command(s, 75)
    number = open_case(s)
    s.once()
    state, tries, due, reason = case_of(s, number)
    s.tap.ok((state, tries) == ("acting", 1) and 50 <= due <= 60 and reason != "" and ended(s, number) is None,
             "what cannot be done now is tried again in a minute", (state, tries, due, reason))
    s.sql("UPDATE complaint SET next_at = 1, tries = 21 WHERE number = ?", number)
    s.once()
    s.tap.ok(case_of(s, number)[:3] == ("failed", 22, None) and '"outcome":"failed"' in ended(s, number)[0],
             "and has failed when three days are over", case_of(s, number))
    command(s, 1)
    number, outside = open_case(s), open_case(s, recipient="bert@elsewhere.example")
    s.once()
    s.tap.ok(case_of(s, number)[0] == case_of(s, outside)[0] == "failed", "what fails for good has failed", case_of(s, number))
    s.tap.ok(ended(s, number) is not None and ended(s, outside) is None, "nobody outside is written to about a mailbox of ours")
    s.configure()
    number = open_case(s)
    s.once()
    s.tap.ok(case_of(s, number)[0] == "failed" and "no measure" in case_of(s, number)[3], "a measure that is not configured fails",
             case_of(s, number))
    s.sql("UPDATE complaint SET next_at = 0")


def test_reported(s):
    s.fresh()
    number = s.queue("case-reported", texts='{"from": "x@shop.example", "subject": "大促"}', number=77)
    s.once()
    s.tap.equal(s.letter(number)[0], "sent", "a letter that asks for a confirmation is sent")
    s.tap.ok(re.fullmatch(r"<tuiding\+[0-9a-z]{3,}@example\.com>", s.relay.taken[0].field("Reply-To") or ""),
             "and bears the address that the answer goes to", s.relay.taken[0].field("Reply-To"))
    s.configure(token_key='"%s/none"' % s.folder)
    number = s.queue("case-reported", number=78)
    s.once()
    s.tap.equal((s.letter(number)[0], len(s.relay.taken)), ("queued", 1), "without a key it waits: it could not be answered")


# ---- once a day ----------------------------------------------------------------------------------------------


def test_upkeep(s):
    s.fresh()
    if not s.sql("SELECT 1 FROM statement"):
        s.tuiding("refusal", "add", ANNA, "shop.example")
    old = s.queue(made_at=now() - 400 * DAY)
    s.sql("UPDATE outbox SET state = 'sent' WHERE id = ?", old)
    younger = s.queue(made_at=now() - 300 * DAY)
    s.sql("UPDATE outbox SET state = 'sent' WHERE id = ?", younger)
    s.sql("INSERT INTO access_log (at, who, what, subject) VALUES (?, 'root', 'x', '*'), (?, 'root', 'x', '*')",
          now() - 400 * DAY, now() - 300 * DAY)
    _, said, _ = s.once()
    seq, sha256 = s.sql("SELECT seq, lower(hex(hash)) FROM statement ORDER BY seq DESC LIMIT 1")[0]
    s.tap.contains(said, "anchor seq=%d hash=%s\n" % (seq, sha256), "the end of the chain goes to the log")
    s.tap.contains(said, "letters=1 accesses=1\n", "what is older than a year goes")
    s.tap.equal([row[0] for row in s.sql("SELECT id FROM outbox")], [younger], "and no more")
    s.tap.contains(s.tuiding("ledger", "verify", "--anchor", sha256), sha256[:8], "the anchor is what verify wants")


def run(tap):
    s = Scene(tap)
    try:
        for test in (test_sent, test_put_off, test_refused_for_good, test_no_relay, test_silence, test_too_old, test_unfit,
                     test_encryption, test_killed, test_two_at_once, test_running, test_no_ledger, test_background,
                     test_privileges, test_check, test_measures, test_reported, test_upkeep):
            tap.run(test, s)
    finally:
        s.end()


if __name__ == "__main__":
    sys.exit(tap_main(run))
