#!/usr/bin/env python3
"""Words from recipients, end to end: who may say 退订, by which way, and what the next message meets.

A private Postfix, the filter, a stand-in for the verifiers; logins are claimed by XCLIENT.  Needs root and Debian
packages (skips otherwise); TUIDING_BINDIR and TUIDING_SRCDIR.  See rig.py.
"""

import json
import os
import re
import sqlite3
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from daemon import Filter                                                           # noqa: E402
from postfix import INSIDE, Postfix                                                 # noqa: E402
from rig import Rig, need, tap_main, wait_for                                       # noqa: E402
from scene import DOMAIN, SALE, SHOP, USERS, message, settings                      # noqa: E402
from smtp import OUTSIDE, Received, Sink, send                                      # noqa: E402
from verifier import Verifier                                                       # noqa: E402

CUSTOMER = "127.0.0.34"      # proven to be customer.example
PARTNER = "127.0.0.35"
WEBMAIL = "127.0.0.36"       # an internal client whose From is believed
SERVICE = "tuiding@" + DOMAIN
PASSES = {SHOP: ("shop.example", "deals.example"), CUSTOMER: ("customer.example",), PARTNER: ("partner.example",)}


def at(user):
    return "%s@%s" % (user, DOMAIN)


def reply(author, to, body="退订\r\n", subject="Re: Sale", answers=None, extra="", mid=None):
    """What a mail program sends as an answer."""
    if answers:
        extra += "In-Reply-To: <%s>\r\nReferences: <%s>\r\n" % (answers, answers)
    return message(body, subject=subject, author=author, to=to, extra=extra, mid=mid)


class Scene:
    """Everything that one run of this file uses."""

    def __init__(self, tap, rig):
        self.tap = tap
        self.sink = Sink(rig)
        self.verifier = Verifier(rig, "mx." + DOMAIN, PASSES)
        users = USERS + ("news", "sales", "team", "gina", "hugo", "ivan", "jia", "kun", "lan", "mei", "nina", "otto")
        self.filter = Filter(rig, need("TUIDING_BINDIR"), dict(settings(rig), **{
            "internal-hosts": [INSIDE + "/32", "127.0.0.1/32", WEBMAIL + "/32"],
            "trusted-submitters": [WEBMAIL],
            "login-map": rig.write("logins", "bo_login bo@%s\n" % DOMAIN),
            "shared-recipients": [at("team")],
            "measure": "doveadm",
            "commands-per-hour": 1000,
        }))
        self.filter.tuiding("ledger", "init")
        self.postfix = Postfix(rig, rig.path("mta"), [DOMAIN], users, [self.verifier.port, self.filter.port],
                               self.sink.port, mynetworks="%s/32, %s/32" % (INSIDE, WEBMAIL))
        self.filter.start()
        self.postfix.start()

    def send(self, octets, to, sender, source=OUTSIDE, **more):
        answer = send(self.postfix.port, octets, sender, [to], source=source, **more).final(to)
        self.postfix.settle()
        return answer

    def one(self, octets, user, sender="bounce@shop.example", source=SHOP):
        """Advertising to one of ours: (the answer, what arrived of it or None)."""
        before = len(self.postfix.arrived(user))
        answer = self.send(octets, at(user), sender, source)
        new = self.postfix.arrived(user)[before:]
        return answer, Received(new[-1]) if new else None

    def refusals(self, recipient):
        """{sender key: row} in force."""
        rows = json.loads(self.filter.tuiding("refusal", "list", "--recipient", recipient, "--format", "json"))
        return {row["sender"]: row for row in rows}

    def refused(self, recipient, key, what):
        rows = self.refusals(recipient)
        return self.tap.ok(key in rows, what, "%r\n%s" % (rows, self.filter.log_text()[-1500:]))

    def unmoved(self, recipient, what):
        return self.tap.equal(self.refusals(recipient), {}, what)

    def letters(self, recipient=None):
        """[(purpose, reference)] of the outbox."""
        with sqlite3.connect("file:%s?mode=ro" % self.filter.ledger, uri=True) as db:
            rows = db.execute("SELECT purpose, coalesce(reference, ''), recipient FROM outbox ORDER BY id").fetchall()
        return [(purpose, reference) for purpose, reference, to in rows if recipient in (None, to)]

    def said(self, count=1):
        """The last words the filter logged."""
        return [line for line in self.filter.log_text().splitlines() if " word queue=" in line or
                line.startswith("word queue=")][-count:]


