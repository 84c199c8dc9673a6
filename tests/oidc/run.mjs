// Sign-in through a real provider, end to end: who is known comes in, who is not is told what to do,
// and whatever is replayed, borrowed or falsified opens nothing.
//
//	node tests/oidc/run.mjs
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { root, outDir, program, practiceDatabase, startServer, stopServer } from '../lib/hool.mjs';

let makeKey, startProvider;
try {
	({ makeKey, startProvider } = await import('./provider.mjs'));
} catch (e) {
	if (e.code !== 'ERR_MODULE_NOT_FOUND')
		throw e;
	console.log('ok oidc # skip its library is not there: npm ci in tests/oidc');
	process.exit(0);
}

const counts = { passed: 0, failed: 0 };
function ok(good, what) {
	counts[good ? 'passed' : 'failed']++;
	if (!good)
		console.log(`not ok oidc: ${what}`);
	return good;
}
const has = (page, text, what) => ok(page.body.includes(text), `${what}: lacks "${text}" (${page.status})`);

const freePort = () => new Promise((resolve) => {
	const s = net.createServer().listen(0, '127.0.0.1', () => {
		const { port } = s.address();
		s.close(() => resolve(port));
	});
});

// A browser, as far as cookies and redirects go: one jar for each host and port.
class Browser {
	jars = {};
	async get(url, form = null) {
		const at = new URL(url).host;
		const jar = this.jars[at] ??= {};
		const answer = await fetch(url, {
			redirect: 'manual', method: form ? 'POST' : 'GET',
			headers: { cookie: Object.entries(jar).map(([k, v]) => `${k}=${v}`).join('; '),
				...(form ? { origin: new URL(url).origin } : {}) },
			body: form ? new URLSearchParams(form) : undefined,
		});
		for (const line of answer.headers.getSetCookie()) {
			const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
			if (value === '' || /max-age=0|expires=Thu, 01 Jan 1970/i.test(line))
				delete jar[name];
			else
				jar[name] = value;
		}
		const to = answer.headers.get('location');
		return { status: answer.status, headers: answer.headers, body: await answer.text(),
			url, to: to && new URL(to, url).href };
	}
	// Follow redirects; stop before an address that `until` matches.
	async walk(url, until = null) {
		let page = await this.get(url);
		for (let i = 0; i < 15 && page.to; i++) {
			if (until && until.test(page.to))
				return page;
			page = await this.get(page.to);
		}
		return page;
	}
}

const dir = path.join(outDir, 'oidc');
fs.rmSync(dir, { recursive: true, force: true });
const db = practiceDatabase(dir, ['--persons', '60', '--cases', '90', '--seed', '7']);
const secretFile = path.join(dir, 'secret');
const secret = ['kept', 'with & signs', '= of its', 'own/+'].join(': '); // what needs encoding
fs.writeFileSync(secretFile, secret + '\n', { mode: 0o600 });

const providerPort = await freePort(), port = await freePort();
const base = `http://127.0.0.1:${port}`, redirect = `${base}/sisene/tagasi`;
const seen = {}, next = {};
let key = makeKey('RS256', 'first');
const provide = () => startProvider({ port: providerPort, key, client: 'hool-test', secret, redirect,
	home: `${base}/`, counts: seen, next });
let provider = await provide();
const args = ['--listen', `127.0.0.1:${port}`, '--oidc-issuer', provider.issuer, '--oidc-client', 'hool-test',
	'--oidc-secret-file', secretFile, '--oidc-redirect', redirect];
let server = await startServer(db, path.join(dir, 'server.log'), args);

// A person of the practice data, taken from their page, and bound to the coordinator.
const clerk = new Browser();
await clerk.get(`${base}/sisene`, { kasutaja: 'koordinaator' });
const list = await clerk.get(`${base}/isik`);
let code;
for (const [, person] of list.body.matchAll(/href="(\/isik\/I-[^"/]+)"/g))
	code ??= /\b([3-6]\d{10})\b/.exec((await clerk.get(base + person)).body)?.[1];
ok(code !== undefined, 'a person with a code');
ok((await stopServer(server)) === '', 'the server ends');
const tie = spawnSync(program, ['user', 'person', 'koordinaator', '--db', db], { cwd: root, input: code + '\n', encoding: 'utf8' });
ok(tie.status === 0, `hool user person: ${tie.stdout}${tie.stderr}`);
server = await startServer(db, path.join(dir, 'server.log'), args);

