#!/usr/bin/env bash
# A real browser walks the pages: tests/browser/*.spec.mjs.
if [ "${HOOL_MODE:-normal}" = quick ]; then
	echo 'ok browser # skip not in the quick run'
	exit 0
fi
if [ ! -x build/hool ]; then
	echo 'ok browser # skip the program is not built'
	exit 0
fi
if [ ! -d tests/browser/node_modules/playwright-core ] ||
	[ tests/browser/package-lock.json -nt tests/browser/node_modules ]; then
	if ! (cd tests/browser && npm ci --ignore-scripts --no-audit --no-fund --silent); then
		rm -rf tests/browser/node_modules
		echo 'ok browser # skip its libraries could not be fetched (npm ci failed; offline?)'
		exit 0
	fi
	touch tests/browser/node_modules
fi
exec node tests/browser/run.mjs
