#!/bin/sh
# Every fuzz target over its seeds, and those that read mail over the torture messages where TUIDING_SHARED names
# them.  The sanitizers are the judges where the build has them; a crash, a trap or a hang fails in any build.
set -u
src=${TUIDING_SRCDIR:-$(cd "$(dirname "$0")/../.." && pwd)}
bin=${TUIDING_BINDIR:-$src}
limit=60		# seconds for all inputs of a target
n=0 failed=0
tmp=$(mktemp) || exit 99
trap 'rm -f "$tmp"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# replay TARGET NAME FILE...: one TAP line.
replay() {
	target=$1 name=$2
	shift 2
	n=$((n + 1))
	if [ ! -x "$bin/tests/fuzz/$target" ]; then
		echo "not ok $n - $target is not built"
		failed=1
		return
	fi
	timeout $limit "$bin/tests/fuzz/$target" "$@" > "$tmp" 2>&1
	status=$?
	if [ $status -eq 0 ]; then
		echo "ok $n - $target, $name: $# inputs"
		return
	fi
	echo "not ok $n - $target, $name: status $status$([ $status -eq 124 ] && echo ', it hangs')"
	failed=1
	tail -n 40 "$tmp" | sed 's/^/#   /'
	for input; do		# which one it was
		timeout 10 "$bin/tests/fuzz/$target" "$input" > /dev/null 2>&1 || echo "#   input: $input"
	done
}

for source in "$src"/tests/fuzz/fuzz-*.c; do
	target=$(basename "$source" .c)
	set -- "$src/tests/fuzz/corpus/$target"/*
	if [ ! -e "$1" ]; then
		n=$((n + 1))
		echo "not ok $n - $target has no seeds"
		failed=1
		continue
	fi
	replay "$target" seeds "$@"
done
for target in fuzz-mime fuzz-html fuzz-charset; do
	if [ -n "${TUIDING_SHARED-}" ] && [ -d "$TUIDING_SHARED/robustness" ]; then
		set -- "$TUIDING_SHARED/robustness"/*
		replay "$target" "torture messages" "$@"
	else
		n=$((n + 1))
		echo "ok $n - $target, torture messages # SKIP TUIDING_SHARED is not set"
	fi
done
echo "1..$n"
exit $failed
