#!/bin/sh
# The replies of the mail programs people use, and what must not be taken for a command: golden files.  TAP.
set -u
src=${TUIDING_SRCDIR:-$(cd "$(dirname "$0")/../.." && pwd)}
bin=${TUIDING_BINDIR:-$src}
golden=$bin/tests/command/golden
if [ ! -x "$golden" ]; then
	echo "Bail out! tests/command/golden is not built"
	exit 99
fi
exec timeout 120 "$golden" "$src/tests/command"
