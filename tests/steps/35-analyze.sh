#!/usr/bin/env bash
# gcc -fanalyzer over the lower layers.
if [ "${HOOL_MODE:-normal}" = quick ]; then
	echo 'ok analyze # skip not in the quick run'
	exit 0
fi
make -k -j"$(nproc)" analyze && echo 'ok analyze'
