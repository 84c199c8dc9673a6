#!/usr/bin/env bash
# The catalogues are well-formed for gettext's own reader.
. "$(dirname "$0")/lint-lib.sh"

faults=1
bad() {
	mkdir po
	printf 'msgid "a"\nmsgstr "unclosed\n' >po/x.et.po
	printf 'msgid "a"\nmsgstr "fine"\n' >po/y.et.po
}
look() {
	command -v msgfmt >/dev/null || return 0
	for po in po/*.po; do
		[ -e "$po" ] || continue
		msgfmt --check-format -o /dev/null "$po" 2>&1 | grep -E '^po/[^:]*:[0-9]+' | head -n 1
	done
}
lint "$@"
