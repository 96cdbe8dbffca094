#!/bin/sh
# The real daemon through its real socket, driven by miltertest.  One TAP line a script; its own lines are shown
# when it fails.  Loopback and a temporary folder only; ends the daemons it started, by process id.
set -u
src=${TUIDING_SRCDIR:-$(cd "$(dirname "$0")/../.." && pwd)}
bin=${TUIDING_BINDIR:-$src}
folder=$src/tests/milter
scripts="stages:enforce verdicts:enforce two:enforce abort:enforce limited:enforce split:enforce strip:enforce
	skip:enforce flood:enforce outbound:enforce remove:remove quarantine:quarantine observe:observe noledger:noledger"
if ! command -v miltertest > /dev/null 2>&1; then
	echo "1..0 # SKIP miltertest is not here"
	exit 0
fi
tmp=$(mktemp -d) || exit 99
pid=
stop() {
	[ -n "$pid" ] || return 0
	kill "$pid" 2> /dev/null
	wait "$pid" 2> /dev/null
	status=$?
	pid=
	return $status
}
trap 'stop; rm -rf "$tmp"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

conf() {	# NAME MODE MIXED NONE LEDGER
	cat > "$tmp/$1.conf" <<-EOF
	socket = "unix:$tmp/sock"
	user = ""
	log = "stderr"
	mode = "$2"
	mixed = "$3"
	ledger = "sqlite:$5"
	control-socket = ""
	rules = { "$folder/test.cf" }
	local-domains = { "example.com" }
	internal-hosts = { "10.0.0.0/8" }
	authserv-id = { "mx.example.com" }
	public-mail-domains = "$src/conf/public-mail-domains"
	max-scan-size = 65536
	reject-text = "refused 100%"
	tempfail-text = "later"
	mixed-text = "again"
	policy inbound { none = "$4" }
	EOF
}
mkdir "$tmp/l"
conf enforce enforce tempfail-once tag "$tmp/l/t.db"
conf remove enforce remove tag "$tmp/l/t.db"
conf quarantine enforce tempfail-once quarantine "$tmp/l/t.db"
conf observe observe tempfail-once tag "$tmp/l/t.db"
conf noledger enforce tempfail-once tag "$tmp/nowhere/t.db"
{
	"$bin/tuiding" -c "$tmp/enforce.conf" ledger init &&
	"$bin/tuiding" -c "$tmp/enforce.conf" refusal add anna@example.com shop.example &&
	"$bin/tuiding" -c "$tmp/enforce.conf" consent add carol@example.com shop.example
} > "$tmp/setup" 2>&1 || { sed 's/^/# /' "$tmp/setup"; echo "Bail out! no ledger"; exit 99; }

start() {
	rm -f "$tmp/sock" "$tmp/log"
	: > "$tmp/log"
	"$bin/tuiding-milter" -f -c "$tmp/$1.conf" > "$tmp/log" 2>&1 &
	pid=$!
	i=0
	while [ $i -lt 100 ]; do
		grep -q 'notice: start:' "$tmp/log" && return 0
		kill -0 "$pid" 2> /dev/null || return 1
		sleep 0.1
		i=$((i + 1))
	done
	return 1
}

n=0
running=
for entry in $scripts; do
	script=${entry%:*} with=${entry#*:}
	n=$((n + 1))
	if [ "$with" != "$running" ]; then
		stop
		start "$with" || { sed 's/^/# /' "$tmp/log"; echo "Bail out! the daemon did not start with $with"; exit 99; }
		running=$with
	fi
	timeout 60 miltertest -s "$folder/$script.lua" -D socket="unix:$tmp/sock" -D folder="$folder" > "$tmp/out" 2>&1
	status=$?
	if [ $status -eq 0 ] && grep -q '^# done$' "$tmp/out" && ! grep -q '^not ok' "$tmp/out" && kill -0 "$pid" 2> /dev/null; then
		echo "ok $n - $script ($with): $(grep -c '^ok' "$tmp/out") checks"
	else
		echo "not ok $n - $script ($with), miltertest said $status"
		sed 's/^/#   /' "$tmp/out"
		tail -n 20 "$tmp/log" | sed 's/^/#   /'
		stop
		running=
	fi
done
n=$((n + 1))
stop
status=$?
if [ $status -eq 0 ]; then
	echo "ok $n - the daemon ends cleanly"
else
	echo "not ok $n - the daemon ended with $status"
	tail -n 40 "$tmp/log" | sed 's/^/#   /'
fi
echo "1..$n"
