#!/usr/bin/env bash
# The API by others' tools: its description validated, a client generated from it, and every promise
# of the guide by plain requests: tests/api/.
if [ "${HOOL_MODE:-normal}" = quick ]; then
	echo 'ok api # skip not in the quick run'
	exit 0
fi
if [ ! -x build/hool ]; then
	echo 'ok api # skip the program is not built'
	exit 0
fi
if [ ! -d tests/api/node_modules/openapi-fetch ] ||
	[ tests/api/package-lock.json -nt tests/api/node_modules ]; then
	if ! (cd tests/api && npm ci --ignore-scripts --no-audit --no-fund --silent); then
		rm -rf tests/api/node_modules
		echo 'ok api # skip its libraries could not be fetched (npm ci failed; offline?)'
		exit 0
	fi
	touch tests/api/node_modules
fi
exec node tests/api/run.mjs
