#!/usr/bin/env python3
"""End to end with a private Postfix: what the client is told, what arrives, what the ledger holds.

Needs root and Debian packages (skips otherwise); TUIDING_BINDIR and TUIDING_SRCDIR.  See rig.py.
"""

import glob
import json
import os
import pwd
import smtplib
import sqlite3
import sys
import threading

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from daemon import USER, policy                                                         # noqa: E402
from postfix import INSIDE, Postfix                                                 # noqa: E402
from rig import Rig, need, tap_main, wait_for                                       # noqa: E402
from scene import (DOMAIN, EXEMPT, GATEWAY, LETTER, PASSES, SALE, SHOP, USERS,      # noqa: E402
                   make_filter, message)
from smtp import OUTSIDE, Received, Sink, data, deliver, send                       # noqa: E402
from verifier import Verifier                                                       # noqa: E402


def at(user):
    return "%s@%s" % (user, DOMAIN)


class Scene:
    """Everything that one run of this file uses."""

    def __init__(self, tap, rig):
        self.tap = tap
        self.rig = rig
        self.sink = Sink(rig)
        self.verifier = Verifier(rig, "mx." + DOMAIN, PASSES)
        self.filter = make_filter(rig)
        self.postfix = Postfix(rig, rig.path("mta"), [DOMAIN], USERS,
                               [self.verifier.port, self.filter.port], self.sink.port)
        self.filter.start()
        self.postfix.start()

    def one(self, octets, to, sender="bounce@shop.example", source=OUTSIDE, **more):
        """Sends one message to one person once: (the answer, what arrived because of it or None)."""
        user = to.partition("@")[0].partition("+")[0].lower()
        before = len(self.postfix.arrived(user))
        answer = send(self.postfix.port, octets, sender, [to], source=source, **more).final(to)
        self.postfix.settle()
        new = self.postfix.arrived(user)[before:]
        return answer, Received(new[-1]) if new else None

    def answered(self, what, answer, code):
        return self.tap.equal(answer[0], code, "%s: %d" % (what, code)) or self.tap.ok(
            True, "the answer was: %s" % answer[1])

    def decisions(self, *filters):
        return json.loads(self.filter.tuiding("decision", "list", "--format", "json", *filters))


def test_reject(scene):
    tap = scene.tap
    answer, mail = scene.one(message(SALE), at("anna"))
    tap.equal(answer[0], 550, "refused: 550")
    tap.ok(answer[1].startswith("5.7.1 "), "with 5.7.1", answer)
    tap.ok(answer[1].isascii(), "in ASCII", answer)
    tap.ok(mail is None, "and nothing arrives")
    rows = scene.decisions("--recipient", at("anna"))
    tap.equal(len(rows), 1, "one decision is recorded")
    if rows:
        tap.equal((rows[0]["action"], rows[0]["standing"]), ("reject", "refused"), "as rejected, refused")
        tap.contains(answer[1].lower(), rows[0]["id"].lower(), "and the client is told its reference")
    for spelling in ("Anna@BOX.example", "anna+news@box.example"):
        answer, mail = scene.one(message(SALE), spelling)
        tap.equal(answer[0], 550, "the same person, written %s: 550" % spelling)


def test_tag(scene):
    tap = scene.tap
    plain = "=?GBK?B?xMy+xrTztNnP+qOswvLSu8vN0rs=?="    # 奶酒大促销，买一送一 in GBK
    answer, mail = scene.one(message(SALE, subject=plain), at("bo"))
    tap.equal(answer[0], 250, "nothing said: 250")
    if not tap.ok(mail is not None, "and it arrives"):
        return
    wanted = "[广告] " + Received(message("", subject=plain)).subject()
    tap.equal(mail.subject(), wanted, "with the label before the subject, which is whole")
    verdict = mail.verdict()
    tap.equal({name: verdict.get(name) for name in ("class", "score", "standing", "action", "rules")},
              {"class": "commercial", "score": "6.00/5.00", "standing": "none", "action": "tag",
               "rules": "MTA_SALE"}, "X-Tuiding says what and why")
    tap.ok(verdict.get("id"), "with an id", mail.field("X-Tuiding"))
    rows = scene.decisions("--recipient", at("bo"))
    tap.ok(any(row["id"] == verdict.get("id") or row.get("message") == verdict.get("id") for row in rows),
           "that the ledger knows", rows)
    _, again = scene.one(message(SALE, subject="(AD) Sale"), at("bo"))
    tap.equal(again.subject() if again else None, "(AD) Sale", "a label that stands is not doubled")


