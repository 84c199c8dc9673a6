// Runs tests/scenario/*.txt: requests and expected answers as data. The format: README.md here.
//
//	node tests/scenario/run.mjs [NAME…]     only files whose names contain one of the words
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { root, outDir, program, practiceDatabase, startServer, stopServer, killServer }
	from '../lib/hool.mjs';
import { complaints } from '../lib/log.mjs';
import { decode, forms, plainText } from './html.mjs';

const here = path.join(root, 'tests/scenario');
const MAX_FAILURES = 5; // of one scenario; what follows the first is often its echo
const counts = { passed: 0, failed: 0, skipped: 0 };

// ---- reading a scenario: a list of steps {line, kind, …} ----

export function parse(file, text) {
	const steps = [];
	const settings = { practice: ['--persons', '60', '--cases', '90', '--seed', '7'], serve: [] };
	let request = null;
	let lines = text.split('\n');
	for (let i = 0; i < lines.length; i++) {
		const line = lines[i].replace(/\s+$/, '');
		const step = { file, line: i + 1 };
		const [, mark, rest] = /^(\S+)\s*(.*)$/.exec(line) || [null, '', ''];
		if (line === '') {
			request = null;
		} else if (mark.startsWith('#')) {
			continue;
		} else if (mark === 'practice' || mark === 'serve') {
			settings[mark] = rest.split(/\s+/);
		} else if (mark === '>') {
			const [method, target, ...flags] = rest.split(/\s+/);
			request = { ...step, kind: 'request', method, target, flags, headers: [], fields: [], body: null };
			if (method === 'follow')
				Object.assign(request, { method: 'GET', target: '$location' });
			steps.push(request);
		} else if (mark === '%') {
			steps.push({ ...step, kind: 'command', rest });
			request = null;
		} else if (mark === '<') {
			const [, status, , check] = /^(\S+)(\s+(.*))?$/.exec(rest) || [];
			steps.push({ ...step, kind: /^(\d+|none)$/.test(status) ? 'status' : 'header', rest, status, check });
			request = null;
		} else if (mark === '=' || mark === '!' || mark === '~') {
			steps.push({ ...step, kind: 'body', mark, rest });
			request = null;
		} else if (mark.startsWith('@') && !request) {
			steps.push({ ...step, kind: 'user', name: mark.slice(1) });
		} else if (/^\$\w+$/.test(mark) && rest.startsWith('=')) {
			steps.push({ ...step, kind: 'capture', name: mark.slice(1), rest: rest.slice(1).trim() });
			request = null;
		} else if (request && request.body !== null) {
			request.body += '\n' + lines[i];
		} else if (request && /^[{[<]/.test(line)) {
			request.body = lines[i];
		} else if (request && /^-\S+$/.test(line)) {
			request.fields.push({ drop: line.slice(1) });
		} else if (request && /^[A-Z][A-Za-z-]*: /.test(line)) {
			request.headers.push(line.split(/: (.*)/).slice(0, 2));
		} else if (request && /^[^=\s]+=/.test(line)) {
			const at = line.indexOf('=');
			request.fields.push({ name: line.slice(0, at), value: line.slice(at + 1) });
		} else {
			throw new Error(`${file}:${i + 1}: not understood: ${line}`);
		}
	}
	return { steps, settings };
}

const signIn = parse('sign-in.inc', fs.readFileSync(path.join(here, 'sign-in.inc'), 'utf8')).steps;

// ---- one scenario at work ----

export class Scenario {
	constructor(name, folder) {
		Object.assign(this, { name, folder, failures: 0, checks: 0, requests: 0, vars: {}, jars: {} });
		this.be('nobody');
	}

	be(user) {
		const known = user in this.jars;
		this.jars[user] ??= { cookies: {}, page: '', url: '/' };
		this.jar = this.jars[user];
		this.vars.user = user;
		return known || user === 'nobody';
	}

	fill(text) {
		return text.replace(/\$\{(\w+)\}|\$(\w+)/g, (all, a, b) => {
			const value = this.vars[a ?? b];
			return value === undefined ? all : value;
		});
	}

	check(step, ok, why) {
		this.checks++;
		if (ok) {
			counts.passed++;
			return;
		}
		counts.failed++;
		this.failures++;
		console.log(`not ok ${step.file}:${step.line}: ${why}`);
	}

	// The fields of the page's form that posts to this address, then the scenario's own.
	fields(step, target) {
		const list = [];
		const own = step.fields.map((f) => f.drop ? f : { name: this.fill(f.name), value: this.fill(f.value) });
		if (!step.flags.includes('bare')) {
			const at = (form) => new URL(form.action || this.jar.url, 'http://x' + this.jar.url).pathname;
			const here_ = forms(this.jar.page).filter((f) => f.method === 'post');
			const form = here_.find((f) => at(f) === target.split('?')[0]) || here_[0];
			const whole = form && at(form) === target.split('?')[0];
			for (const f of form ? form.fields : [])
				if ((whole || f.name === '_csrf') && (f.hidden || step.flags.includes('filled')))
					list.push(f);
		}
		for (const f of own)
			for (let i = list.length - 1; i >= 0; i--)
				if (list[i].name === (f.drop ?? f.name))
					list.splice(i, 1);
		return list.concat(own.filter((f) => !f.drop));
	}

	content(step, target) {
		if (step.body !== null) {
			const body = this.fill(step.body);
			const type = body.startsWith('<') ? 'application/xml' : 'application/json';
			return [Buffer.from(body), type];
		}
		if (step.method === 'GET' || step.method === 'HEAD')
			return [null, null];
		const list = this.fields(step, target);
		if (!list.some((f) => f.value.startsWith('@')))
			return [Buffer.from(new URLSearchParams(list.map((f) => [f.name, f.value])).toString()),
				'application/x-www-form-urlencoded'];
		const parts = [];
		for (const f of list) {
			const [, size, large] = /^@(\d+)M:(.+)$/.exec(f.value) || [];
			const [, from, named] = /^@(.+?)(?: as (.+))?$/.exec(f.value) || [];
			const file = large ?? (from ? path.join(root, from) : null);
			// As browsers write it: a quotation mark of the name is %22.
			const name = file && (named ?? path.basename(file)).replaceAll('"', '%22');
			parts.push(Buffer.from('--hool-scenario\r\nContent-Disposition: form-data; name="' + f.name + '"' +
				(file ? `; filename="${name}"\r\nContent-Type: application/octet-stream` : '') + '\r\n\r\n'));
			parts.push(large ? Buffer.alloc(size * 1024 * 1024, '%PDF-1.4\n') : file ? fs.readFileSync(file) :
				Buffer.from(f.value), Buffer.from('\r\n'));
		}
		parts.push(Buffer.from('--hool-scenario--\r\n'));
		return [Buffer.concat(parts), 'multipart/form-data; boundary=hool-scenario'];
	}

	async request(step) {
		const target = this.fill(step.target);
		const [body, type] = this.content(step, target);
		const headers = { 'Accept-Language': 'et', Accept: 'text/html' };
		if (Object.keys(this.jar.cookies).length > 0)
			headers.Cookie = Object.entries(this.jar.cookies).map(([k, v]) => `${k}=${v}`).join('; ');
		if (body)
			Object.assign(headers, { 'Content-Type': type, 'Content-Length': body.length });
		for (const [name, value] of step.headers) {
			for (const k of Object.keys(headers))
				if (k.toLowerCase() === name.toLowerCase())
					delete headers[k];
			headers[name] = this.fill(value);
		}
		this.requests++;
		this.answer = await new Promise((resolve) => {
			const sent = http.request({ host: '127.0.0.1', port: this.server.port, path: target,
				method: step.method, headers, timeout: 20000 }, (res) => {
				const chunks = [];
				res.on('data', (c) => chunks.push(c));
				res.on('error', () => resolve({ status: 'none', headers: {}, body: '' }));
				res.on('end', () => resolve({ status: String(res.statusCode), headers: res.headers,
					body: Buffer.concat(chunks).toString('utf8') }));
			});
			sent.on('timeout', () => sent.destroy());
			sent.on('error', () => resolve({ status: 'none', headers: {}, body: '' }));
			sent.end(body);
		});
		for (const line of [].concat(this.answer.headers['set-cookie'] || [])) {
			const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) || [];
			if (/max-age=0|expires=thu, 01 jan 1970/i.test(line) || value === '')
				delete this.jar.cookies[name];
			else if (name)
				this.jar.cookies[name] = value;
		}
		if (this.answer.body && /text\/html/.test(this.answer.headers['content-type'] || '')) {
			this.jar.page = this.answer.body;
			this.jar.url = target;
		}
		if (this.answer.headers.location)
			this.vars.location = this.answer.headers.location;
		this.asked = `${step.method} ${target}`;
		this.text = null;
	}

	async command(step) {
		const rest = this.fill(step.rest);
		if (rest === 'kill') {
			await killServer(this.server);
		} else if (rest === 'start' || rest === 'restart') {
			if (rest === 'restart')
				this.check(step, (await stopServer(this.server)) === '', 'the server did not end well');
			this.server = await startServer(this.db, this.log, this.serveArgs);
		} else {
			const [word, ...args] = rest.split(/\s+/);
			if (word !== 'hool')
				throw new Error(`${step.file}:${step.line}: only hool, kill, start, restart may follow %`);
			const run = spawnSync(program, args, { cwd: root, encoding: 'utf8', timeout: 60000 });
			this.answer = { status: String(run.status ?? run.signal), headers: {}, body: run.stdout + run.stderr };
			this.asked = rest;
			this.text = null;
		}
	}

	holds(text) {
		this.text ??= plainText(this.answer.body);
		return this.answer.body.includes(text) || this.text.includes(text.replace(/\s+/g, ' '));
	}

	capture(step) {
		const [, where, pattern] = /^(?:(\w[\w-]*)\s+)?\/(.*)\/$/.exec(step.rest) || [];
		if (pattern === undefined) {
			this.vars[step.name] = this.fill(step.rest);
			return;
		}
		const text = where ? this.answer.headers[where.toLowerCase()] || '' : this.answer.body;
		const found = new RegExp(this.fill(pattern), 'u').exec(text);
		this.check(step, found, `${this.asked}: nothing matches /${pattern}/`);
		if (found)
			this.vars[step.name] = decode(found[1] ?? found[0]);
	}

	async step(step) {
		switch (step.kind) {
		case 'user':
			if (!this.be(this.fill(step.name)))
				for (const s of signIn)
					await this.step({ ...s, file: step.file, line: step.line });
			break;
		case 'request':
			await this.request(step);
			break;
		case 'command':
			await this.command(step);
			break;
		case 'capture':
			this.capture(step);
			break;
		case 'status': {
			const is = this.answer.status === step.status;
			this.check(step, is, `${this.asked}: ${this.answer.status}, not ${step.status}` +
				(is ? '' : '\n' + plainText(this.answer.body).slice(0, 600).replace(/^/gm, '    ')));
			if (step.check)
				this.header(step, step.check);
			break;
		}
		case 'header':
			this.header(step, step.rest);
			break;
		case 'body': {
			const text = this.fill(step.rest);
			if (step.mark === '~')
				this.check(step, new RegExp(text, 'u').test(this.answer.body), `${this.asked}: nothing matches ${text}`);
			else
				this.check(step, this.holds(text) === (step.mark === '='),
					`${this.asked}: ${step.mark === '=' ? 'lacks' : 'holds'} "${text}"`);
		}
		}
	}

	// "Name: value" is the whole value, "Name ~ pattern" a regular expression, "!Name" none such.
	header(step, check) {
		const [, no, name, how, want] = /^(!?)([\w-]+)(:|\s*~)?\s*(.*)$/.exec(check) || [];
		const value = this.answer.headers[(name || '').toLowerCase()];
		const one = Array.isArray(value) ? value.join('\n') : value;
		if (no)
			this.check(step, one === undefined, `${this.asked}: header ${name} is there: ${one}`);
		else if (how === ':')
			this.check(step, one === this.fill(want), `${this.asked}: ${name} is ${one}, not ${this.fill(want)}`);
		else
			this.check(step, one !== undefined && new RegExp(this.fill(want), 'u').test(one),
				`${this.asked}: ${name} is ${one}, does not match ${this.fill(want)}`);
	}
}

async function run(file) {
	const name = path.basename(file, '.txt');
	const folder = path.join(outDir, 'scenario', name);
	const { steps, settings } = parse(path.relative(root, file), fs.readFileSync(file, 'utf8'));
	const s = new Scenario(name, folder);
	s.db = practiceDatabase(folder, settings.practice);
	s.log = path.join(folder, 'serve.log');
	s.serveArgs = settings.serve;
	s.vars.db = s.db;
	s.vars.dir = folder;
	const started = Date.now();
	s.server = await startServer(s.db, s.log, s.serveArgs);
	try {
		for (const step of steps) {
			await s.step(step);
			if (s.failures >= MAX_FAILURES)
				break;
		}
	} finally {
		const complaint = await stopServer(s.server);
		const typed = steps.flatMap((step) => (step.fields || []).map((f) => s.fill(f.value || '')))
			.filter((v) => v.length >= 5 && /\p{L}{3}|\d{8}/u.test(v) && !/^[a-z-]+$/.test(v));
		const leaks = complaints(fs.readFileSync(s.log, 'utf8'), typed);
		s.check({ file: s.name, line: 0 }, leaks.length === 0, `the technical log: ${leaks.slice(0, 3).join('\n')}`);
		s.check({ file: s.name, line: 0 }, complaint === '', complaint + ' ' + s.log);
	}
	console.log(`${s.failures === 0 ? '#' : '# FAILED'} ${name}: ${s.requests} requests, ${s.checks} checks, ` +
		`${Date.now() - started} ms`);
	if (s.failures === 0)
		fs.rmSync(folder, { recursive: true, force: true });
}

// The fault tests play the same files by their own rules: see tests/fault/strewn.mjs.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const words = process.argv.slice(2);
	const files = fs.readdirSync(here).filter((f) => f.endsWith('.txt')).sort()
		.filter((f) => words.length === 0 || words.some((w) => f.includes(w)));
	for (const file of files) {
		try {
			await run(path.join(here, file));
		} catch (e) {
			counts.failed++;
			console.log(`not ok ${file}: ${e.message}`);
		}
	}
	console.log(`passed=${counts.passed} failed=${counts.failed} skipped=${counts.skipped}`);
	process.exit(counts.failed === 0 ? 0 : 1);
}
