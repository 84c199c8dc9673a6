// One move for many rows of a list: chosen, tried, done; the same without a script.
export const practice = ['--persons', '1500', '--cases', '2200', '--seed', '5', '--unsettled'];

async function give(page, title) {
	await page.goto('/ulesanne/uus');
	await page.locator('[name="title"]').fill(title);
	await page.locator('[name="due"]').fill('31.12.2030');
	await page.locator('main form button.main, main form .buttons button').first().click();
	await page.waitForURL(/\/ulesanne\/%C3%9C-/);
}

async function choose(page, titles) {
	await page.goto('/ulesanne?vaade=given');
	for (const title of titles)
		await page.locator('tr', { hasText: title }).locator('input[name="_id"]').check();
}

export default async function ({ page, t }) {
	t.section('three tasks, one of them begun');
	await t.signIn('koordinaator');
	for (const title of ['Hulk üks', 'Hulk kaks', 'Hulk kolm'])
		await give(page, title);
	await page.locator('button[name="_move"][value="start"]').first().click();

	t.section('a move that asks nothing');
	await choose(page, ['Hulk üks', 'Hulk kaks', 'Hulk kolm']);
	await t.axe('list with chosen rows');
	await t.shot('bulk-list');
	await page.locator('form.bulk button[value="start"]').click();
	await t.has('Iga rida on läbi proovitud');
	t.equal(await page.locator('main table .badge', { hasText: /^Saab$/ }).count(), 2, 'rows that can');
	t.equal(await page.locator('main table .badge', { hasText: /^Ei saa$/ }).count(), 1, 'rows that cannot');
	await t.axe('verdicts');
	await t.shot('bulk-verdicts');
	// The trial left nothing behind.
	const trial = page.url();
	const other = await t.context();
	await t.signIn('koordinaator', other);
	await other.goto('/ulesanne?vaade=given');
	t.equal(await other.locator('tr', { hasText: 'Hulk' }).filter({ hasText: 'Antud' }).count(), 2, 'still given after the trial');
	await page.locator('main form .buttons button').first().click();
	await page.waitForURL(/\/ulesanne\/hulk\/[0-9a-f]+$/);
	t.ok(page.url() !== trial, 'the outcome has its own address');
	await t.has('Tehtud 2, valitud oli 2.');
	await t.axe('outcome');
	await t.shot('bulk-outcome');
	await other.goto('/ulesanne?vaade=given');
	t.equal(await other.locator('tr', { hasText: 'Hulk' }).filter({ hasText: 'Töös' }).count(), 3, 'all in progress');
	// What became of them is for the one who did it.
	const place = new URL(page.url()).pathname;
	const teine = await t.context();
	await t.signIn('teine', teine);
	await t.goto(place, teine, 404);

	t.section('a move that asks');
	await choose(page, ['Hulk üks', 'Hulk kaks']);
	await page.locator('form.bulk button[value="finish"]').click();
	await t.has('Täitke väljad');
	await t.axe('fields of a bulk move');
	await t.shot('bulk-fields');
	await page.locator('[name="result"]').fill('Kõik on tehtud.');
	await page.locator('main form .buttons button').first().click();
	await t.has('Kõik on tehtud.');
	await page.locator('main form .buttons button').first().click();
	await page.waitForURL(/\/ulesanne\/hulk\/[0-9a-f]+$/);
	await t.has('Tehtud 2, valitud oli 2.');

	t.section('without a script');
	const plain = await t.context({ javaScriptEnabled: false });
	await t.signIn('koordinaator', plain);
	await choose(plain, ['Hulk kolm']);
	await plain.locator('form.bulk button[value="finish"]').click();
	await plain.locator('main form .buttons button').first().click();
	await t.has('Ei saa', plain);
	await plain.goto('/ulesanne?vaade=given');
	plain.expectedStatus = 422;
	await plain.locator('form.bulk button[value="cancel"]').click();
	await t.has('Ühtegi rida ei ole valitud', plain);

	t.section('referrals whose time is over');
	await t.goto('/suunamine?vaade=lapse_due');
	await t.axe('lapse due');
	const child = await t.context();
	await t.signIn('laps', child);
	await t.goto('/suunamine?vaade=child_lapse_due', child);
	const rows = child.locator('main table tbody tr');
	if (!t.ok(await rows.count() > 0, 'some wait'))
		return;
	await t.axe('lapse due', child);
	await t.shot('lapse-due', { page: child });
	await rows.first().locator('summary').first().click();
	await t.has('SHS § 64', child);
	await rows.first().locator('input[name="_id"]').check();
	await child.locator('form.bulk button[value="lapse"]').click();
	await t.has('Saab', child);
	await t.axe('lapse', child);
	await child.locator('main form .buttons button').first().click();
	await t.has('Tehtud 1, valitud oli 1.', child);
}
