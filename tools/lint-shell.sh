#!/usr/bin/env bash
# Shell scripts pass shellcheck.
. "$(dirname "$0")/lint-lib.sh"

faults=1
bad() {
	printf '#!/usr/bin/env bash\nfor f in $(ls); do echo "$f"; done\n' >check
}
look() {
	command -v shellcheck >/dev/null || return 0
	find check demo .ci tools tests bench deploy -type f ! -path '*/node_modules/*' 2>/dev/null |
		tr '\n' '\0' | xargs -0 grep -lE '^#!.*\b(ba)?sh\b' | tr '\n' '\0' |
		xargs -0 -r shellcheck -f gcc -e SC1091,SC2034,SC2154 -S warning 2>&1 |
		sed -E 's/^([^:]*:[0-9]+):[0-9]+: [a-z]+: /\1: /'
}
lint "$@"
