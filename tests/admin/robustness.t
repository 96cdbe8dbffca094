#!/bin/sh
# "tuiding check" over the torture messages: every file gets its line, none ends the program or holds it up.  With
# the shipped rules and with one plain rule, a file at a time too where all at once failed, to name the culprit.
set -u
src=${TUIDING_SRCDIR:-$(cd "$(dirname "$0")/../.." && pwd)}
bin=${TUIDING_BINDIR:-$src}
limit=120		# seconds for all of them; a sanitizer build takes ten times what it should
mail=${TUIDING_SHARED:+$TUIDING_SHARED/robustness}
n=0 failed=0
if [ ! -x "$bin/tuiding" ]; then
	echo "1..0 # SKIP no tuiding in the build folder"
	exit 0
fi
if [ -z "$mail" ] || [ ! -d "$mail" ]; then
	echo "1..0 # SKIP TUIDING_SHARED is not set"
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
		return
	fi
	echo "not ok $n - $2"
	failed=1
	[ -z "${3-}" ] || tail -n 30 "$3" | sed 's/^/#   /'
}

find "$mail" -type f | LC_ALL=C sort > "$tmp/files"
[ -s "$tmp/files" ]
verdict $? "there are messages: $(wc -l < "$tmp/files")"
for rules in conf/rules tests/milter/test.cf; do
	cat > "$tmp/conf" <<-EOT
	user = ""
	ledger = "sqlite:$tmp/none.db"
	rules = { "$src/$rules" }
	local-domains = { "example.com" }
	public-mail-domains = "$src/conf/public-mail-domains"
	EOT
	tr '\n' '\0' < "$tmp/files" | timeout $limit xargs -0 "$bin/tuiding" -c "$tmp/conf" check --format tsv > "$tmp/out" 2> "$tmp/err"
	status=$?
	verdict $status "$rules: all are judged in time" "$tmp/err"
	if [ $status -ne 0 ]; then
		while IFS= read -r file; do
			timeout 10 "$bin/tuiding" -c "$tmp/conf" check --format tsv "$file" > /dev/null 2>&1 || echo "#   $file: status $?"
		done < "$tmp/files"
	fi
	cut -f 1 "$tmp/out" | LC_ALL=C sort | diff "$tmp/files" - > "$tmp/diff"
	verdict $? "$rules: one line a file" "$tmp/diff"
	awk -F '\t' 'NF != 6 || $2 !~ /^(commercial|other)$/ || $3 !~ /^-?[0-9]+\.[0-9][0-9]$/' "$tmp/out" > "$tmp/odd"
	[ ! -s "$tmp/odd" ]
	verdict $? "$rules: a class and a score in each" "$tmp/odd"
	# The same folder, walked by the program itself.
	timeout $limit "$bin/tuiding" -c "$tmp/conf" check --format tsv "$mail" > "$tmp/walked" 2>&1 &&
	    [ -s "$tmp/walked" ] && LC_ALL=C sort "$tmp/out" > "$tmp/a" && LC_ALL=C sort "$tmp/walked" | comm -13 "$tmp/a" - > "$tmp/odd" && [ ! -s "$tmp/odd" ]
	verdict $? "$rules: walking the folder gives no other answer" "$tmp/odd"
done
echo "1..$n"
exit $failed
