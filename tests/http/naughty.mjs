// Strings that break things, through the fields of every form over HTTP: each is stored and shown
// as it was typed, or refused clearly with what was typed still in the field; and never becomes
// part of a page's markup.
//
//	node tests/http/naughty.mjs [--all]     every string in every field, else each in some of them
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { outDir, practiceDatabase, startServer, stopServer } from '../lib/hool.mjs';
import { ask, urlencoded } from '../fault/world.mjs';
import { decode, forms, plainText } from '../scenario/html.mjs';

const all = process.argv.includes('--all');
const OWN = ['', ' ', '\u00a0', '<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "'; DROP TABLE person; --",
	'{{7*7}}', '${7*7}', '%s%n%x', '=1+1', '@SUM(A1)', '-1', '\u202eümber\u202c', 'e\u0301', '\u00e9', '\ufeffBOM', '\u0000',
	'\u0007', 'a\nb', 'a\r\nSet-Cookie: a=b', '\ud83d\ude00', '\u0130stanbul', '&lt;b&gt;', '&#x41;', ']]>', '-->', '\\', '../../etc/passwd',
	'õ'.repeat(300), 'x'.repeat(30000), '٠١٢', '１２３', '\u2028', 'NULL', 'true', '1e309', 'Ωмега'];
const PER_FIELD = 5;

let strings = OWN;
const file = path.join(process.env.HOOL_TEST_DATA || '', 'security/naughty-strings.json');
let skipped = 0;
if (process.env.HOOL_TEST_DATA && fs.existsSync(file)) {
	strings = [...OWN, ...JSON.parse(fs.readFileSync(file, 'utf8'))];
} else {
	console.log('ok naughty corpus # skip the outside test material is not here; our own strings only');
	skipped++;
}
strings = [...new Set(strings)];

const folder = path.join(outDir, 'naughty');
const db = practiceDatabase(folder, ['--persons', '60', '--cases', '90', '--seed', '7']);
const server = await startServer(db, path.join(folder, 'serve.log'), ['--quiet']);
const agent = new http.Agent({ keepAlive: true, maxSockets: 2 });
const tally = { stored: 0, refused: 0, fields: 0, forms: 0, by: {} };
let tried = 0, failed = 0, next = 0;

function fail(where, string, why) {
	failed++;
	if (failed <= 25)
		console.log(`not ok naughty ${where}: ${JSON.stringify(string.slice(0, 60))}: ${why}`);
}

const get = (at, cookie) => ask(server.port, 'GET', at, { cookie, agent });
const post = (at, cookie, fields) => ask(server.port, 'POST', at, { cookie, agent, ...urlencoded(fields) });

// What a field promises to keep: the text without space around it; lines end with LF.
const kept = (s) => s.replace(/\r\n?/g, '\n').replace(/^[\s\u00a0]+|[\s\u00a0]+$/g, '');

// Names of the fields one types into.
function typed(page, at) {
	const inside = [...page.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)]
		.find(([, head]) => /method="post"/.test(head) && decode(/action="([^"]*)"/.exec(head)?.[1] ?? at) === at)?.[2] ?? '';
	return [...inside.matchAll(/<(?:input\b[^>]*\btype="(?:text|search|email|tel|number)"|textarea\b)[^>]*>/g)]
		.map(([tag]) => decode(/\bname="([^"]*)"/.exec(tag)?.[1] ?? '')).filter((n) => n !== '');
}

const formAt = (page, at) => forms(page).find((f) => f.method === 'post' && (f.action || at) === at);
const valueOf = (form, name) => form?.fields.find((f) => f.name === name)?.value;

