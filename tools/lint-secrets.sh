#!/usr/bin/env bash
# No keys, tokens or passwords in the tree.
. "$(dirname "$0")/lint-lib.sh"

faults=3
bad() {
	printf -- '-----BEGIN %sPRIVATE KEY-----\n' '' >a.pem
	printf 'key = AKIA%s\n' ABCDEFGHIJKLMNOP >b.txt
	printf 'password = "%s"\nPASSWORD=$1\n' 'correct horse battery' >c.conf
}
look() {
	local key='-----BEGIN [A-Z ]*PRIVATE KEY-----|(AKIA|ASIA)[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{30}'
	key+='|xox[abprs]-[A-Za-z0-9-]{10}|eyJ[A-Za-z0-9_-]{15,}\.eyJ'
	key+="|(^|[^_a-z])(password|passwd|secret|api_?key|token)[\"']? *[:=] *[\"'][^\"'\$%{<]{10,}[\"']"
	project_files | grep -vE '^(LICENSE|tools/lint-secrets\.sh|.*package-lock\.json)$' |
		tr '\n' '\0' | xargs -0 -r grep -IHnE -e "$key" 2>/dev/null |
		cut -d: -f1,2 | sed 's/$/: looks like a secret/'
}
lint "$@"
