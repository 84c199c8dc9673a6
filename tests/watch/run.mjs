// The watched port, the two logs and the thread through them, on the whole program.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { outDir, practiceDatabase, startServer, stopServer } from '../lib/hool.mjs';
import { complaints } from '../lib/log.mjs';

const folder = path.join(outDir, 'watch');
const db = practiceDatabase(folder, ['--persons', '60', '--cases', '90', '--seed', '7']);
const audit = path.join(folder, 'audit.log');
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
let failed = 0;

function say(ok, what, why = '') {
	failed += ok ? 0 : 1;
	console.log(`${ok ? 'ok' : 'not ok'} watch: ${what}${ok ? '' : '\n' + why}`);
}

function ask(port, target, { method = 'GET', headers = {}, fields = null } = {}) {
	const body = fields ? new URLSearchParams(fields).toString() : null;
	if (body !== null)
		headers = { ...headers, 'Content-Type': 'application/x-www-form-urlencoded',
			'Content-Length': Buffer.byteLength(body) };
	return new Promise((resolve, reject) => {
		const rq = http.request({ host: '127.0.0.1', port, path: target, method, headers }, (rs) => {
			let text = '';
			rs.setEncoding('utf8');
			rs.on('data', (d) => { text += d; });
			rs.on('end', () => resolve({ status: rs.statusCode, headers: rs.headers, text }));
		});
		rq.on('error', reject);
		rq.end(body);
	});
}

const value = (text, sample) => Number(text.split('\n').find((l) => l.startsWith(sample + ' '))?.split(' ').pop());
const lines = (file) => fs.readFileSync(file, 'utf8').split('\n').filter(Boolean).map((l) => JSON.parse(l));

const server = await startServer(db, path.join(folder, 'serve.log'),
	['--watch', '127.0.0.1:0', '--audit', audit]);
const port = Number(/watched http:\/\/\S+:(\d+)/.exec(server.output)[1]);

// ---- the four pages ----
for (const page of ['/health', '/health/alive', '/health/ready', '/metrics']) {
	const rs = await ask(port, page);
	say(rs.status === 200 && rs.headers['x-content-type-options'] === 'nosniff', `${page} answers`, rs.text);
}
say((await ask(server.port, '/metrics')).status !== 200, 'the figures are not on the port of the pages');
const health = JSON.parse((await ask(port, '/health')).text);
say(health.status === 'up' && health.version && health.started <= health.now && health.parts.database.status === 'up',
	'health tells version, times and parts', JSON.stringify(health));

// ---- the figures move ----
const before = (await ask(port, '/metrics')).text;
const missed = await ask(server.port, '/olematu', { headers: { traceparent: `00-${TRACE}-00f067aa0ba902b7-01` } });
say(missed.status === 404 && missed.text.includes(TRACE), 'an error page quotes the thread the client began');
const fresh = await ask(server.port, '/olematu', { headers: { traceparent: 'gibberish"}\n'.trim() } });
const own = /\b[0-9a-f]{32}\b/.exec(fresh.text.replace(/value="[0-9a-f]+"/g, ''))?.[0];
say(own && own !== TRACE, 'a thread that is none is not gone on with');
await ask(server.port, '/sisene', { method: 'POST', fields: { kasutaja: 'mihkel.maasikas@example.ee', parool: 'Salajane-sõna-1' } });
const inside = await ask(server.port, '/sisene', { method: 'POST', fields: { kasutaja: 'juht' } });
const cookie = inside.headers['set-cookie'][0].split(';')[0];
const list = await ask(server.port, '/isik', { headers: { cookie } });
const person = /href="(\/isik\/[^"?]+)"/.exec(list.text.replace(/href="\/isik\/uus"/g, ''))[1];
await ask(server.port, person, { headers: { cookie } });
await new Promise((r) => setTimeout(r, 200));
const after = (await ask(port, '/metrics')).text;
const SERIES = 'hool_http_requests_total{method="GET",route="/{type}/N",status="200"}';
say(value(after, SERIES) === 1 && !(value(before, SERIES) >= 1), 'a record looked at is counted by its route', after.slice(0, 2000));
say(value(after, 'hool_http_duration_seconds_count{method="GET",route="/{type}/N"}') === 1, 'and timed');
say(value(after, 'hool_db_groups_total') > value(before, 'hool_db_groups_total'), 'commits are counted');
say(value(after, 'hool_sessions') === value(before, 'hool_sessions') + 1, 'who is signed in is counted');
say(value(after, 'process_resident_memory_bytes') > 1e6, 'memory is told');
say(value(after, 'hool_db_wal_bytes') > 0 && value(after, 'hool_db_readers') > 0, 'log and readers are told');
say(!after.includes(person.split('/').pop() + '"') && !/maasikas/i.test(after), 'no record and no person is a label');

