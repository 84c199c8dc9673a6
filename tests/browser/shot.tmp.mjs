import { chromium } from 'playwright-core';
const [,, user, out, w, ...paths] = process.argv;
const b = await chromium.launch({executablePath:'/usr/bin/chromium',args:['--no-sandbox','--disable-gpu']});
const c = await b.newContext({viewport:{width:+w,height:900},locale:'et-EE'});
const p = await c.newPage();
await p.goto('http://127.0.0.1:8095/');
await p.fill('input[name=kasutaja]',user);
const pw = await p.$('input[name=parool]'); if (pw) await pw.fill('harjutus-2026-hool');
await p.press('input[name=parool]','Enter');
await p.waitForLoadState();
let i=0;
for (const path of paths){ await p.goto('http://127.0.0.1:8095'+path); await p.screenshot({path:`${out}-${i++}.png`,fullPage:true}); console.log(p.url(), await p.title()); }
await b.close();
