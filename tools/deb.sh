#!/usr/bin/env bash
# Packs a built program as a Debian package: the same program gives the same bytes, whoever packs
# it, where and when.
#
#	tools/deb.sh build/deb/hool build/deb     → build/deb/hool_0.1_amd64.deb, and its .sha256
#
# The time of every file is SOURCE_DATE_EPOCH, by default that of the last commit.
set -eu
export LC_ALL=C.UTF-8 TZ=UTC
umask 022
program=${1:?which program} out=${2:?where to}
top=$(cd "$(dirname "$0")/.." && pwd)
version=$(sed -n 's/#define HOOL_VERSION "\(.*\)"/\1/p' "$top/src/base/version.h")
arch=$(dpkg --print-architecture)
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$top" log -1 --format=%ct 2>/dev/null || echo 1767225600)}
deb=$out/hool_${version}_$arch.deb
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
root=$tree/root

put() { install -D -m "$1" "$2" "$root$3"; }
put 755 "$program" /usr/bin/hool
strip --strip-all --remove-section=.comment --remove-section=.note "$root/usr/bin/hool"
put 644 "$top/deploy/hool.service" /lib/systemd/system/hool.service
put 644 "$top/deploy/hool.sysusers" /usr/lib/sysusers.d/hool.conf
put 644 "$top/deploy/hool.tmpfiles" /usr/lib/tmpfiles.d/hool.conf
put 644 "$top/deploy/hool.default" /etc/default/hool
put 644 "$top/deploy/hool.logrotate" /etc/logrotate.d/hool
put 644 "$top/deploy/hool.1" /usr/share/man/man1/hool.1
gzip -9n "$root/usr/share/man/man1/hool.1"
for script in postinst prerm postrm; do
	install -D -m 755 "$top/deploy/debian/$script" "$root/DEBIAN/$script"
done
printf '/etc/default/hool\n/etc/logrotate.d/hool\n' >"$root/DEBIAN/conffiles"

doc=$root/usr/share/doc/hool
mkdir -p "$doc"
{
	printf 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n'
	printf 'Upstream-Name: hool\n\nFiles: *\nCopyright: the contributors to Hool\nLicense: EUPL-1.2\n'
	sed 's/^$/./; s/^/ /' "$top/LICENSE"
} >"$doc/copyright"
printf 'hool (%s) stable; urgency=medium\n\n  * Release %s.\n\n -- Hool <hool@localhost>  %s\n' \
	"$version" "$version" "$(date -u -R -d "@$SOURCE_DATE_EPOCH")" >"$doc/changelog"
gzip -9n "$doc/changelog"
"$top/tools/sbom.sh" "$root/usr/bin/hool" >"$doc/sbom.spdx.json"

# What the program needs, by the names and least versions Debian's own tool gives.
mkdir -p "$tree/debian"
printf 'Source: hool\n\nPackage: hool\nArchitecture: any\n' >"$tree/debian/control"
depends=$(cd "$tree" && dpkg-shlibdeps -O -e root/usr/bin/hool 2>/dev/null |
	sed -n 's/^shlibs:Depends=//p')
cat >"$root/DEBIAN/control" <<END
Package: hool
Version: $version
Architecture: $arch
Maintainer: Hool <hool@localhost>
Installed-Size: $(du -k --apparent-size -s --exclude=DEBIAN "$root" | cut -f1)
Depends: $depends, fonts-dejavu-core | fonts-liberation, systemd
Suggests: clamav-daemon, logrotate
Section: misc
Priority: optional
Description: work system of a social insurance board
 One program beside one database: registers of people and services, their
 applications, decisions, queues, placements and monthly settlements, with a
 chained history and a log of who looked at whose data.
END
(cd "$root" && find . -type f ! -path './DEBIAN/*' -printf '%P\0' | sort -z | xargs -0 md5sum) >"$root/DEBIAN/md5sums"
chmod 644 "$root"/DEBIAN/{control,conffiles,md5sums}
find "$root" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
mkdir -p "$out"
dpkg-deb --root-owner-group --threads-max=1 -Zxz --build "$root" "$deb" >/dev/null
cp "$doc/sbom.spdx.json" "$out/hool_${version}_$arch.spdx.json"
(cd "$out" && sha256sum "$(basename "$deb")" >"$(basename "$deb").sha256")
echo "$deb"
