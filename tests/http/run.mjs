// Requests as raw bytes, and what must come back: what smuggles is refused with 400 and the end of
// the connection; every case of an outside corpus gets the answer of tests/http/corpus.tsv.
//
//	node tests/http/run.mjs             check
//	node tests/http/run.mjs --record    print the corpus's table as the program answers now
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { root, outDir, practiceDatabase, startServer, stopServer } from '../lib/hool.mjs';

let passed = 0, failed = 0, skipped = 0;

function say(ok, what) {
	ok ? passed++ : failed++;
	if (!ok)
		console.log(`not ok http: ${what}`);
}

// Send bytes, and read until the server ends the connection or `patience` passes. The statuses.
function raw(port, bytes, { end = false, patience = 1500 } = {}) {
	return new Promise((resolve) => {
		const s = net.connect({ host: '127.0.0.1', port, allowHalfOpen: true });
		let text = '', closed = false;
		const done = () => {
			clearTimeout(timer);
			s.destroy();
			resolve({ text, closed, statuses: [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map((m) => m[1]).join(' ') || '-' });
		};
		const timer = setTimeout(done, patience);
		s.on('data', (d) => { text += d.toString('latin1'); });
		s.on('end', () => { closed = true; done(); });
		s.on('error', () => { closed = true; done(); });
		end ? s.end(bytes) : s.write(bytes);
	});
}

// ---- what smuggles ----

const H = 'Host: t\r\n';
const NEXT = 'GET /smuggled HTTP/1.1\r\nHost: t\r\n\r\n';
const post = (headers, body) => `POST /sisene HTTP/1.1\r\n${headers}\r\n${body}`;
const SMUGGLING = {
	'two lengths': post(`${H}Content-Length: 3\r\nContent-Length: 4\r\n`, 'a=b'),
	'the same length twice': post(`${H}Content-Length: 3\r\nContent-Length: 3\r\n`, 'a=b'),
	'two lengths in one': post(`${H}Content-Length: 3, 3\r\n`, 'a=b'),
	'a length with a sign': post(`${H}Content-Length: +3\r\n`, 'a=b'),
	'a negative length': post(`${H}Content-Length: -1\r\n`, 'a=b'),
	'a length in hexadecimal': post(`${H}Content-Length: 0x3\r\n`, 'a=b'),
	'a huge length': post(`${H}Content-Length: 99999999999999999999\r\n`, 'a=b'),
	'a length with chunks': post(`${H}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n`, '0\r\n\r\n'),
	'chunks with a length': post(`${H}Transfer-Encoding: chunked\r\nContent-Length: 3\r\n`, '0\r\n\r\n'),
	'two codings': post(`${H}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n`, '0\r\n\r\n'),
	'another coding': post(`${H}Transfer-Encoding: gzip, chunked\r\n`, '0\r\n\r\n'),
	'a coding misspelt': post(`${H}Transfer-Encoding: xchunked\r\n`, '0\r\n\r\n'),
	'a coding in another place': post(`${H}Transfer-Encoding : chunked\r\n`, '0\r\n\r\n'),
	'a coding after a tab': post(`${H}\tTransfer-Encoding: chunked\r\n`, '0\r\n\r\n'),
	'chunks in 1.0': `POST /sisene HTTP/1.0\r\n${H}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
	'a chunk with an extension': post(`${H}Transfer-Encoding: chunked\r\n`, '3;a=b\r\na=b\r\n0\r\n\r\n'),
	'chunks with a trailer': post(`${H}Transfer-Encoding: chunked\r\n`, '3\r\na=b\r\n0\r\nX: y\r\n\r\n'),
	'a chunk of no digits': post(`${H}Transfer-Encoding: chunked\r\n`, '\r\n\r\n'),
	'a chunk with a sign': post(`${H}Transfer-Encoding: chunked\r\n`, '+3\r\na=b\r\n0\r\n\r\n'),
	'a chunk in 0x': post(`${H}Transfer-Encoding: chunked\r\n`, '0x3\r\na=b\r\n0\r\n\r\n'),
	'a chunk that goes on': post(`${H}Transfer-Encoding: chunked\r\n`, '3\r\na=bc\r\n0\r\n\r\n'),
	'a chunk ended by LF': post(`${H}Transfer-Encoding: chunked\r\n`, '3\na=b\r\n0\r\n\r\n'),
	'two hosts': `GET / HTTP/1.1\r\n${H}Host: u\r\n\r\n`,
	'the same host twice': `GET / HTTP/1.1\r\n${H}${H}\r\n`,
	'no host': 'GET / HTTP/1.1\r\nX: y\r\n\r\n',
	'an empty host': 'GET / HTTP/1.1\r\nHost:\r\n\r\n',
	'a host with a path': 'GET / HTTP/1.1\r\nHost: t/u\r\n\r\n',
	'a host with a user': 'GET / HTTP/1.1\r\nHost: a@t\r\n\r\n',
	'NUL in a header': `GET / HTTP/1.1\r\n${H}X: a\0b\r\n\r\n`,
	'NUL in a name': `GET / HTTP/1.1\r\n${H}X\0: a\r\n\r\n`,
	'NUL in the address': `GET /\0 HTTP/1.1\r\n${H}\r\n`,
	'a bare CR in a header': `GET / HTTP/1.1\r\n${H}X: a\rContent-Length: 3\r\n\r\n`,
	'a bare LF': `GET / HTTP/1.1\n${H}\n`,
	'a bare LF in the head': `GET / HTTP/1.1\r\n${H}X: a\nY: b\r\n\r\n`,
	'a folded header': `GET / HTTP/1.1\r\n${H}X: a\r\n b\r\n\r\n`,
	'a folded header by tab': `GET / HTTP/1.1\r\n${H}X: a\r\n\tb\r\n\r\n`,
	'a space before the colon': `GET / HTTP/1.1\r\n${H}X : a\r\n\r\n`,
	'a header without a colon': `GET / HTTP/1.1\r\n${H}X\r\n\r\n`,
	'a header without a name': `GET / HTTP/1.1\r\n${H}: a\r\n\r\n`,
	'bytes past ASCII in a name': `GET / HTTP/1.1\r\n${H}X\xe9: a\r\n\r\n`,
	'two spaces in the line': `GET  / HTTP/1.1\r\n${H}\r\n`,
	'a tab in the line': `GET\t/ HTTP/1.1\r\n${H}\r\n`,
	'no version': `GET /\r\n${H}\r\n`,
	'a version of old': `GET / HTTP/0.9\r\n${H}\r\n`,
	'a version in small letters': `GET / http/1.1\r\n${H}\r\n`,
	'a fragment': `GET /#a HTTP/1.1\r\n${H}\r\n`,
	'another host in the address': `GET http://u/ HTTP/1.1\r\n${H}\r\n`,
	'another scheme in the address': `GET ftp://t/ HTTP/1.1\r\n${H}\r\n`,
	'a user in the address': `GET http://a@t/ HTTP/1.1\r\n${H}\r\n`,
	'a path that climbs': `GET /a/../b HTTP/1.1\r\n${H}\r\n`,
	'a path that climbs in code': `GET /%2e%2e/b HTTP/1.1\r\n${H}\r\n`,
	'a slash in code': `GET /a%2fb HTTP/1.1\r\n${H}\r\n`,
	'NUL in code': `GET /a%00b HTTP/1.1\r\n${H}\r\n`,
	'a code of no digits': `GET /a%zz HTTP/1.1\r\n${H}\r\n`,
	'no UTF-8 in code': `GET /a%ff HTTP/1.1\r\n${H}\r\n`,
	'two types of body': post(`${H}Content-Type: text/csv\r\nContent-Type: application/json\r\nContent-Length: 3\r\n`, 'a=b'),
	'a line of TLS': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
	'HTTP/2 at once': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
};
// Refused too, but by a page of the site on a connection that lives: both readers see one request.
const ONE_READING = /^(another host|another scheme|a user in the address|a path|a slash|NUL in code|a code|no UTF-8)/;
const OTHER_STATUS = { 'HTTP/2 at once': '505', 'a version of old': '505' };

async function smuggling(server) {
	for (const [name, bytes] of Object.entries(SMUGGLING)) {
		const after = await raw(server.port, Buffer.from(bytes + NEXT, 'latin1'), { patience: ONE_READING.test(name) ? 150 : 1500 });
		const want = OTHER_STATUS[name] ?? '400';
		if (ONE_READING.test(name)) {
			say(after.statuses === `${want} 303` || after.statuses === `${want} 404` || after.statuses === want,
				`${name}: ${after.statuses}`);
			continue;
		}
		say(after.statuses === want, `${name}: ${after.statuses}, not ${want} alone`);
		say(after.closed, `${name}: the connection goes on`);
		// Cut in two anywhere, it is the same.
		const s = Buffer.from(bytes, 'latin1');
		const half = await new Promise((resolve) => {
			const c = net.connect({ host: '127.0.0.1', port: server.port });
			let text = '';
			c.on('data', (d) => { text += d.toString('latin1'); });
			c.on('close', () => resolve(text));
			c.on('error', () => resolve(text));
			c.setTimeout(1500, () => c.destroy());
			c.write(s.subarray(0, s.length / 2));
			setTimeout(() => c.writable && c.write(Buffer.concat([s.subarray(s.length / 2), Buffer.from(NEXT)])), 5);
		});
		say(half.startsWith(`HTTP/1.1 ${want} `) && half.indexOf('HTTP/1.1', 9) < 0, `${name}, in two: ${half.slice(0, 60)}`);
	}
}

// ---- the corpus ----

// A case made whole: with a host, if it has none, and an end. Then grammar alone decides.
function whole(bytes) {
	const text = bytes.toString('latin1');
	const line = /^[^\r\n]*\r\n/.exec(text)?.[0];
	const host = /\r\nhost:/i.test(text) || !line ? '' : 'Host: t\r\n';
	return Buffer.from((line ? line + host + text.slice(line.length) : text) + '\r\n\r\n', 'latin1');
}

async function corpus(server, record) {
	const file = path.join(process.env.HOOL_TEST_DATA || '', 'http/llhttp-cases.jsonl');
	if (!process.env.HOOL_TEST_DATA || !fs.existsSync(file)) {
		console.log('ok http corpus # skip the outside test material is not here');
		skipped++;
		return;
	}
	const rows = fs.readFileSync(path.join(root, 'tests/http/corpus.tsv'), 'utf8').split('\n').filter((l) => l && !l.startsWith('#'));
	const want = new Map(rows.map((r) => r.split('\t')).map(([id, ...answers]) => [id, answers]));
	const cases = fs.readFileSync(file, 'utf8').split('\n').filter(Boolean).map((l) => JSON.parse(l))
		.filter((c) => c.side === 'request');
	for (const c of cases) {
		const bytes = Buffer.from(c.raw_base64, 'base64');
		const got = [(await raw(server.port, bytes, { end: true })).statuses,
			(await raw(server.port, whole(bytes), { end: true })).statuses];
		const id = c.id.replace(/\s+/g, ' ');
		if (record)
			console.log(`${id}\t${got.join('\t')}`);
		else
			say(want.has(id) && got.join('|') === want.get(id).join('|'), `${id}: ${got.join(' | ')}, not ${want.get(id)?.join(' | ')}`);
		// What the corpus calls an error is no success here either, but for asking to change the protocol.
		if (c.error && !/Pause on/.test(c.error.reason))
			say(!/\b2\d\d\b/.test(got.join(' ')), `${id}: success`);
	}
	say(cases.length === want.size || record, `${cases.length} cases, ${want.size} answers`);
}

const folder = path.join(outDir, 'http');
const db = practiceDatabase(folder, ['--persons', '60', '--cases', '90', '--seed', '7']);
const server = await startServer(db, path.join(folder, 'serve.log'), ['--quiet']);
const record = process.argv.includes('--record');
if (!record)
	await smuggling(server);
await corpus(server, record);
if (!record && failed === 0)
	console.log(`ok http: ${Object.keys(SMUGGLING).length} ways to smuggle, and the corpus`);
const complaint = await stopServer(server);
say(complaint === '', complaint);
if (!record)
	console.log(`passed=${passed} failed=${failed} skipped=${skipped}`);
if (failed === 0)
	fs.rmSync(folder, { recursive: true, force: true });
process.exit(failed === 0 ? 0 : 1);
