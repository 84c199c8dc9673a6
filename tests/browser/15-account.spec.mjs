// One's own page, the password, the second factor: as a person does it, code by code.
import { createHmac } from 'node:crypto';

export const practice = ['--persons', '60', '--cases', '90', '--seed', '7'];

const OLD = 'harjutus-2026-hool', NEW = 'kukk porgand vihmavari puur';

// RFC 6238, as an app does it, from the key as the page spells it.
function totp(key, at = Date.now()) {
	let bits = '';
	for (const c of key.replace(/\s/g, ''))
		bits += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0');
	const secret = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
	const count = Buffer.alloc(8);
	count.writeBigUInt64BE(BigInt(Math.floor(at / 30000)));
	const mac = createHmac('sha1', secret).update(count).digest();
	return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1000000).padStart(6, '0');
}

async function signIn(page, password) {
	await page.goto('/sisene');
	await page.locator('input[name="kasutaja"]').first().fill('laps');
	await page.locator('input[name="parool"]').fill(password);
	await page.locator('form:has(input[name="parool"]) button').last().click();
	await page.waitForLoadState('load');
}

export default async function ({ page, t }) {
	// Two sign-ins at once: each sees the other, and may end it.
	await t.signIn('laps');
	const second = await t.context({});
	await t.signIn('laps', second);
	await t.goto('/mina');
	await t.has('see siin');
	await t.has('127.0.0.1');
	await t.has('Chrome');
	await t.axe('own page');
	await t.shot('mina-seansid');
	t.equal(await page.locator('form[action="/mina/seansid"] button').count(), 2, 'buttons to end: one other, all others');
	await page.locator('form[action="/mina/seansid"] button').first().click();
	await t.has('Seanss on lõpetatud');
	second.expectedStatus = null;
	await second.goto('/mina');
	t.ok(new URL(second.url()).pathname === '/sisene', 'the other one is out');

	// The password: what is wrong is said beside its field, then it is changed.
	await t.goto('/mina/parool');
	await t.axe('password');
	await t.shot('mina-parool');
	const change = async (now, fresh, again, status) => {
		await page.locator('input[name="parool"]').fill(now);
		await page.locator('input[name="password"]').fill(fresh);
		await page.locator('input[name="uuesti"]').fill(again);
		page.expectedStatus = status;
		await page.locator('form#parool button, form:has(input[name="uuesti"]) button').last().click();
		await page.waitForLoadState('load');
	};
	await change('vale', NEW, NEW, 422);
	await t.has('Praegune parool on vale');
	await t.axe('password refused');
	await change(OLD, 'parool1234567890', 'parool1234567890', 422);
	await t.has('See parool on äraarvatav');
	await change(OLD, 'lühike', 'lühike', 422);
	await t.has('vähemalt 15');
	await change(OLD, NEW, NEW + 'x', 422);
	await t.has('ei ole ühesugused');
	await t.shot('mina-parool-vale', { widths: [1440, 360] });
	await change(OLD, NEW, NEW, null);
	await t.has('Parool on muudetud');

	// The second factor: offered, set up, confirmed, its recovery codes shown once.
	await t.goto('/mina/kood');
	await t.axe('factor offered');
	await page.getByRole('button', { name: 'Seadista' }).click();
	await page.waitForLoadState('load');
	await t.axe('factor set up');
	await t.shot('mina-kood');
	const key = await page.locator('.secret').innerText();
	t.ok(/^([A-Z2-7]{4} ?){8}$/.test(key), `the key as text: ${key.length} characters`);
	t.ok(await page.locator('svg.qr path').count() === 1, 'the key as a picture');
	await page.locator('input[name="kood"]').fill('000000');
	page.expectedStatus = 422;
	await page.getByRole('button', { name: 'Võta kasutusele' }).click();
	await t.has('See kood ei kehti');
	page.expectedStatus = null;
	await page.locator('input[name="kood"]').fill(totp(key));
	await page.getByRole('button', { name: 'Võta kasutusele' }).click();
	await page.waitForLoadState('load');
	const codes = await page.locator('.recovery li').allInnerTexts();
	t.equal(codes.length, 10, 'recovery codes');
	await t.axe('recovery codes');
	await t.shot('mina-varukoodid');
	await t.goto('/mina/kood');
	await t.lacks(codes[0]);
	await t.axe('factor in use');

	// From now on the password alone opens nothing.
	const third = await t.context({});
	await signIn(third, NEW);
	t.equal(new URL(third.url()).pathname, '/sisene/kood', 'the code is asked for');
	await t.axe('code asked for', third);
	await t.shot('sisene-kood', { page: third });
	await third.goto('/mina');
	t.equal(new URL(third.url()).pathname, '/sisene', 'nothing is open yet');
	await signIn(third, NEW);
	await third.locator('input[name="kood"]').fill('123');
	third.expectedStatus = 401;
	await third.locator('form:has(input[name="kood"]) button').last().click();
	await t.has('See kood ei kehti', third);
	await third.locator('input[name="kood"]').fill(codes[3].toLowerCase());
	await third.locator('form:has(input[name="kood"]) button').last().click();
	await third.waitForLoadState('load');
	await third.goto('/mina');
	await t.has('parool ja kinnituskood', third);
}
