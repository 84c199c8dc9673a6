// A month of service from the making of its reports to the file for the bank: two officials, one
// provider, files that are no invoices, and an e-invoice that does not agree.
export const practice = ['--persons', '400', '--cases', '500', '--seed', '7', '--unsettled'];

async function out(page) {
	await page.locator('form[action="/valju"] button').first().click();
}

// The report of one provider for last month, as its pages have it in their addresses.
async function reportOf(page, provider) {
	const row = page.locator('main table tbody tr', { hasText: provider }).filter({ hasText: 'TT' }).first();
	return decodeURI((await row.locator('a').first().getAttribute('href')).replace(/^\/kuu\/\w+\//, ''));
}

async function send(page, t, name, xml, status) {
	await t.goto('/arve/uus/fail');
	page.expectedStatus = status ?? null;
	await page.locator('input[type="file"]').setInputFiles(
		{ name, mimeType: 'application/xml', buffer: Buffer.from(xml) });
	await page.locator('form[action="/arve/uus/fail"] button.main').click();
}

export default async function ({ page, t }) {
	t.section('the month is made');
	await t.signIn('koordinaator');
	await t.goto('/kuu?kuu=2020-02');
	await t.has('Selle kuu aruandeid ei ole');
	await t.axe('empty month');
	await t.shot('month-empty');
	await t.goto('/kuu');
	await page.locator('form[action="/kuu/koosta"] button').click();
	await t.has('Kuuaruanded on koostatud');
	await t.axe('month');
	await t.shot('month', { full: true });
	const report = await reportOf(page, 'MTÜ Valge Kivi');
	const month = report.slice(-7);
	await t.goto(`/kuu/paevad/${report}`);
	await t.lacks('Salvesta päevad');
	await t.axe('days, read only');

	t.section('the licence ended before the month');
	await t.goto('/tegevusluba');
	await t.axe('licences');
	const licence = await page.locator('main table tbody tr', { hasText: 'MTÜ Valge Kivi' })
		.filter({ hasText: 'Töötamise toetamine' }).first().locator('a').first().getAttribute('href');
	await t.goto(`${licence}/-/muuda`);
	await page.locator('[name="valid_to"]').fill('31.12.2025');
	await page.locator('main form button.main').last().click();
	await page.waitForLoadState('load');
	await t.has('31.12.2025');
	await out(page);

	t.section('the provider confirms');
	await t.signIn('osutaja');
	await t.goto('/kuu');
	await t.has(report);
	await t.lacks('MTÜ Kuuseladva');
	await t.shot('month-provider');
	await t.goto(`/kuu/paevad/${report}`);
	await t.axe('days');
	const cells = page.locator('.grid input');
	const filled = await cells.evaluateAll((list) => list.map((i, k) => i.value === 'T' ? k : -1).filter((k) => k >= 0));
	const off = await cells.evaluateAll((list) => list.findIndex((i) => i.value === ''));
	await cells.nth(filled[0]).fill('X');
	page.expectedStatus = 422;
	await page.getByRole('button', { name: 'Salvesta päevad' }).click();
	await t.has('kirjutage T, P või H');
	page.expectedStatus = null;
	await t.shot('days-wrong');
	await cells.nth(filled[0]).fill('H');
	await cells.nth(filled[1]).fill('p');
	await cells.nth(off).fill('T');
	await page.getByRole('button', { name: 'Salvesta päevad' }).click();
	await t.has('Osutaja ettepanekud');
	await t.shot('days', { full: true });
	await page.getByRole('button', { name: 'Salvesta ja kinnita kuu' }).click();
	await t.has('Ootab arvet');
	await t.lacks('Salvesta päevad');

	t.section('a file that is no invoice');
	await send(page, t, 'halb.xml', '<?xml version="1.0"?>\n<!DOCTYPE x [<!ENTITY y "z">]>\n<Invoice>&y;</Invoice>', 422);
	await t.has('halb.xml:2');
	await t.axe('upload refused');
	await t.shot('upload-refused');
	const sample = await (await page.request.get(`/kuu/naidis/${encodeURI(report)}`)).text();
	await send(page, t, 'poolik.xml', sample.replace(/<cbc:IssueDate>.*?<\/cbc:IssueDate>/, ''), 422);
	await t.has('Failis leitud vead');
	await t.has('BR-03');
	page.expectedStatus = null;

	t.section('an invoice with a wrong price and account');
	const number = sample.match(/<cbc:ID>([^<]+)<\/cbc:ID>/)[1];
	const spoiled = sample.replace(number, 'A-1001')
		.replace(/<cbc:PriceAmount currencyID="EUR">([\d.]+)</, (all, p) => all.replace(p, (Number(p) + 1).toFixed(2)))
		.replace(/<cac:PayeeFinancialAccount>(\s*)<cbc:ID>[^<]+/, '<cac:PayeeFinancialAccount>$1<cbc:ID>EE471000001020145685');
	await send(page, t, 'arve.xml', spoiled);
	await t.has('Hind ei ole lepingu hind');
	await t.has('Osutajal ei olnud sel päeval tegevusluba');
	await t.axe('comparison, provider');
	await t.shot('compare-provider');
	await out(page);

	t.section('differences are resolved');
	await t.signIn('koordinaator');
	await t.goto(`/kuu/vordlus/${report}`);
	await t.has('Arveldusarve ei ole lepingus');
	await t.has('Enne kontrollituks märkimist lahendage');
	await t.axe('comparison');
	await t.shot('compare', { full: true });
	await page.getByRole('link', { name: 'Osutajal ei olnud sel päeval tegevusluba' }).first().click();
	await t.has('Küsige osutajalt kehtiv tegevusluba');
	await page.locator('main details summary').first().click();
	await t.has('SHS § 147–150');
	await t.axe('a difference with its rule');
	await t.shot('difference-licence', { full: true });
	await t.goto(`/kuu/paevad/${report}`);
	await page.getByRole('button', { name: 'Võta vastu' }).click();
	await t.lacks('Osutaja ettepanekud');
	await t.goto(`/kuu/vordlus/${report}`);
	await t.has('Kogus on väiksem kui aruandes');
	for (const box of await page.locator('main table input[type="checkbox"][name="_id"]').all())
		await box.check();
	await page.getByRole('button', { name: 'Jää aruande juurde' }).click();
	await t.has('Valitud on');
	await t.axe('resolving');
	await t.shot('resolve');
	await page.locator('.confirm textarea').fill('Hind ja konto on lepingu järgi.');
	await page.locator('.confirm button:not(.vh)').first().click();
	await t.has('Aruande järgi makstav');
	await page.getByRole('button', { name: 'Märgi kontrollituks' }).click();
	await t.goto(`/kuu/vordlus/${report}`);
	await t.has('Maksmiseks kinnitab keegi teine');
	await t.shot('compare-checked');
	await out(page);

	t.section('another human approves');
	await t.signIn('juht');
	await t.goto('/');
	await t.shot('home-juht', { full: true });
	await t.goto(`/kuu/vordlus/${report}`);
	await page.getByRole('link', { name: 'Kinnita maksmiseks' }).click();
	await t.has('Tehakse maksekorraldus');
	await page.locator('.confirm button:not(.vh)').first().click();
	await t.has('Maksekorraldus tehtud');
	await t.axe('claim');
	await t.shot('claim', { full: true });

	t.section('the money');
	await t.goto('/maksekorraldused');
	await t.axe('orders');
	await t.shot('orders');
	await page.locator('main table tr', { hasText: 'A-1001' }).locator('input[type="checkbox"]').check();
	await page.getByRole('button', { name: 'Pane maksefaili' }).click();
	await t.has('lukustatakse');
	await t.axe('export asked');
	await t.shot('export');
	await page.locator('.confirm button:not(.vh)').first().click();
	await t.has('Laadi alla pangafail');
	await t.axe('payment file');
	await t.shot('payment-file');
	const xml = await (await page.request.get(page.url() + '/xml')).text();
	t.ok(xml.includes('pain.001.001.09'), 'the file for the bank');
	const csv = await (await page.request.get(page.url() + '/csv')).text();
	t.ok(csv.includes('MTÜ Valge Kivi'), 'the same for people');
	await t.goto(`/kuuaruanne/${report}`);
	await t.has('Lukustatud');
	await t.goto(`/kuu?kuu=${month}`);
	await t.has('Lukustatud');
}
