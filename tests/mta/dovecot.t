#!/usr/bin/env python3
"""Dovecot's part, end to end: mail delivered by LMTP, a message moved to Junk, a complaint, and the measure.

A private Postfix and a private Dovecot, the filter, a stand-in for the verifiers.  Needs root, Debian's Postfix
packages and an installed Dovecot 2.3 (skips otherwise); TUIDING_BINDIR and TUIDING_SRCDIR.  See rig.py.
"""

import json
import os
import sqlite3
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from daemon import USER, Filter                                                     # noqa: E402
from dovecot_rig import Dovecot                                                     # noqa: E402
from postfix import INSIDE, Postfix                                                 # noqa: E402
from rig import Rig, alive, need, tap_main, wait_for                                # noqa: E402
from scene import DOMAIN, LETTER, SALE, SHOP, message, settings                     # noqa: E402
from smtp import Received, Sink, send                                               # noqa: E402
from verifier import Verifier                                                       # noqa: E402

FRIEND = "127.0.0.34"
PASSES = {SHOP: ("shop.example",), FRIEND: ("customer.example",)}
USERS = ("anna", "bo", "gina", "hugo", "ivan", "jia", "kun", "jubao", "tuiding")
REPORTS = "jubao@" + DOMAIN

# Stands before the real tuiding: keeps what the pipe script gave it, then lets it do its work.
RECORDER = """\
#!/bin/sh
file=$(mktemp %(folder)s/XXXXXXXX) || exit 75
cat > "$file.message"
printf '%%s\\n' "$@" > "$file.words"
%(program)s "$@" < "$file.message" > "$file.said" 2>&1
status=$?
echo $status > "$file.status"
mv "$file.words" "$file.done"
exit 0
"""


def at(user):
    return "%s@%s" % (user, DOMAIN)


def mail_of(box, folder):
    """What lies there, but for the service's own letters."""
    return [octets for octets in box.messages(folder) if b"X-Tuiding-Letter" not in octets]


def forwarded(author, octets, extra=""):
    """What a mail program sends when a person forwards messages as attachments to the complaint address."""
    parts = b"".join(b"--=_b\r\nContent-Type: message/rfc822\r\nContent-Disposition: attachment; filename=ad.eml\r\n"
                     b"\r\n" + one + b"\r\n" for one in octets)
    head = ("From: %s\r\nTo: %s\r\nSubject: =?UTF-8?B?5oqV6K+J?=\r\nMessage-ID: <c%d@box.example>\r\n%s"
            "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"=_b\"\r\n\r\n--=_b\r\n\r\nPlease.\r\n"
            % (author, REPORTS, time.monotonic_ns(), extra))
    return head.encode() + parts + b"--=_b--\r\n"


