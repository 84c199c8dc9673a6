#!/usr/bin/env bash
# The watched port, the two logs and the thread through them.
if [ ! -x build/hool ]; then
	echo 'ok watch # skip the program is not built'
	exit 0
fi
exec node tests/watch/run.mjs
