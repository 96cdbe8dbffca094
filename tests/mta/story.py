"""The demonstration's story: one reply ends it, in both directions.

An advertisement arrives tagged; the recipient answers 退订; the confirmation arrives; the next one meets 550; explain
tells why.  Then the same for our own newsletter and a customer outside.  Returns what was not as it should be.
"""

import json
import re

from postfix import INSIDE
from smtp import OUTSIDE, Received, send

WANG = "wang@demo.example"
NEWS = "news@demo.example"
ZHAO = "zhao@customer.example"
CUSTOMER = "127.0.0.33"      # proven to be customer.example


def renamed(octets, number, to=None, sender=None):
    """The same advertisement another day: a Message-ID of its own, for somebody else."""
    octets = re.sub(rb"(?im)^Message-ID:.*(\r\n[ \t].*)*", b"Message-ID: <story-%d@demo.invalid>" % number, octets, count=1)
    for name, value in ((b"To", to), (b"From", sender)):
        if value:
            octets = re.sub(rb"(?im)^" + name + rb":.*(\r\n[ \t].*)*", name + b": <" + value.encode() + b">", octets, count=1)
    return octets


def answer(author, to, words, answers):
    """A reply as a mail program writes it, the advertisement quoted below."""
    return ("From: %s\r\nTo: %s\r\nSubject: Re: =?utf-8?B?5oKo5aW9?=\r\nDate: Sat, 21 Nov 2026 10:00:00 +0800\r\n"
            "Message-ID: <answer-%s\r\nIn-Reply-To: %s\r\nMIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n%s\r\n\r\n"
            "在 2026年11月20日 周五 09:30，促销中心 写道：\r\n> 全场五折，最后三天！\r\n"
            % (author, to, answers.strip("<"), answers, words)).encode("utf-8")


class Teller:
    def __init__(self, stage):
        self.stage = stage
        self.faults = []

    def say(self, good, text):
        print("  %s %s" % ("✓" if good else "✗", text))
        if not good:
            self.faults.append("story: " + text)
        return good

    def send(self, octets, sender, recipient, source, **more):
        said = send(self.stage.postfix.port, octets, sender, [recipient], source=source, **more).final(recipient)
        self.stage.postfix.settle()
        return said

    def newest(self, user):
        mails = self.stage.postfix.arrived(user)
        return Received(mails[-1]) if mails else None

    def post(self):
        """Lets the worker send what is queued."""
        self.stage.filter.worker_once()
        self.stage.postfix.settle()

    def refusal(self, recipient):
        rows = json.loads(self.stage.filter.tuiding("refusal", "list", "--recipient", recipient, "--format", "json"))
        return rows[-1] if rows else None

    def explain(self, recipient):
        rows = json.loads(self.stage.filter.tuiding("decision", "list", "--recipient", recipient, "--format", "json"))
        identity = rows[0]["id"]
        print("\n$ tuiding explain %s" % identity)
        print(self.stage.filter.tuiding("explain", identity).rstrip())


def show_letter(mail):
    text = mail.mail.get_payload(decode=True).decode("utf-8", "replace").replace("\r\n", "\n").rstrip()
    print("\n    主题 Subject: " + mail.subject())
    for line in text.split("\n"):
        print("    " + line)
    print()


def inbound(teller, octets, sender):
    print("\n一次回复，到此为止 / one reply ends it\n")
    user = WANG.partition("@")[0]
    said = teller.send(renamed(octets, 1, WANG), sender, WANG, OUTSIDE)
    mail = teller.newest(user)
    if not teller.say(said[0] == 250 and mail is not None and mail.verdict().get("action") == "tag",
                      "广告送达，主题加上标签 / the advertisement arrives tagged: “%s”" % (mail.subject() if mail else "")):
        return
    teller.say(bool(mail.field("X-Tuiding-Refuse")), "并带有退订途径 / with the way out: %s" % mail.field("X-Tuiding-Refuse"))
    to = re.search(r"[^<\s]+@[^>\s]+", mail.field("From")).group(0)
    said = teller.send(answer(WANG, to, "退订", mail.field("Message-ID")), WANG, to, INSIDE, login=WANG)
    row = teller.refusal(WANG)
    teller.say(said[0] == 250 and row is not None,
               "收件人回复“退订”，当即记录 / the reply 退订 is on record: %s" % (row["reference"] if row else "-"))
    teller.post()
    letter = teller.newest(user)
    if teller.say(letter.field("X-Tuiding-Letter") is not None, "确认邮件送达 / the confirmation arrives"):
        show_letter(letter)
    said = teller.send(renamed(octets, 2, WANG), sender, WANG, OUTSIDE)
    teller.say(said[0] == 550, "下一封被退回 / the next one: %d %s" % said)
    teller.explain(WANG)


def outbound(teller, octets):
    print("\n本站外发同样如此 / our own newsletter, the same\n")
    said = teller.send(renamed(octets, 3, ZHAO, NEWS), NEWS, ZHAO, INSIDE, login=NEWS)
    teller.say(said[0] == 250, "本站的宣传邮件发出 / our newsletter goes out to %s" % ZHAO)
    teller.send(answer(ZHAO, NEWS, "TD", "<story-3@demo.invalid>"), ZHAO, NEWS, CUSTOMER)
    row = teller.refusal(ZHAO)
    teller.say(row is not None, "站外客户回复“TD” / the customer answers TD: %s" % (row["reference"] if row else "-"))
    teller.post()
    letters = [octets for _, to, octets in teller.stage.sink.messages() if ZHAO in to]
    teller.say(any(Received(one).field("X-Tuiding-Letter") for one in letters), "客户收到确认 / and gets a confirmation")
    said = teller.send(renamed(octets, 4, ZHAO, NEWS), NEWS, ZHAO, INSIDE, login=NEWS)
    teller.say(said[0] == 550, "下一次提交被拒 / the next submission: %d %s" % said)
    teller.explain(ZHAO)


def tell(stage, advertisement, sender, newsletter):
    """advertisement, newsletter: octets of a message of class commercial, in and out."""
    teller = Teller(stage)
    inbound(teller, advertisement, sender)
    outbound(teller, newsletter)
    return teller.faults