class Scene:
    """Everything that one run of this file uses."""

    def __init__(self, tap, rig):
        self.tap, self.rig = tap, rig
        source = need("TUIDING_SRCDIR")
        self.said = rig.make_folder("said", user=USER)
        self.filter = Filter(rig, need("TUIDING_BINDIR"), dict(settings(rig), measure="doveadm"))
        recorder = rig.write("recorder", RECORDER % {
            "folder": self.said, "program": os.path.join(self.filter.bindir, "tuiding")}, mode=0o755)
        shipped = os.path.join(source, "scripts", "dovecot")
        pipe = rig.path("tuiding-junk")
        with open(os.path.join(shipped, "tuiding-junk"), encoding="utf-8") as file:
            rig.write("tuiding-junk", file.read(), mode=0o755)
        self.dovecot = Dovecot(rig, DOMAIN, USERS, (os.path.join(shipped, "tuiding-junk.sieve"),
                                                    "%s -t %s -c %s" % (pipe, recorder, self.filter.conf), USER))
        self.key = rig.write("doveadm.key", self.dovecot.key + "\n", mode=0o640)
        os.chown(self.key, 0, 65534)
        self.filter.first.update({"doveadm-url": self.dovecot.url, "doveadm-key": self.key, "measure-timeout": 10,
                                  "templates": os.path.join(source, "conf", "templates")})
        self.filter.configure(**self.filter.first)
        self.filter.tuiding("ledger", "init")
        self.sink = Sink(rig)
        self.verifier = Verifier(rig, "mx." + DOMAIN, PASSES)
        self.postfix = Postfix(rig, rig.path("mta"), [DOMAIN], USERS, [self.verifier.port, self.filter.port],
                               self.sink.port, virtual_transport="lmtp:inet:127.0.0.1:%d" % self.dovecot.lmtp_port,
                               virtual_mailbox_domains=DOMAIN, mynetworks="%s/32, 127.0.0.1/32" % INSIDE)
        self.filter.first["notify-relay"] = "smtp://127.0.0.1:%d" % self.postfix.port
        self.filter.configure(**self.filter.first)
        self.dovecot.start()
        self.filter.start()
        self.postfix.start()

    def send(self, octets, *to, sender="bounce@shop.example", source=SHOP, **more):
        answers = send(self.postfix.port, octets, sender, list(to), source=source, **more)
        self.postfix.settle()
        return answers.final(to[0])

    def reports(self):
        """[(words, message, status, what tuiding said)] of the pipe script, oldest first."""
        found = []
        for name in sorted((name for name in os.listdir(self.said) if name.endswith(".done")),
                           key=lambda name: os.stat(os.path.join(self.said, name)).st_mtime_ns):
            base = os.path.join(self.said, name[:-len(".done")])
            with open(base + ".done", encoding="utf-8") as words, open(base + ".message", "rb") as octets, \
                    open(base + ".status", encoding="ascii") as status, \
                    open(base + ".said", encoding="utf-8", errors="replace") as said:
                found.append((words.read().splitlines(), octets.read(), int(status.read()), said.read()))
        return found

    def rows(self, query, *values):
        with sqlite3.connect("file:%s?mode=ro" % self.filter.ledger, uri=True) as db:
            db.row_factory = sqlite3.Row
            return [dict(row) for row in db.execute(query, values)]

    def case(self, recipient):
        """The newest case of that person, or {}."""
        rows = self.rows("SELECT * FROM complaint WHERE recipient = ? ORDER BY number DESC LIMIT 1", recipient)
        return rows[0] if rows else {}

    def complain(self, user, octets):
        return self.send(forwarded(at(user), octets), REPORTS, sender=at(user), source=INSIDE, login=at(user))


def test_delivery(scene):
    tap = scene.tap
    answer = scene.send(message(SALE, mid="d1@shop.example"), at("anna"))
    tap.equal(answer[0], 250, "an advertisement is taken")
    with scene.dovecot.box("anna") as box:
        mails = [Received(octets) for octets in box.messages("INBOX")]
    if tap.equal(len(mails), 1, "and lies in Dovecot's INBOX"):
        verdict = mails[0].verdict()
        tap.equal((verdict.get("class"), len(verdict.get("id", ""))), ("commercial", 13), "with our mark and its id")


def test_doveadm(scene):
    """What the worker builds on: how doveadm takes keys, users and folded fields."""
    tap, doveadm = scene.tap, scene.dovecot.doveadm
    with scene.dovecot.box("anna") as box:
        mark = Received(box.messages("INBOX")[0])
    where = ["mailbox", "*", "HEADER", "X-Tuiding", "id=" + mark.verdict()["id"]]
    tap.equal(len(doveadm("search", {"user": at("anna"), "query": where})), 1, "a folded field is searched whole")
    found = doveadm("fetch", {"user": at("anna"), "field": ["uid", "hdr.x-tuiding"], "query": where})
    tap.contains(found[0].get("hdr.x-tuiding"), "id=" + mark.verdict()["id"], "and fetched whole")
    found = doveadm("search", {"user": at("anna"), "query": ["HEADER", "Message-ID", "d1@SHOP"]})
    tap.equal(len(found), 1, "a search is for parts, without case: so the worker compares")
    tap.equal(doveadm("search", {"user": at("nobody"), "query": ["ALL"]}),
              ("error", {"type": "exitCode", "exitCode": 67}), "an unknown user: exit code 67")


