#!/bin/sh
# Checks of the house: floors, lengths, banned functions, sources listed, settings documented, no stray paths.
# TAP.  Reads the source tree only.
set -u
src=${TUIDING_SRCDIR:-$(cd "$(dirname "$0")/../.." && pwd)}
cd "$src" || exit 99
n=0
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT

# result NAME FILE: ok when FILE is empty, else its lines are shown.
result() {
	n=$((n + 1))
	if [ -s "$2" ]; then
		echo "not ok $n - $1"
		sed 's/^/#   /' "$2"
	else
		echo "ok $n - $1"
	fi
}

skip() {
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

# An include goes down, never up or sideways; a prefix family (judge, judge_rules) is one room.
awk -f tests/house/floors.awk milter/*.c milter/*.h > "$tmp/floors"
result "includes go down the floors" "$tmp/floors"

# The check itself can fail: a planted upward and a planted sideways include are both found.
mkdir "$tmp/planted"
echo '#include "judge.h"' > "$tmp/planted/addr.c"
echo '#include "mime.h"' > "$tmp/planted/sender.c"
: > "$tmp/positive"
[ "$(awk -f tests/house/floors.awk "$tmp"/planted/*.c | wc -l)" -eq 2 ] || echo "planted includes not found" > "$tmp/positive"
result "the floor check finds planted includes" "$tmp/positive"

awk 'FNR == 1 { if (f) chk(); f = FILENAME } { n = FNR } END { chk() }
    function chk() { if (n > 500) print f ": " n " lines (500 at most)" }' milter/*.c > "$tmp/files"
result "no file above 500 lines" "$tmp/files"

if command -v ctags > /dev/null 2>&1 && ctags --version 2>/dev/null | grep -q Universal; then
	ctags -x --c-kinds=f --_xformat='%F %N %n %e' milter/*.c |
	    awk '$4 - $3 + 1 > 60 { print $1 ": " $2 ", " $4 - $3 + 1 " lines (60 at most)" }' > "$tmp/functions"
	result "no function above 60 lines" "$tmp/functions"
else
	skip "no function above 60 lines" "universal-ctags is not here"
fi

grep -nE '\b(strcpy|strcat|sprintf|vsprintf|strtok|localtime|gmtime|ctime|asctime|atoi|atol|gets|system|popen|strerror|mktemp|tmpnam|alloca|rand|srand)[[:space:]]*\(' \
    milter/*.c | grep -vE '^[^:]*:[0-9]+:[[:space:]]*(/?\*|//)' > "$tmp/banned"
result "no banned function" "$tmp/banned"

# The one writable static of the program is libmilter's fault (session.c); others are const.
grep -nE '^[[:space:]]*static[[:space:]]+(struct|char|int|unsigned|bool|size_t|_Atomic|GHashTable|pthread|volatile)[^()]*(=|;|\{)[[:space:]]*$|^static [^()=]*;$' milter/*.c |
    grep -vE '\bconst\b|milter/session\.c:[0-9]+:static struct \{$' > "$tmp/statics"
result "nothing static is writable" "$tmp/statics"

# What other libraries are stays behind one wall each.
{
	grep -nlE '#include [<"](gmime|libxml|sqlite3|pcre2|hs|libmilter|libpsl|confuse|uchardet|jansson|glib)' milter/*.h |
	    grep -vE '_private\.h$|_impl\.h$|_db\.h$|_expr\.h$|_build\.h$|_sql\.h$|ledger_sqlite' || :
	grep -nl 'libmilter/mfapi.h' milter/*.c milter/*.h | grep -vE 'milter/session' || :
} | sort -u > "$tmp/walls"
result "no library's type in a public header" "$tmp/walls"

for f in milter/*.c; do
	[ "$f" = milter/ledger_sqlite_schema.c ] || grep -qE "(^|[[:space:]])$f([[:space:]]|\\\\|\$)" Makefile.am || echo "$f is in no list of Makefile.am"
done > "$tmp/listed"
result "every source is built" "$tmp/listed"

for f in milter/*.c milter/*.h; do
	case $f in *_table.h|*_schema.c) continue ;; esac
	head -n 1 "$f" | grep -q '^/\*' || echo "$f has no head comment"
done > "$tmp/heads"
result "every file says what it is" "$tmp/heads"

sh tests/house/check-documented > "$tmp/documented" 2>&1 && : > "$tmp/documented"
result "every setting is documented" "$tmp/documented"

: > "$tmp/man"
if command -v mandoc > /dev/null 2>&1; then
	for f in man/*.[1-8]; do
		mandoc -T lint -W warning "$f" >> "$tmp/man" 2>&1
	done
	result "manual pages are clean" "$tmp/man"
else
	skip "manual pages are clean" "mandoc is not here"
fi
echo "1..$n"
