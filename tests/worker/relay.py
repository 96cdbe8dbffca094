"""A relay that does what a test wants: takes letters, refuses them, keeps silent, breaks off.

Standard library only; loopback only.
"""

import base64
import email
import email.header
import socketserver
import ssl
import threading


class Letter:
    """One message that the relay was given, taken or not."""

    def __init__(self, sender, recipients, octets):
        self.sender = sender
        self.recipients = recipients
        self.octets = octets
        self.mail = email.message_from_bytes(octets)

    def field(self, name):
        value = self.mail.get(name)
        return None if value is None else " ".join(str(value).split())

    def subject(self):
        return str(email.header.make_header(email.header.decode_header(self.mail["Subject"])))

    def text(self):
        return base64.b64decode(self.mail.get_payload()).decode("utf-8")


class _Door(socketserver.StreamRequestHandler):
    """The relay's side of one connection."""

    def say(self, text):
        self.wfile.write(text.encode("utf-8", "surrogateescape") + b"\r\n")

    def answer(self, word, default):
        """What the plan says to this word, else the default.  False: the connection is over."""
        relay = self.server
        plan = relay.plan.get(word, default)
        if plan == "hang":
            relay.silent.set()
            relay.over.wait(60)
            return False
        if isinstance(plan, tuple):         # (seconds, answer)
            relay.silent.set()
            relay.over.wait(plan[0])
            plan = plan[1]
        if plan == "close":
            return False
        self.say(plan)
        return plan[0] in "23"

    def handle(self):
        relay = self.server
        sender, recipients = None, []
        relay.count("connections")
        if relay.whole is not None:
            self.wrap(relay.whole)
        if not self.answer("GREETING", "220 relay.example ESMTP"):
            return
        while True:
            line = self.rfile.readline(4096)
            if not line:
                return
            relay.heard.append(line.decode("utf-8", "replace").rstrip("\r\n"))
            word = line[:4].upper().decode("ascii", "replace")
            if word == "QUIT":
                self.say("221 2.0.0 bye")
                return
            if word == "EHLO":
                self.answer("EHLO", "250-relay.example\r\n" + ("250-STARTTLS\r\n" if relay.tls else "") +
                            "250-SIZE 1000000\r\n250 8BITMIME")
            elif word == "STAR":
                self.say("220 2.0.0 go on")
                if not self.encrypt():
                    return
            elif word == "MAIL":
                sender, recipients = line.partition(b"<")[2].partition(b">")[0].decode(), []
                self.answer("MAIL", "250 2.1.0 ok")
            elif word == "RCPT":
                if self.answer("RCPT", "250 2.1.5 ok"):
                    recipients.append(line.partition(b"<")[2].partition(b">")[0].decode("utf-8"))
            elif word == "DATA":
                self.say("354 go on")
                octets = b"".join(self.content())
                letter = Letter(sender, recipients, octets)
                relay.given.append(letter)
                if self.answer("END", "250 2.0.0 taken"):
                    relay.taken.append(letter)
            else:
                self.say("250 2.0.0 ok")

    def encrypt(self):
        if self.server.tls == "broken":
            self.rfile.read(1)              # not before the client begins
            self.wfile.write(b"this is no TLS\r\n" * 4)
            return False
        self.wrap(self.server.tls)
        self.server.count("encrypted")
        return True

    def wrap(self, tls):
        self.request = tls.wrap_socket(self.request, server_side=True)
        self.rfile = self.request.makefile("rb")
        self.wfile = self.request.makefile("wb", 0)

    def content(self):
        for line in iter(lambda: self.rfile.readline(65536), b""):
            if line == b".\r\n":
                return
            yield line[1:] if line.startswith(b".") else line


class Relay(socketserver.ThreadingTCPServer):
    """plan: word ("RCPT", "END" …) to answer, "hang", "close" or (seconds, answer).  tls: None, "broken" or a context;
    whole: a context for the whole session (smtps)."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Door)
        self.port = self.server_address[1]
        self.url = "smtp://127.0.0.1:%d" % self.port
        self.lock = threading.Lock()
        self.over = threading.Event()
        self.tls = self.whole = None
        self.reset()
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def reset(self, **plan):
        self.plan = plan
        self.counts = {"connections": 0, "encrypted": 0}
        self.heard, self.given, self.taken = [], [], []
        self.silent = threading.Event()

    def count(self, what):
        with self.lock:
            self.counts[what] += 1

    def handle_error(self, request, client_address):
        pass    # a peer that went away is no news

    def end(self):
        self.over.set()
        self.shutdown()
        self.server_close()


def context(cert, key):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(cert, key)
    return made
