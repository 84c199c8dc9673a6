/*
 * Opens the sample pages in a browser and holds them to the design: no rule of axe broken, no page
 * wider than its window, nothing the content policy refuses, and the script's additions work.
 *
 *	node check.mjs DIR_OF_SAMPLES DIR_OF_STATIC [DIR_FOR_PICTURES]
 *
 * Needs playwright-core and axe-core; CHROMIUM names the browser.
 */
import { createServer } from 'node:http';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, normalize } from 'node:path';

const need = createRequire(process.env.NODE_MODULES ? join(process.env.NODE_MODULES, 'x.js') : import.meta.url);
const { chromium } = need('playwright-core');
const axe = readFileSync(need.resolve('axe-core/axe.min.js'), 'utf8');
const [pagesDir, staticDir, pictures] = process.argv.slice(2);
const posts = [];
let faults = 0;
const expect = (ok, what) => {
	if (!ok) {
		faults++;
		console.log('NOT', what);
	}
};

const policy = "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";
const kinds = { html: 'text/html; charset=utf-8', css: 'text/css', js: 'text/javascript', svg: 'image/svg+xml' };
const server = createServer((req, res) => {
	const path = normalize(req.url.split('?')[0]);
	res.setHeader('Content-Security-Policy', policy);
	if (req.method === 'POST') {
		let body = '';
		req.on('data', (d) => { body += d; });
		req.on('end', () => {
			posts.push({ path, body: new URLSearchParams(body) });
			if (path === '/mustand') {
				res.writeHead(204).end();
				return;
			}
			const json = path === '/seanss' ? { left: 1800 } : [{ id: '17', text: 'MTÜ Pihlakobar', note: 'Tartu' }, { id: '18', text: 'MTÜ Pihlakas' }];
			res.setHeader('Content-Type', 'application/json');
			res.end(JSON.stringify(json));
		});
		return;
	}
	const file = path.startsWith('/static/') ? join(staticDir, path.slice(8)) : join(pagesDir, path);
	if (!existsSync(file) || !/\.\w+$/.test(file)) {
		res.writeHead(200, { 'Content-Type': kinds.html }).end('<!doctype html><html lang="et"><title>x</title><link rel="icon" href="/static/favicon.svg">');
		return;
	}
	res.setHeader('Content-Type', kinds[file.split('.').pop()] || 'text/plain');
	res.end(readFileSync(file));
});
await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
const site = `http://127.0.0.1:${server.address().port}`;
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });

const open = async (cx, name) => {
	const page = await cx.newPage();
	page.on('console', (m) => expect(!['error', 'warning'].includes(m.type()), `${name}: ${m.text()}`));
	page.on('pageerror', (e) => expect(false, `${name}: ${e}`));
	await page.goto(`${site}/${name}.html`);
	return page;
};

/* Every page, each width, light and dark. */
const names = readdirSync(pagesDir).filter((f) => f.endsWith('.html')).map((f) => f.slice(0, -5));
for (const colorScheme of ['light', 'dark'])
	for (const width of [1440, 768, 360, 320]) {
		const cx = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, timezoneId: 'Europe/Tallinn' });
		for (const name of names) {
			const page = await open(cx, name);
			const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
			expect(over <= 0, `${name} ${width}: ${over} px too wide`);
			if (pictures)
				await page.screenshot({ path: join(pictures, `${name}-${width}-${colorScheme}.png`), fullPage: true });
			await page.evaluate(axe);
			const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
			for (const v of found.violations)
				expect(false, `${name} ${width} ${colorScheme}: ${v.id} at ${v.nodes.map((n) => n.target).join(', ')}`);
			await page.close();
		}
		await cx.close();
	}

const cx = await browser.newContext({ viewport: { width: 1440, height: 900 }, timezoneId: 'Europe/Tallinn' });

/* Lists: keys and the bulk bar. */
let page = await open(cx, 'list');
expect(await page.locator('.bulk').isHidden(), 'the bulk bar is hidden while nothing is chosen');
await page.keyboard.press('j');
await page.keyboard.press('j');
await page.keyboard.press('x');
expect(await page.locator('tr.at').count() === 1, 'one row is at hand');
expect(await page.locator('tbody tr:nth-child(2) .pick input').isChecked(), 'x chooses the second row');
expect(await page.locator('.bulk').isVisible(), 'the bulk bar shows');
expect((await page.locator('.bulk [role=status]').textContent()).includes('1'), 'the bulk bar counts');
await page.locator('th.pick input').check();
expect((await page.locator('.bulk [role=status]').textContent()).includes('50'), 'all are chosen');
await page.keyboard.press('k');
await page.keyboard.press('/');
expect(await page.evaluate(() => document.activeElement.id) === 'q', '/ goes to the search');
await page.keyboard.type('j?x');
expect(await page.locator('#q').inputValue() === 'j?x', 'typing is typing');
await page.locator('h1').click();
await page.keyboard.press('?');
expect(await page.locator('#keys').isVisible(), '? helps');
await page.keyboard.press('Escape');
await page.keyboard.press('k');
await Promise.all([page.waitForURL('**/taotlus/**', { timeout: 5000 }).catch(() => expect(false, 'Enter opens the row')), page.keyboard.press('Enter')]);
await page.close();

