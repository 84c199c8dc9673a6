#!/usr/bin/env bash
# Every header compiles alone, and guards itself by HOOL_FOLDER_NAME_H.
. "$(dirname "$0")/lint-lib.sh"

faults=2
bad() {
	printf '#ifndef HOOL_X_H\n#define HOOL_X_H\nsize_t f(void);\n#endif\n' >src/x.h
	printf '#include <stddef.h>\nsize_t f(void);\n' >src/y.h
}
alone() {
	local guard
	guard=HOOL_$(sed 's|^src/||; s|[^a-z0-9]|_|g' <<<"$1" | tr a-z A-Z)
	grep -q "^#ifndef $guard\$" "$1" || echo "$1:1: no guard $guard"
	# shellcheck disable=SC2086
	printf '#include "%s"\n' "${1#src/}" |
		gcc -std=c17 -D_GNU_SOURCE -Isrc $PKG -Wall -Wextra -Wpedantic -fsyntax-only -x c - 2>&1 |
		sed -n 's/^\([^ ]*:[0-9]*\):[0-9]*: \(error\|warning\): \(.*\)/\1: alone: \3/p' | head -n 1
}
export -f alone
look() {
	PKG=$(pkg-config --cflags-only-I libxml-2.0 pangocairo sqlite3 2>/dev/null | sed 's/-I/-isystem /g')
	export PKG
	find src -name '*.h' | sort | xargs -r -P 2 -I{} bash -c 'alone {}'
}
lint "$@"
