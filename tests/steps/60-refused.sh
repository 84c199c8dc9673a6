#!/usr/bin/env bash
# Input that must be refused with a reason, never accepted and never a crash: tests/refused/.
if [ ! -x build/hool ]; then
	echo 'ok refused # skip the program is not built'
	exit 0
fi
exec tests/refused/run.sh
