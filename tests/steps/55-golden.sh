#!/usr/bin/env bash
# Commands whose whole output is held against a file: tests/golden/.
if [ ! -x build/hool ]; then
	echo 'ok golden # skip the program is not built'
	exit 0
fi
exec tests/golden/run.sh
