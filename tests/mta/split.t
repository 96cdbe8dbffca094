#!/usr/bin/env python3
"""One message to five people of whom two refuse it, sent by a real mail server that retries as such do.

Two private Postfixes: the shop's, with its queue, and ours with the filter.  Whoever refused is named in a bounce,
everybody else has the message once, nobody has it twice and nobody waits for ever.  Needs root and Debian packages
(skips otherwise); TUIDING_BINDIR and TUIDING_SRCDIR.  See rig.py.
"""

import os
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from postfix import INSIDE, Postfix                                                 # noqa: E402
from rig import Failure, Rig, tap_main, wait_for                                    # noqa: E402
from scene import DOMAIN, PASSES, SALE, SHOP, USERS, make_filter, message           # noqa: E402
from smtp import Received, deliver, send                                            # noqa: E402
from verifier import Verifier                                                       # noqa: E402

SENDER = "news@shop.example"
REFUSE = ("anna", "emil")
FIVE = ("anna", "bo", "dora", "emil", "gina")


def at(user):
    return "%s@%s" % (user, DOMAIN)


class Corner:
    """The rig once more, one folder further down: room for a second Postfix."""

    def __init__(self, rig, name):
        self.rig = rig
        self.name = name
        self.folder = rig.make_folder(name)
        self.undo = rig.undo

    def path(self, *parts):
        return self.rig.path(self.name, *parts)

    def make_folder(self, *parts, **more):
        return self.rig.make_folder(self.name, *parts, **more)

    def write(self, name, text, **more):
        return self.rig.write("%s/%s" % (self.name, name), text, **more)


class Scene:
    """The shop's server, ours, and the filter between them."""

    def __init__(self, tap, rig):
        self.tap = tap
        self.verifier = Verifier(rig, "mx." + DOMAIN, PASSES)
        self.filter = make_filter(rig)
        self.ours = Postfix(rig, rig.path("mta"), [DOMAIN], USERS + ("gina",), [self.verifier.port, self.filter.port])
        self.shop = Postfix(Corner(rig, "shop"), rig.path("mta"), ["shop.example"], ("news",), (), self.ours.port,
                            smtp_bind_address=SHOP, queue_run_delay="1s", minimal_backoff_time="1s",
                            maximal_backoff_time="2s")
        self.filter.start()
        self.ours.start()
        self.shop.start()
        self.seen_bounces = 0

    def hand_over(self, subject, people=FIVE, body=SALE):
        """The shop's own program gives its server one message for all of them."""
        to = [at(user) for user in people]
        answers = send(self.shop.port, message(body, subject=subject), SENDER, to, source=INSIDE)
        if answers.data is None or answers.data[0] != 250:
            raise Failure("the shop's own server does not take it: %r" % (answers.data,))

    def flush(self, seconds=60):
        """The shop's server tries again and again, until its queue is empty."""
        def empty():
            self.shop.run("postqueue", "-c", self.shop.conf, "-f", check=False)
            try:
                self.shop.settle(1)
                return True
            except Failure:
                return False
        wait_for("the shop's queue to be empty", seconds, empty)
        self.ours.settle()

    def copies(self, subject):
        """{user: the messages of that subject in the mailbox}, whatever label stands in front."""
        found = {}
        for user in FIVE:
            mails = map(Received, self.ours.arrived(user))
            found[user] = [mail for mail in mails if (mail.subject() or "").endswith(subject)]
        return found

    def bounces(self):
        """Final-Recipient and Status of every report that has come to the shop since the last look."""
        reports = self.shop.arrived("news")[self.seen_bounces:]
        self.seen_bounces += len(reports)
        named = []
        for octets in reports:
            text = octets.decode("utf-8", "replace")
            named += re.findall(r"^Final-Recipient: rfc822; (\S+)\n(?:.+\n)*?Status: (\S+)", text, re.M)
        return sorted(named)

    def counts(self, subject, what, refused=0):
        """Everybody's mailbox: once for who does not refuse, `refused` times for who does."""
        counts = {user: len(mails) for user, mails in self.copies(subject).items()}
        return self.tap.equal(counts, {user: refused if user in REFUSE else 1 for user in FIVE}, what)

    def mark(self):
        return len(self.shop.log_text())

    def told(self, since, answer):
        """How many recipients the shop's server heard this answer for since then."""
        return self.shop.log_text()[since:].count(" said: %s " % answer)

    def put_off(self, since):
        return self.told(since, "451 4.5.3")


BOTH = [(at(user), "5.7.1") for user in REFUSE]


def test_tempfail_once(scene):
    tap = scene.tap
    since = scene.mark()
    scene.hand_over("Split one")
    scene.flush()
    scene.counts("Split one", "tempfail-once: who does not refuse has it once, who refuses not at all")
    tap.equal(scene.bounces(), BOTH, "and the bounce names those who refuse, and nobody else")
    tap.equal(scene.told(since, "550 5.7.1"), len(REFUSE), "each of them got its 550")
    tap.ok(len(FIVE) <= scene.put_off(since) <= 2 * len(FIVE), "after one 451, and one more for the second group",
           scene.shop.log_text()[since:])
    tap.equal({mail.verdict().get("action") for mails in scene.copies("Split one").values() for mail in mails}, {"tag"},
              "accept beside tag: what was delivered says tag")


