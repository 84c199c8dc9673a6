#!/usr/bin/env bash
# No text for people in C: it stands in po/. Looked for: letters past ASCII in string literals,
# and literals that read as a sentence. Not looked at: unit tests, practice data, the program's
# own BUG() notes, the tables of letters that sorting and folding need, and lines marked
# /* not shown */: words that are read and never written.
. "$(dirname "$0")/lint-lib.sh"

faults=2
bad() {
	mkdir -p src/base
	printf 'a = "t\xc3\xb6\xc3\xb6";\nb = "Nothing was found here";\nc = "list.empty";\n' >src/x.c
	printf 'd = "\xc3\xb5"; /* not shown */\n' >>src/x.c
	printf 'BUG("This must not be so");\nd = "SELECT a FROM b";\n/* A comment is fine. */\n' >src/y.c
	printf 'a = "\xc3\xb6";\n' >src/base/fold.c
}
look() {
	local files marked
	files=$(c_files src no-tests | grep -vE '^src/(base/(fold|letters).*|work/practice/.*)$')
	[ -n "$files" ] || return 0
	# shellcheck disable=SC2086
	marked=$(grep -Hn '/\* not shown \*/' $files /dev/null | cut -d: -f1,2 | sed 's/$/:/')
	# shellcheck disable=SC2086
	c_text strings $files | grep -P '^[^:]*:\d+:.*(?=[^\x00-\x7f])\p{L}' |
		grep -vF -e "${marked:-no file:}" |
		sed -E 's/^([^:]*:[0-9]+):(.*)/\1: letters for people in C: "\2"/'
	# shellcheck disable=SC2086
	c_text both $files | grep -vE 'BUG\(|fprintf\(stderr|log_(line|error)' |
		grep -E '"[A-Z][a-z]+( [a-z]+){2,}' |
		sed -E 's/^([^:]*:[0-9]+):.*("[A-Z][a-z]+( [a-z]+){2,}).*/\1: a sentence in C: \2…"/'
}
lint "$@"