def test_junk(scene):
    """A move into Junk reports; nothing else does."""
    tap = scene.tap
    with scene.dovecot.box("bo") as box:
        scene.send(message(SALE, mid="j1@shop.example", to=at("bo")), at("bo"))
        scene.send(message(SALE, mid="j2@shop.example", to=at("bo")), at("bo+Junk"))
        tap.equal(len(box.uids("Junk")), 1, "a delivery into Junk arrives there")
        box.append("INBOX", b"From: bo@box.example\r\nSubject: my notes\r\n\r\nnotes\r\n")
        box.append("Junk", box.messages("INBOX")[0])
        uids = box.uids("INBOX")
        box.copy(uids[0], "Archive")
        tap.equal(len(uids), 2, "one advertisement and one note in INBOX")
        box.move(uids[1], "Junk")
        box.uids("INBOX")
        box.move(uids[0], "Junk")
        wait_for("the report", 20, scene.reports)
        tap.equal(len(box.uids("Junk")), 4, "all are where they were moved")
        tap.equal(box.uids("INBOX"), [], "and INBOX is empty")
    time.sleep(0.5)
    reports = scene.reports()
    if not tap.equal(len(reports), 1, "one report: not of a delivery, APPEND, a copy elsewhere, or a note of one's own"):
        return
    words, octets, status, said = reports[0]
    tap.equal(words, ["-c", scene.filter.conf, "complaint", "add", "--reported", "--message", "-", "--recipient", at("bo")],
              "the shipped script calls tuiding for that person")
    tap.contains(octets.decode(), "Message-ID: <j1@shop.example>", "with the message")
    if status == 2:
        tap.skip("a reported case is opened", "this tuiding knows no 'complaint add'")
        return
    tap.ok(status == 0, "and tuiding takes it", said)
    case = scene.case(at("bo"))
    tap.equal((case.get("state"), case.get("next_at")), ("reported", 0), "a reported case is opened, no measure is due")
    tap.equal(json.loads(scene.filter.tuiding("refusal", "list", "--recipient", at("bo"), "--format", "json")), [],
              "and nothing is refused")


def test_confirm(scene):
    """The person confirms the reported case by one reply: the message goes, and the sender is refused."""
    tap = scene.tap
    scene.filter.worker_once()
    scene.postfix.settle()
    with scene.dovecot.box("bo") as box:
        letters = [Received(mail) for mail in box.messages("INBOX") if b"X-Tuiding-Letter" in mail]
    if not tap.equal(len(letters), 1, "the worker's letter asks the person"):
        return
    to = (letters[0].field("Reply-To") or "").strip("<>")
    tap.ok(to.startswith("tuiding+c") and to.endswith("@" + DOMAIN), "with an address for the answer", to)
    stranger = message("退订\r\n", subject="Re: ", author=at("bo"), to=to)
    scene.send(stranger, to, sender=at("bo"), source=INSIDE, login=at("bo"))
    tap.equal(scene.case(at("bo")).get("state"), "reported", "another word than 确认 confirms nothing")
    answer = scene.send(message("确认\r\n", subject="Re: ", author=at("bo"), to=to, mid="y1@box.example"), to,
                        sender=at("bo"), source=INSIDE, login=at("bo"))
    case = scene.case(at("bo"))
    tap.equal((answer[0], case.get("state"), case.get("next_at", 0) > 0), (250, "open", True),
              "确认: the case is open, its measure due")
    rows = json.loads(scene.filter.tuiding("refusal", "list", "--recipient", at("bo"), "--format", "json"))
    tap.equal([row["sender"] for row in rows], ["shop.example"], "and the sender refused")
    log = scene.filter.worker_once() + scene.filter.worker_once()    # the measure; then the letter that tells of it
    scene.postfix.settle()
    with scene.dovecot.box("bo") as box:
        left = [mail for folder in ("INBOX", "Junk", "Archive") for mail in box.messages(folder)
                if b"j1@shop.example" in mail and b"X-Tuiding-Letter" not in mail and b"X-Tuiding:" in mail]
        told = [Received(mail).field("X-Tuiding-Letter") for mail in box.messages("INBOX") if b"X-Tuiding-Letter" in mail]
    tap.ok(left == [], "the message is gone from every folder", "%r\n%s" % (left, log))
    tap.equal((scene.case(at("bo")).get("state"), len(told)), ("done", 3), "the case is done, and the person was told twice more")
    tap.equal(scene.send(message(SALE, to=at("bo")), at("bo"))[0], 550, "the next one: 550")


