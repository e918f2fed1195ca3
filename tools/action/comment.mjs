// Puts what is said of projects into the summary of the job, and into the one comment on a pull request that belongs to this use of the action: made
// once, brought up to date afterwards, known by a marker and by who wrote it. A comment of somebody else is never touched, whatever stands in it.
//
//   node comment.mjs true|false NAME FILE [NAME FILE]…
//
// The first says whether there is a change: else no comment is made, and one that is there is brought up to date.
// The surroundings are those of GitHub Actions: GITHUB_API_URL, GITHUB_GRAPHQL_URL, GITHUB_EVENT_PATH, GITHUB_STEP_SUMMARY, GITHUB_ACTOR,
// GITHUB_TOKEN; FUNNELC_NAME is the input `name`, FUNNELC_USES what `path` names, a line each, where further projects below are told, FUNNELC_LEFT a file with the names of those that were not compared, with a NUL behind each. Off a pull request there is no comment. What is printed is a command of ours, escaped, or a fixed
// sentence.
import { createHash } from "node:crypto";
import { appendFileSync, readFileSync } from "node:fs";
import process from "node:process";

import { fitted, unlooked } from "./page.mjs";

// Of earlier versions, of which each use of the action had the same.
const UNNAMED = "<!-- funnelc diff -->";
const JOBS = "github-actions[bot]";
const API = process.env.GITHUB_API_URL ?? "https://api.github.com";
// What GitHub takes: units of UTF-16 of a comment, and somewhat more bytes of a summary.
const LIMIT = 65_536;
const SUMMARY = 1_000_000;
const PAGE = 100;

class Refused extends Error {
  constructor(status, said) {
    super(said);
    this.status = status;
  }
}

async function main(event, [changed, ...args]) {
  const parts = [];
  while (args.length > 0) parts.push({ name: args.shift(), text: readFileSync(args.shift(), "utf8") });
  const uses = process.env.FUNNELC_USES?.trimEnd().split("\n") ?? parts.map(({ name }) => name);
  const left = process.env.FUNNELC_LEFT ? readFileSync(process.env.FUNNELC_LEFT, "utf8").split("\0").slice(0, -1) : [];
  parts.push(...unlooked(left));
  const where = summarized(parts);
  if (!event.pull_request) return "no pull request, no comment";
  const repository = `/repos/${event.repository.full_name}`;
  const thread = `${repository}/issues/${event.pull_request.number}/comments`;
  const marker = markerOf(uses);
  const head = `${marker}\n`;
  const body = head + fitted(parts, LIMIT - head.length, (text) => text.length, where).text;
  const earlier = await find(thread, marker);
  if (earlier?.body === body) return "the comment is up to date";
  if (earlier) {
    await request("PATCH", `${repository}/issues/comments/${earlier.id}`, { body });
    return "the comment is brought up to date";
  }
  if (changed !== "true") return "nothing changes, no comment";
  await request("POST", thread, { body });
  return "the comment is made";
}

// Writes the summary of the job, and says where the whole is.
function summarized(parts) {
  const elsewhere = "`funnelc diff` shows the whole.";
  if (!process.env.GITHUB_STEP_SUMMARY) return elsewhere;
  const { text, isWhole } = fitted(parts, SUMMARY, (text) => Buffer.byteLength(text), elsewhere);
  appendFileSync(process.env.GITHUB_STEP_SUMMARY, text);
  return isWhole ? "The whole is in the summary of the job." : `More is in the summary of the job; ${elsewhere}`;
}

// Two uses of the action in one workflow have other projects or other names, and so other comments.
function markerOf(uses) {
  const use = JSON.stringify([process.env.FUNNELC_NAME ?? "", ...uses]);
  return `<!-- funnelc diff ${createHash("sha256").update(use).digest("hex").slice(0, 16)} -->`;
}

// Where there is none of this use, one of an earlier version.
async function find(thread, marker) {
  const login = await account();
  let unnamed;
  for (let page = 1; ; page += 1) {
    const comments = await request("GET", `${thread}?per_page=${PAGE}&page=${page}`);
    const ours = comments.filter((comment) => comment.user?.login === login);
    const found = ours.find((comment) => comment.body?.startsWith(marker));
    unnamed ??= ours.find((comment) => comment.body?.startsWith(UNNAMED));
    if (found || comments.length < PAGE) return found ?? unnamed;
  }
}

// Whose the token is. The token of a job may not ask for its user, but for the viewer. Where GitHub does not say, only a comment of the account
// of jobs can be ours, and nobody else can have that name.
async function account() {
  try {
    const answer = await send("POST", process.env.GITHUB_GRAPHQL_URL ?? `${API}/graphql`, { query: "query { viewer { login } }" });
    return answer.data?.viewer?.login ?? JOBS;
  } catch (error) {
    if (error instanceof Refused) return JOBS;
    throw error;
  }
}

function request(method, path, body) {
  return send(method, API + path, body);
}

async function send(method, url, body) {
  const response = await fetch(url, {
    method,
    headers: {
      accept: "application/vnd.github+json",
      authorization: `Bearer ${process.env.GITHUB_TOKEN}`,
      "content-type": "application/json",
      "user-agent": "funnelc",
      "x-github-api-version": "2022-11-28",
    },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  if (response.ok) return response.json();
  const said = await response.text();
  throw new Refused(response.status, `${method} ${new URL(url).pathname} answered ${response.status}: ${said.slice(0, 300)}`);
}

// The token of a job is made read-only by GitHub where the change comes from a fork, or from Dependabot; no permission in the workflow helps.
function isReadOnly(event) {
  const { head, base } = event.pull_request;
  return head?.repo?.id === undefined || head.repo.id !== base.repo.id || process.env.GITHUB_ACTOR === "dependabot[bot]";
}

// What to do about a request that was not answered as hoped, and whether that fails the step.
function advice(refused, event) {
  const { status, message } = refused;
  if ([403, 404].includes(status) && isReadOnly(event)) {
    const why = "this pull request comes from a fork or from Dependabot, so GitHub gives the job a token that only reads";
    return ["warning", `no comment: ${why}. What would stand in it is in the summary of the job.`];
  }
  if (status === 401) return ["error", `the comment could not be written: GitHub does not know the token in \`token\` (${message})`];
  if (status === 403 || status === 404) {
    const todo = "Give the job `permissions: pull-requests: write`, or write `diff: false` to go without the comment";
    return ["error", `the comment could not be written: GitHub does not let this token comment. ${todo}. (${message})`];
  }
  if (status >= 500) return ["error", `the comment could not be written: GitHub has a fault; run the job again. (${message})`];
  return ["error", `the comment could not be written: ${message}`];
}

function command(name, text) {
  const escaped = text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
  console.log(`::${name} title=funnelc::${escaped}`);
}

const event = JSON.parse(readFileSync(process.env.GITHUB_EVENT_PATH, "utf8"));
try {
  console.log(await main(event, process.argv.slice(2)));
} catch (error) {
  const why = error.cause ? `${error.message}: ${error.cause.message}` : error.message;
  const refused = error instanceof Refused;
  const [name, text] = refused ? advice(error, event) : ["error", `the comment could not be written: ${why}`];
  command(name, text);
  process.exitCode = name === "error" ? 1 : 0;
}
