"""The demonstration: every message of tests/mail/demo through a private Postfix and the filter, as a table.

Beside NN-name.eml stands NN-name.want, tab-separated lines:
    what, client, from, class        a title; who sends it (CLIENTS below); MAIL FROM; the class it must get
    subject                          the subject that must arrive, decoded
    recipient  standing  told  arrived
told is the SMTP client's story for that recipient (repeats folded: "451 550"), arrived is "inbox", "tagged",
"outside" or "-" for nothing; "-" elsewhere: not to be seen.  Exit 0 only when all came as wanted.
"""

import glob
import json
import os
import shutil
import sys
import unicodedata

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from daemon import Filter                                       # noqa: E402
from postfix import INSIDE, Postfix                             # noqa: E402
from rig import Failure, Rig, Skip, need                        # noqa: E402
from smtp import OUTSIDE, Received, Sink, deliver               # noqa: E402
from story import CUSTOMER, tell                                # noqa: E402
from verifier import Verifier                                   # noqa: E402

DOMAIN = "demo.example"
USERS = ("anna", "li", "chen", "wang", "news", "postmaster", "tuiding", "jubao")
CLIENTS = {
    "stranger": OUTSIDE,
    "inside": INSIDE,
    "deal": "127.0.0.31",
    "books": "127.0.0.32",
}
PASSES = {
    CLIENTS["deal"]: ("deal.example", "mail.deal.example"),
    CLIENTS["books"]: ("books.example",),
    CUSTOMER: ("customer.example",),
}
SAID = (
    ("consent", "anna@demo.example", "books.example"),
    ("refusal", "anna@demo.example", "deal.example"),
    ("refusal", "chen@demo.example", "*"),
    ("refusal", "li@demo.example", "<weekly.gadgets.example>"),
    ("refusal", "zhou@customer.example", "demo.example"),
)
HEADINGS = ("邮件 message", "收件人 recipient", "类别 class", "分数 score", "意愿 standing",
            "SMTP 应答 told", "送达 arrived")