def test_reply(scene):
    """The first way: a reply to the sender."""
    tap = scene.tap
    answer, mail = scene.one(message(SALE, mid="ad1@shop.example"), "anna")
    if not tap.ok(answer[0] == 250 and mail is not None, "an advertisement arrives", answer):
        return
    tap.equal(mail.verdict().get("action"), "tag", "tagged")
    answer = scene.send(reply(at("anna"), "news@shop.example", answers="ad1@shop.example", mid="r1@box.example"),
                        "news@shop.example", at("anna"), INSIDE, login=at("anna"))
    tap.equal(answer[0], 250, "the reply 退订 is taken")
    scene.refused(at("anna"), "shop.example", "and the sender's whole domain is refused: its From was proven")
    tap.ok(any(to == ["news@shop.example"] for _, to, _ in scene.sink.messages()), "the sender gets the reply")
    answer, mail = scene.one(message(SALE, author="other@mail.shop.example"), "anna")
    tap.equal(answer[0], 550, "the next advertisement: 550")
    row = scene.refusals(at("anna")).get("shop.example", {})
    tap.equal(row.get("source"), "reply", "its source is the reply")
    tap.equal([purpose for purpose, _ in scene.letters(at("anna"))], ["refused"], "a confirmation is queued")
    scene.send(reply(at("anna"), "news@shop.example", answers="ad1@shop.example", mid="r1@box.example"),
               "news@shop.example", at("anna"), INSIDE, login=at("anna"))
    tap.equal(len(scene.letters(at("anna"))), 1, "the same mail once more queues no second one")
    tap.equal(len(json.loads(scene.filter.tuiding("refusal", "list", "--recipient", at("anna"), "--format", "json"))),
              1, "and makes no second statement")


def test_reply_without_id(scene):
    """The mail program lost the threading: the last advertisement from that address is meant."""
    scene.one(message(SALE), "hugo")
    scene.send(reply(at("hugo"), "news@shop.example", body="ＴＤ。\r\n"), "news@shop.example", at("hugo"), INSIDE,
               login=at("hugo"))
    scene.refused(at("hugo"), "shop.example", "a reply without threading finds its advertisement")


def test_login_map(scene):
    scene.one(message(SALE, mid="ad2@shop.example"), "bo")
    scene.send(reply("Bo <%s>" % at("bo"), "news@shop.example", answers="ad2@shop.example"), "news@shop.example",
               at("bo"), INSIDE, login="bo_login")
    scene.refused(at("bo"), "shop.example", "a login is its mailbox by the map")


def test_submitter(scene):
    scene.one(message(SALE, mid="ad3@shop.example"), "ivan")
    scene.send(reply(at("ivan"), "news@shop.example", answers="ad3@shop.example"), "news@shop.example", at("ivan"),
               WEBMAIL)
    scene.refused(at("ivan"), "shop.example", "a trusted submitter's From is believed")


def test_wrong_person(scene):
    scene.one(message(SALE, mid="ad4@shop.example"), "dora")
    scene.send(reply(at("dora"), "news@shop.example", answers="ad4@shop.example"), "news@shop.example", at("emil"),
               INSIDE, login=at("emil"))
    scene.unmoved(at("dora"), "somebody else's login says nothing for dora")
    scene.unmoved(at("emil"), "nor for themselves: they got no such mail")
    scene.send(reply(at("dora"), "news@shop.example", answers="ad4@shop.example"), "news@shop.example", at("dora"),
               INSIDE)
    scene.unmoved(at("dora"), "an internal client alone speaks for nobody")
    scene.send(reply(at("dora"), SERVICE, subject="退订 shop.example"), SERVICE, at("dora"), OUTSIDE)
    scene.unmoved(at("dora"), "nor does a From from outside that nothing proves")


