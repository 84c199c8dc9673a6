#!/usr/bin/env bash
# Sourced by each lint-*.sh, which defines
#	look   prints one line a finding, "file:line: why"; a line that begins "warn: " is only said
#	bad    writes a small tree with as many faults as $faults says, for the self-test
# and ends with: lint "$@". Run from the root of the tree; --self-test proves that the rule bites.
set -u
export LC_ALL=C.UTF-8
tools=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

c_text() {
	awk -v want="$1" -f "$tools/c-text.awk" "${@:2}" /dev/null
}
# The C files of a folder; the second word, if any, leaves the unit tests out.
c_files() {
	if [ "${2:-}" = no-tests ]; then
		find "$1" -name '*.[ch]' ! -name '*_test.[ch]' ! -path src/base/test.c ! -path src/base/test.h
	else
		find "$1" -name '*.[ch]'
	fi | sort
}
# Every file of the project: what git knows of, or all there is where there is no git.
project_files() {
	git ls-files --cached --others --exclude-standard 2>/dev/null ||
		find . -type f ! -path './.git/*' ! -path './build/*' ! -path '*/node_modules/*' | sed 's|^\./||'
}
lint() {
	local found real n
	if [ "${1:-}" = --self-test ]; then
		local tree
		tree=$(mktemp -d)
		(cd "$tree" && mkdir -p src && bad)
		found=$(cd "$tree" && unset HOOL_TEST_DATA && look)
		rm -rf "$tree"
		n=$(grep -c . <<<"$found")
		[ "$n" -eq "$faults" ] && return 0
		printf 'self-test: found %s of %s faults\n%s\n' "$n" "$faults" "$found"
		return 1
	fi
	found=$(look)
	real=$(grep -v '^warn: ' <<<"$found")
	[ -z "$found" ] || printf '%s\n' "$found"
	[ -z "$real" ]
}
