#!/usr/bin/env bash
# C is laid out as clang-format 14 does it with our .clang-format; nobody argues.
. "$(dirname "$0")/lint-lib.sh"

faults=1
bad() {
	cp "$tools/../.clang-format" .
	printf 'int\nf(void)\n{\n    return 0;\n}\n' >src/x.c
	printf 'int f(void);\n' >src/x.h
}
look() {
	local folders=()
	for folder in src tools tests/fuzz bench; do
		[ ! -d $folder ] || folders+=("$folder")
	done
	find "${folders[@]}" -name '*.[ch]' -print0 |
		xargs -0 -r -n 16 -P 2 clang-format-14 --dry-run -Werror 2>&1 |
		sed -n 's/^\([^ ]*:[0-9]*\):[0-9]*: error: .*/\1: not as clang-format lays it out/p' |
		sort -t: -k1,1 -u
}
lint "$@"
