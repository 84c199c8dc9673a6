#!/usr/bin/env bash
# A SCOPED_BUF is released on every way out, so it must be begun (buf_init) before the first
# return, TRY, continue or break of its block.
. "$(dirname "$0")/lint-lib.sh"

faults=1
bad() {
	mkdir -p src/base
	printf 'f(void)\n{\n\tSCOPED_BUF b;\n\n\tTRY(g());\n\tbuf_init(&b, 1);\n}\n' >src/base/x.c
}
look() {
	c_files src | xargs -r awk '
	/SCOPED_BUF [a-z_]+;/ { match($0, /SCOPED_BUF [a-z_]+/)
		name = substr($0, RSTART + 11, RLENGTH - 11); open[name] = FNR; next }
	/^}/ { delete open }
	/buf_init\(&/ { match($0, /buf_init\(&[a-z_]+/); delete open[substr($0, RSTART + 10, RLENGTH - 10)] }
	/(^|[^a-z_A-Z])(return|TRY\(|continue;|break;)/ {
		for (n in open) { print FILENAME ":" FNR ": leaves before buf_init(&" n ")"; delete open[n] }
	}'
}
lint "$@"
