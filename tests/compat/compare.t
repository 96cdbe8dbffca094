#!/bin/sh
# The rule language beside SpamAssassin's own: a sample of the mail under TUIDING_SHARED, its stock rules.  TAP.
here=$(cd "$(dirname "$0")" && pwd)
stock=/usr/share/spamassassin
hits=${TUIDING_BINDIR:-.}/tests/compat/hits

skip() {
	echo "1..0 # SKIP $1"
	exit 0
}

[ -n "${TUIDING_SHARED-}" ] && [ -d "$TUIDING_SHARED/corpus" ] || skip "TUIDING_SHARED is not set"
[ -x "$hits" ] || skip "hits is not built"
[ -d "$stock" ] || skip "SpamAssassin's rules are not here"
perl -MMail::SpamAssassin -e 1 2> /dev/null || skip "SpamAssassin is not here"
exec perl "$here/compare" -t -n 60 -w 5 -r "$stock"
