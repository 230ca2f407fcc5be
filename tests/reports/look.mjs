// Opens pages in headless Chromium and tells, as JSON, what a reader would complain about: what the page logs or fetches, what axe finds, how long it
// takes, whether it is wider than the screen, and what its tables do when they are worked by keyboard.
//   node look.mjs FOLDER-WITH-node_modules CHROMIUM PAGE.html TASKS.json [FOLDER-FOR-SCREENSHOTS]
import fs from 'node:fs';
import path from 'node:path';
import {createRequire} from 'node:module';
import {pathToFileURL} from 'node:url';

const [folder, program, file, tasksFile, pictures] = process.argv.slice(2);
const require = createRequire(path.join(path.resolve(folder), 'package.json'));
const {chromium} = require('playwright-core');
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const address = pathToFileURL(path.resolve(file)).href;
const tasks = JSON.parse(fs.readFileSync(tasksFile, 'utf8'));
const modes = {
  light: {colorScheme: 'light', viewport: {width: 1280, height: 900}},
  dark: {colorScheme: 'dark', viewport: {width: 1280, height: 900}},
  phone: {colorScheme: 'light', viewport: {width: 360, height: 740}, deviceScaleFactor: 2, isMobile: true, hasTouch: true},
};

async function opened(browser, mode) {
  const context = await browser.newContext(modes[mode]);
  const page = await context.newPage();
  const seen = {logged: [], fetched: []};
  page.on('console', message => seen.logged.push(message.text()));
  page.on('pageerror', error => seen.logged.push(String(error)));
  page.on('request', request => {
    if (request.url() !== address && !request.url().startsWith('data:')) seen.fetched.push(request.url());
  });
  await page.goto(address, {waitUntil: 'load'});
  // A frame after the load event, all of it is painted.
  seen.milliseconds = await page.evaluate(() => new Promise(
    done => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now())))));
  return {context, page, seen};
}

async function looked(browser, mode) {
  const {context, page, seen} = await opened(browser, mode);
  if (pictures) await page.screenshot({path: path.join(pictures, `${path.basename(file, '.html')}-${mode}.png`), fullPage: true});
  for (const details of await page.$$('details')) await details.evaluate(d => { d.open = true; });
  seen.wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  // Tables that can only be read by pushing them sideways.
  seen.cut = await page.evaluate(() => [...document.querySelectorAll('.scroll')]
    .filter(e => e.scrollWidth > e.clientWidth).map(e => e.getAttribute('aria-label')));
  await page.evaluate(axe);
  const found = await page.evaluate(() => axe.run());
  seen.violations = found.violations.map(v => ({id: v.id, impact: v.impact, nodes: v.nodes.slice(0, 3).map(n => n.html.slice(0, 200))}));
  await page.emulateMedia({media: 'print'});
  seen.ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  seen.controlsInPrint = await page.evaluate(() => [...document.querySelectorAll('.controls')].filter(e => e.offsetParent !== null).length);
  await context.close();
  return seen;
}

// Goes on by the Tab key alone until the element has the focus.
async function tabTo(page, selector) {
  for (let i = 0; i < 500; ++i) {
    if (await page.evaluate(s => document.activeElement !== null && document.activeElement.matches(s), selector)) return true;
    await page.keyboard.press('Tab');
  }
  return false;
}

const rows = (page, table, column) => page.evaluate(([t, c]) => [...document.querySelectorAll(`#${t} tbody tr`)]
  .filter(r => r.offsetParent !== null).map(r => r.cells[c].dataset.key ?? r.cells[c].textContent), [table, column]);

async function worked(browser, task) {
  const {context, page} = await opened(browser, 'light');
  const said = {};
  const head = `#${task.table} th:nth-child(${task.column + 1}) button`;
  said.sortReached = await tabTo(page, head);
  said.outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  await page.keyboard.press('Enter');
  said.once = await rows(page, task.table, task.column);
  said.direction = await page.evaluate(s => document.querySelector(s).parentNode.getAttribute('aria-sort'), head);
  await page.keyboard.press('Space');
  said.twice = await rows(page, task.table, task.column);
  await page.reload();
  said.filterReached = await tabTo(page, `.controls[data-table=${task.table}] input[type=search]`);
  await page.keyboard.type(task.words);
  said.filtered = await rows(page, task.table, 0);
  said.status = await page.evaluate(t => document.querySelector(`.controls[data-table=${t}] [role=status]`).textContent, task.table);
  await context.close();
  return said;
}

const browser = await chromium.launch({executablePath: program, args: ['--no-sandbox', '--disable-gpu']});
try {
  const result = {modes: {}, tasks: []};
  for (const mode of Object.keys(modes)) result.modes[mode] = await looked(browser, mode);
  for (const task of tasks) result.tasks.push(await worked(browser, task));
  console.log(JSON.stringify(result));
} finally {
  await browser.close();
}
