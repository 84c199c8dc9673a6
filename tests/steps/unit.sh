#!/usr/bin/env bash
# Runs a unit-test program (argument 1) and counts what cmocka says. Not a step by itself.
set -u
"$@" 2>&1 | grep -vE '^\[ (RUN|      OK)' | tee build/unit.out
code=${PIPESTATUS[0]}
count() { sed -n "s/^\[  $1 *\] \([0-9]*\) test(s).*/\1/p" build/unit.out | tail -n 1; }
p=$(count PASSED) f=$(count FAILED) s=$(count SKIPPED)
if [ "$code" -ne 0 ] && [ "${f:-0}" -eq 0 ]; then
	f=1
	echo "FAIL: $1 ended with code $code"
fi
rm -f build/unit.out
echo "passed=${p:-0} failed=${f:-0} skipped=${s:-0}"
exit "$code"
