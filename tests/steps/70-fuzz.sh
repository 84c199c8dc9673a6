#!/usr/bin/env bash
# Fuzz targets under clang's sanitizers: a minute each in the long run, else five seconds each.
if [ "${HOOL_MODE:-normal}" = quick ]; then
	echo 'ok fuzz # skip not in the quick run'
	exit 0
fi
if ! ls tests/fuzz/*.c >/dev/null 2>&1; then
	echo 'ok fuzz # skip no targets'
	exit 0
fi
make -j"$(nproc)" fuzz-build || exit 1
seconds=5
[ "$HOOL_MODE" != long ] || seconds=60
for target in tests/fuzz/*.c; do
	name=$(basename "$target" .c)
	if make --no-print-directory fuzz-one NAME="$name" FUZZ_SECONDS=$seconds; then
		echo "ok fuzz $name"
	else
		echo "not ok fuzz $name"
	fi
done
