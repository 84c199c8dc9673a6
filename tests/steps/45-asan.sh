#!/usr/bin/env bash
# The unit tests again, under the address and undefined-behaviour sanitizers. Also builds the
# program that way, for the steps that run it.
if [ "${HOOL_MODE:-normal}" = quick ]; then
	echo 'ok asan # skip not in the quick run'
	exit 0
fi
make -j"$(nproc)" asan && make -j"$(nproc)" asan-test || exit 1
exec tests/steps/unit.sh make --no-print-directory check-asan
