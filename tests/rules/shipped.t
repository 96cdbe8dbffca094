#!/bin/sh
# The rules that are shipped: read without a warning, pass their own tests, and each scored one explains itself in
# both languages and shows what it hits and what it must not.  What is fitted (learned.cf) explains itself by its
# weight and is only read.
set -u
src=${TUIDING_SRCDIR:-$(cd "$(dirname "$0")/../.." && pwd)}
bin=${TUIDING_BINDIR:-$src}
rules=$src/conf/rules
least=120
n=0 failed=0
if [ ! -x "$bin/tuiding" ]; then
	echo "1..0 # SKIP no tuiding in the build folder"
	exit 0
fi
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# verdict STATUS NAME [FILE]: one TAP line; FILE says why it failed.
verdict() {
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		failed=1
		[ -n "${3-}" ] && head -n 40 "$3" | sed 's/^/#   /'
	fi
}

# none FILE NAME: the file names nobody.
none() {
	[ ! -s "$1" ]
	verdict $? "$2" "$1"
}

timeout 120 "$bin/tuiding" rules check "$rules" > "$tmp/check" 2>&1
verdict $? "rules check finds nothing wrong" "$tmp/check"
grep -q '^[0-9][0-9]* rules, no warning$' "$tmp/check" && [ "$(wc -l < "$tmp/check")" -eq 1 ]
verdict $? "and gives no warning" "$tmp/check"
timeout 120 "$bin/tuiding" rules test "$rules" > "$tmp/test" 2>&1
verdict $? "rules test passes" "$tmp/test"
grep -q '^[1-9][0-9]* tests, 0 failed$' "$tmp/test"
verdict $? "with no test failed, and not for want of tests" "$tmp/test"

# Every rule by what is said of it: "NAME what".
set -- "$rules"/*.cf
for f; do
	[ "$(basename "$f")" = learned.cf ] || echo "$f"
done | tr '\n' '\0' | xargs -0 awk '
	{ sub(/^[ \t]+/, "") }
	/^(header|body|rawbody|full|uri|mimeheader|folded|meta)[ \t]/ { print $2, "rule" }
	/^header[ \t]/ && ($3 ~ /^exists:/ || $5 == "/\\S/") { print $2, "fail" }	# no value there is that it must not hit
	/^score[ \t]/ { print $2, "score" }
	/^describe[ \t]/ && NF > 2 { print $2, "describe" }
	/^lang[ \t]+zh[ \t]+describe[ \t]/ && NF > 4 { print $4, "zh" }
	/^test[ \t]/ && NF > 3 { print $2, $3 }
' | sort -u > "$tmp/said"
awk '$2 == "rule" && $1 !~ /^__/ { print $1 }' "$tmp/said" > "$tmp/scored"
[ "$(wc -l < "$tmp/scored")" -ge $least ]
verdict $? "at least $least scored rules are written by hand, here $(wc -l < "$tmp/scored")"
for what in score describe zh ok fail; do
	awk -v what=$what '$2 == what { print $1 }' "$tmp/said" > "$tmp/have"
	comm -23 "$tmp/scored" "$tmp/have" > "$tmp/lack"
	case $what in
	score)		none "$tmp/lack" "each has a score of its own" ;;
	describe)	none "$tmp/lack" "each is described in English" ;;
	zh)		none "$tmp/lack" "each is described in Chinese" ;;
	*)		none "$tmp/lack" "each has a test that says $what" ;;
	esac
done
awk '$2 == "rule" { print $1 }' "$tmp/said" | sort -u > "$tmp/rules"
awk '$2 != "rule" { print $1 }' "$tmp/said" | sort -u | comm -13 "$tmp/rules" - > "$tmp/lack"
none "$tmp/lack" "nothing is said of a rule that is not there"
echo "1..$n"
exit $failed
