// What the journey does not see: the form of a municipality, and every step on a narrow screen.
export const practice = ['--persons', '60', '--cases', '90', '--seed', '7'];

async function fill(page, result) {
	for (const radio of await page.locator(`input[type="radio"][name$="_result"][value="${result}"]`).all())
		await radio.check();
}

export default async function ({ page, t }) {
	t.section('the form of a municipality');
	await t.signIn('kov');
	await t.goto('/taotlus/uus');
	await t.has('Lapse abivajaduse edastamine');
	await t.axe('need');
	await t.shot('need');
	await page.locator('form[action="/valju"] button').first().click();

	t.section('an application');
	await t.signIn('koordinaator');
	await t.goto('/taotlus/uus');
	await t.axe('new application');
	await t.goto('/taotlus?vaade=unit');
	await t.axe('applications');
	await page.locator('main table a[href^="/taotlus/TT-"]').first().click();
	const accept = page.locator('button[value="accept"]');
	if (await accept.count() > 0)
		await accept.first().click();
	await t.has('Tingimused');
	await t.axe('application');
	await t.shot('application');

	t.section('what is missing is asked for by a letter, read first');
	const number = page.url();
	await page.locator('main button[value="ask_missing"]').first().click();
	await page.fill('textarea[name="missing"]', 'Arsti tõend\nAllkiri');
	await page.locator('.confirm button.main').first().click();
	await t.has('Kiri, mis välja läheb');
	await t.has('Palun saatke puuduvad andmed');
	await t.axe('letter to be sent');
	await t.shot('asking');
	await page.locator('.confirm button.main').first().click();
	await t.has('Ei peatu, jääb');
	await t.axe('asked');
	await t.shot('asked');
	await t.goto(new URL(number).pathname);
	await page.locator('button[value="accept"]').first().click();
	await t.has('Menetluses');

	t.section('its conditions');
	await page.locator('a[href^="/taotlus-kontroll/"]').first().click();
	await t.has('Tingimuste kontroll');
	await t.axe('conditions');
	await t.shot('conditions');
	await fill(page, 'met');
	await page.locator('form[action^="/taotlus-kontroll/"] button.main').click();
	await t.has('Õigus teenusele on');

	t.section('the decision');
	await page.locator('form[action^="/otsus-koosta/"] button').first().click();
	await t.has('Kavand');
	await t.axe('decision');
	await page.locator('a[href^="/otsus-eelvaade/"]').first().click();
	await t.has('Millest kiri koosneb');
	await t.axe('letter');
	await t.shot('letter');
	await page.locator('form[action^="/otsus-allkiri/"] button.main').click();
	await t.has('Allkirjastatud');
	await t.axe('signed decision');
	await t.shot('decision');
}
