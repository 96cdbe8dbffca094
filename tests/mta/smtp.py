"""Both ends of SMTP: a client that keeps every answer, and a sink that keeps every message.

Standard library only; loopback only.
"""

import email
import email.policy
import smtplib
import socketserver
import threading
from email.header import decode_header

OUTSIDE = "127.0.0.2"    # where a stranger's mail comes from


class Answers:
    """What the server said to one transaction: MAIL, each recipient, and the end of the message."""

    def __init__(self):
        self.mail = None
        self.rcpt = {}
        self.data = None

    def final(self, recipient):
        """(code, text) that counts for one recipient."""
        if self.mail[0] >= 400:
            return self.mail
        if self.rcpt[recipient][0] >= 400 or self.data is None:
            return self.rcpt[recipient]
        return self.data


def _answer(pair):
    code, text = pair
    return code, text.decode("utf-8", "replace")


def send(port, octets, sender, recipients, source=OUTSIDE, helo="client.example", utf8=False, login=None,
         timeout=60):
    """One transaction, from the loopback address `source`.  login: a SASL login, claimed by XCLIENT."""
    answers = Answers()
    client = smtplib.SMTP(timeout=timeout, local_hostname=helo, source_address=(source, 0))
    if not isinstance(octets, bytes):
        octets = octets.encode("utf-8")
    try:
        client.connect("127.0.0.1", port)
        client.ehlo()
        if login is not None:
            client.docmd("XCLIENT", "LOGIN=" + login)
            client.ehlo()
        options = []
        if utf8:
            client.command_encoding = "utf-8"
            options = ["SMTPUTF8", "BODY=8BITMIME"]
        answers.mail = _answer(client.docmd("MAIL", " ".join(["FROM:<%s>" % sender, *options])))
        if answers.mail[0] < 400:
            for recipient in recipients:
                answers.rcpt[recipient] = _answer(client.docmd("RCPT", "TO:<%s>" % recipient))
            if any(code < 400 for code, _ in answers.rcpt.values()):
                answers.data = data(client, octets)
        client.docmd("QUIT")
    finally:
        client.close()
    return answers


def deliver(port, octets, sender, recipients, rounds=6, **more):
    """
    Does as a mail server does: tries again for the recipients that got a 4xx, until each has its true answer.
    Returns the answers of each recipient, in order: {recipient: [(code, text), …]}.
    """
    said = {recipient: [] for recipient in recipients}
    waiting = list(recipients)
    for _ in range(rounds):
        answers = send(port, octets, sender, waiting, **more)
        for recipient in waiting:
            said[recipient].append(answers.final(recipient))
        waiting = [recipient for recipient in waiting if 400 <= said[recipient][-1][0] < 500]
        if not waiting:
            break
    return said


def data(client, octets):
    """(code, text) of the message, whether it was refused at DATA or at its end."""
    try:
        return _answer(client.data(octets))
    except smtplib.SMTPDataError as refusal:
        return _answer((refusal.smtp_code, refusal.smtp_error))


class Received:
    """One message that arrived, with an easy look at its fields."""

    def __init__(self, octets):
        self.octets = octets
        self.mail = email.message_from_bytes(octets, policy=email.policy.compat32)

    def field(self, name):
        """The field unfolded, as it stands; None when it is absent."""
        value = self.mail.get(name)
        return None if value is None else " ".join(str(value).split())

    def fields(self, name):
        return [" ".join(str(value).split()) for value in self.mail.get_all(name, [])]

    def subject(self):
        """The subject decoded; raw octets are read as UTF-8, else as GB18030."""
        return decode_subject(self.octets)

    def verdict(self):
        """X-Tuiding as a table: {"class": "commercial", …}; empty when the field is absent."""
        pairs = (part.strip().partition("=") for part in (self.field("X-Tuiding") or "").split(";"))
        return {name: value for name, mid, value in pairs if mid}


def _text(octets, charset=None):
    names = {"gb2312": "gb18030", "gbk": "gb18030", None: "utf-8", "unknown-8bit": "utf-8"}
    for name in (names.get(charset and charset.lower(), charset), "gb18030"):
        try:
            return octets.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    return octets.decode("utf-8", "replace")


def decode_subject(octets):
    """The Subject of a message as a person would read it."""
    head = octets.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    lines = head.split(b"\n")
    for at, line in enumerate(lines):
        if line[:8].lower() == b"subject:":
            rest = [line[8:]]
            for more in lines[at + 1:]:
                if more[:1] not in (b" ", b"\t"):
                    break
                rest.append(more)
            raw = b"".join(rest).strip()
            try:
                ascii_text = raw.decode("ascii")
            except UnicodeDecodeError:
                return _text(raw)
            return "".join(_text(part, charset) if isinstance(part, bytes) else part
                           for part, charset in decode_header(ascii_text))
    return None


class _Door(socketserver.StreamRequestHandler):
    """The sink's side of one connection."""

    def say(self, text):
        self.wfile.write(text.encode("ascii") + b"\r\n")

    def handle(self):
        envelope = None
        self.say("220 sink.example ESMTP")
        while True:
            line = self.rfile.readline(4096)
            word = line[:4].upper()
            if not line or word == b"QUIT":
                self.say("221 2.0.0 bye")
                return
            if word == b"EHLO":
                self.say("250-sink.example\r\n250-8BITMIME\r\n250 SMTPUTF8")
                continue
            if word == b"MAIL":
                envelope = (self._address(line), [], [])
            elif word == b"RCPT" and envelope is not None:
                envelope[1].append(self._address(line))
            elif word == b"DATA" and envelope is not None:
                self.say("354 go on")
                octets = b"".join(self._content())
                self.server.keep(envelope[0], envelope[1], octets)
                envelope = None
            self.say("250 2.0.0 ok")

    @staticmethod
    def _address(line):
        return line.partition(b"<")[2].partition(b">")[0].decode("utf-8", "replace")

    def _content(self):
        for line in iter(lambda: self.rfile.readline(65536), b""):
            if line in (b".\r\n", b".\n"):
                return
            yield line[1:] if line.startswith(b".") else line


class Sink(socketserver.ThreadingTCPServer):
    """Takes every message that is sent to it and keeps (sender, [recipients], octets)."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, rig):
        super().__init__(("127.0.0.1", 0), _Door)
        self.port = self.server_address[1]
        self.lock = threading.Lock()
        self.kept = []
        thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        thread.start()
        rig.undo(self._end)

    def _end(self):
        self.shutdown()
        self.server_close()

    def handle_error(self, request, client_address):
        pass    # a peer that went away is no news

    def keep(self, sender, recipients, octets):
        with self.lock:
            self.kept.append((sender, recipients, octets))

    def messages(self):
        with self.lock:
            return list(self.kept)
