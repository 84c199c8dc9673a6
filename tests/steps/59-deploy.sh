#!/usr/bin/env bash
# The unit, the package, the bill of materials; in the long run, that the package is reproducible.
if [ ! -x build/hool ]; then
	echo 'ok deploy # skip the program is not built'
	exit 0
fi
if [ "${HOOL_MODE:-normal}" = quick ]; then
	echo 'ok deploy # skip not in the quick run'
	exit 0
fi
exec bash tests/deploy/run.sh "$([ "${HOOL_MODE:-normal}" = long ] && echo long)"
