#!/usr/bin/env bash
# Requests as raw bytes: what smuggles is refused; and strings that break things, through the fields of
# every form. The long run takes every string through every field.
if [ ! -x build/hool ]; then
	echo 'ok http # skip the program is not built'
	exit 0
fi
code=0
node tests/http/run.mjs >build/check-http.out || code=1
if [ "${HOOL_MODE:-normal}" = long ]; then
	node tests/http/naughty.mjs --all >>build/check-http.out || code=1
else
	node tests/http/naughty.mjs >>build/check-http.out || code=1
fi
grep -v '^passed=' build/check-http.out
awk '/^passed=/ { split($0, a, /[= ]/); p += a[2]; f += a[4]; s += a[6] }
	END { printf "passed=%d failed=%d skipped=%d\n", p, f, s }' build/check-http.out
rm -f build/check-http.out
exit $code
