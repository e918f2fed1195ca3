#!/usr/bin/env node
// check.mjs SCHEMA GOOD.yaml…: does an editor help with the schema? Drives yaml-language-server and asks what a person would see: keys
// are offered where they belong, a misspelt key is flagged at its place, and the good files, which name their schema in their first
// line, get no remark until one misspells a key in them. Exits 1 when not.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Server } from "./server.mjs";

const [schema, ...good] = process.argv.slice(2);
if (!schema || good.length === 0) {
  console.error("usage: check.mjs SCHEMA GOOD.yaml…");
  process.exit(2);
}
const schemaUri = pathToFileURL(resolve(schema)).href;
const modeline = `# yaml-language-server: $schema=${schemaUri}\n`;

// `|` stands for the cursor.
const COMPLETIONS = [
  {
    where: "inside a segment's condition",
    text: "version: 1\nsegments:\n  buyers:\n    where:\n      |\n",
    offers: ["field", "all", "any", "not", "segment", "tag", "stage"],
  },
  {
    where: "inside a condition in a list",
    text: "version: 1\nsegments:\n  buyers:\n    where:\n      all:\n        - |\n",
    offers: ["field", "all", "segment"],
  },
  {
    where: "beside `field`",
    text: "version: 1\nsegments:\n  buyers:\n    where:\n      field: orders\n      |\n",
    offers: ["is", "at-least", "exists"],
  },
  {
    where: "inside a stage",
    text: "version: 1\nfunnels:\n  shop:\n    stages:\n      lead:\n        |\n",
    offers: ["weight", "converts", "back-to", "final"],
  },
  {
    where: "inside a campaign's steps",
    text: "version: 1\ncampaigns:\n  hello:\n    steps:\n      - |\n",
    offers: ["send", "wait", "move", "if"],
  },
];

const MISSPELT = [
  {
    where: "in a segment's condition",
    text: "version: 1\nsegments:\n  buyers:\n    where:\n      feild: orders\n      at-least: 1\n",
    flags: "feild",
  },
  { where: "in a stage", text: "version: 1\nfunnels:\n  shop:\n    stages:\n      lead: { wieght: 10 }\n", flags: "wieght" },
  { where: "at the top", text: "version: 1\nsegmnets: {}\n", flags: "segmnets" },
];

const problems = [];
let asked = 0;

function expect(holds, complaint) {
  asked += 1;
  if (!holds) problems.push(complaint);
}

function cursor(text) {
  const before = text.slice(0, text.indexOf("|")).split("\n");
  return { text: text.replace("|", ""), position: { line: before.length - 1, character: before.at(-1).length } };
}

function textAt(text, { start, end }) {
  return start.line === end.line ? text.split("\n")[start.line].slice(start.character, end.character) : "";
}

async function checkCompletions(server) {
  for (const [index, wanted] of COMPLETIONS.entries()) {
    const { text, position } = cursor(modeline + wanted.text);
    const uri = `file:///completion-${index}.yaml`;
    await server.open(uri, text);
    const labels = await server.complete(uri, position);
    const missing = wanted.offers.filter((label) => !labels.includes(label));
    expect(missing.length === 0, `${wanted.where}: not offered: ${missing.join(", ")}; offered: ${labels.join(", ")}`);
  }
}

async function checkMisspelt(server) {
  for (const [index, wanted] of MISSPELT.entries()) {
    const text = modeline + wanted.text;
    const diagnostics = await server.open(`file:///misspelt-${index}.yaml`, text);
    const flagged = diagnostics.map(({ range }) => textAt(text, range));
    const said = diagnostics.map(({ message }) => message).join("; ");
    expect(flagged.includes(wanted.flags), `${wanted.where}: \`${wanted.flags}\` is not flagged; said: ${said || "nothing"}`);
  }
}

// A file whose first line leads to no schema would get no remark either: so a copy beside it, with a mistake, must get one.
async function checkGood(server) {
  for (const file of good) {
    const uri = pathToFileURL(resolve(file)).href;
    const text = readFileSync(file, "utf8");
    const said = (await server.open(uri, text)).map(({ message, range }) => `${range.start.line + 1}: ${message}`);
    expect(said.length === 0, `${file}: ${said.join("; ")}`);
    const spoilt = `${text}\nsegmnets: {}\n`;
    const flagged = (await server.open(new URL("spoilt.yaml", uri).href, spoilt)).map(({ range }) => textAt(spoilt, range));
    expect(flagged.includes("segmnets"), `${file}: its first line leads to no schema; a misspelt key is not flagged`);
  }
}

const yaml = { validate: true, completion: true, schemaStore: { enable: false } };
const server = new Server({ yaml });
await server.start(pathToFileURL(resolve(".")).href);
await checkCompletions(server);
await checkMisspelt(server);
await checkGood(server);
await server.stop();

for (const problem of problems) console.error(problem);
console.log(`yaml-language-server: ${asked - problems.length} as wanted, ${problems.length} not`);
process.exit(problems.length === 0 ? 0 : 1);