def test_forged_bank(scene):
    """A forged bank's advertisement makes nobody refuse the real bank."""
    scene.one(message(SALE, author="news@bank.example", mid="ad5@bank.example"), "jia", source=OUTSIDE)
    scene.send(reply(at("jia"), "news@bank.example", answers="ad5@bank.example"), "news@bank.example", at("jia"), INSIDE,
               login=at("jia"))
    scene.tap.equal(sorted(scene.refusals(at("jia"))), ["news@bank.example"], "only the exact address is refused")


def test_colleague(scene):
    """A colleague's newsletter: the colleague is refused, never the whole house."""
    scene.send(message(SALE, author=at("sales"), to=at("kun"), mid="ad6@box.example"), at("kun"), at("sales"), INSIDE,
               login=at("sales"))
    scene.send(reply(at("kun"), at("sales"), answers="ad6@box.example"), at("sales"), at("kun"), INSIDE, login=at("kun"))
    scene.tap.equal(sorted(scene.refusals(at("kun"))), [at("sales")], "the colleague's address alone is refused")


def test_partner(scene):
    """In a negotiation “拒绝” refuses an offer, not a sender."""
    letter = "我方报价每吨 3200 元，请确认。\r\n"
    scene.send(message(letter, author="lin@partner.example", subject="报价", mid="n1@partner.example"), at("lan"),
               "lin@partner.example", PARTNER)
    scene.send(reply(at("lan"), "lin@partner.example", body="拒绝\r\n", subject="Re: 报价", answers="n1@partner.example"),
               "lin@partner.example", at("lan"), INSIDE, login=at("lan"))
    scene.unmoved(at("lan"), "拒绝 among partners refuses nobody")
    scene.tap.equal(scene.letters(at("lan")), [], "and brings no letter")


def test_automatic(scene):
    scene.one(message(SALE, mid="ad7@shop.example"), "mei")
    scene.send(reply(at("mei"), "news@shop.example", answers="ad7@shop.example", extra="Auto-Submitted: auto-replied\r\n"),
               "news@shop.example", at("mei"), INSIDE, login=at("mei"))
    scene.unmoved(at("mei"), "an automatic reply says nothing")


def way_out(mail, name="X-Tuiding-Refuse"):
    found = re.search(r"<mailto:([^?>]+)\?subject=%E9%80%80%E8%AE%A2>", mail.field(name) or "")
    return found.group(1) if found else None