def test_measure(scene):
    """A complaint takes every copy of that message from that person, and nothing else."""
    tap = scene.tap
    scene.send(message(SALE, mid="m1@shop.example", to=at("gina")), at("gina"))
    scene.send(message(LETTER, subject="Sunday", author="friend@customer.example", to=at("gina"), mid="m1@shop.example"),
               at("gina"), sender="friend@customer.example", source=FRIEND)
    scene.send(message(SALE, mid="m2@shop.example", to=at("gina")), at("gina"))
    with scene.dovecot.box("gina") as box:
        mails = mail_of(box, "INBOX")
        tap.equal([Received(mail).verdict().get("class") for mail in mails], ["commercial", "other", "commercial"],
                  "an advertisement, a letter with the same Message-ID, another advertisement")
        box.copy(box.uids("INBOX")[0], "Archive")
        box.copy(box.uids("INBOX")[0], "INBOX")
    answer = scene.complain("gina", [mails[0]])
    tap.equal(answer[0], 250, "a complaint with the message attached is taken")
    case = scene.case(at("gina"))
    if not tap.ok(case and case["next_at"] > 0, "a case is opened and its measure is due",
                  "%r\n%s" % (case, scene.filter.log_text()[-2000:])):
        return
    log = scene.filter.worker_once()
    case = scene.case(at("gina"))
    tap.equal(case["reason"], "3 copies expunged", "the worker has it expunged")
    with scene.dovecot.box("gina") as box:
        left = [Received(mail).field("Subject") for mail in mail_of(box, "INBOX")]
        tap.ok(len(left) == 2 and "Sunday" in left, "the letter and the other advertisement stay", "%r\n%s" % (left, log))
        tap.equal(box.messages("Archive"), [], "the copy in another folder is gone")
    tap.equal(case["next_at"], 0, "the case is done")
    scene.filter.worker_once()
    tap.equal(scene.case(at("gina"))["reason"], "3 copies expunged", "and not taken up again")


def test_private(scene):
    """A person's own letter complained of: recorded and taken away, but nobody is refused for it."""
    tap = scene.tap
    with scene.dovecot.box("gina") as box:
        letter = [mail for mail in mail_of(box, "INBOX") if b"Subject: Sunday" in mail]
    tap.equal(scene.complain("gina", letter)[0], 250, "a complaint about a private letter is taken")
    case = scene.case(at("gina"))
    tap.equal((case.get("kind"), case.get("refusal"), case.get("next_at", 0) > 0), ("other", 0, True),
              "of kind other: no refusal, but the measure is due")
    log = scene.filter.worker_once()
    with scene.dovecot.box("gina") as box:
        left = [Received(mail).field("Subject") for mail in mail_of(box, "INBOX")]
        told = [mail for mail in box.messages("INBOX") if b"X-Tuiding-Letter" in mail]
    tap.ok("Sunday" not in left and len(left) == 1, "it is gone, and nothing else", "%r\n%s" % (left, log))
    body = b"".join(Received(mail).mail.get_payload(decode=True) for mail in told)
    tap.ok("没有因此为您登记拒收" in body.decode("utf-8"), "and the letter says that nobody was refused", body[-900:])


