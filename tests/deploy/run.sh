#!/usr/bin/env bash
# The unit, the package, the bill of materials, and the rights of root, as an operator meets them.
#	tests/deploy/run.sh [long]     long: two whole builds in two places give one package
set -u
export LC_ALL=C.UTF-8
failed=0
out=build/deploy
rm -rf $out
mkdir -p $out
ok() {
	if [ "$1" -eq 0 ]; then
		echo "ok deploy: $2"
	else
		failed=1
		echo "not ok deploy: $2"
		[ -z "${3:-}" ] || sed 's/^/    /' <<<"$3"
	fi
}

# ---- the unit ----
if command -v systemd-analyze >/dev/null; then
	score=$(systemd-analyze security --offline=true --no-pager deploy/hool.service 2>&1 | sed -n 's/.*level for hool.service: \([0-9.]*\).*/\1/p')
	told=$(sed -n 's/.*exposure level \*\*\([0-9.]*\)\*\*.*/\1/p' docs/guide/deploy.md)
	awk -v s="$score" 'BEGIN { exit !(s != "" && s <= 1.1) }'
	ok $? "systemd-analyze security: $score, at most 1.1"
	[ -n "$score" ] && [ "$score" = "$told" ]
	ok $? "the guide tells the same score" "guide: $told, measured: $score"
	why=$(systemd-analyze verify --man=no deploy/hool.service 2>&1 | grep -v 'is not executable')
	[ -z "$why" ]
	ok $? 'the unit is understood' "$why"
else
	echo 'ok deploy: the unit # skip no systemd-analyze'
fi
why=$(systemd-sysusers --dry-run "$PWD/deploy/hool.sysusers" 2>&1 && cat deploy/hool.tmpfiles)
ok $? 'sysusers understands the user' "$why"

# ---- the package ----
first=$(tools/deb.sh build/hool $out/one 2>&1)
ok $? 'the package is packed' "$first"
(umask 077 && cd / && TZ=Asia/Tokyo LC_ALL=C "$OLDPWD/tools/deb.sh" "$OLDPWD/build/hool" "$OLDPWD/$out/two") >/dev/null 2>&1
cmp -s $out/one/*.deb $out/two/*.deb
ok $? 'packed again elsewhere, later and under other settings it has the same bytes'
(cd $out/one && sha256sum --quiet -c ./*.sha256)
ok $? 'its SHA-256 is beside it'
dpkg-deb -x $out/one/*.deb $out/root
[ "$($out/root/usr/bin/hool --lang en help | head -n 1)" = "$(build/hool --lang en help | head -n 1)" ]
ok $? 'the program in it runs'
why=$(strings $out/root/usr/bin/hool | grep -F "$PWD")
[ -z "$why" ]
ok $? 'no path of the machine it was built on is in it' "$why"
why=$(find $out/root ! -user "$(id -un)" -o -perm /022 ! -type l | head)
[ -z "$why" ] && ! dpkg-deb -c $out/one/*.deb | grep -qv ' root/root '
ok $? 'everything belongs to root, and only root may write' "$why"
if command -v lintian >/dev/null; then
	why=$(lintian --allow-root --suppress-tags bogus-mail-host,bogus-mail-host-in-debian-changelog,maintainer-script-calls-systemctl $out/one/*.deb 2>&1 |
		grep -E '^[EW]:')
	[ -z "$why" ]
	ok $? 'lintian has nothing to say' "$why"
else
	echo 'ok deploy: lintian # skip not installed'
fi

# ---- the bill of materials ----
mapfile -t loaded < <(ldd build/hool | sed -n 's/.*=> \(\/[^ ]*\).*/\1/p' | while read -r l; do
	r=$(readlink -f "$l")
	{ dpkg -S "$r" 2>/dev/null || dpkg -S "${r#/usr}"; } | cut -d: -f1
done | sort -u)
why=$(node tests/deploy/sbom.mjs $out/one/*.spdx.json "${loaded[@]}" 2>&1)
ok $? "SPDX 2.3, with all ${#loaded[@]} packages of libraries" "$why"

# ---- the rights of root ----
if [ "$(id -u)" -eq 0 ]; then
	state=$(mktemp -d)
	trap 'rm -rf "$state"' EXIT
	chmod 711 "$state"
	install -d -o nobody -g nogroup "$state/db"
	install -m 755 build/hool "$state/hool"
	why=$("$state/hool" --lang en serve --db "$state/db/a.db" --listen 127.0.0.1:0 2>&1 </dev/null)
	[ $? -eq 3 ] && grep -q 'not served as root' <<<"$why"
	ok $? 'real data are not served as root' "$why"
	rm -f "$state"/db/*
	"$state/hool" serve --db "$state/db/a.db" --listen 127.0.0.1:0 --user nobody >"$state/out" 2>"$state/err" &
	pid=$!
	for _ in $(seq 100); do
		grep -q listening "$state/out" && break
		sleep 0.1
	done
	status=$(cat /proc/$pid/status)
	grep -q "^Uid:[[:space:]]*$(id -u nobody)[[:space:]]*$(id -u nobody)[[:space:]]*$(id -u nobody)" <<<"$status" &&
		grep -q "^Groups:[[:space:]]*$(id -g nobody)[[:space:]]*$" <<<"$status" &&
		grep -qE '^CapEff:[[:space:]]*0+$' <<<"$status"
	ok $? 'told to, it becomes another for good: user, groups, no capability' "$status$(cat "$state/err")"
	grep -qE '^Seccomp:[[:space:]]*2$' <<<"$status" && grep -qE '^NoNewPrivs:[[:space:]]*1$' <<<"$status"
	ok $? 'under a filter of calls and without new privileges'
	[ "$(stat -c %U /proc/$pid/mem)" = root ]
	ok $? 'its memory is not dumped and not read by its own user'
	kill -TERM $pid
	wait $pid
	ok $? 'it ends well' "$(cat "$state/err")"
else
	echo 'ok deploy: the rights of root # skip not run as root'
fi

# ---- reproducible from the source ----
if [ "${1:-}" = long ]; then
	for place in a much/deeper/b; do
		mkdir -p "$out/src/$place"
		git archive HEAD | tar -x -C "$out/src/$place"
		(cd "$out/src/$place" && SOURCE_DATE_EPOCH=$(git log -1 --format=%ct) && export SOURCE_DATE_EPOCH && make -j2 deb) >"$out/build.log" 2>&1
		ok $? "built in $place" "$(tail -n 5 "$out/build.log")"
	done
	cmp -s $out/src/a/build/deb/*.deb $out/src/much/deeper/b/build/deb/*.deb
	ok $? "two builds of one commit give one package: $(cut -c1-16 $out/src/a/build/deb/*.sha256)…"
	rm -rf $out/src
fi
exit $failed
