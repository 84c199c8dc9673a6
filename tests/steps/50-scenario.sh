#!/usr/bin/env bash
# Requests and expected answers, written as data: tests/scenario/*.txt. In the full run the program
# is the one built under the sanitizers, so that every scenario is a memory check too.
if [ ! -x build/hool ]; then
	echo 'ok scenario # skip the program is not built'
	exit 0
fi
if [ "${HOOL_MODE:-normal}" != quick ] && [ -x build/asan/hool ]; then
	export HOOL=build/asan/hool ASAN_OPTIONS=detect_stack_use_after_return=1
	export LSAN_OPTIONS=print_suppressions=0
	[ ! -e tests/lsan.supp ] || LSAN_OPTIONS+=:suppressions=$PWD/tests/lsan.supp
fi
exec node tests/scenario/run.mjs
