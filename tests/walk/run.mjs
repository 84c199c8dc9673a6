// Walks the whole site as several people, following every link and sending every kind of broken
// request, and holds each answer against the house's rules of security: protective headers on
// pages, files, redirects and errors; nothing inline; nothing from other hosts; no secret in an
// address. Then uploads, with a scanner that finds, passes and fails.
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { outDir, practiceDatabase, startServer, stopServer } from '../lib/hool.mjs';
import { complaints } from '../lib/log.mjs';

const folder = path.join(outDir, 'walk');
const db = practiceDatabase(folder, ['--persons', '60', '--cases', '90', '--seed', '7']);
const agent = new http.Agent({ keepAlive: true, maxSockets: 4 });
const PAGES = 150; // of one person
let failed = 0;

function say(ok, what, why = '') {
	failed += ok ? 0 : 1;
	console.log(`${ok ? 'ok' : 'not ok'} walk: ${what}${ok ? '' : '\n' + why}`);
}

function ask(server, target, { method = 'GET', headers = {}, body = null } = {}) {
	return new Promise((resolve, reject) => {
		const rq = http.request({ host: '127.0.0.1', port: server.port, path: target, method, headers, agent }, (rs) => {
			const chunks = [];
			rs.on('data', (d) => chunks.push(d));
			rs.on('end', () => resolve({ status: rs.statusCode, headers: rs.headers,
				text: Buffer.concat(chunks).toString('utf8'), target, method }));
		});
		rq.on('error', reject);
		rq.end(body);
	});
}

// Bytes as they are, for what no client would send.
function raw(server, bytes) {
	return new Promise((resolve) => {
		const s = net.connect(server.port, '127.0.0.1', () => s.write(bytes));
		let text = '';
		s.on('data', (d) => { text += d; if (/\r\n\r\n/.test(text)) s.end(); });
		s.on('close', () => {
			const [head] = text.split('\r\n\r\n');
			const headers = Object.fromEntries(head.split('\r\n').slice(1).map((l) => l.split(/: (.*)/s))
				.map(([k, v]) => [k.toLowerCase(), v]));
			resolve({ status: Number(head.split(' ')[1]), headers, text, target: bytes.slice(0, 40), method: '' });
		});
		s.on('error', () => resolve({ status: 0, headers: {}, text: '', target: bytes.slice(0, 40), method: '' }));
	});
}

// ---- the rules: what is wrong with an answer ----
const NEEDED = {
	'x-content-type-options': /^nosniff$/,
	'referrer-policy': /^(same-origin|no-referrer)$/,
	'cross-origin-opener-policy': /^same-origin$/,
	'cross-origin-resource-policy': /^same-origin$/,
	'permissions-policy': /camera=\(\)/,
	'strict-transport-security': /^max-age=\d{8,}; includeSubDomains$/,
	'cache-control': /^(no-store|public, max-age=\d+, immutable|private.*|no-cache.*)$/,
	'content-security-policy': /^(?!.*unsafe-)(?!.*\*)(?=.*default-src '(self|none)')/,
};
const FORBIDDEN = ['server', 'x-powered-by', 'access-control-allow-origin', 'sourcemap'];

