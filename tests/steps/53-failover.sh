#!/usr/bin/env bash
# A primary that dies, a standby promoted, programs killed under load: nothing acknowledged is lost.
if [ ! -x build/hool ]; then
	echo 'ok failover # skip the program is not built'
	exit 0
fi
exec node tests/postgres/failover.mjs "$([ "${HOOL_MODE:-normal}" = long ] && echo 20 || echo 1)"
