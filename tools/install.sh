#!/usr/bin/env bash
# Installs the Debian packages of the lists given (tools/packages*.txt) that are not there yet.
# Nothing is done, and no right is needed, when all are there. A package whose list line names a
# command in brackets counts as there when that command is, wherever it came from.
set -eu

wanted=()
for list in "$@"; do
	while read -r package rest; do
		case $package in '' | '#'*) continue ;; esac
		command=$(sed -n 's/.*\[\(.*\)\].*/\1/p' <<<"$rest")
		if [ -z "$command" ] || ! command -v "$command" >/dev/null; then
			wanted+=("$package")
		fi
	done <"$list"
done
[ ${#wanted[@]} -gt 0 ] || exit 0

there=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null |
	sed -n 's/^installed //p' || true)
missing=$(comm -23 <(printf '%s\n' "${wanted[@]}" | sort -u) <(sort -u <<<"$there"))
[ -n "$missing" ] || exit 0

root=
if [ "$(id -u)" -ne 0 ]; then
	if ! command -v sudo >/dev/null; then
		printf 'Missing packages; install them as root:\n  apt-get install %s\n' \
			"${missing//$'\n'/ }" >&2
		exit 1
	fi
	root=sudo
fi
echo "Installing: ${missing//$'\n'/ }"
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086
$root apt-get install -y -qq --no-install-recommends $missing >/dev/null 2>&1 ||
	{ $root apt-get update -qq && $root apt-get install -y -qq --no-install-recommends $missing; }
