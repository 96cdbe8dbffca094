"""A stand-in for the milters that verify SPF, DKIM and DMARC: small, and honest about what it is.

It believes a table: which loopback address may send for which domain.  Like the real ones it takes forged
Authentication-Results of its own name out and puts its own on top.  The class Milter below it speaks the
milter protocol, version 6, without any modification but header edits.
"""

import socketserver
import struct
import threading

CONTINUE = b"c"


class Milter(socketserver.ThreadingTCPServer):
    """A milter in threads of this process; port is what the MTA is told."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, rig, port=0):
        super().__init__(("127.0.0.1", port), _Session)
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
        rig.undo(self._end)

    def _end(self):
        self.shutdown()
        self.server_close()

    def handle_error(self, request, client_address):
        pass

    def recipient(self, message, recipient):
        """The reply to one RCPT."""
        return CONTINUE

    def end_of_message(self, message):
        """Packets to send at the end of the message; the last one is the verdict."""
        return [CONTINUE]


class Message:
    """What a session knows of the message in hand."""

    def __init__(self, client):
        self.client = client
        self.sender = ""
        self.recipients = []
        self.headers = []
        self.body = b""


def insert_header(index, name, value):
    return b"i" + struct.pack("!I", index) + name.encode() + b"\0" + value.encode() + b"\0"


def change_header(index, name, value):
    """An empty value takes the field out; index counts the fields of that name, from 1."""
    return b"m" + struct.pack("!I", index) + name.encode() + b"\0" + value.encode() + b"\0"


def _text(octets):
    return octets.decode("utf-8", "replace")


class _Session(socketserver.StreamRequestHandler):
    """One connection of the MTA."""

    def handle(self):
        client, message = "", Message("")
        while True:
            head = self.rfile.read(5)
            if len(head) < 5:
                return
            size, command = struct.unpack("!Ic", head)
            data = self.rfile.read(size - 1)
            replies = [CONTINUE]
            if command == b"O":
                version = min(6, struct.unpack("!I", data[:4])[0])
                replies = [b"O" + struct.pack("!III", version, 0x11, 0)]
            elif command in b"QK":
                return
            elif command in b"DA":
                replies = []
            elif command == b"C":
                client = self._client(data)
            elif command == b"M":
                message = Message(client)
                message.sender = _text(data.split(b"\0")[0]).strip("<>")
            elif command == b"R":
                message.recipients.append(_text(data.split(b"\0")[0]).strip("<>"))
                replies = [self.server.recipient(message, message.recipients[-1])]
            elif command == b"L":
                name, value = data.split(b"\0")[:2]
                message.headers.append((_text(name), _text(value).strip()))
            elif command == b"B":
                message.body += data
            elif command == b"E":
                message.body += data
                replies = self.server.end_of_message(message)
            for reply in replies:
                self.wfile.write(struct.pack("!I", len(reply)) + reply)

    @staticmethod
    def _client(data):
        _host, rest = data.split(b"\0", 1)
        return _text(rest[3:].rstrip(b"\0")) if rest[:1] in b"46" else ""


class Verifier(Milter):
    """passes: {client address: (domains it may send for)}."""

    def __init__(self, rig, authserv_id, passes):
        self.authserv_id = authserv_id
        self.passes = passes
        super().__init__(rig)

    def end_of_message(self, message):
        packets, seen = [], 0
        for name, value in message.headers:
            if name.lower() == "authentication-results":
                seen += 1
                if value.partition(";")[0].strip().lower() == self.authserv_id:
                    packets.insert(0, change_header(seen, "Authentication-Results", ""))
        packets.append(insert_header(1, "Authentication-Results", self._results(message)))
        return packets + [CONTINUE]

    def _results(self, message):
        allowed = self.passes.get(message.client, ())
        senders = [value for name, value in message.headers if name.lower() == "from"]
        author = senders[0].rpartition("@")[2].strip("> \t") if senders else "invalid"
        envelope = message.sender.rpartition("@")[2]
        return "%s; spf=%s smtp.mailfrom=%s; dmarc=%s header.from=%s" % (
            self.authserv_id, "pass" if envelope in allowed else "none", envelope or "invalid",
            "pass" if author in allowed else "none", author)