/* Forms: kept as typed, without the password's kind; suggestions by keyboard. */
page = await open(cx, 'form');
expect(await page.evaluate(() => document.activeElement.classList.contains('errors')), 'the errors have the focus');
await page.locator('#f-phone').fill('5551234');
await page.waitForTimeout(3600);
const draft = posts.find((p) => p.path === '/mustand');
expect(draft && draft.body.get('phone') === '5551234' && draft.body.get('_form') === 'taotlus', 'the draft is kept');
expect((await page.locator('.kept').textContent()) === (await page.locator('.kept').getAttribute('data-now')), 'it says so');
const find = page.locator('#f-provider');
await find.fill('');
await find.pressSequentially('pihl');
await page.waitForSelector('.suggestions [role=option]:visible');
const asked = posts.findLast((p) => p.path === '/otsi/osutaja');
expect(asked.body.get('q') === 'pihl' && asked.body.get('_csrf') !== '', 'suggestions are posted with the token');
await page.evaluate(axe);
const open2 = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
expect(open2.violations.length === 0, `suggestions open: ${open2.violations.map((v) => v.id)}`);
await page.keyboard.press('ArrowDown');
await page.keyboard.press('Enter');
expect(await page.locator('input[name=provider]').isChecked(), 'Enter picks the suggestion');
expect(await page.locator('input[name=provider]').getAttribute('value') === '17', 'the one marked');
await page.close({ runBeforeUnload: false });

/* The grid: arrows, codes in capitals, paste, totals. */
page = await open(cx, 'grid');
const first = page.locator('input[name=g1d4]');
const sums = async () => [await page.locator('tbody tr:first-child .sum').textContent(), await page.locator('tfoot .sum:last-child').textContent()];
const before = (await sums()).map(Number);
await first.focus();
await page.keyboard.type('t');
expect(await first.inputValue() === 'T', 'codes become capitals');
const after = (await sums()).map(Number);
expect(after[0] === before[0] + 1 && after[1] === before[1] + 1, 'totals follow');
await page.keyboard.press('ArrowRight');
expect(await page.evaluate(() => document.activeElement.name) === 'g1d5', 'the arrow moves right');
await page.keyboard.press('ArrowDown');
expect(await page.evaluate(() => document.activeElement.name) === 'g2d5', 'the arrow moves down');
await page.evaluate(() => {
	const data = new DataTransfer();
	data.setData('text/plain', 't\tx\r\nh\tt\r\n');
	document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
});
const pasted = await page.evaluate(() => ['g2d5', 'g2d6', 'g3d5', 'g3d6'].map((n) => document.querySelector(`[name=${n}]`).value).join(' '));
expect(pasted === 'T X H T', `paste fills the cells: ${pasted}`);
const live = await sums();
await page.close({ runBeforeUnload: false });
expect(live.every((s) => /^\d+$/.test(s)), 'totals stay numbers');

/* The session's end: told beforehand, put off by one press. */
page = await cx.newPage();
await page.clock.install();
await page.goto(`${site}/record.html`);
expect(await page.locator('#session').isHidden(), 'no warning at first');
await page.clock.runFor(26 * 60 * 1000);
expect(await page.locator('#session').isVisible(), 'the warning shows before the end');
await page.locator('#session button').click();
await page.waitForTimeout(300);
await page.clock.runFor(2000);
expect(await page.locator('#session').isHidden(), 'staying closes it');
expect(posts.some((p) => p.path === '/seanss' && p.body.get('_csrf')), 'staying is posted with the token');
await page.locator('details.because summary').first().click();
expect(await page.locator('details.because ol').first().isVisible(), 'the trace opens in place');
await page.close();

/* A reader elsewhere sees their own time too. */
const far = await browser.newContext({ timezoneId: 'America/New_York' });
page = await open(far, 'record');
expect(await page.locator('.entry-at .quiet').count() === 4, 'local times are shown where they differ');
await page.close();

/* Without a script all is there. */
const bare = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 360, height: 800 } });
page = await open(bare, 'list');
expect(await page.locator('.bulk').isVisible(), 'without script the bulk bar is there');
expect(await page.locator('a.row').count() === 50, 'and so are the links');
await page.locator('.rail-button').click();
expect(await page.locator('#rail').isVisible(), 'and the rail opens');
await page.close();

await browser.close();
server.close();
console.log(faults === 0 ? 'all as it should be' : `${faults} faults`);
process.exit(faults === 0 ? 0 : 1);
