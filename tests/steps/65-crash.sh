#!/usr/bin/env bash
# Kill -9 under load: everything acknowledged is there again, and the chain verifies.
if [ ! -x build/hool ]; then
	echo 'ok crash # skip the program is not built'
	exit 0
fi
exec node tests/crash/run.mjs "$([ "${HOOL_MODE:-normal}" = long ] && echo 20 || echo 3)"