// Another's reader accepts the text: the standard's own, and Prometheus's linter where it is.
const file = path.join(folder, 'metrics.txt');
fs.writeFileSync(file, after);
const reader = spawnSync('/usr/bin/python3', ['-c', `import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse
print(sum(len(f.samples) for f in parse(open(sys.argv[1]).read())))`, file], { encoding: 'utf8' });
if (/ModuleNotFoundError/.test(reader.stderr ?? '') || reader.error)
	console.log('ok watch: OpenMetrics by its own reader # skip python3-prometheus-client is not installed');
else
	say(reader.status === 0 && Number(reader.stdout) > 50, 'the OpenMetrics reader takes it', reader.stderr);
const linter = spawnSync('promtool', ['check', 'metrics'], { encoding: 'utf8', input: after.replace(/# (UNIT|EOF).*\n/g, '').replace(/ info$/m, ' gauge') });
if (linter.error)
	console.log('ok watch: promtool # skip promtool is not installed');
else
	say(!/error/i.test(linter.stderr + linter.stdout), 'promtool takes it', linter.stderr + linter.stdout);

// ---- the audit log ----
await new Promise((r) => setTimeout(r, 100));
let events = lines(audit);
const tried = events.find((e) => e['event.action'] === 'sign-in' && e['event.outcome'] === 'failure');
say(tried?.['user.name'] === 'mihkel.maasikas@example.ee' && tried['client.ip'] === '127.0.0.1' &&
	tried['error.message'] === 'err.signin_wrong', 'a failed sign-in: who, from where, why', JSON.stringify(tried));
say(!fs.readFileSync(audit, 'utf8').includes('Salajane'), 'no password in it');
say(!fs.readFileSync(audit, 'utf8').includes(cookie.split('=')[1]), 'no session key in it');
const look = events.find((e) => e['http.route'] === '/{type}/N');
say(look?.['user.id'] > 0 && look['hool.position'] > 0 && look['hool.session'] > 0 && look['hool.type'] === 'person' &&
	look['url.path'] === decodeURI(person) && look['hool.persons'] && look['event.outcome'] === 'success',
	'a look: who, in which position, at whom', JSON.stringify(look));
fs.renameSync(audit, audit + '.1');
server.child.kill('SIGHUP');
await new Promise((r) => setTimeout(r, 300));
await ask(server.port, '/registrid', { headers: { cookie } });
await new Promise((r) => setTimeout(r, 200));
say(lines(audit).length === 1 && lines(audit + '.1').length === events.length, 'SIGHUP opens it anew');
say((fs.statSync(audit).mode & 0o777) === 0o640, 'not for everybody to read');

// ---- the technical log ----
const complaint = await stopServer(server);
say(complaint === '', 'the server ends well', complaint);
const found = complaints(server.output, ['mihkel.maasikas@example.ee', 'Salajane-sõna-1', cookie.split('=')[1], person]);
say(found.length === 0, 'the technical log holds no person and no secret', found.join('\n'));
const traced = server.output.split('\n').filter((l) => l.startsWith('{')).map((l) => JSON.parse(l))
	.filter((e) => e['trace.id'] === TRACE);
say(traced.length === 1 && traced[0]['http.response.status_code'] === '404', 'the quoted number finds the line');
say(events.some((e) => e['trace.id'] === look['trace.id'] && server.output.includes(e['trace.id'])), 'both logs share the thread');
process.exit(failed === 0 ? 0 : 1);
