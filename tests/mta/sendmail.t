#!/usr/bin/env python3
"""The main verdicts with a private Sendmail: what the client is told, what is passed on.

Needs root, name spaces and Debian packages (skips otherwise); TUIDING_BINDIR and TUIDING_SRCDIR.  See rig.py.
"""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from daemon import policy                                                   # noqa: E402
from postfix import INSIDE                                                  # noqa: E402
from rig import Rig, need, tap_main                                         # noqa: E402
from scene import DOMAIN, LETTER, PASSES, SALE, SHOP, make_filter, message  # noqa: E402
from sendmail import Sendmail                                               # noqa: E402
from smtp import OUTSIDE, Received, Sink, deliver                           # noqa: E402
from verifier import Verifier                                               # noqa: E402


def at(user):
    return "%s@%s" % (user, DOMAIN)


class Scene:
    """Sendmail, the filter, and the sink that stands for everything behind them."""

    def __init__(self, rig):
        self.sink = Sink(rig)
        verifier = Verifier(rig, "mx." + DOMAIN, PASSES)
        self.filter = make_filter(rig)
        self.sendmail = Sendmail(rig, rig.path("mta"), [DOMAIN], [verifier.port, self.filter.port],
                                 self.sink.port)
        self.filter.start()
        self.sendmail.start()

    def send(self, octets, people, sender="bounce@shop.example", source=OUTSIDE):
        """({person: [codes]}, {person: [what was passed on for them]}) of one message."""
        before = len(self.sink.messages())
        said = deliver(self.sendmail.port, octets, sender, people, source=source)
        self.sendmail.settle()
        passed = {person: [Received(mail) for _, to, mail in self.sink.messages()[before:] if person in to]
                  for person in people}
        return {person: [code for code, _ in answers] for person, answers in said.items()}, passed, said

    def one(self, octets, person, **more):
        codes, passed, said = self.send(octets, [person], **more)
        return codes[person], (passed[person] or [None])[0], said[person][-1][1]


def test_verdicts(tap, scene):
    codes, mail, text = scene.one(message(SALE), at("anna"))
    tap.equal((codes, mail), ([550], None), "refused: 550, nothing passed on")
    tap.ok(text.startswith("5.7.1 ") and text.isascii(), "with 5.7.1, in ASCII", text)
    codes, mail, _ = scene.one(message(SALE, subject="=?GBK?B?xMy+xrTztNnP+qOswvLSu8vN0rs=?="), at("bo"))
    tap.equal((codes, mail and mail.subject()), ([250], "[广告] 奶酒大促销，买一送一"), "nothing said: labelled")
    tap.equal(mail and mail.verdict().get("action"), "tag", "and X-Tuiding says so")
    codes, mail, _ = scene.one(message(LETTER, extra="X-Tuiding: class=commercial\r\n"), at("anna"))
    tap.equal((codes, mail and [mail.verdict().get(name) for name in ("class", "score")]), ([250], ["other", "0.00/5.00"]),
              "a letter: passed on, a forged field gone")
    codes, mail, _ = scene.one(message(SALE), at("dora"), source=SHOP)
    tap.equal((codes, mail and mail.verdict().get("standing")), ([250], "consented"), "consented: untouched")
    codes, mail, _ = scene.one(message(SALE), at("postmaster"))
    tap.equal((codes, mail and mail.subject()), ([250], "Sale"), "postmaster: untouched")
    codes, mail, _ = scene.one(message(SALE), at("bo"), sender="")
    tap.equal((codes, mail and mail.verdict().get("action")), ([250], "tag"), "the null sender: judged")
    octets = message(SALE, author=at("bo"), to="zoe@customer.example")
    codes, mail, _ = scene.one(octets, "zoe@customer.example", sender=at("bo"), source=INSIDE)
    tap.equal((codes, mail), ([550], None), "outbound to who refused us: 550")


def test_mixed(tap, scene):
    codes, passed, _ = scene.send(message(SALE), [at("anna"), at("bo"), at("emil")], sender="mix@shop.example")
    tap.equal({person: answers[-1] for person, answers in codes.items()},
              {at("anna"): 550, at("bo"): 250, at("emil"): 550}, "mixed: each gets the true answer")
    tap.equal({answers[0] for answers in codes.values()}, {451}, "after 451 for all")
    tap.equal({person: len(mail) for person, mail in passed.items()},
              {at("anna"): 0, at("bo"): 1, at("emil"): 0}, "and only who did not refuse has it")


def test_remove(tap, scene):
    scene.filter.restart(mixed="remove")
    codes, passed, _ = scene.send(message(SALE), [at("Anna"), at("bo")], sender="remove@shop.example")
    tap.equal({person: answers for person, answers in codes.items()}, {at("Anna"): [250], at("bo"): [250]},
              "mixed = remove: 250 for all")
    tap.equal({person: len(mail) for person, mail in passed.items()}, {at("Anna"): 0, at("bo"): 1},
              "and who refused, however written, is taken out")


def test_quarantine(tap, scene):
    scene.filter.restart(**{"policy inbound": policy(
        refused="quarantine", none="tag", correspondent="accept", consented="accept", unknown="tempfail")})
    codes, mail, _ = scene.one(message(SALE), at("anna"))
    tap.equal((codes, mail, scene.sendmail.held()), ([250], None, 1), "quarantine: taken, kept back")


def run(tap):
    need("TUIDING_BINDIR")
    with Rig("sendmail") as rig:
        scene = Scene(rig)
        for test in (test_verdicts, test_mixed, test_remove, test_quarantine):
            tap.run(test, tap, scene)
        tap.ok(scene.filter.running(), "the filter lives", scene.filter.log_text()[-2000:])


if __name__ == "__main__":
    sys.exit(tap_main(run))