def test_other(scene):
    tap = scene.tap
    before = len(scene.decisions())
    answer, mail = scene.one(message(LETTER, subject="Sunday", extra="X-Tuiding: class=commercial; id=1\r\n"),
                             at("anna"))
    tap.equal(answer[0], 250, "a letter from a refused sender: 250")
    if tap.ok(mail is not None, "and it arrives"):
        tap.equal(mail.subject(), "Sunday", "its subject untouched")
        tap.ok(len(mail.fields("X-Tuiding")) == 1 and mail.field("X-Tuiding").startswith("class=other; score=0.00/5.00; id="),
               "and a forged X-Tuiding has made way for ours", mail.fields("X-Tuiding"))
    tap.equal(len(scene.decisions()), before, "nothing is recorded of it")


def test_consent(scene):
    tap = scene.tap
    answer, mail = scene.one(message(SALE), at("dora"), source=SHOP)
    tap.equal(answer[0], 250, "consented and proven: 250")
    tap.equal(mail and (mail.subject(), mail.verdict().get("standing")), ("Sale", "consented"),
              "and untouched")
    forged = "Authentication-Results: mx.%s; dmarc=pass header.from=shop.example\r\n" % DOMAIN
    received = "Received: from a.example by b.example; Fri, 20 Nov 2026 09:30:00 +0800\r\n"
    for what, head in (("not proven", b""), ("forged on top", forged.encode()),
                       ("forged below a Received", (received + forged).encode())):
        _, mail = scene.one(head + message(SALE), at("dora"))
        tap.equal(mail and (mail.subject(), mail.verdict().get("standing")), ("[广告] Sale", "none"),
                  "consented but %s: tagged" % what)


def test_mixed(scene):
    tap = scene.tap
    people = [at("anna"), at("bo"), at("emil"), at("postmaster")]
    octets = message(SALE, subject="Mixed")
    said = deliver(scene.postfix.port, octets, "mixed@shop.example", people)
    scene.postfix.settle()
    for person, code in zip(people, (550, 250, 550, 250)):
        tap.equal(said[person][-1][0], code, "mixed: %s gets %d in the end" % (person, code))
    tap.equal({answers[0][0] for answers in said.values()}, {451}, "after 451 for all")
    tap.ok(all(len(answers) <= 4 for answers in said.values()), "within four tries", said)
    for user, count in (("anna", 0), ("bo", 1), ("emil", 0), ("postmaster", 1)):
        got = [mail for mail in map(Received, scene.postfix.arrived(user))
               if (mail.subject() or "").endswith("Mixed")]
        tap.equal(len(got), count, "mixed: %s has %d of it" % (user, count))
    agreed = deliver(scene.postfix.port, message(SALE), "agreed@shop.example", [at("anna"), at("emil")])
    tap.equal({tuple(code for code, _ in answers) for answers in agreed.values()}, {(550,)},
              "all refused: 550 at once, no 250 for nobody")


def test_exempt(scene):
    tap = scene.tap
    for what, to, more in (
            ("an exempt client", "anna", {"source": EXEMPT}),
            ("an exempt recipient", "chen", {}),
            ("postmaster", "postmaster", {}),
            ("the command address", "tuiding", {}),
            ("the complaint address", "jubao", {})):
        answer, mail = scene.one(message(SALE), at(to), **more)
        tap.equal((answer[0], mail and mail.subject()), (250, "Sale"), "%s: untouched" % what)
    answer, mail = scene.one(message(SALE, author="boss@partner.example"), at("emil"),
                             sender="boss@partner.example")
    tap.equal((answer[0], mail and mail.subject()), (250, "Sale"), "an exempt sender: untouched")
    answer, mail = scene.one(message(SALE), at("anna"), source=GATEWAY)
    tap.equal((answer[0], mail and mail.verdict().get("action")), (250, "tag"),
              "from a gateway a rejection becomes a label")