const start = `${base}/sisene/teenus?tagasi=/ulesanne`;
next.sub = `EE${code}`;

// ---- who is known comes in ----
{
	const b = new Browser();
	has(await b.get(`${base}/sisene`), '/sisene/teenus', 'the page of the sign-in offers the service');
	const out = await b.get(start);
	ok(out.status === 303, `to the provider: ${out.status}`);
	const asked = new URL(out.to).searchParams;
	for (const [name, want] of [['response_type', 'code'], ['scope', 'openid'], ['code_challenge_method', 'S256'],
		['client_id', 'hool-test'], ['redirect_uri', redirect], ['acr_values', 'high'], ['ui_locales', 'et']])
		ok(asked.get(name) === want, `asked ${name}: ${asked.get(name)}`);
	for (const name of ['state', 'nonce', 'code_challenge'])
		ok((asked.get(name) ?? '').length >= 43, `asked ${name} is long`);
	ok(/^hool_samm=[0-9a-f]{64}; .*HttpOnly; SameSite=Lax/.test(out.headers.getSetCookie()[0]), 'the step has a cookie');
	const back = await b.walk(out.to, /\/sisene\/tagasi\?/);
	const done = await b.get(back.to);
	ok(done.status === 303 && done.to === `${base}/ulesanne`, `back to where it was: ${done.status} ${done.to}`);
	ok(/^[0-9a-f]{64}$/.test(b.jars[`127.0.0.1:${port}`].hool), 'there is a session');
	ok(b.jars[`127.0.0.1:${port}`].hool_samm === undefined, 'the cookie of the step is gone');
	has(await b.get(done.to), 'Minu ülesanded', 'the page');
	has(await b.get(`${base}/mina`), 'riigi autentimisteenus mID', 'one\'s own page');
	// The address has been used: in this browser, and in one with a fresh step of its own.
	ok((await b.get(back.to)).status === 400, 'a replay is refused');
	const other = new Browser();
	await other.get(start);
	const stolen = await other.get(back.to);
	ok(stolen.status === 400, `another's answer is refused: ${stolen.status}`);
	has(stolen, 'algas teises brauseris', 'and why');
	// To prove oneself, and as somebody else.
	const proved = await b.walk(`${base}/sisene/teenus?kinnita=1&tagasi=/mina`);
	ok(proved.url === `${base}/mina` && proved.status === 200, `proved: ${proved.url} ${proved.status}`);
	next.sub = 'EE60001019906';
	delete b.jars[`127.0.0.1:${providerPort}`]; // somebody else sits down at the provider
	const another = await b.walk(`${base}/sisene/teenus?kinnita=1&tagasi=/mina`);
	ok(another.status === 403, `another's proof: ${another.status}`);
	next.sub = `EE${code}`;
	// Out, there too.
	const csrf = /name="_csrf" value="([0-9a-f]+)"/.exec((await b.get(`${base}/mina`)).body)[1];
	const bye = await b.get(`${base}/valju`, { _csrf: csrf });
	ok(bye.status === 303 && bye.to.startsWith(`${provider.issuer}/session/end?`), `signed out there: ${bye.to}`);
	ok((await b.get(`${base}/mina`)).status === 303, 'and here');
}

// ---- what opens nothing ----
async function refused(what, change, status, text) {
	const b = new Browser();
	Object.assign(next, { sub: `EE${code}`, amr: undefined, acr: undefined, cancel: false }, change);
	const page = await b.walk(start);
	ok(page.status === status, `${what}: ${page.status}, not ${status}`);
	has(page, text, what);
	ok(b.jars[`127.0.0.1:${port}`].hool === undefined, `${what}: no session`);
	Object.assign(next, { sub: `EE${code}`, amr: undefined, acr: undefined, cancel: false });
}
await refused('unknown person', { sub: 'EE60001019906' }, 403, 'Pöörduge oma asutuse peakasutaja poole');
await refused('foreigner', { sub: 'LV010101-12345' }, 403, 'ei ole selle infosüsteemi kasutajate hulgas');
await refused('wrong check digit', { sub: 'EE60001019907' }, 400, '(sub)');
await refused('no country', { sub: '60001019906' }, 400, '(sub)');
await refused('other means', { amr: ['pwd'] }, 400, '(amr)');
await refused('low level', { acr: 'low' }, 400, '(acr)');
await refused('cancelled', { cancel: true }, 200, 'Logi sisse');

