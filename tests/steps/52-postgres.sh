#!/usr/bin/env bash
# The unit tests and the scenarios once more, on a PostgreSQL server of their own; a database copied
# there and back.
if [ ! -x build/hool ] || [ ! -x build/hool-test ]; then
	echo 'ok postgres # skip the program is not built'
	exit 0
fi
tests/postgres/with.sh true
case $? in
0) ;;
77) echo 'ok postgres # skip no PostgreSQL server is installed' && exit 0 ;;
*) exit 1 ;;
esac

out=$(mktemp)
trap 'rm -f "$out" "$out.copy"' EXIT
code=0
tests/postgres/with.sh tests/steps/unit.sh build/hool-test | tee -a "$out"
[ "${PIPESTATUS[0]}" -eq 0 ] || code=1
tests/postgres/with.sh node tests/scenario/run.mjs | tee -a "$out"
[ "${PIPESTATUS[0]}" -eq 0 ] || code=1
tests/postgres/with.sh tests/postgres/copy.sh | tee "$out.copy"
[ "${PIPESTATUS[0]}" -eq 0 ] || code=1
echo "passed=$(grep -c '^ok ' "$out.copy") failed=$(grep -c '^not ok ' "$out.copy") skipped=0" >>"$out"
awk -F'[= ]' '/^passed=/ { p += $2; f += $4; s += $6 }
	END { print "passed=" p + 0 " failed=" f + 0 " skipped=" s + 0 }' "$out"
exit $code