function faults(rs) {
	const found = [];
	for (const [name, form] of Object.entries(NEEDED))
		if (!form.test(rs.headers[name] ?? ''))
			found.push(`${name}: ${rs.headers[name]}`);
	for (const name of FORBIDDEN)
		if (name in rs.headers)
			found.push(`says ${name}`);
	for (const cookie of [].concat(rs.headers['set-cookie'] ?? []))
		if (!/^__Host-\w+=[^;]*; Path=\/; HttpOnly; SameSite=(Lax|Strict); Secure/.test(cookie))
			found.push(`cookie ${cookie.replace(/=[^;]*/, '=…')}`);
	if (rs.headers.location && !/^\/(?!\/)/.test(rs.headers.location))
		found.push(`goes to ${rs.headers.location}`);
	if (/[?&](_csrf|token|hool|sid|parool|isikukood)=/i.test(rs.headers.location ?? ''))
		found.push(`a secret in ${rs.headers.location}`);
	if (!/text\/html/.test(rs.headers['content-type'] ?? ''))
		return found;
	const page = rs.text.replace(/<!--[\s\S]*?-->/g, '');
	for (const [what, form] of [['an inline style', /<[^>]+\sstyle\s*=/i], ['a style element', /<style[\s>]/i],
		['an inline handler', /<[^>]+\son[a-z]+\s*=/i], ['an inline script', /<script(?![^>]*\ssrc=)[^>]*>/i],
		['a javascript address', /(href|src|action)\s*=\s*["']?\s*javascript:/i],
		['a resource of another host', /<(script|link|img|iframe|object|embed)[^>]+(src|href)="(https?:)?\/\//i],
		['a secret in an address', /(href|src|action)="[^"]*[?&](_csrf|token|parool|isikukood)=/i],
		['a personal code in an address', /(href|src|action)="[^"]*\b[1-6]\d{10}\b/]])
		if (form.test(page))
			found.push(what);
	return found;
}

const seen = { answers: 0, statuses: new Set(), shapes: new Set(), faults: new Map() };
function look(rs) {
	seen.answers++;
	seen.statuses.add(rs.status);
	for (const f of faults(rs))
		if (!seen.faults.has(f))
			seen.faults.set(f, `${rs.method} ${rs.target} ${rs.status}`);
	return rs;
}

const server = await startServer(db, path.join(folder, 'serve.log'), ['--behind-tls', '--quiet']);
const users = ['juht', 'koordinaator', 'laps', 'admin', 'kov', 'osutaja'];

async function signIn(server_, name) {
	const rs = look(await ask(server_, '/sisene', { method: 'POST', body: `kasutaja=${name}`,
		headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': 9 + name.length } }));
	return rs.headers['set-cookie'][0].split(';')[0];
}

// Links of one shape (numbers taken out) lead to one kind of page; three of each are enough.
const shape = (target) => target.replace(/[0-9a-f]{8,}/g, 'H').replace(/[A-ZÕÄÖÜ]+-[\w%/-]*\d+|\d+/g, 'N')
	.replace(/=[^&]*/g, '=');

async function walk(name) {
	const cookie = await signIn(server, name);
	const queue = ['/', '/registrid', '/mina', '/olematu'], known = new Set(queue), shapes = new Map();
	let pages = 0;
	while (queue.length > 0 && pages < PAGES) {
		const target = queue.shift();
		const rs = look(await ask(server, target, { headers: { cookie } }));
		pages++;
		seen.shapes.add(shape(target));
		for (const [, , href] of rs.text.matchAll(/(href|src)="(\/[^"]*)"/g)) {
			const next = href.replaceAll('&amp;', '&').split('#')[0], s = shape(next);
			if (known.has(next) || (shapes.get(s) ?? 0) >= 3)
				continue;
			known.add(next);
			shapes.set(s, (shapes.get(s) ?? 0) + 1);
			queue.push(next);
		}
		// Every form without its token is refused, and refused properly.
		for (const [, action] of rs.text.matchAll(/<form[^>]+method="post"[^>]*action="([^"]*)"/g)) {
			const to = action.split('#')[0] || target.split('?')[0];
			if (known.has('POST ' + shape(to)) || to === '/sisene')
				continue;
			known.add('POST ' + shape(to));
			const refused = look(await ask(server, to, { method: 'POST', body: 'a=b',
				headers: { cookie, 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': 3 } }));
			if (refused.status < 400)
				say(false, `${name}: ${to} takes a form without its token`, `status ${refused.status}`);
		}
	}
	return pages;
}

let pages = 0;
for (const name of users)
	pages += await walk(name);

// ---- broken and odd requests: the same headers ----
for (const [method, target, headers, body] of [
	['POST', '/sisene', { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': 23 }, 'kasutaja=juht&parool=vale'.slice(0, 23)],
	['GET', '/sisene'], ['HEAD', '/sisene'], ['OPTIONS', '/'], ['TRACE', '/'], ['PUT', '/'], ['DELETE', '/isik'],
	['GET', '/isik'], ['GET', '/' + 'a'.repeat(3000)], ['GET', '/isik?x=%ff'], ['GET', '/..%2f..%2fetc/passwd'],
	['GET', '/static/none.css'], ['GET', '/static/%2e%2e/main.c'], ['GET', '/.git/config'], ['GET', '/fail/1'],
	['POST', '/sisene', { 'Content-Type': 'text/plain', 'Content-Length': 1 }, 'x'],
	['POST', '/sisene', { 'Content-Type': 'multipart/form-data', 'Content-Length': 1 }, 'x'],
	['POST', '/sisene', { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': 40000 }, 'x'.repeat(40000)],
	['POST', '/sisene', { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': 3, Origin: 'https://evil.example' }, 'a=b'],
	['POST', '/sisene', { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': 3, 'Sec-Fetch-Site': 'cross-site' }, 'a=b'],
])
	look(await ask(server, target, { method, headers, body }));
const REFUSED = [
	['bare line ends', 'GET / HTTP/1.1\nHost: a\n\n'],
	['no host', 'GET / HTTP/1.1\r\n\r\n'],
	['two hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'],
	['two lengths', 'POST /sisene HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
	['one length twice', 'POST /sisene HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\na'],
	['length and chunks', 'POST /sisene HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
	['chunks and length', 'POST /sisene HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n'],
	['a coding nobody knows', 'POST /sisene HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n'],
	['a coding in disguise', 'POST /sisene HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n'],
	['NUL in a header', 'GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n'],
	['a folded header', 'GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n'],
	['a negative length', 'POST /sisene HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n'],
	['a length with a sign', 'POST /sisene HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\na'],
	['a chunk length too large', 'POST /sisene HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n'],
	['no HTTP at all', '\x16\x03\x01\x02\x00\x01\x00\r\n\r\n'],
];
for (const [what, bytes] of REFUSED) {
	const rs = look(await raw(server, bytes));
	say(rs.status >= 400 && rs.status < 500 && /close/.test(rs.headers.connection ?? ''), `refused: ${what}`, rs.text.slice(0, 200));
}
const complaint = await stopServer(server);
say(complaint === '', 'the server ends well', complaint);
say(pages > 200 && seen.shapes.size > 60, `${pages} pages of ${seen.shapes.size} kinds looked at`, '');
say([200, 303, 400, 401, 403, 404, 405, 413].every((s) => seen.statuses.has(s)), `answers of every kind: ${[...seen.statuses].sort()}`);
say(seen.faults.size === 0, `${seen.answers} answers carry every protective header and nothing inline`,
	[...seen.faults].map(([f, where]) => `${f} (${where})`).join('\n'));

// ---- uploads: a scanner that finds, passes, is gone ----
const socket = path.join(folder, 'clamd.ctl');
fs.rmSync(socket, { force: true });
let verdict = 'stream: OK', scanned = 0;
const clamd = net.createServer((c) => {
	let bytes = Buffer.alloc(0);
	c.on('error', () => {});
	c.on('data', (d) => {
		bytes = Buffer.concat([bytes, d]);
		if (bytes.subarray(0, 6).toString() === 'zPING\0')
			c.end('PONG\0');
		else if (bytes.length > 14 && bytes.subarray(-4).equals(Buffer.alloc(4))) {
			scanned = bytes.length;
			c.end(verdict + '\0');
		}
	});
});
await new Promise((r) => clamd.listen(socket, r));
const guarded = await startServer(db, path.join(folder, 'guarded.log'), ['--clamd', socket, '--watch', '127.0.0.1:0']);
const watched = { port: Number(/watched http:\/\/\S+:(\d+)/.exec(guarded.output)[1]) };
const cookie = await signIn(guarded, 'juht');
const list = await ask(guarded, '/isik', { headers: { cookie } });
const person = /href="(\/isik\/(?!uus)[^"?/]+)"/.exec(list.text)[1];

async function upload() {
	const page = await ask(guarded, person, { headers: { cookie } });
	const hidden = [...(/<form[^>]*action="[^"]*\/-\/fail"[\s\S]*?<\/form>/.exec(page.text)?.[0] ?? '')
		.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)];
	const parts = hidden.map(([, name, value]) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`);
	const body = Buffer.from(parts.join('') + '--b\r\nContent-Disposition: form-data; name="fail"; filename="kiri.txt"\r\n' +
		'Content-Type: text/plain\r\n\r\nTere\r\n--b--\r\n');
	return ask(guarded, `${person}/-/fail`, { method: 'POST', body,
		headers: { cookie, 'Content-Type': 'multipart/form-data; boundary=b', 'Content-Length': body.length } });
}

let rs = await upload();
say(rs.status === 303 && scanned > 0, 'a clean file is scanned and kept', `${rs.status} ${scanned}`);
say(/"clamd":\{"status":"up"\}/.test((await ask(watched, '/health')).text), 'health asks the scanner');
const files = async () => (await ask(guarded, person, { headers: { cookie } })).text.match(/\/fail\/\d+/g).length;
const before = await files();
verdict = 'stream: Eicar-Test-Signature FOUND';
rs = await upload();
say(rs.status === 422 && /pahavara/.test(rs.text), 'malware is refused and said', `${rs.status}`);
say(!/Eicar/.test(rs.text) && await files() === before, 'nothing of it is kept');
clamd.close();
fs.rmSync(socket, { force: true });
rs = await upload();
say(rs.status === 503 && await files() === before, 'without the scanner nothing is kept', `${rs.status}`);
say(/"clamd":\{"status":"down"\}/.test((await ask(watched, '/health')).text) &&
	/hool_up\{part="clamd"\} 0/.test((await ask(watched, '/metrics')).text), 'and health says so');
say((await ask(watched, '/health/ready')).status === 200, 'but the rest of the program is ready');
say((await stopServer(guarded)) === '', 'it ends well');
const leaks = complaints(guarded.output, ['kiri.txt', 'Eicar']);
say(leaks.length === 0, 'the technical log holds no file name', leaks.join('\n'));
agent.destroy();
process.exit(failed === 0 ? 0 : 1);