def test_token(scene):
    """The second way: the button, which writes to an address that only this message bears."""
    tap = scene.tap
    _, mail = scene.one(message(SALE), "gina")
    address = way_out(mail)
    if not tap.ok(address and address.startswith("tuiding+") and address.endswith("@" + DOMAIN),
                  "a tagged advertisement bears the way out", mail.field("X-Tuiding-Refuse")):
        return
    tap.ok(len(address.partition("@")[0]) <= 64, "that fits a local part", address)
    tap.equal(way_out(mail, "List-Unsubscribe"), address, "List-Unsubscribe is added where there is none")
    _, other = scene.one(message(SALE, extra="List-Unsubscribe: <https://shop.example/u>\r\n"), "gina")
    tap.equal(other.fields("List-Unsubscribe"), ["<https://shop.example/u>"], "and not where there is one")
    _, signed = scene.one(message(SALE, extra="DKIM-Signature: v=1; d=shop.example; s=x;\r\n"
                                  " h=from:list-unsubscribe:subject; b=AAAA\r\n"), "gina")
    tap.equal(signed.fields("List-Unsubscribe"), [], "nor where a signature names it")
    local = address.partition("@")[0]
    for wrong, what in ((local[:-1] + ("0" if local[-1] != "0" else "1"), "forged"), (local[:-4], "truncated"),
                        ("tuiding+d0000000000000aaaaaaaaaaaaaaaa", "foreign")):
        answer = scene.send(reply("x@nowhere.example", wrong + "@" + DOMAIN), wrong + "@" + DOMAIN, "x@nowhere.example")
        tap.equal(answer[0], 250, "a %s token is not answered" % what)
    scene.unmoved(at("gina"), "and does nothing")
    answer = scene.send(reply("gina@freemail.example", address, subject="退订", body=""), address,
                        "gina@freemail.example")
    tap.equal(answer[0], 250, "the button is pressed, from wherever")
    scene.refused(at("gina"), "shop.example", "and the sender is refused")
    tap.equal(scene.one(message(SALE), "gina")[0][0], 550, "the next one: 550")
    tap.equal([purpose for purpose, _ in scene.letters(at("gina"))], ["refused"],
              "the confirmation goes to the mailbox, not to who wrote")
    tap.equal(scene.letters("gina@freemail.example"), [], "who proves nothing gets no letter")
    _, shared = scene.one(message(SALE), "team")
    tap.equal(way_out(shared), None, "a mailbox of several people gets no token")


def test_service(scene):
    """The third way: mail to the service's own address."""
    tap = scene.tap
    me = at("nina")

    def say(words, mid=None):
        return scene.send(message("", subject=words, author=me, to=SERVICE, mid=mid), SERVICE, me, INSIDE, login=me)

    tap.equal(say("退订 offers.example")[0], 250, "退订 offers.example")
    scene.refused(me, "offers.example", "refuses that domain")
    tap.equal(scene.one(message(SALE, author="x@offers.example"), "nina", source=OUTSIDE)[0][0], 550, "at once")
    reference = scene.refusals(me)["offers.example"]["reference"]
    say("查询")
    say("帮助")
    say("怎么用？")
    say("撤销 RZZZZZZZZZZZZZ")
    say("撤销 " + reference)
    tap.equal(sorted(scene.refusals(me)), [], "撤销 with its reference ends it")
    tap.equal([purpose for purpose, _ in scene.letters(me)],
              ["refused", "list", "help", "help", "not-undone"], "each is answered, five letters a day")
    say("退订 全部")
    scene.refused(me, "*", "退订 全部 refuses every sender")
    tap.equal(scene.one(message(SALE), "nina")[0][0], 550, "every sender")
    say("订阅 shop.example")
    tap.equal(scene.one(message(SALE), "nina")[0][0], 250, "订阅 shop.example lets that one in")
    tap.equal(scene.one(message(SALE, author="a@elsewhere.example"), "nina", source=OUTSIDE)[0][0], 550, "and no other")
    tap.equal(len(scene.letters(me)), 5, "what is said beyond the day's letters counts without one")


