#!/usr/bin/env bash
# Who may use whom, read from the #include lines:
#	base  <  db, format  <  http, meta, rule  <  core  <  keep, web  <  work/*  <  cli  <  main.c
# A folder uses itself and what stands before it; those of one rank do not use each other, nor does
# one field of work another. x_int.h stays within its folder and those below it. Each outside library
# has one home.
. "$(dirname "$0")/lint-lib.sh"

faults=7
bad() {
	mkdir -p src/base src/db src/format src/core src/work/a src/work/b
	echo '#include "db/db.h"' >src/base/x.c
	echo '#include "format/json.h"' >src/db/x.c
	printf '#include "base/buf.h"\n#include "db/db.h"\n' >src/format/x.c
	printf '#include "db/db.h"\n#include "format/html.h"\n' >src/core/x.c
	printf '#include "work/b/x.h"\n#include "core/x.h"\n#include <sqlite3.h>\n' >src/work/a/x.c
	echo '#include "work/a/x_int.h"' >src/main.c
}
look() {
	c_files src | xargs -r grep -HnE '^#[ 	]*include' /dev/null | awk -F: '
	function rank(folder) {
		return index("base db format http meta rule core keep web work cli main", folder) == 0 ? -1 : \
			folder == "base" ? 0 : folder == "db" || folder == "format" ? 1 : \
			folder ~ /^(http|meta|rule)$/ ? 2 : folder == "core" ? 3 : folder ~ /^(keep|web)$/ ? 4 : \
			folder == "work" ? 5 : folder == "cli" ? 6 : 7
	}
	function say(why) { print $1 ":" $2 ": " why }
	BEGIN {
		home["sqlite3.h"] = home["libpq-fe.h"] = "db"
		home["yaml.h"] = home["zip.h"] = home["jansson.h"] = home["xlsxwriter.h"] = "format"
		home["qrencode.h"] = "format"
		home["seccomp.h"] = "cli"
		home["microhttpd.h"] = home["curl/curl.h"] = "http"
	}
	{
		path = $1
		sub(/^src\//, "", path)
		split(path, at, "/")
		from = at[1] == "main.c" ? "main" : at[1]
		target = $0
		sub(/^[^"<]*["<]/, "", target)
		sub(/[">].*/, "", target)
	}
	/include[ \t]*</ {
		outside = target ~ /^(libxml|cairo|pango|openssl)/ ? "format" : home[target]
		if (outside != "" && outside != from && $1 !~ /_test\.c$/)
			say("<" target "> belongs to " outside "/, which shows what is needed of it")
		next
	}
	{
		n = split(target, to, "/")
		folder = path
		sub(/\/[^\/]*$/, "", folder)
		if (n < 2) { say("include it by its path from src/"); next }
		of = target
		sub(/\/[^\/]*$/, "", of)
		if (target ~ /_int\.h$/ && index(folder "/", of "/") != 1)
			say("\"" target "\" is private to " of "/")
		else if (rank(from) < rank(to[1]))
			say(from "/ may not use " to[1] "/")
		else if (rank(from) == rank(to[1]) && from != to[1])
			say(from "/ and " to[1] "/ may not use each other")
		else if (from == "work" && to[1] == "work" && at[2] != to[2])
			say("work/" at[2] "/ may not use work/" to[2] "/: meet through links and events")
		else if (target == "format/html.h" && (from != "format" && rank(from) < rank("web")))
			say("no HTML below web/")
	}'
}
lint "$@"