function markup(where, string, rs) {
	if (/[<>"]/.test(string) && string.length > 3 && /[<]/.test(string) && rs.text.includes(string))
		fail(where, string, 'stands in the page as markup');
	if (rs.cookies.some((c) => c.startsWith('a=')))
		fail(where, string, 'made a header');
}

// One form, as it is opened at `open` and sent to `at`: strings through each of its fields.
async function form(open, at, cookie, changes) {
	let page = await get(open, cookie);
	if (page.status !== 200 || !formAt(page.text, at))
		return;
	const names = typed(page.text, at);
	tally.forms++;
	for (const name of names) {
		tally.fields++;
		const some = all ? strings : Array.from({ length: PER_FIELD }, () => strings[next++ % strings.length]);
		for (const string of some) {
			const where = `${at} ${name}`;
			const f = formAt(page.text, at);
			const sent = { ...Object.fromEntries(f.fields.map((x) => [x.name, x.value])), [name]: string };
			const rs = await post(at, cookie, sent);
			tried++;
			tally.by[rs.status] = (tally.by[rs.status] ?? 0) + 1;
			markup(where, string, rs);
			if (rs.status === 303) {
				tally.stored++;
				const back = await get(open, cookie);
				markup(where, string, back);
				// The search beside a reference (name_q) is no field of the record.
				if (changes && back.status === 200 && !name.endsWith('_q')) {
					const stored = valueOf(formAt(back.text, at), name);
					if (stored !== undefined && !same(stored, string, valueOf(f, name)))
						fail(where, string, `came back as ${JSON.stringify(stored.slice(0, 80))}`);
				}
				page = back.status === 200 ? back : page;
			} else if ([200, 400, 401, 403, 404, 409, 413, 422].includes(rs.status)) {
				tally.refused++;
				const again = formAt(rs.text, at);
				const shown = valueOf(again, name);
				if (plainText(rs.text).length < 100)
					fail(where, string, `${rs.status} without a word`);
				if (rs.status === 422 && at !== '/otsing' && shown !== undefined && !same(shown, string))
					fail(where, string, `the form came back with ${JSON.stringify(shown.slice(0, 80))}`);
				page = await get(open, cookie);
			} else {
				fail(where, string, `gave ${rs.status}: ${plainText(rs.text).slice(0, 200)}`);
				page = await get(open, cookie);
			}
			if (page.status !== 200)
				return;
		}
	}
}

// Unchanged; or, for a value that has a form of its own (a date, money, a code), what it was
// understood as; or empty where only space was typed.
function same(stored, string) {
	const a = kept(stored), b = kept(string);
	return a === b || a.replace(/[\s\u00a0.,€]/g, '') === b.replace(/[\s\u00a0.,€]/g, '') || understood(a) === understood(b);
}

function understood(s) {
	const n = Number(s.replace(/[\s\u00a0€]/g, '').replace(',', '.').replace('\u2212', '-'));
	return s !== '' && Number.isFinite(n) ? n : s.toUpperCase();
}

async function everyForm(user) {
	const rs = await ask(server.port, 'POST', '/sisene', urlencoded({ kasutaja: user }));
	const cookie = (rs.cookies[0] || '').split(';')[0];
	const links = (page, pattern) => [...new Set([...page.matchAll(/href="([^"]*)"/g)].map((m) => decode(m[1])))]
		.filter((h) => pattern.test(h));
	const desk = (await get('/', cookie)).text + (await get('/registrid', cookie)).text;
	for (const at of links(desk, /^\/[a-z]+\/uus$/))
		await form(at, at, cookie, false);
	const lists = links(desk, /^\/[a-z]+(\?vaade=[a-z_]+)?$/);
	const done = new Set();
	for (const list of lists) {
		const kind = list.split('?')[0];
		if (done.has(kind))
			continue;
		const first = links((await get(list, cookie)).text, new RegExp(`^${kind}/[^/?#]+$`)).find((h) => !h.endsWith('/uus'));
		if (!first)
			continue;
		done.add(kind);
		await form(`${first}/-/muuda`, `${first}/-/muuda`, cookie, true);
		await form(first, `${first}/-/markus`, cookie, false);
	}
	await form('/', '/otsing', cookie, false);
}

for (const user of ['juht', 'koordinaator', 'admin', 'osutaja'])
	await everyForm(user);
await form('/sisene', '/sisene', '', false);
agent.destroy();
const complaint = await stopServer(server);
if (complaint !== '')
	fail('server', '', complaint);
if (tally.stored < 50 || tally.refused < 50 || tally.fields < 40)
	fail('all', '', 'too few were tried');
console.log(`${failed ? 'not ok' : 'ok'} naughty: ${tried} tried in ${tally.fields} fields of ${tally.forms} forms, ` +
	`${tally.stored} stored unchanged, ${tally.refused} refused (${Object.entries(tally.by).map(([k, n]) => `${k}: ${n}`).join(', ')})`);
console.log(`passed=${tried - failed} failed=${failed} skipped=${skipped}`);
if (failed === 0)
	fs.rmSync(folder, { recursive: true, force: true });
process.exit(failed === 0 ? 0 : 1);