def test_odd_mail(scene):
    tap = scene.tap
    answer, mail = scene.one(message(SALE), at("bo"), sender="")
    tap.equal((answer[0], mail and mail.verdict().get("action")), (250, "tag"),
              "the null sender is judged like any other")
    answer, _ = scene.one(message(SALE), at("anna"), sender="")
    tap.equal(answer[0], 550, "and rejected like any other")
    answer, _ = scene.one(message(SALE, author="用户@例子.example"), at("安娜"), sender="用户@例子.example",
                          utf8=True)
    tap.equal(answer[0], 250, "SMTPUTF8: a stranger's mail to 安娜 is taken")
    answer, mail = scene.one(message(SALE), at("安娜"), utf8=True)
    tap.equal((answer[0], mail), (550, None), "SMTPUTF8: 安娜's refusal holds")
    tap.ok(answer[1].isascii(), "the answer is ASCII all the same", answer)
    answer, mail = scene.one(b"\r\n" + SALE.encode(), at("bo"))
    tap.equal((answer[0], mail and mail.subject()), (250, "[广告]"), "no field at all: labelled")
    odd = message(SALE + "\0\x01" + "x" * 900, extra="Subject: two\r\nX-Long: %s\r\n" % ("a " * 40000))
    answer, mail = scene.one(odd, at("bo"))
    tap.equal((answer[0], mail is not None), (250, True), "NUL, a second Subject, a huge field: judged")
    tap.ok(scene.filter.running(), "the filter is still there", scene.filter.log_text()[-2000:])


def test_outbound(scene):
    tap = scene.tap
    octets = message(SALE, author=at("anna"), to="zoe@customer.example")
    said = deliver(scene.postfix.port, octets, at("anna"), ["zoe@customer.example"], source=INSIDE)
    tap.equal([code for code, _ in said["zoe@customer.example"]], [550], "outbound to who refused us: 550")
    for to in ("yan@customer.example",):
        said = deliver(scene.postfix.port, octets, at("anna"), [to], source=INSIDE)
        scene.postfix.settle()
        got = [Received(mail) for _, people, mail in scene.sink.messages() if to in people]
        tap.equal((said[to][-1][0], len(got)), (250, 1), "outbound to who said nothing: sent")
        tap.equal(got and got[0].subject(), "Sale", "its subject untouched")
    tap.equal([people for _, people, _ in scene.sink.messages() if "zoe@customer.example" in people], [],
              "nothing went to who refused")


def test_pickup(scene):
    tap = scene.tap
    before = len(scene.postfix.arrived("bo"))
    scene.postfix.submit(message(LETTER, subject="Local").replace(b"\r\n", b"\n"), at("anna"), at("bo"))
    scene.postfix.settle()
    got = scene.postfix.arrived("bo")[before:]
    tap.equal([Received(mail).subject() for mail in got], ["Local"], "local submission: delivered")
    before = len(scene.postfix.arrived("dora"))
    octets = message(SALE, author=at("dora"), to="zoe@customer.example").replace(b"\r\n", b"\n")
    scene.postfix.submit(octets, at("dora"), "zoe@customer.example")
    scene.postfix.settle()
    got = scene.postfix.arrived("dora")[before:]
    tap.equal(len(got), 1, "local submission to who refused us: comes back, does not stick")
    tap.ok(got and b"5.7.1" in got[0], "and says why", got)


def test_large(scene):
    tap = scene.tap
    scene.filter.restart(**{"max-scan-size": 65536})
    filler = ("x" * 76 + "\r\n") * 20000
    answer, mail = scene.one(message(SALE + filler), at("bo"))
    tap.equal((answer[0], mail and mail.verdict().get("action")), (250, "tag"), "large: its first part is judged")
    tap.ok(mail is not None and mail.octets.count(b"x" * 76) == 20000, "large: arrives whole")
    answer, mail = scene.one(message(filler + SALE), at("anna"))
    tap.equal((answer[0], mail and mail.verdict().get("class")), (250, "other"), "beyond the limit nothing counts")


def test_quarantine(scene):
    tap = scene.tap
    scene.filter.restart(**{"policy inbound": policy(refused="quarantine", none="tag", correspondent="accept",
                                              consented="accept", unknown="tempfail")})
    answer, mail = scene.one(message(SALE), at("anna"))
    tap.equal((answer[0], mail, scene.postfix.held()), (250, None, 1), "quarantine: taken, and on hold")