def width(text):
    """How many columns a terminal gives to the text."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 0 if unicodedata.combining(letter) else 1
               for letter in text)


def cut(text, columns):
    """The text, shortened to that many columns."""
    if width(text) <= columns:
        return text
    while width(text) > columns - 1:
        text = text[:-1]
    return text + "…"


def show_table(headings, rows, limit=44):
    """Prints aligned columns; the last one may run on."""
    table = [[cut(cell, limit) if at < len(headings) - 1 else cell for at, cell in enumerate(row)]
             for row in [headings, *rows]]
    columns = [max(width(row[at]) for row in table) for at in range(len(headings))]
    for row in table:
        cells = [cell + " " * (columns[at] - width(cell)) for at, cell in enumerate(row)]
        print("  ".join(cells).rstrip())
        if row is table[0]:
            print("  ".join("─" * column for column in columns))


class Sample:
    """One message and what is to become of it."""

    def __init__(self, path):
        self.name = os.path.basename(path)[:-len(".eml")]
        self.want = {"client": "stranger", "from": "", "class": "-", "what": self.name, "subject": None}
        self.recipients = {}
        with open(path, "rb") as file:
            self.octets = file.read().replace(b"\n", b"\r\n")
        with open(path[:-len("eml")] + "want", encoding="utf-8") as file:
            for line in file:
                words = line.rstrip("\n").split("\t")
                if "@" in words[0]:
                    self.recipients[words[0]] = words[1:]
                elif len(words) == 2 and words[0] in self.want:
                    self.want[words[0]] = words[1]
                else:
                    raise Failure("%s.want: not understood: %r" % (self.name, line))
        self.message_id = Received(self.octets).field("Message-ID")

    def sender(self):
        return self.want["from"].strip("<>")


def samples(folder):
    paths = sorted(glob.glob(os.path.join(folder, "*.eml")))
    if not paths:
        raise Failure("no messages under %s" % folder)
    return [Sample(path) for path in paths]


def told(answers):
    """The answers of one recipient in short: codes, repeats folded."""
    codes = []
    for code, _ in answers:
        if not codes or codes[-1] != str(code):
            codes.append(str(code))
    return " ".join(codes)


class Stage:
    """Postfix, filter, verifier and the world outside."""

    def __init__(self, rig):
        self.source = need("TUIDING_SRCDIR")
        self.sink = Sink(rig)
        verifier = Verifier(rig, "mx." + DOMAIN, PASSES)
        conf = rig.path("conf")
        shutil.copytree(os.path.join(self.source, "conf"), conf, copy_function=shutil.copyfile)
        self.filter = Filter(rig, need("TUIDING_BINDIR"), {
            "rules": [os.path.join(conf, "rules")],
            "local-domains": [DOMAIN],
            "internal-hosts": [INSIDE + "/32", "127.0.0.1/32"],
            "authserv-id": ["mx." + DOMAIN],
            "recipient-delimiter": "+",
            "command-address": "tuiding@" + DOMAIN,
            "complaint-address": "jubao@" + DOMAIN,
        })
        self.postfix = Postfix(rig, rig.path("mta"), [DOMAIN], USERS, [verifier.port, self.filter.port],
                               self.sink.port, mynetworks="%s/32, 127.0.0.1/32" % INSIDE)
        self.filter.configure(**{"notify-relay": "smtp://127.0.0.1:%d" % self.postfix.port,
                                 "templates": os.path.join(conf, "templates"), "operator": "演示邮局 Demo Mail"})
        self.filter.tuiding("ledger", "init")
        for kind, recipient, sender in SAID:
            self.filter.tuiding(kind, "add", recipient, sender)
        self.filter.start()
        self.postfix.start()

    def send(self, sample):
        said = deliver(self.postfix.port, sample.octets, sample.sender(), list(sample.recipients),
                       source=CLIENTS[sample.want["client"]])
        self.postfix.settle()
        return said

    def arrived(self, sample, recipient):
        """The copy of this message that reached the recipient: (place, Received), or (None, None)."""
        local, _, domain = recipient.partition("@")
        if domain == DOMAIN:
            copies, place = self.postfix.arrived(local), "inbox"
        else:
            copies = [octets for _, to, octets in self.sink.messages() if recipient in to]
            place = "outside"
        for octets in copies:
            mail = Received(octets)
            if mail.field("Message-ID") == sample.message_id:
                return place, mail
        return None, None

    def decisions(self):
        """{(Message-ID, recipient): decision} of all that was recorded."""
        table = {}
        for row in json.loads(self.filter.tuiding("decision", "list", "--format", "json")):
            table.setdefault((row.get("message_id"), row.get("recipient")), row)
        return table


def place_of(place, mail):
    """"inbox", "tagged" (in the inbox, and the filter says so), "outside", or "-"."""
    if mail is None:
        return "-"
    if place == "inbox" and mail.verdict().get("action") == "tag":
        return "tagged"
    return place


def judge(sample, recipient, answers, place, mail, decision):
    """The row of one recipient as seen, and what is wrong with it."""
    verdict = mail.verdict() if mail is not None else {}
    standing = decision.get("standing") or verdict.get("standing") or "-"
    kind = verdict.get("class") or ("commercial" if decision else "-")
    score = verdict.get("score") or ("%.2f/%.2f" % (decision["score"], decision["required"])
                                     if "required" in decision else str(decision.get("score", "-")))
    seen = (kind, standing, told(answers), place_of(place, mail))
    want_standing, want_told, want_place = sample.recipients[recipient]
    wanted = (sample.want["class"], want_standing, want_told, want_place)
    wrong = ["%s: %s, wanted %s" % (name, got, want) for name, got, want
             in zip(("class", "standing", "told", "arrived"), seen, wanted) if got != want]
    wrong += look_inside(sample, answers, mail)
    shown = "%s “%s”" % (seen[3], mail.subject()) if mail is not None else seen[3]
    return (sample.want["what"], recipient, kind, score, standing, seen[2], shown), wrong


def look_inside(sample, answers, mail):
    """What must hold of every message that arrived, and of every one that did not."""
    wrong = []
    if mail is None:
        if answers[-1][0] == 550 and not answers[-1][1].startswith("5.7.1 "):
            wrong.append("the 550 says no 5.7.1: %s" % answers[-1][1])
        return wrong
    if sample.want["subject"] is not None and mail.subject() != sample.want["subject"]:
        wrong.append("subject: %s, wanted %s" % (mail.subject(), sample.want["subject"]))
    if len(mail.fields("X-Tuiding")) != (0 if sample.want["class"] == "-" else 1):
        wrong.append("X-Tuiding: %r" % mail.fields("X-Tuiding"))
    ways = mail.fields("X-Tuiding-Refuse")
    if any(not way.startswith("<mailto:tuiding+") for way in ways):
        wrong.append("X-Tuiding-Refuse: %r" % ways)
    return wrong


def play(stage):
    """Sends all, prints the table, returns the faults and the decision to explain."""
    rows, faults, stories = [], [], []
    for sample in samples(os.path.join(stage.source, "tests", "mail", "demo")):
        said = stage.send(sample)
        stories.append((sample, said))
    decisions = stage.decisions()
    rejected = None
    for sample, said in stories:
        for at, recipient in enumerate(sample.recipients):
            place, mail = stage.arrived(sample, recipient)
            decision = decisions.get((sample.message_id.strip("<>"), recipient)) or decisions.get(
                (sample.message_id, recipient)) or {}
            if decision and said[recipient][-1][0] == 550 and rejected is None:
                rejected = decision
            row, wrong = judge(sample, recipient, said[recipient], place, mail, decision)
            rows.append(row if at == 0 else ("", *row[1:]))
            faults += ["%s, %s: %s" % (sample.name, recipient, text) for text in wrong]
    show_table(HEADINGS, rows)
    return faults, rejected


def show(stage, title, *argv):
    print("\n%s\n$ tuiding %s" % (title, " ".join(argv)))
    print(stage.filter.tuiding(*argv).rstrip())


def main():
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        with Rig("demo") as rig:
            stage = Stage(rig)
            print("退订演示 / Tuiding demonstration\n")
            faults, rejected = play(stage)
            show(stage, "谁拒绝了谁 / who refused whom", "refusal", "list")
            show(stage, "判定记录 / decisions", "decision", "list")
            if rejected is not None:
                show(stage, "为什么拒收 / why it was rejected", "explain", rejected["id"])
            mails = {sample.name: sample for sample in samples(os.path.join(stage.source, "tests", "mail", "demo"))}
            faults += tell(stage, mails["02-unknown-gbk"].octets, mails["02-unknown-gbk"].sender(),
                           mails["15-outbound-refused"].octets)
            if not stage.filter.running():
                faults.append("tuiding-milter did not live to the end")
    except (Skip, Failure) as reason:
        print("demo: %s" % reason, file=sys.stderr)
        return 1
    print()
    if faults:
        print("与预期不符 / not as it should be:")
        for fault in faults:
            print("  " + fault)
        return 1
    print("全部符合预期 / every outcome is as it should be.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
