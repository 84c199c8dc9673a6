#!/usr/bin/env bash
# Backups, the continuous copy, points in time, seals: tests/keep/run.mjs.
if [ ! -x build/hool ]; then
	echo 'ok keep # skip the program is not built'
	exit 0
fi
exec node tests/keep/run.mjs "$([ "${HOOL_MODE:-normal}" = long ] && echo 10 || echo 2)"