def test_observe(scene):
    tap = scene.tap
    scene.filter.restart(mode="observe")
    answer, mail = scene.one(message(SALE, subject="Watched"), at("anna"))
    tap.equal((answer[0], mail and mail.subject()), (250, "Watched"), "observe: delivered, subject untouched")
    tap.equal(mail and mail.verdict().get("standing"), "refused", "the field tells the standing")
    row = scene.decisions("--recipient", at("anna"))[0]
    tap.equal((row["would"], row["action"]), ("reject", "accept"), "the ledger what enforcement would do")
    with locked(scene):
        answer, mail = scene.one(message(SALE), at("anna"))
        tap.equal(answer[0], 250, "observe: delivered also while the ledger is locked")


class locked:
    """Holds the ledger's write lock, as a careless backup would."""

    def __init__(self, scene):
        self.path = scene.filter.ledger

    def __enter__(self):
        self.base = sqlite3.connect(self.path, isolation_level=None)
        self.base.execute("BEGIN IMMEDIATE")

    def __exit__(self, *exc):
        self.base.execute("ROLLBACK")
        self.base.close()


def check_unknown(scene, what):
    """With the ledger away: advertising waits, letters flow, the log says so."""
    tap = scene.tap
    mark = len(scene.filter.log_text())
    answer, mail = scene.one(message(SALE), at("bo"))
    tap.equal((answer[0], mail), (451, None), "%s: advertising waits" % what)
    tap.ok(answer[1].startswith("4.3.0 "), "%s: with 4.3.0" % what, answer)
    answer, mail = scene.one(message(LETTER), at("bo"))
    tap.equal((answer[0], mail and mail.verdict().get("class")), (250, "other"), "%s: letters flow" % what)
    tap.contains(scene.filter.log_text()[mark:], "ledger", "%s: the log says so" % what)


def test_ledger_away(scene):
    tap = scene.tap
    with locked(scene):
        check_unknown(scene, "ledger locked")
    answer, _ = scene.one(message(SALE), at("bo"))
    tap.equal(answer[0], 250, "unlocked: taken again")
    scene.filter.restart()
    scene.filter.limit_files(4096)
    check_unknown(scene, "disk full")
    scene.filter.limit_files(None)
    answer, _ = scene.one(message(SALE), at("bo"))
    tap.equal(answer[0], 250, "room again: taken again")
    hidden = scene.filter.ledger + ".hidden"
    scene.filter.stop()
    os.rename(scene.filter.ledger, hidden)
    scene.filter.start()
    check_unknown(scene, "ledger gone")
    mark = len(scene.filter.log_text())
    os.rename(hidden, scene.filter.ledger)
    wait_for("the ledger to be found again", 20, lambda: "ledger: open" in scene.filter.log_text()[mark:])
    answer, _ = scene.one(message(SALE), at("bo"))
    tap.equal(answer[0], 250, "ledger found again, without a restart: taken")
    scene.filter.stop()
    os.chmod(scene.filter.ledger, 0o440)
    scene.filter.start()
    check_unknown(scene, "ledger read-only")
    for path in glob.glob(scene.filter.ledger + "*"):    # SQLite gave the files beside it the same mode
        os.chmod(path, 0o640)
    scene.filter.restart()
    answer, _ = scene.one(message(SALE), at("anna"))
    tap.equal(answer[0], 550, "the ledger is back: what was refused is rejected")


def test_restart(scene):
    tap = scene.tap
    client = smtplib.SMTP("127.0.0.1", scene.postfix.port, timeout=30, source_address=(OUTSIDE, 0))
    client.ehlo()
    client.mail("bounce@shop.example")
    client.rcpt(at("anna"))
    tap.equal(scene.filter.stop(), 0, "ended by TERM in the middle of a message: status 0")
    code, _ = data(client, message(SALE))
    tap.equal(code, 451, "the client shall come again")
    client.close()
    answer, mail = scene.one(message(LETTER), at("bo"))
    tap.equal((answer[0], mail), (451, None), "without the filter: 451, as Postfix is told")
    scene.filter.start()
    answer, _ = scene.one(message(SALE), at("anna"))
    tap.equal(answer[0], 550, "with the filter back: 550")