def test_measure_of_two(scene):
    """One message to two people bears one id; the complaint of one takes that one's copy."""
    tap = scene.tap
    scene.send(message(SALE, mid="t1@shop.example", to=at("hugo")), at("hugo"), at("jia"))
    with scene.dovecot.box("hugo") as box:
        mails = mail_of(box, "INBOX")
    scene.complain("hugo", mails)
    scene.filter.worker_once()
    tap.equal(scene.case(at("hugo")).get("reason"), "1 copy expunged", "a message to several is found by its own id")
    with scene.dovecot.box("hugo") as box:
        tap.equal(len(mail_of(box, "INBOX")), 0, "it is gone")
    with scene.dovecot.box("jia") as box:
        tap.equal(len(mail_of(box, "INBOX")), 1, "the other recipient keeps theirs")


def test_measure_gone(scene):
    """The person deleted it themselves meanwhile."""
    tap = scene.tap
    scene.send(message(SALE, mid="g1@shop.example", to=at("ivan")), at("ivan"))
    with scene.dovecot.box("ivan") as box:
        mails = mail_of(box, "INBOX")
        box.expunge(box.uids("INBOX")[0])
    scene.complain("ivan", mails)
    scene.filter.worker_once()
    tap.equal(scene.case(at("ivan")).get("reason"), "no copy was there any more", "nothing left to take is done, too")


def test_measure_refused(scene):
    """Dovecot away: again later.  A wrong key: failed, and said so."""
    tap = scene.tap
    scene.send(message(SALE, mid="k1@shop.example", to=at("kun")), at("kun"))
    with scene.dovecot.box("kun") as box:
        mails = mail_of(box, "INBOX")
    scene.complain("kun", mails)
    scene.filter.configure(**{"doveadm-url": "http://127.0.0.1:1/doveadm/v1"})
    scene.filter.worker_once()
    case = scene.case(at("kun"))
    tap.contains(case.get("reason"), "doveadm not reached", "Dovecot is not reached")
    tap.ok(case.get("next_at", 0) > time.time() * 1000, "the measure is put off", case)
    with scene.dovecot.box("kun") as box:
        tap.equal(len(mail_of(box, "INBOX")), 1, "the message is still there")
    scene.send(message(SALE, mid="k2@shop.example", to=at("anna")), at("anna"))
    with scene.dovecot.box("anna") as box:
        mails = mail_of(box, "INBOX")[-1:]
    scene.rig.write("doveadm.key", "wrong\n", mode=0o640)
    scene.filter.configure(**{"doveadm-url": scene.dovecot.url})
    scene.complain("anna", mails)
    scene.filter.worker_once()
    tap.equal(scene.case(at("anna")).get("reason"), "doveadm refused the key", "a wrong key is refused")


def test_end(scene):
    """Nothing is left behind."""
    scene.postfix.stop()
    scene.filter.stop()
    pids = scene.dovecot.processes()
    scene.tap.ok(pids, "Dovecot runs", pids)
    scene.dovecot.stop()
    scene.tap.equal([pid for pid in pids if alive(pid)], [], "and ends whole")


def run(tap):
    with Rig("dovecot") as rig:
        scene = Scene(tap, rig)
        for test in (test_delivery, test_doveadm, test_junk, test_confirm, test_measure, test_private, test_measure_of_two, test_measure_gone,
                     test_measure_refused, test_end):
            tap.run(test, scene)
        if tap.failed:
            print("# " + "\n# ".join((scene.filter.log_text() + scene.dovecot.log_text()).splitlines()[-60:]))


if __name__ == "__main__":
    if not os.environ.get("TUIDING_MTA"):
        print("1..0 # SKIP TUIDING_MTA is not set")
        sys.exit(0)
    sys.exit(tap_main(run))
