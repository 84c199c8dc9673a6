#!/usr/bin/env bash
# Every page, file and error: protective headers, nothing inline; and uploads past a scanner.
if [ "${HOOL_MODE:-normal}" = quick ]; then
	echo 'ok walk # skip not in the quick run'
	exit 0
fi
if [ ! -x build/hool ]; then
	echo 'ok walk # skip the program is not built'
	exit 0
fi
exec node tests/walk/run.mjs