// ---- falsified on the way back ----
for (const [what, change, status] of [
	['another state', (u) => u.searchParams.set('state', 'a'.repeat(64)), 400],
	['no state', (u) => u.searchParams.delete('state'), 400],
	['no code', (u) => u.searchParams.delete('code'), 400],
	['another code', (u) => u.searchParams.set('code', 'x'.repeat(43)), 400],
	['a code past all length', (u) => u.searchParams.set('code', 'x'.repeat(1500)), 400],
	['another issuer', (u) => u.searchParams.set('iss', 'https://evil.example'), 400],
	['an error', (u) => u.searchParams.set('error', '<script>'), 400],
]) {
	const b = new Browser(), back = new URL((await b.walk(start, /\/sisene\/tagasi\?/)).to);
	change(back);
	const page = await b.get(back.href);
	ok(page.status === status, `${what}: ${page.status}, not ${status}`);
	ok(!page.body.includes('<script>'), `${what}: shown escaped`);
	ok(b.jars[`127.0.0.1:${port}`].hool === undefined, `${what}: no session`);
}
ok((await new Browser().get(`${base}/sisene/teenus?kinnita=1`)).status === 303, 'a proof needs a session');
for (const back of ['//evil.example', 'https://evil.example/', '/%5Cevil.example']) {
	const b = new Browser(), page = await b.walk(`${base}/sisene/teenus?tagasi=${back}`);
	ok(page.url === `${base}/`, `back to ${back}: ${page.url}`);
}
ok(seen['/.well-known/openid-configuration'] === 1 && seen['/jwks'] === 1,
	`description and keys were asked for once: ${JSON.stringify(seen)}`);

// ---- keys change, the provider goes and comes back ----
await provider.stop();
key = makeKey('ES256', 'second');
provider = await provide();
{
	const b = new Browser(), page = await b.walk(start);
	// Within a minute of the last look keys are not asked for again: anybody could make us ask.
	ok(page.status === 400, `new keys: ${page.status}`);
	has(page, 'tundmatu võtmega', 'new keys');
}
await stopServer(server);
server = await startServer(db, path.join(dir, 'server.log'), args);
{
	const b = new Browser(), page = await b.walk(start);
	ok(page.status === 200 && page.url === `${base}/ulesanne`, `by the new key: ${page.status} ${page.url}`);
	const back = (await new Browser().walk(start, /\/sisene\/tagasi\?/)).to;
	ok(back !== undefined, 'on the way');
	const waiting = new Browser(), late = (await waiting.walk(start, /\/sisene\/tagasi\?/)).to;
	await provider.stop();
	const down = await waiting.get(late);
	ok(down.status === 503, `the provider is gone: ${down.status}`);
	has(down, 'Teenus ei tööta praegu', 'the provider is gone');
	const still = await new Browser().get(start);
	ok(still.status === 303, `what is known of it serves on: ${still.status}`);
	has(await new Browser().get(`${base}/sisene`), 'name="parool"', 'the password is there');
}
await stopServer(server);
server = await startServer(db, path.join(dir, 'server.log'), args);
{
	const page = await new Browser().get(start);
	ok(page.status === 503, `never reached: ${page.status}`);
	has(page, 'ei võta ühendust vastu', 'never reached');
}
ok((await stopServer(server)) === '', 'the server ends');

// ---- nothing of it in the log; settings that are none ----
const log = fs.readFileSync(path.join(dir, 'server.log'), 'utf8');
ok(!log.includes(code) && !log.includes('with & signs'), 'the log holds neither code nor secret');
for (const wrong of [['--oidc-issuer', 'http://id.example'], ['--oidc-acr', 'highest'], ['--oidc-secret-file', '/nonexistent']]) {
	const set = [...args], at = set.indexOf(wrong[0]);
	at < 0 ? set.push(...wrong) : set.splice(at, 2, ...wrong);
	const run = spawnSync(program, ['serve', '--db', db, ...set], { cwd: root, encoding: 'utf8', timeout: 10000 });
	ok(run.status === 2 && run.stderr.includes(wrong[0]), `${wrong.join(' ')}: ${run.status} ${run.stderr.slice(0, 200)}`);
}
console.log(`passed=${counts.passed} failed=${counts.failed}`);
process.exit(counts.failed > 0 ? 1 : 0);