def test_outbound(scene):
    """The fourth way: an outside person answers our own newsletter."""
    tap = scene.tap
    zhou = "zhou@customer.example"

    def newsletter(mid=None):
        return scene.send(message(SALE, author=at("news"), to=zhou, mid=mid), zhou, at("news"), INSIDE, login=at("news"))

    tap.equal(newsletter("nl1@box.example")[0], 250, "our newsletter goes out")
    scene.send(reply(zhou, at("news"), answers="nl1@box.example"), at("news"), zhou, CUSTOMER)
    scene.refused(zhou, at("news"), "the customer's 退订 refuses our sender")
    answer = newsletter()
    tap.ok(answer[0] == 550 and answer[1].startswith("5.7.1"), "the next newsletter: 550 5.7.1 at submission", answer)
    tap.equal([purpose for purpose, _ in scene.letters(zhou)], ["refused"], "the customer is told")
    wang = "wang@unproven.example"
    scene.send(message(SALE, author=at("news"), to=wang, mid="nl2@box.example"), wang, at("news"), INSIDE,
               login=at("news"))
    scene.send(reply(wang, at("news"), answers="nl2@box.example"), at("news"), wang, OUTSIDE)
    scene.refused(wang, at("news"), "an answer to our own mail counts without authentication")
    tap.equal(scene.letters(wang), [], "but brings no letter")
    scene.send(reply(wang, at("news"), body="订阅\r\n", answers="nl2@box.example"), at("news"), wang, OUTSIDE)
    scene.refused(wang, at("news"), "a consent that nothing proves does not")
    chu = "chu@unproven.example"
    scene.send(message(SALE, author=at("news"), to=chu), chu, at("news"), INSIDE, login=at("news"))
    scene.send(reply(chu, at("news")), at("news"), chu, OUTSIDE)
    tap.equal(scene.refusals(chu).get(at("news"), {}).get("source"), "unproven", "what nothing proves is recorded, marked")
    scene.send(reply("sun@unproven.example", at("news")), at("news"), "sun@unproven.example", OUTSIDE)
    scene.unmoved("sun@unproven.example", "who never heard of us refuses nothing")


def test_ledger_away(scene):
    """A word must not be lost: while the ledger is away the mail comes again."""
    tap = scene.tap
    scene.one(message(SALE, mid="ad9@shop.example"), "otto")
    os.rename(scene.filter.ledger, scene.filter.ledger + ".away")
    try:
        word = reply(at("otto"), "news@shop.example", answers="ad9@shop.example", mid="w9@box.example")
        wait_for("the ledger to be missed", 30, lambda: scene.send(
            reply(at("otto"), SERVICE, subject="查询", body=""), SERVICE, at("otto"), INSIDE, login=at("otto"))[0] == 451)
        answer = scene.send(word, "news@shop.example", at("otto"), INSIDE, login=at("otto"))
        tap.equal(answer[0], 451, "a command is put off while the ledger is away")
        answer = scene.send(message("Shall we meet?\r\n" * 200, author="friend@customer.example"), at("otto"),
                            "friend@customer.example")
        tap.equal(answer[0], 250, "personal mail flows")
    finally:
        os.rename(scene.filter.ledger + ".away", scene.filter.ledger)
    wait_for("the ledger to be back", 40, lambda: scene.send(
        word, "news@shop.example", at("otto"), INSIDE, login=at("otto"))[0] == 250)
    scene.refused(at("otto"), "shop.example", "and counts when it comes again")


def test_rate(scene):
    scene.filter.restart(**{"commands-per-hour": 3})
    me = at("chen")
    for number in range(6):
        scene.send(message("", subject="退订 s%d.example" % number, author=me, to=SERVICE), SERVICE, me, INSIDE, login=me)
    scene.tap.equal(len(scene.refusals(me)), 3, "three commands an hour, the rest is left alone")
    scene.tap.contains(scene.said()[0], "too many", "and logged")
    scene.send(message("Please look.\r\n", subject="投诉", author=me, to=at("jubao")), at("jubao"), me, INSIDE, login=me)
    scene.tap.ok("path=complaint" in scene.said()[0] and "too many" in scene.said()[0], "complaints count with them",
                 scene.said())


def run(tap):
    with Rig("word") as rig:
        scene = Scene(tap, rig)
        for test in (test_reply, test_reply_without_id, test_login_map, test_submitter, test_wrong_person,
                     test_forged_bank, test_colleague, test_partner, test_automatic, test_token, test_service,
                     test_outbound, test_ledger_away, test_rate):
            tap.run(test, scene)
        if tap.failed:
            print("# " + "\n# ".join(scene.filter.log_text().splitlines()[-60:]))


if __name__ == "__main__":
    if not os.environ.get("TUIDING_MTA"):
        print("1..0 # SKIP TUIDING_MTA is not set")
        sys.exit(0)
    sys.exit(tap_main(run))
