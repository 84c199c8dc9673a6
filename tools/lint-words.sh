#!/usr/bin/env bash
# The project speaks of itself: no path of somebody's machine, no address a lock file was made
# with, no marks of a clash left standing.
. "$(dirname "$0")/lint-lib.sh"

w=work t=tmp r=root
faults=4
bad() {
	printf 'see /%s/main/x and src/work/queue/ and src/%s/y\n' "$w" "$w" >a.md
	printf 'x = /home/%s/x\n<<<<<<< mine\n' somebody >b.md
	printf '{ "resolved": "%s" }\n' 'https://example.org/x.tgz' >package-lock.json
}
look() {
	project_files | grep -vE '^(tools/lint-words\.sh)$' | tr '\n' '\0' |
		xargs -0 -r grep -IHnE "(^|[^a-zA-Z0-9_.>}])/($w|$r)/|/home/[a-z]|^(<<<<<<<|>>>>>>>) " \
			2>/dev/null | cut -d: -f1,2 | sed 's/$/: a path of one machine, or a clash left standing/'
	project_files | grep -E '^(src|docs|po|types|rules)/' | tr '\n' '\0' |
		xargs -0 -r grep -IHnE "(^|[^a-zA-Z0-9_.>}])/$t/" 2>/dev/null | cut -d: -f1,2 |
		sed 's/$/: a path of one machine/'
	project_files | grep -E 'package-lock\.json$' | tr '\n' '\0' |
		xargs -0 -r grep -HnE '"resolved"' | cut -d: -f1,2 |
		sed 's/$/: names the registry it came from/'
}
lint "$@"