def test_reload(scene):
    tap = scene.tap

    def reloaded(what, text=None, **changes):
        """Reloads, waits until the log says how it went, and returns what it says."""
        mark = len(scene.filter.log_text())
        scene.filter.configure(text, **changes)
        scene.filter.reload()
        return wait_for("the log to speak of %s" % what, 10,
                        lambda: [line for line in scene.filter.log_text()[mark:].splitlines()
                                 if "reload: " in line])
    reloaded("the new configuration", **{"required-score": 50.0})
    answer, mail = scene.one(message(SALE), at("anna"))
    tap.equal((answer[0], mail and mail.verdict().get("score")), (250, "6.00/50.00"),
              "reload: the new score counts")
    lines = reloaded("the bad configuration", "required-score = 5.0\nno-such-key = 1\n")
    tap.ok(any("no-such-key" in line or ":2:" in line for line in lines),
           "reload: a bad file is named with its line", "\n".join(lines))
    answer, _ = scene.one(message(SALE), at("anna"))
    tap.equal(answer[0], 250, "reload: and the old configuration stays")
    reloaded("the old configuration", **{"required-score": 5.0})
    answer, _ = scene.one(message(SALE), at("anna"))
    tap.equal(answer[0], 550, "reload: back to the first")


def test_crowd(scene):
    """Many at once: every one gets the answer that is true for its recipient."""
    tap = scene.tap
    wanted = {"anna": (SALE, 550), "bo": (SALE, 250), "emil": (LETTER, 250), "安娜": (SALE, 550)}
    wrong = []

    def client():
        for _ in range(5):
            for user, (body, code) in wanted.items():
                try:
                    answer = send(scene.postfix.port, message(body), "crowd@shop.example", [at(user)],
                                  utf8=True).final(at(user))
                except (OSError, smtplib.SMTPException) as error:
                    answer = (0, str(error))
                if answer[0] != code:
                    wrong.append((user, answer))
    before = len(scene.postfix.arrived("anna")), len(scene.postfix.arrived("bo"))
    threads = [threading.Thread(target=client) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    scene.postfix.settle(30)
    tap.equal(wrong[:5], [], "eight clients at once: every answer is true")
    after = len(scene.postfix.arrived("anna")), len(scene.postfix.arrived("bo"))
    tap.equal(after, (before[0], before[1] + 40), "and so is every mailbox")


def test_privileges(scene):
    tap = scene.tap
    scene.filter.stop()
    scene.filter.configure(user=USER)
    scene.filter.start(root=True)
    with open("/proc/%d/status" % scene.filter.child.pid, encoding="ascii") as file:
        fields = dict(line.split(":", 1) for line in file if ":" in line)
    nobody = str(pwd.getpwnam(USER).pw_uid)
    tap.equal(fields["Uid"].split(), [nobody] * 4, "begun by root: it has become the user of the configuration")
    tap.ok("0" not in fields["Gid"].split() + fields["Groups"].split(), "and kept no group of root's",
           fields["Gid"] + fields["Groups"])
    answer, _ = scene.one(message(SALE), at("anna"))
    tap.equal(answer[0], 550, "and does its work")


def test_end(scene):
    tap = scene.tap
    status, text = scene.filter.tuiding("ledger", "verify", check=False)
    tap.equal(status, 0, "the chain verifies in the end: " + " ".join(text.split())[:120])
    log = scene.filter.log_text()
    tap.ok("ERROR: " not in log and "runtime error" not in log, "no sanitizer has spoken", log[-3000:])
    tap.equal(scene.filter.stop(), 0, "TERM: ends with status 0")


TESTS = (test_reject, test_tag, test_other, test_consent, test_mixed, test_exempt, test_odd_mail, test_outbound,
         test_pickup, test_large, test_quarantine, test_observe, test_ledger_away, test_restart, test_reload,
         test_crowd, test_privileges, test_end)


def run(tap):
    need("TUIDING_BINDIR")
    with Rig("postfix") as rig:
        scene = Scene(tap, rig)
        for test in TESTS:
            tap.run(test, scene)
            if not scene.filter.as_first() and test is not test_end:
                scene.filter.restart()


if __name__ == "__main__":
    sys.exit(tap_main(run))
