#!/usr/bin/env node
// render.mjs OUTDIR FILE.mmd…: draws each file with the real Mermaid, 12 and 11, as a column of text shows it that is as wide as a comment on GitHub,
// and writes OUTDIR/NAME.svg and OUTDIR/NAME.png, and for Mermaid 11 OUTDIR/NAME.11.svg and .png.
// Exits 1 when Mermaid refuses one of them, or its text would be too small to read; the others are drawn all the same, so that one run names every mistake.
// Needs Debian's Chromium (or CHROMIUM=/path/to/it); nothing is fetched: Mermaid comes from node_modules.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import puppeteer from "puppeteer-core";

const [outdir, ...files] = process.argv.slice(2);
if (!outdir || files.length === 0) {
  console.error("usage: render.mjs OUTDIR FILE.mmd…");
  process.exit(2);
}

const CHROMIUM_FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

// By what stands before the ending of its pictures.
const VERSIONS = { "": "mermaid", ".11": "mermaid-11" };

// A drawing that is wider than the column is made smaller, its text of 16 pixels with it.
const COLUMN = 900;
const SMALLEST = 12;
const WIDEST = (COLUMN * 16) / SMALLEST;

async function blankPageWithMermaid(browser, version) {
  const page = await browser.newPage();
  await page.setViewport({ width: COLUMN, height: 1200 });
  await page.setContent(`<!doctype html><meta charset=utf-8><body style='margin:0;background:white'><div id=drawing style='width:${COLUMN}px'></div>`);
  await page.addScriptTag({ path: createRequire(import.meta.url).resolve(`${version}/dist/mermaid.min.js`) });
  await page.evaluate(() => globalThis.mermaid.initialize({ startOnLoad: false, securityLevel: "strict" }));
  return page;
}

// Mermaid draws a bomb for a syntax error unless it is asked first; `parse` throws instead.
async function draw(page, source) {
  return page.evaluate(async (text) => {
    await globalThis.mermaid.parse(text);
    const { svg } = await globalThis.mermaid.render("graph", text);
    const place = document.getElementById("drawing");
    place.innerHTML = svg;
    return { svg, width: place.firstElementChild.viewBox.baseVal.width };
  }, source);
}

async function render(page, file, ending) {
  const target = join(outdir, basename(file).replace(/\.mmd$/, ending));
  const { svg, width } = await draw(page, readFileSync(file, "utf8"));
  if (!svg.includes("</svg>")) throw new Error("Mermaid gave no drawing");
  writeFileSync(`${target}.svg`, svg);
  await (await page.$("#drawing")).screenshot({ path: `${target}.png` });
  if (width > WIDEST) throw new Error(`too wide to read: in a column of ${COLUMN} its text is smaller than ${SMALLEST} pixels`);
}

// How many of the files failed.
async function renderAll(browser, version, ending) {
  let failed = 0;
  let page = await blankPageWithMermaid(browser, version);
  for (const file of files) {
    try {
      await render(page, file, ending);
    } catch (error) {
      failed += 1;
      console.error(`${file}: ${version}: ${error.message}`);
      await page.close();
      page = await blankPageWithMermaid(browser, version);
    }
  }
  console.log(`${version}: ${files.length - failed} drawn, ${failed} refused`);
  return failed;
}

mkdirSync(outdir, { recursive: true });
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: CHROMIUM_FLAGS,
});
let failed = 0;
try {
  for (const [ending, version] of Object.entries(VERSIONS)) failed += await renderAll(browser, version, ending);
} finally {
  await browser.close();
}
process.exit(failed === 0 ? 0 : 1);
