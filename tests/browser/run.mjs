// A real browser walks the pages. Runs tests/browser/*.spec.mjs in order of their names; each
//
//	export default async function ({ page, base, t }) { … }
//
// gets a page of a fresh, signed-out browser context, the address of the server, and t:
//
//	t.ok(condition, what)            t.equal(got, want, what)      t.has(text), t.lacks(text)
//	t.signIn(user)                   signs a practice person in
//	t.goto(path)                     goes there; fails on a status past 399 unless told otherwise
//	t.axe(name)                      no finding of axe-core (WCAG 2.2 A and AA) on this page
//	t.shot(name, {full})             screenshots: 1440, 768, 360 px wide, light and dark, into
//	                                 build/screenshots/NAME-1440-light.png …
//	t.context(options)               another browser context (no script, another person …)
//	t.section(name)                  names what follows, in the report
//
// Whatever a page writes to the console as an error, and each request to another host, is a failure.
// A spec may export `practice` (arguments of `hool practice`) to have a server of its own.
//
//	node tests/browser/run.mjs [NAME…]      only specs whose names contain one of the words
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root, outDir, practiceDatabase, startServer, stopServer } from '../lib/hool.mjs';

const here = path.join(root, 'tests/browser');
const shots = path.join(outDir, 'screenshots');
const PRACTICE = ['--persons', '400', '--cases', '600', '--seed', '7'];
const WIDTHS = [1440, 768, 360];
const counts = { passed: 0, failed: 0, skipped: 0 };

let playwright;
try {
	playwright = await import('playwright-core');
} catch {
	console.log('ok browser # skip its libraries are not there: npm ci in tests/browser');
	process.exit(0);
}
const axeSource = fs.readFileSync(path.join(here, 'node_modules/axe-core/axe.min.js'), 'utf8');

class T {
	constructor(name, browser, base) {
		Object.assign(this, { name, browser, base, failed: 0, passed: 0, contexts: [], where: '' });
	}

	async open(options = {}) {
		const context = await this.browser.newContext({ baseURL: this.base, locale: 'et-EE',
			timezoneId: 'Europe/Tallinn', viewport: { width: WIDTHS[0], height: 900 }, ...options });
		context.setDefaultTimeout(10000);
		this.contexts.push(context);
		const page = await context.newPage();
		this.watch(page);
		return page;
	}

	context(options) {
		return this.open(options);
	}

	watch(page) {
		page.expectedStatus = null;
		page.on('console', (m) => {
			const refused = /Failed to load resource.*status of (\d+)/.exec(m.text());
			if (m.type() === 'error' && !(refused && page.expectedStatus === Number(refused[1])))
				this.ok(false, `console of ${page.url()}: ${m.text()}`);
		});
		page.on('pageerror', (e) => this.ok(false, `script error on ${page.url()}: ${e.message}`));
		page.on('request', (r) => {
			if (!r.url().startsWith(this.base) && !/^(data|blob|about):/.test(r.url()))
				this.ok(false, `asks another host: ${r.url()}`);
		});
	}

	section(name) {
		this.where = name + ': ';
	}

	ok(condition, what) {
		if (condition) {
			this.passed++;
			counts.passed++;
		} else {
			this.failed++;
			counts.failed++;
			console.log(`not ok ${this.name}: ${this.where}${what}`);
		}
		return Boolean(condition);
	}

	equal(got, want, what) {
		return this.ok(got === want, `${what}: ${JSON.stringify(got)}, not ${JSON.stringify(want)}`);
	}

	async has(text, page = this.page) {
		return this.ok((await page.locator('body').innerText()).includes(text), `${page.url()} lacks "${text}"`);
	}

	async lacks(text, page = this.page) {
		return this.ok(!(await page.locator('body').innerText()).includes(text), `${page.url()} holds "${text}"`);
	}

	async goto(address, page = this.page, status = null) {
		page.expectedStatus = status;
		const answer = await page.goto(address);
		const got = answer ? answer.status() : 0;
		this.ok(status === null ? got < 400 : got === status, `${address} answers ${got}`);
		return answer;
	}

