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

// "−1 234,50 €" in cents.
function cents(text) {
	return Math.round(Number(text.replace(/[\s€]/g, '').replace('−', '-').replace(',', '.')) * 100);
}

// A credit note that takes the first line of an invoice back.
function creditNote(invoice, number) {
	const sum = invoice.match(/<cac:InvoiceLine>[^]*?<cbc:LineExtensionAmount[^>]*>([\d.]+)</)[1];
	const corrected = invoice.match(/<cbc:ID>([^<]+)</)[1];
	let n = 0;
	return invoice
		.replace(/<cac:InvoiceLine>[^]*?<\/cac:InvoiceLine>\s*/g, (line) => n++ === 0 ? line : '')
		.replace(/(<cbc:(?:TaxableAmount|LineExtensionAmount|TaxExclusiveAmount|TaxInclusiveAmount|PayableAmount)[^>]*>)[\d.]+/g,
			(all, tag) => tag + sum)
		.replace(/<cbc:DueDate>.*?<\/cbc:DueDate>\s*/, '')
		.replace(/(<\/?)Invoice\b/g, '$1CreditNote').replace('xsd:Invoice-2', 'xsd:CreditNote-2')
		.replace(/InvoiceLine>/g, 'CreditNoteLine>').replace(/InvoicedQuantity/g, 'CreditedQuantity')
		.replace(/<cbc:InvoiceTypeCode>380<\/cbc:InvoiceTypeCode>/, '<cbc:CreditNoteTypeCode>381</cbc:CreditNoteTypeCode>')
		.replace(/<cac:(ContractDocumentReference|AccountingSupplierParty)>/,
			`<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>${corrected}</cbc:ID></cac:InvoiceDocumentReference></cac:BillingReference>$&`)
		.replace(`<cbc:ID>${corrected}</cbc:ID>`, `<cbc:ID>${number}</cbc:ID>`);
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

	t.section('a credit note for its first line');
	const credit = creditNote(good, 'K-77');
	await send('kreedit.xml', credit);
	await provider.getByRole('link', { name: 'Ava kreeditarve' }).click();
	await provider.waitForLoadState('load');
	await t.has('Arvestatakse maha, kui kuuaruanne kinnitatakse', provider);
	await t.axe('credit note, not set off yet', provider);
	const note = new URL(provider.url()).pathname;
	t.equal(await provider.locator('#read tbody tr').count(), 1, 'the line it takes back');
	const taken = cents(await provider.locator('#read tbody tr td').nth(3).innerText());
	t.equal(cents(await provider.locator('#read tbody tr td').nth(4).innerText()), -taken,
		'beside it the line of the corrected invoice');
	await provider.getByRole('link', { name: good.match(/<cbc:ID>([^<]+)</)[1], exact: true }).first().click();
	await t.has('Parandatud kreeditarvega', provider);

	t.section('comparison');
	await t.goto(`/kuu/vordlus/${number}`);
	await t.axe('comparison');
	await t.shot('month-comparison');
	await t.goto(claim);
	await press(page, 'Märgi kontrollituks');
	await t.axe('claim prepared');
	const again = await page.locator('button[value="approve"]').count();
	t.equal(again, 0, 'who checked cannot approve');

	await t.goto(note);
	await t.axe('credit note, the official');
	await t.shot('credit-waits', { full: true });

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
	await t.goto(note);
	await t.has('Kreeditarve on maha arvestatud');
	const left = cents(await page.locator('#maha tbody.total td').last().innerText());
	await t.shot('credit-done', { full: true });
	await page.locator('#maha a', { hasText: 'MK-' }).click();
	await page.waitForLoadState('load');
	await t.has('K-77');
	t.ok((await page.locator('main').innerText()).replace(/\s/g, '')
		.includes((left / 100).toFixed(2).replace('.', ',')), 'the order is what is left');
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
