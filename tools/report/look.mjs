#!/usr/bin/env node
// look.mjs OUTDIR FILE…: opens each page or picture in Debian's Chromium (or CHROMIUM=/path/to/it), says what is wrong with it, and exits 1 if
// something is. Of pages it leaves pictures in OUTDIR, also as they are printed.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import puppeteer from "puppeteer-core";

const [outdir, ...files] = process.argv.slice(2);
if (!outdir || files.length === 0) {
  console.error("usage: look.mjs OUTDIR FILE…");
  process.exit(2);
}

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
let faults = 0;

function fault(file, words) {
  faults += 1;
  console.error(`${file}: ${words}`);
}

async function opened(browser, file, width, scheme) {
  const page = await browser.newPage();
  page.on("request", (request) => {
    if (!/^(file|data|about):/.test(request.url())) fault(file, `a request leaves the page: ${request.url()}`);
  });
  page.on("pageerror", (error) => fault(file, `an error of the script: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" && !/ERR_|Failed to load/.test(message.text())) fault(file, `an error is told: ${message.text()}`);
  });
  await page.setViewport({ width, height: 900 });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await page.goto(`file://${resolve(file)}`, { waitUntil: "load" });
  return page;
}

// Texts of a card against its box, with the letters of the browser.
const tooWide = () => {
  const wide = [];
  for (const card of document.querySelectorAll("g")) {
    const box = card.querySelector("rect.box");
    if (!box) continue;
    const room = box.getBBox();
    for (const text of card.querySelectorAll("text")) {
      const { x, width } = text.getBBox();
      if (x < room.x - 0.5 || x + width > room.x + room.width + 0.5) wide.push(text.textContent);
    }
  }
  return wide;
};

async function axe(page, file, where) {
  // The policy of the page allows no script but its own; this one comes from beside it.
  const { violations } = await page.evaluate(`(() => { ${AXE}; return axe.run(document, { resultTypes: ["violations"] }); })()`);
  for (const { id, impact, nodes } of violations) {
    if (impact === "serious" || impact === "critical") fault(file, `axe, ${where}: ${id} (${impact}): ${nodes[0].html.slice(0, 160)}`);
  }
}

async function works(page, file) {
  const card = await page.$("g[data-id*='/send:'] a, g[data-id*='/wait'] a");
  if (!card) return fault(file, "no step leads to its YAML");
  const id = await card.evaluate((link) => link.parentNode.dataset.id);
  await page.type("#search", id);
  const hits = await page.$$eval("#hits a", (links) => links.map((link) => link.textContent));
  if (!hits.includes(id)) fault(file, `the search for ${id} finds ${JSON.stringify(hits)}`);
  await page.focus("#hits a");
  await page.keyboard.press("Enter");
  const focused = await page.evaluate(() => document.activeElement.parentNode?.dataset?.id);
  if (focused !== hits[0]) fault(file, `behind the search the focus is at ${focused}`);
  await page.keyboard.press("Enter");
  const line = await page.evaluate(() => {
    const found = document.querySelector(":target");
    return found && found.closest("details").open && found.getClientRects().length > 0 ? found.textContent : null;
  });
  if (!line) fault(file, "a step does not lead to its YAML");
}

async function look(browser, file) {
  const isPage = file.endsWith(".html");
  const name = basename(file).replace(/\.\w+$/, "");
  for (const width of isPage ? [390, 1280] : [1280]) {
    for (const scheme of ["light", "dark"]) {
      const page = await opened(browser, file, width, scheme);
      for (const text of await page.evaluate(tooWide)) fault(file, `a text is wider than its box: ${text}`);
      if (isPage) {
        const across = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (across > 0) fault(file, `at ${width} pixels the page is ${across} too wide`);
        await axe(page, file, `${width} ${scheme}`);
      }
      await page.screenshot({ path: join(outdir, `${name}-${width}-${scheme}.png`), fullPage: true });
      await page.close();
    }
  }
  if (!isPage) return;
  const page = await opened(browser, file, 1280, "light");
  await works(page, file);
  await page.pdf({ path: join(outdir, `${name}.pdf`), format: "A4" });
  await page.close();
}

const browser = await puppeteer.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
try {
  for (const file of files) await look(browser, file);
} finally {
  await browser.close();
}
console.log(`${files.length} looked at, ${faults} faults`);
process.exit(faults === 0 ? 0 : 1);
