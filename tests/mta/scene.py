"""What the end-to-end tests share: the people, the rules, the mail, and a filter set up for them.

The rules are the tests' own, so that a better shipped rule changes no test.
"""

from daemon import Filter, policy
from postfix import INSIDE
from rig import need

DOMAIN = "box.example"
SHOP = "127.0.0.31"          # proven to be shop.example
GATEWAY = "127.0.0.32"
EXEMPT = "127.0.0.33"
PASSES = {SHOP: ("shop.example",)}
USERS = ("anna", "bo", "chen", "dora", "emil", "postmaster", "tuiding", "jubao", "安娜")

RULES = """\
body      MTA_SALE    /everything must go/
describe  MTA_SALE    The tests' own mark of advertising
score     MTA_SALE    6.0
"""
SALE = "Dear customer,\r\n\r\neverything must go: half price until Sunday!\r\n"
LETTER = "Dear Anna,\r\n\r\nshall we meet on Sunday?\r\n"

# anna and 安娜 have refused shop.example, dora has asked for its mail, emil wants no advertising at all.
SAID = (
    ("refusal", "anna@" + DOMAIN, "shop.example"),
    ("refusal", "安娜@" + DOMAIN, "shop.example"),
    ("consent", "dora@" + DOMAIN, "shop.example"),
    ("refusal", "emil@" + DOMAIN, "*"),
    ("refusal", "zoe@customer.example", DOMAIN),
)

COUNT = iter(range(1, 100000))


def message(body, subject="Sale", author="news@shop.example", to="anna@" + DOMAIN, extra="", mid=None):
    """A message as a client sends it, CRLF, with a Message-ID of its own."""
    mid = mid or "m%d@shop.example" % next(COUNT)
    return ("From: %s\r\nTo: %s\r\nSubject: %s\r\nDate: Fri, 20 Nov 2026 09:30:00 +0800\r\n"
            "Message-ID: <%s>\r\n%sMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
            "\r\n%s" % (author, to, subject, mid, extra, body)).encode("utf-8")


def settings(rig):
    """The configuration the tests begin with."""
    rules = rig.write("rules.cf", RULES)
    return {
        "rules": [rules],
        "local-domains": [DOMAIN],
        "internal-hosts": [INSIDE + "/32", "127.0.0.1/32"],
        "gateway-hosts": [GATEWAY + "/32"],
        "exempt-clients": [EXEMPT + "/32"],
        "exempt-senders": ["boss@partner.example"],
        "exempt-recipients": ["chen@" + DOMAIN],
        "authserv-id": ["mx." + DOMAIN],
        "recipient-delimiter": "+",
        "command-address": "tuiding@" + DOMAIN,
        "complaint-address": "jubao@" + DOMAIN,
        "policy inbound": policy(refused="reject", none="tag", correspondent="accept", consented="accept",
                                 unknown="tempfail"),
    }


def make_filter(rig):
    """A filter with its ledger made and filled, not yet begun."""
    made = Filter(rig, need("TUIDING_BINDIR"), settings(rig))
    made.tuiding("ledger", "init")
    for kind, recipient, sender in SAID:
        made.tuiding(kind, "add", recipient, sender)
    return made
