// A month: made by Hool, confirmed by the provider, invoiced, held against the report, approved by
// a second human, ordered for payment and frozen.
export const practice = ['--persons', '500', '--cases', '700', '--seed', '1', '--unsettled'];

async function press(page, name) {
	await page.getByRole('button', { name, exact: false }).first().click();
	await page.waitForLoadState('load');
	// A step that cannot be undone asks again.
	const sure = page.locator('main form:has(input[name="_sure"]) button.main');
	if (await sure.count() > 0) {
		await sure.first().click();
		await page.waitForLoadState('load');
	}
}

export default async function ({ page, base, t }) {
	t.section('coordinator makes the month');
	await t.signIn('koordinaator');
	await t.goto('/kuu');
	await t.axe('month');
	await press(page, 'Koosta kuuaruanded');
	await t.axe('month made');
	await t.shot('month-made');

	t.section('provider confirms');
	const provider = await t.context({});
	await t.signIn('osutaja', provider);
	await t.goto('/kuuaruanne', provider);
	const claim = await provider.locator('main table tbody a').first().getAttribute('href');
	const number = claim.replace('/kuuaruanne/', '');
	await t.goto(`/kuu/paevad/${number}`, provider);
	await t.axe('days', provider);
	await t.shot('month-days', { page: provider });
	await provider.getByRole('button', { name: 'Salvesta ja kinnita kuu' }).click();
	await provider.waitForLoadState('load');
	const sure = provider.locator('main form:has(input[name="_sure"]) button.main');
	if (await sure.count() > 0)
		await sure.first().click();
	await provider.waitForLoadState('load');
	await t.goto(claim, provider);
	await t.has('Ootab arvet', provider);

	t.section('e-invoice');
	const sample = await provider.context().request.get(`/kuu/naidis/${number}`);
	t.equal(sample.status(), 200, 'the sample e-invoice');
	const good = (await sample.body()).toString();
	const send = async (name, body) => {
		await provider.goto('/arve/uus/fail');
		await provider.locator('input[type="file"]').first()
			.setInputFiles({ name, mimeType: 'application/xml', buffer: Buffer.from(body) });
		await provider.locator('main form button.main').last().click();
		await provider.waitForLoadState('load');
	};
	provider.expectedStatus = 422;
	await send('vigane.xml', '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>');
	await t.axe('a refused file', provider);
	await t.lacks('root:', provider);
	provider.expectedStatus = null;
	await send('arve.xml', good);
	await t.axe('invoice in', provider);

	t.section('comparison');
	await t.goto(`/kuu/vordlus/${number}`);
	await t.axe('comparison');
	await t.shot('month-comparison');
	await t.goto(claim);
	await press(page, 'Märgi kontrollituks');
	await t.axe('claim prepared');
	const again = await page.locator('button[value="approve"]').count();
	t.equal(again, 0, 'who checked cannot approve');

	t.section('a second human approves');
	const manager = await t.context({});
	await t.signIn('juht', manager);
	await t.goto(claim, manager);
	await manager.locator('button[value="approve"]').click();
	await manager.waitForLoadState('load');
	const yes = manager.locator('main form:has(input[name="_sure"]) button.main');
	if (await yes.count() > 0)
		await yes.first().click();
	await manager.waitForLoadState('load');
	await t.goto('/maksekorraldused');
	await t.axe('payment orders');
	await t.shot('month-payments');
	await page.locator('main tbody input[type="checkbox"]').first().check();
	await page.locator('main form button[name="_move"]').first().click();
	await page.waitForLoadState('load');
	await t.axe('asked again before the file');
	await page.locator('main form button.main').last().click();
	await page.waitForLoadState('load');
	await t.axe('payment file');
	await t.goto(claim);
	await t.shot('month-frozen');
	await t.has('Lukus');
}
