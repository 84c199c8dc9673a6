// Tests of the API: the description of it by an outside validator, a client generated from that
// description through the main scenario, then every promise of docs/guide/api.md by plain requests.
//
//	node tests/api/run.mjs        HOOL names another program, as for the other tests
import fs from 'node:fs';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { Validator } from '@seriousme/openapi-schema-validator';
import { root, outDir, program, practiceDatabase, startServer, stopServer } from '../lib/hool.mjs';
import { plainRequests } from './requests.mjs';
import { guide } from './guide.mjs';
import { Webhooks } from './webhooks.mjs';

const here = path.join(root, 'tests/api'), made = path.join(here, 'made'), work = path.join(outDir, 'api');
const counts = { passed: 0, failed: 0, skipped: 0 };

export function check(what, ok, why = '') {
	counts[ok ? 'passed' : 'failed']++;
	if (!ok)
		console.log(`not ok ${what}${why ? ': ' + why : ''}`);
	return ok;
}
export function skip(what) {
	counts.skipped++;
	console.log(`ok ${what} # skip`);
}
function run(...args) {
	const [command, ...rest] = args;
	const got = spawnSync(command, rest, { cwd: root, encoding: 'utf8', timeout: 120000, maxBuffer: 64e6 });
	return { ok: got.status === 0, out: got.stdout, said: (got.stdout + got.stderr).slice(-3000) };
}
const tool = (name) => path.join(here, 'node_modules/.bin', name);

fs.rmSync(made, { recursive: true, force: true });
fs.mkdirSync(made, { recursive: true });
fs.mkdirSync(work, { recursive: true });

// The description: right by others' eyes, in each language, and the same from the command as from
// the server.
const description = path.join(made, 'openapi.json');
for (const lang of ['et', 'ru', 'en']) {
	const got = run(program, '--lang', lang, 'type', 'openapi');
	check(`description in ${lang}`, got.ok, got.said);
	fs.writeFileSync(description, got.out);
	const judged = await new Validator().validate(JSON.parse(got.out));
	check(`description in ${lang} is OpenAPI 3.1`, judged.valid, JSON.stringify(judged.errors)?.slice(0, 2000));
	check(`description in ${lang} lacks no text`, !/"(api|err|type)\.[a-z_.]+[:"]/.test(got.out), /"(api|err|type)\.[a-z_.]+[:"]/.exec(got.out)?.[0]);
}

// The client.
const generated = run(tool('openapi-typescript'), description, '-o', path.join(made, 'schema.d.ts'));
check('client generated', generated.ok, generated.said);
const compiled = run(tool('tsc'), '-p', here, '--outDir', made);
check('scenario fits the generated client', compiled.ok, compiled.said);

// Tokens are made by the command, before the server has the database.
const db = practiceDatabase(work, ['--persons', '60', '--cases', '90', '--seed', '7']);
const token = (login, scopes, ...more) => {
	const got = run(program, 'token', '--db', db, 'make', login, 'test', scopes, ...more);
	check(`token of ${login}: ${scopes}`, got.ok && /^hool_[0-9a-f]{64}$/.test(got.out.trim()), got.said);
	return got.out.trim();
};
const tokens = {
	all: token('koordinaator', 'read write moves'),
	reads: token('koordinaator', 'read'),
	tasks: token('koordinaator', 'read:task write:task'),
	guide: token('koordinaator', 'read write moves'),
	provider: token('osutaja', 'read'),
	rate: token('koordinaator', 'read:task'),
	ended: token('koordinaator', 'read'),
	admin: token('admin', 'read write'),
};
const list = run(program, 'token', '--db', db, 'list');
check('tokens are listed without their secrets', list.ok && !list.out.includes('hool_') && list.out.trim().split('\n').length === 8, list.said);
check('a token is ended by its number', run(program, 'token', '--db', db, 'end', '7').ok);
for (const bad of [['koordinaator', 'x', 'reads'], ['koordinaator', 'x', 'read:nothing'], ['koordinaator', 'x', ''], ['nobody', 'x', 'read']])
	check(`no token for ${bad}`, !run(program, 'token', '--db', db, 'make', ...bad).ok);

const server = await startServer(db, path.join(work, 'serve.log'), ['--call-private']);
const webhooks = new Webhooks(check);
await webhooks.begin(server.base, tokens.admin, tokens.all);
if (compiled.ok) {
	const ran = run('node', path.join(made, 'scenario.js'), server.base, tokens.all);
	check('the main scenario by the generated client', ran.ok, ran.said);
	counts.passed += (ran.out.match(/^ok /gm) ?? []).length;
}
await plainRequests(server.base, tokens, check, skip);
await guide(server.base, tokens.guide, check);
await webhooks.verify();
const served = await (await fetch(server.base + '/api/openapi.json', { headers: { 'Accept-Language': 'en' } })).text();
check('the server serves the same description', served === fs.readFileSync(description, 'utf8').trimEnd());
const complaint = await stopServer(server);
check('the server ended well', complaint === '', complaint);
const log = fs.readFileSync(path.join(work, 'serve.log'), 'utf8');
check('no secret in the log', !/hool_[0-9a-f]{8}/.test(log) && !log.includes('Kirsipuu'));

// What was given up is seen, and nothing on the inside is called unless the operator allows it.
const dead = run(program, 'job', '--db', db, 'list', 'dead');
check('jobs given up are listed', dead.ok && (dead.out.match(/err\.webhook_gone/g) ?? []).length === 2, dead.said);
const shut = await startServer(db, path.join(work, 'shut.log'));
const made2 = await fetch(shut.base + '/partner', { method: 'POST', body: '{"name":"Seest"}', headers: { Authorization: 'Bearer ' + tokens.all, 'Content-Type': 'application/json' } });
check('made without the permission', made2.status === 201, await made2.text());
await webhooks.until(() => run(program, 'job', '--db', db, 'list', 'dead').out.includes('err.call.'), 20);
check('an address on the inside is not called', /err\.call\.(address|private)/.test(run(program, 'job', '--db', db, 'list', 'dead').out), run(program, 'job', '--db', db, 'list').out);
check('the second server ended well', await stopServer(shut) === '');
const verified = run(program, 'verify', '--db', db);
check('the history verifies', verified.ok, verified.said);
console.log(`passed=${counts.passed} failed=${counts.failed} skipped=${counts.skipped}`);
process.exit(counts.failed ? 1 : 0);
