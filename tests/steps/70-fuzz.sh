#!/usr/bin/env bash
# Fuzz targets under clang's sanitizers: a minute each in the long run; else the corpora are replayed
# and two seconds of each, a target a core.
if [ "${HOOL_MODE:-normal}" = quick ]; then
	echo 'ok fuzz # skip not in the quick run'
	exit 0
fi
if ! ls tests/fuzz/*.c >/dev/null 2>&1; then
	echo 'ok fuzz # skip no targets'
	exit 0
fi
make -j"$(nproc)" fuzz-build || exit 1
node tests/fuzz/seeds.mjs || echo 'not ok fuzz seeds'
seconds=2
[ "$HOOL_MODE" != long ] || seconds=60
logs=build/check/fuzz
rm -rf $logs
mkdir -p $logs
# shellcheck disable=SC2016
printf '%s\n' tests/fuzz/*.c | xargs -n 1 -P "$(nproc)" bash -c '
	name=$(basename "$2" .c)
	if make --no-print-directory fuzz-one NAME="$name" FUZZ_SECONDS="$0" >"$1/$name.log" 2>&1; then
		echo "ok fuzz $name"
	else
		tail -n 40 "$1/$name.log"
		echo "not ok fuzz $name"
	fi' $seconds $logs
