// The main job, as people do it: a coordinator takes an application from arrival to the decision,
// the queue and the referral; the provider starts the service.
export const practice = ['--persons', '300', '--cases', '400', '--seed', '11'];

// A reference: type, press search, pick the first of what was found.
async function pick(page, name, words) {
	await page.locator(`[name="${name}_q"]`).fill(words);
	await page.locator(`button[name="_find"][value="${name}"]`).click();
	await page.waitForLoadState('load');
	await page.locator(`input[type="radio"][name="${name}"]`).first().check();
}

async function save(page) {
	await page.locator('main form button.main').last().click();
	await page.waitForLoadState('load');
}

export default async function ({ page, base, t }) {
	t.section('application');
	await t.signIn('koordinaator');
	await t.goto('/isik/uus');
	await page.fill('[name=code]', '38001085718');
	await page.fill('[name=first_name]', 'Jaak');
	await page.fill('[name=last_name]', 'Jõeäär');
	await save(page);
	await t.has('08.01.1980'); // read from the code
	await t.goto('/taotlus/uus');
	await pick(page, 'person', 'joeaar'); // found without its diacritics
	await page.getByLabel('Töötamise toetamine').check();
	await page.selectOption('[name=channel]', { index: 1 });
	await save(page);
	const application = page.url();
	t.ok(/\/taotlus\/TT-/.test(application), `an application was made: ${application}`);
	await t.axe('application');

	t.section('conditions');
	await page.locator('button[value="accept"]').click();
	await page.waitForLoadState('load');
	await t.has('Menetluses');
	const take = page.locator('button[value="take"]');
	if (await take.count() > 0) {
		await take.click();
		await page.waitForLoadState('load');
	}
	await page.getByText('miks?').first().click();
	await t.shot('journey-application');
	await page.getByRole('link', { name: /Täida tingimused/ }).click();
	await t.axe('conditions form');
	for (const met of await page.locator('input[type="radio"][value="met"]').all())
		await met.check();
	for (const select of await page.locator('main select').all())
		await select.selectOption({ index: 1 });
	for (const box of await page.locator('main input[type="text"]').all())
		if (await box.inputValue() === '' && !/until|valid/.test(await box.getAttribute('name')))
			await box.fill('Tõend nr 5');
	await t.shot('journey-conditions');
	await save(page);
	await t.has('Õigus teenusele on');

	t.section('decision');
	await page.getByRole('button', { name: 'Koosta otsus: rahuldada' }).click();
	await page.waitForLoadState('load');
	const decision = page.url();
	t.ok(/\/otsus\/TT-O/.test(decision), `a draft was made: ${decision}`);
	await t.axe('draft');
	await page.locator('main a[href*="/otsus-eelvaade/"]').first().click();
	await page.waitForLoadState('load');
	await t.axe('letter before signing');
	await t.shot('journey-letter');
	await page.locator('main form button.main').last().click();
	await page.waitForLoadState('load');
	await t.goto(decision);
	await t.has('Allkirjastatud');
	await t.shot('journey-decision');
	await page.locator('button[value="send"]').click();
	await page.waitForLoadState('load');
	await page.locator('main form input[type="radio"], main form select').first().waitFor();
	await page.locator('input[name="delivery"][value="eesti_ee"], select[name="delivery"]').first()
		.evaluate((e) => { if (e.tagName === 'SELECT') e.value = 'eesti_ee'; else e.checked = true; });
	await save(page);
	await t.has('Vaide');

	t.section('queue');
	await t.goto(application);
	await t.has('Otsustatud');
	await page.locator('main a[href^="/jarjekord/"]').first().click();
	await page.waitForLoadState('load');
	await t.axe('queue entry');
	await page.getByText('miks', { exact: false }).first().click();
	await t.shot('journey-queue');
	await page.locator('main a[href^="/suuna/"]').first().click();
	await page.waitForLoadState('load');
	await t.axe('refer');
	await t.shot('journey-refer');
	await page.getByRole('link', { name: 'Suuna siia' }).first().click();
	await page.waitForLoadState('load');
	await t.axe('refer here');
	await t.shot('journey-refer-here');
	await save(page);
	t.ok(/\/suunamine\//.test(page.url()), `a referral was made: ${page.url()}`);
	await t.axe('referral');
	await t.shot('journey-referral');

	t.section('start');
	await page.locator('button[value="start"]').click();
	await page.waitForLoadState('load');
	await page.locator('[name="started_on"]').fill(await page.evaluate(() =>
		new Intl.DateTimeFormat('et-EE', { day: '2-digit', month: '2-digit', year: 'numeric', timeZone: 'Europe/Tallinn' })
			.format(new Date())));
	await save(page);
	await t.has('Asus teenusele');
	await page.locator('main a[href^="/teenusel/"]').first().click();
	await page.waitForLoadState('load');
	await t.axe('placement');
	await t.shot('journey-placement');
}
