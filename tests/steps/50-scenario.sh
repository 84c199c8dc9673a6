#!/usr/bin/env bash
# Requests and expected answers, written as data: tests/scenario/*.txt.
if [ ! -x build/hool ]; then
	echo 'ok scenario # skip the program is not built'
	exit 0
fi
exec node tests/scenario/run.mjs
