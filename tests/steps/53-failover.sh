#!/usr/bin/env bash
# A primary that dies, a standby promoted, programs killed under load: nothing acknowledged is lost.
# The long version has twenty rounds, and a machine that is gone without a word.
if [ ! -x build/hool ]; then
	echo 'ok failover # skip the program is not built'
	exit 0
fi
[ "${HOOL_MODE:-normal}" = long ] || exec node tests/postgres/failover.mjs 1
code=0
node tests/postgres/failover.mjs 20 | sed '/^passed=/d'
[ "${PIPESTATUS[0]}" -eq 0 ] || code=1
tests/postgres/vanish.sh || code=1
exit $code
