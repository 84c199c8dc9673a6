#!/usr/bin/env bash
# The bill of materials of a built program: every library it loads, from which Debian package, in
# which version, under which licence; as SPDX 2.3 JSON on standard output.
#
#	tools/sbom.sh build/hool >sbom.spdx.json
#
# The licence is the one the package's own copyright file states for its main part, where that is
# machine-readable; a table corrects it where the library's differs from the rest of its source,
# and fills in those we link to ourselves. Else NOASSERTION. SOURCE_DATE_EPOCH fixes the time.
set -eu
export LC_ALL=C.UTF-8 TZ=UTC
program=${1:?which program}
top=$(cd "$(dirname "$0")/.." && pwd)
version=$(sed -n 's/#define HOOL_VERSION "\(.*\)"/\1/p' "$top/src/base/version.h")
epoch=${SOURCE_DATE_EPOCH:-$(date +%s)}
sum=$(sha256sum "$program" | cut -d' ' -f1)
direct=$(readelf -d "$program" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')

# The licence of a package, by SPDX's names.
spdx_licence() {
	local file=/usr/share/doc/$1/copyright name
	case $1 in
	libc6 | libblkid1 | libmount1 | libglib2.0-0) echo LGPL-2.1-or-later && return ;;
	libpango*) echo LGPL-2.0-or-later && return ;;
	libkeyutils1) echo LGPL-2.0-or-later && return ;;
	libcairo2) echo 'LGPL-2.1-only OR MPL-1.1' && return ;;
	libidn2-0) echo 'LGPL-3.0-or-later OR GPL-2.0-or-later' && return ;;
	libgcc-s1 | libstdc++6) echo 'GPL-3.0-or-later WITH GCC-exception-3.1' && return ;;
	libsqlite3-0) echo blessing && return ;;
	libxml2 | libyaml-0-2) echo MIT && return ;;
	libzip4) echo BSD-3-Clause && return ;;
	libxlsxwriter*) echo BSD-2-Clause && return ;;
	libpq5) echo PostgreSQL && return ;;
	zlib1g) echo Zlib && return ;;
	esac
	name=$(awk '
		/^Files: *\*/ { main = 1 }
		main && /^License:/ { sub(/^License: */, ""); print; exit }
		/^$/ { main = 0 }' "$file" 2>/dev/null || true)
	case $name in
	Expat | MIT) echo MIT ;;
	BSD-3-Clause | BSD-3-clause | BSD-3 | BSD3 | BSD-3clause) echo BSD-3-Clause ;;
	BSD-2-Clause | BSD-2-clause) echo BSD-2-Clause ;;
	ISC) echo ISC ;;
	Apache-2.0) echo Apache-2.0 ;;
	curl) echo curl ;;
	[Zz]lib) echo Zlib ;;
	LGPL-2+ | LGPL-2.0+) echo LGPL-2.0-or-later ;;
	LGPL-2.1+) echo LGPL-2.1-or-later ;;
	LGPL-2.1 | LGPLv2.1) echo LGPL-2.1-only ;;
	LGPL-3+) echo LGPL-3.0-or-later ;;
	GPL-2+) echo GPL-2.0-or-later ;;
	GPL-3+) echo GPL-3.0-or-later ;;
	*) echo NOASSERTION ;;
	esac
}

# "library path" lines → "package version source direct|indirect", a package once.
packages() {
	ldd "$program" | sed -n 's/.*=> \(\/[^ ]*\).*/\1/p; s/^[ \t]*\(\/[^ ]*ld-linux[^ ]*\) .*/\1/p' |
		while read -r path; do
			name=$(basename "$path") kind=indirect
			if grep -qxF "$name" <<<"$direct"; then
				kind=direct
			fi
			real=$(readlink -f "$path")
			package=$(dpkg -S "$real" 2>/dev/null || dpkg -S "${real#/usr}" 2>/dev/null || true)
			package=${package%%:*}
			if [ -z "$package" ]; then
				echo "$path belongs to no package" >&2
				exit 1
			fi
			dpkg-query -W -f="\${Package} \${Version} \${source:Package} $kind\n" "$package" | head -n 1
		done | sort -u | awk '!($1 in seen) { seen[$1] } { print }' | sort -k1,1 -k4,4 | awk '!($1 in seen) { seen[$1]; print }'
}

list=$(packages)
{
	cat <<-END
	{
	  "spdxVersion": "SPDX-2.3",
	  "dataLicense": "CC0-1.0",
	  "SPDXID": "SPDXRef-DOCUMENT",
	  "name": "hool-$version",
	  "documentNamespace": "urn:hool:sbom:$version:$sum",
	  "creationInfo": {
	    "created": "$(date -u -d "@$epoch" +%Y-%m-%dT%H:%M:%SZ)",
	    "creators": ["Tool: hool-sbom-$version", "Organization: Hool"]
	  },
	  "documentDescribes": ["SPDXRef-hool"],
	  "packages": [
	    {
	      "SPDXID": "SPDXRef-hool",
	      "name": "hool",
	      "versionInfo": "$version",
	      "supplier": "Organization: Hool",
	      "downloadLocation": "NOASSERTION",
	      "filesAnalyzed": false,
	      "primaryPackagePurpose": "APPLICATION",
	      "checksums": [{ "algorithm": "SHA256", "checksumValue": "$sum" }],
	      "licenseConcluded": "EUPL-1.2",
	      "licenseDeclared": "EUPL-1.2",
	      "copyrightText": "NOASSERTION"
	    }
	END
	while read -r package release source kind; do
		cat <<-END
		    ,{
		      "SPDXID": "SPDXRef-${package//+/-}",
		      "name": "$package",
		      "versionInfo": "$release",
		      "supplier": "Organization: Debian",
		      "downloadLocation": "NOASSERTION",
		      "filesAnalyzed": false,
		      "primaryPackagePurpose": "LIBRARY",
		      "sourceInfo": "Debian source package $source; loaded ${kind}ly",
		      "licenseConcluded": "NOASSERTION",
		      "licenseDeclared": "$(spdx_licence "$package")",
		      "copyrightText": "NOASSERTION",
		      "externalRefs": [{
		        "referenceCategory": "PACKAGE-MANAGER",
		        "referenceType": "purl",
		        "referenceLocator": "pkg:deb/debian/$package@${release//+/%2B}?arch=$(dpkg --print-architecture)"
		      }]
		    }
		END
	done <<<"$list"
	cat <<-END
	  ],
	  "relationships": [
	    { "spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-hool" }
	END
	while read -r package _ _ kind; do
		relation=$([ "$kind" = direct ] && echo DYNAMIC_LINK || echo DEPENDS_ON)
		echo "    ,{ \"spdxElementId\": \"SPDXRef-hool\", \"relationshipType\": \"$relation\", \"relatedSpdxElement\": \"SPDXRef-${package//+/-}\" }"
	done <<<"$list"
	echo '  ]'
	echo '}'
}
