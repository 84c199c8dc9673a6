#!/usr/bin/env bash
# SQL is a constant beside its user: never pasted together at the point of use. Only src/meta/,
# which makes tables and queries from types, builds it; src/db/ speaks to SQLite itself. Inside a
# function a statement may stand only in a `static const`.
. "$(dirname "$0")/lint-lib.sh"

faults=1
bad() {
	printf 'static const char A[] = "SELECT 1";\n\nint\nf(void)\n{\n' >src/x.c
	printf '\tstatic const char B[] =\n\t\t"SELECT 2";\n\tg(cx,\n\t\t"SELECT x FROM y");\n}\n' >>src/x.c
}
look() {
	c_files src no-tests | grep -vE '^src/(db|meta)/' | xargs -r awk -v want=both -f "$tools/c-text.awk" |
		awk '
	{
		match($0, /^[^:]*:[0-9]+:/)
		place = substr($0, 1, RLENGTH - 1)
		line = substr($0, RLENGTH + 1)
	}
	line ~ /^\{/ { inside = 1; statement = "" }
	line ~ /^\}/ { inside = 0 }
	!inside { next }
	{
		statement = statement " " line
		if (line ~ /"(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH|CREATE|ALTER|DROP) / && \
			statement !~ /static const/)
			print place ": SQL within a function; make it a constant beside its user"
		if (line ~ /;[ \t]*$|[{}][ \t]*$/ && line !~ /= \{[ \t]*$/) statement = ""
	}'
}
lint "$@"
