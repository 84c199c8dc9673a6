// Is a file an SPDX 2.3 document as its specification wants it, with everything the program loads?
//	node tests/deploy/sbom.mjs FILE LIBRARY…
import fs from 'node:fs';

const [file, ...loaded] = process.argv.slice(2);
const d = JSON.parse(fs.readFileSync(file, 'utf8'));
const faults = [];
const need = (ok, what) => ok || faults.push(what);
// Identifiers of the SPDX list that may appear.
const LICENCES = new Set(('Apache-2.0 blessing BSD-2-Clause BSD-3-Clause curl EUPL-1.2 GPL-2.0-or-later GPL-3.0-or-later ISC ' +
	'LGPL-2.0-or-later LGPL-2.1-only LGPL-2.1-or-later LGPL-3.0-or-later MIT MPL-1.1 PostgreSQL Zlib GCC-exception-3.1').split(' '));
const licence = (s) => s === 'NOASSERTION' || s.split(/ (?:OR|AND|WITH) /).every((l) => LICENCES.has(l));

need(d.spdxVersion === 'SPDX-2.3' && d.dataLicense === 'CC0-1.0' && d.SPDXID === 'SPDXRef-DOCUMENT', '6: the head');
need(/^[a-z][a-z0-9+.-]*:[^#\s]+$/.test(d.documentNamespace), '6.5: the namespace');
need(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(d.creationInfo.created), '6.9: created');
need(d.creationInfo.creators.length > 0 && d.creationInfo.creators.every((c) => /^(Tool|Organization|Person): \S/.test(c)), '6.8: creators');
const ids = new Set([d.SPDXID]);
for (const p of d.packages) {
	need(/^SPDXRef-[A-Za-z0-9.-]+$/.test(p.SPDXID) && !ids.has(p.SPDXID), `7.2: ${p.SPDXID}`);
	ids.add(p.SPDXID);
	need(p.name && p.versionInfo && p.downloadLocation, `7: ${p.name}`);
	need(/^(Organization|Person): \S/.test(p.supplier), `7.5: supplier of ${p.name}`);
	need(p.filesAnalyzed === false && !('packageVerificationCode' in p), `7.8, 7.9: ${p.name}`);
	need(licence(p.licenseConcluded) && licence(p.licenseDeclared), `7.13, 7.15: ${p.name}: ${p.licenseDeclared}`);
	for (const r of p.externalRefs ?? [])
		need(r.referenceCategory === 'PACKAGE-MANAGER' && r.referenceType === 'purl' &&
			/^pkg:deb\/debian\/[a-z0-9+.-]+@[^ ?]+\?arch=\w+$/.test(r.referenceLocator), `7.21: ${r.referenceLocator}`);
	for (const c of p.checksums ?? [])
		need(c.algorithm === 'SHA256' && /^[0-9a-f]{64}$/.test(c.checksumValue), `7.10: ${p.name}`);
}
for (const r of d.relationships)
	need(ids.has(r.spdxElementId) && ids.has(r.relatedSpdxElement) &&
		['DESCRIBES', 'DYNAMIC_LINK', 'DEPENDS_ON'].includes(r.relationshipType), `11: ${JSON.stringify(r)}`);
need(d.relationships.length === d.packages.length, '11: one relationship a package');
const direct = d.packages.filter((p) => d.relationships.some((r) => r.relationshipType === 'DYNAMIC_LINK' && r.relatedSpdxElement === p.SPDXID));
need(direct.every((p) => p.licenseDeclared !== 'NOASSERTION'),
	`a licence for each library linked directly: ${direct.filter((p) => p.licenseDeclared === 'NOASSERTION').map((p) => p.name)}`);
const names = new Set(d.packages.map((p) => p.name));
for (const l of loaded)
	need(names.has(l), `${l} is loaded, but not in the bill`);
for (const f of faults)
	console.log(f);
process.exit(faults.length === 0 ? 0 : 1);
