#!/usr/bin/env bash
# Sign-in through a real OpenID Connect provider, run here: tests/oidc/.
if [ "${HOOL_MODE:-normal}" = quick ]; then
	echo 'ok oidc # skip not in the quick run'
	exit 0
fi
if [ ! -x build/hool ]; then
	echo 'ok oidc # skip the program is not built'
	exit 0
fi
if [ ! -d tests/oidc/node_modules/oidc-provider ] ||
	[ tests/oidc/package-lock.json -nt tests/oidc/node_modules ]; then
	if ! (cd tests/oidc && npm ci --ignore-scripts --no-audit --no-fund --silent); then
		rm -rf tests/oidc/node_modules
		echo 'ok oidc # skip its library could not be fetched (npm ci failed; offline?)'
		exit 0
	fi
	touch tests/oidc/node_modules
fi
exec node tests/oidc/run.mjs
