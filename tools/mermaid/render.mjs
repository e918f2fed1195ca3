#!/usr/bin/env node
// render.mjs OUTDIR FILE.mmd…: draws each file with the real Mermaid and writes OUTDIR/NAME.svg and OUTDIR/NAME.png.
// Exits 1 when Mermaid refuses one of them; the others are drawn all the same, so that one run names every mistake.
// Needs Debian's Chromium (or CHROMIUM=/path/to/it); nothing is fetched: Mermaid comes from node_modules.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { chromium } from "playwright-core";

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

async function blankPageWithMermaid(browser) {
  const page = await browser.newPage({ viewport: { width: 1600, height: 1200 } });
  await page.setContent("<!doctype html><meta charset=utf-8><body style='margin:16px;background:white'><div id=drawing></div>");
  await page.addScriptTag({ path: createRequire(import.meta.url).resolve("mermaid/dist/mermaid.min.js") });
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
    place.style.width = place.firstElementChild.style.maxWidth;
    return svg;
  }, source);
}

async function render(page, file) {
  const target = join(outdir, basename(file).replace(/\.mmd$/, ""));
  const svg = await draw(page, readFileSync(file, "utf8"));
  if (!svg.includes("</svg>")) throw new Error("Mermaid gave no drawing");
  writeFileSync(`${target}.svg`, svg);
  await page.locator("#drawing").screenshot({ path: `${target}.png` });
}

mkdirSync(outdir, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: CHROMIUM_FLAGS,
});
let failed = 0;
try {
  let page = await blankPageWithMermaid(browser);
  for (const file of files) {
    try {
      await render(page, file);
    } catch (error) {
      failed += 1;
      console.error(`${file}: ${error.message}`);
      await page.close();
      page = await blankPageWithMermaid(browser);
    }
  }
} finally {
  await browser.close();
}
console.log(`mermaid: ${files.length - failed} drawn, ${failed} refused`);
process.exit(failed === 0 ? 0 : 1);
