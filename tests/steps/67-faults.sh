#!/usr/bin/env bash
# Faults on purpose, a little of each kind: bench/faults is the long version. Held clients need files.
if [ ! -x build/hool ]; then
	echo 'ok faults # skip the program is not built'
	exit 0
fi
ulimit -n 8192 2>/dev/null || ulimit -n "$(ulimit -H -n)"
if [ "${HOOL_MODE:-normal}" = quick ]; then
	echo 'ok faults # skip not in the quick run'
	exit 0
fi
if [ "$HOOL_MODE" = long ]; then
	exec node tests/fault/run.mjs --all
fi
exec node tests/fault/run.mjs --seconds 2