def test_again(scene):
    """What was remembered is forgotten with the true answer: the next message goes the same way."""
    tap = scene.tap
    scene.hand_over("Split two")
    scene.flush()
    scene.counts("Split two", "the next message: once each")
    tap.equal(scene.bounces(), BOTH, "and its bounce")


def test_many(scene):
    """Several messages of one sender in the queue at once share what is remembered of it."""
    tap = scene.tap
    subjects = ["Crowd %d" % number for number in range(4)]
    for subject in subjects:
        scene.hand_over(subject)
    scene.flush(120)
    for subject in subjects:
        scene.counts(subject, "%s: once each" % subject)
    tap.equal(scene.bounces(), sorted(BOTH * len(subjects)), "a bounce for each refusal, no more")


def test_other_mail(scene):
    """Between the 451 and the retry the same sender's other mail flows."""
    tap = scene.tap
    people = [at("anna"), at("bo")]
    answers = send(scene.ours.port, message(SALE, subject="Waits"), SENDER, people, source=SHOP)
    tap.equal(answers.data[0], 451, "a mix is put off")
    letter = send(scene.ours.port, message("See you at nine.\r\n", subject="Order"), SENDER, [at("anna")], source=SHOP)
    tap.equal(letter.data[0], 250, "a letter to who refuses advertising is taken at once")
    said = deliver(scene.ours.port, message("See you at nine.\r\n", subject="Both"), SENDER, people, source=SHOP)
    tap.equal([said[person][-1][0] for person in people], [250, 250], "and one to both, in one or two goes")
    scene.ours.settle()
    counts = {subject: [len(scene.copies(subject)[user]) for user in ("anna", "bo")] for subject in ("Waits", "Order", "Both")}
    tap.equal(counts, {"Waits": [0, 0], "Order": [1, 0], "Both": [1, 1]}, "once each, nothing of what was put off")


def test_never_again(scene):
    """A sender that never retries loses its message, as it asked for, and harms nobody."""
    tap = scene.tap
    people = [at(user) for user in FIVE]
    answers = send(scene.ours.port, message(SALE, subject="Once"), "once@shop.example", people, source=SHOP)
    tap.equal((answers.data[0], answers.data[1][:5]), (451, "4.5.3"), "put off")
    scene.ours.settle()
    tap.equal(sum(map(len, scene.copies("Once").values())), 0, "nobody has it, nobody was told 250")
    said = deliver(scene.ours.port, message(SALE, subject="Later"), "once@shop.example", people, source=SHOP)
    scene.ours.settle()
    tap.equal({user: said[at(user)][-1][0] for user in FIVE},
              {user: 550 if user in REFUSE else 250 for user in FIVE}, "another message of theirs gets its true answers")
    scene.counts("Later", "and arrives once each")


def test_restart(scene):
    """The filter forgets in the middle: one more 451, and the same end."""
    tap = scene.tap
    since = scene.mark()
    scene.hand_over("Forgotten")
    wait_for("the first 451", 20, lambda: scene.put_off(since) >= 1)
    scene.filter.restart()
    scene.flush()
    scene.counts("Forgotten", "the filter forgot in between: once each all the same")
    tap.equal(scene.bounces(), BOTH, "and its bounce")


def test_remove(scene):
    tap = scene.tap
    scene.filter.restart(mixed="remove")
    since = scene.mark()
    scene.hand_over("Removed")
    scene.flush()
    scene.counts("Removed", "remove: who refuses has nothing, the others once")
    tap.equal((scene.bounces(), scene.put_off(since)), ([], 0), "at the first try, and without a bounce")
    for user in REFUSE:
        text = scene.filter.tuiding("decision", "list", "--recipient", at(user), "--format", "tsv")
        tap.contains(text, "reject", "%s: the removal is on record" % user)
    scene.hand_over("Refused by all", REFUSE)
    scene.flush()
    tap.equal((sum(map(len, scene.copies("Refused by all").values())), scene.bounces()), (0, BOTH),
              "remove: refused by all of them is a bounce, never a silent 250")


def test_tag(scene):
    tap = scene.tap
    scene.filter.restart(mixed="tag")
    since = scene.mark()
    scene.hand_over("Tagged")
    scene.flush()
    scene.counts("Tagged", "tag: everybody has it once", refused=1)
    tap.equal((scene.bounces(), scene.put_off(since)), ([], 0), "at the first try, and without a bounce")
    tap.equal({mail.verdict().get("action") for mails in scene.copies("Tagged").values() for mail in mails}, {"tag"},
              "with the mark")


def run(tap):
    with Rig("split") as rig:
        scene = Scene(tap, rig)
        for test in (test_tempfail_once, test_again, test_many, test_other_mail, test_never_again, test_restart,
                     test_remove, test_tag):
            tap.run(test, scene)
        tap.equal(scene.filter.stop(), 0, "TERM: ends with status 0")
        log = scene.filter.log_text()
        tap.ok("ERROR: " not in log and "runtime error" not in log, "no sanitizer has spoken", log[-3000:])
        if tap.failed:
            print("# " + "\n# ".join(scene.filter.log_text().splitlines()[-40:]))
            print("# " + "\n# ".join(scene.shop.log_text().splitlines()[-40:]))


if __name__ == "__main__":
    if not os.environ.get("TUIDING_MTA"):
        print("1..0 # SKIP TUIDING_MTA is not set")
        sys.exit(0)
    sys.exit(tap_main(run))