	async signIn(user, page = this.page) {
		await page.goto('/sisene');
		const ready = page.locator(`button[name="kasutaja"][value="${user}"]`);
		if (await ready.count() > 0) {
			await ready.first().click();
		} else {
			await page.locator('input[name="kasutaja"]').first().fill(user);
			await page.locator('input[name="parool"]').fill('harjutus-2026-hool');
			await page.locator('form:has(input[name="parool"]) button').last().click();
		}
		await page.waitForLoadState('load');
		this.ok(!new URL(page.url()).pathname.startsWith('/sisene'), `${user} is signed in`);
	}

	async axe(name, page = this.page) {
		// Run from the test's side of the wall, so that the page's own policy stays as strict as it is.
		const session = await page.context().newCDPSession(page);
		const call = async (expression) => {
			const { result, exceptionDetails } = await session.send('Runtime.evaluate',
				{ expression, awaitPromise: true, returnByValue: true });
			if (exceptionDetails)
				throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
			return result.value;
		};
		await call(axeSource + ';0');
		const found = await call(`axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa',
			'wcag22aa', 'best-practice'], resultTypes: ['violations'] }).then((r) => r.violations.map((v) =>
			v.id + ' (' + v.impact + '): ' + v.nodes.slice(0, 3).map((n) => n.target.join(' ')).join(', ') +
			(v.nodes.length > 3 ? ' and ' + (v.nodes.length - 3) + ' more' : '')))`);
		await session.detach();
		this.ok(found.length === 0, `axe on ${name}:\n    ${found.join('\n    ')}`);
	}

	async shot(name, { full = true, page = this.page, widths = WIDTHS } = {}) {
		const before = page.viewportSize();
		for (const scheme of ['light', 'dark']) {
			await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
			for (const width of widths) {
				await page.setViewportSize({ width, height: width < 500 ? 740 : 900 });
				await page.screenshot({ path: path.join(shots, `${name}-${width}-${scheme}.png`),
					fullPage: full, animations: 'disabled' });
				if (scheme === 'light') {
					const over = await page.evaluate(() =>
						document.documentElement.scrollWidth - document.documentElement.clientWidth);
					this.ok(over <= 0, `${name} scrolls sideways by ${over} px at ${width}`);
				}
			}
		}
		await page.emulateMedia({ colorScheme: null, reducedMotion: null });
		await page.setViewportSize(before);
	}
}

const words = process.argv.slice(2);
const specs = fs.readdirSync(here).filter((f) => f.endsWith('.spec.mjs')).sort()
	.filter((f) => words.length === 0 || words.some((w) => f.includes(w)));
if (specs.length === 0) {
	console.log('ok browser # skip no specs');
	process.exit(0);
}
fs.mkdirSync(shots, { recursive: true });
const folder = path.join(outDir, 'browser');
fs.mkdirSync(folder, { recursive: true });

const browser = await playwright.chromium.launch({
	executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
	headless: true,
	args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
		'--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const servers = new Map();
async function serverFor(practice) {
	const key = practice.join(' ');
	if (!servers.has(key)) {
		const own = path.join(folder, 'data-' + servers.size);
		const db = practiceDatabase(own, practice);
		servers.set(key, await startServer(db, path.join(own, 'serve.log')));
	}
	return servers.get(key);
}

for (const file of specs) {
	const started = Date.now();
	let t;
	try {
		const spec = await import(pathToFileURL(path.join(here, file)));
		const server = await serverFor(spec.practice ?? PRACTICE);
		t = new T(file.replace('.spec.mjs', ''), browser, server.base);
		t.page = await t.open();
		await spec.default({ page: t.page, base: server.base, t });
	} catch (e) {
		counts.failed++;
		console.log(`not ok ${file}: ${e.message}`);
		if (t?.page)
			await t.page.screenshot({ path: path.join(folder, file + '.png') }).catch(() => {});
		if (t)
			t.failed++;
	}
	for (const c of t?.contexts ?? [])
		await c.close();
	console.log(`${t && t.failed === 0 ? '#' : '# FAILED'} ${file}: ${t?.passed ?? 0} checks, ${Date.now() - started} ms`);
}
await browser.close();
for (const server of servers.values()) {
	const complaint = await stopServer(server);
	if (complaint) {
		counts.failed++;
		console.log(`not ok server: ${complaint}`);
	}
}
console.log(`passed=${counts.passed} failed=${counts.failed} skipped=${counts.skipped}`);
process.exit(counts.failed === 0 ? 0 : 1);
