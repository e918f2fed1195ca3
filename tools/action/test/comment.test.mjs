// The comment on a pull request, against a stand-in of GitHub's API on this machine.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";

import { obeyed } from "./runner.mjs";

const script = fileURLToPath(new URL("../comment.mjs", import.meta.url));
const markerOf = (...use) => `<!-- funnelc diff ${createHash("sha256").update(JSON.stringify(use)).digest("hex").slice(0, 16)} -->`;
const MARKER = markerOf("", "shop");
const thread = "/repos/shop/journeys/issues/7/comments";

let folder, github;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "comment-"));
  github = await standIn();
});

afterEach(() => {
  github.close();
  rmSync(folder, { recursive: true });
});

test("is made once and brought up to date afterwards", async () => {
  assert.equal((await comment("first")).out, "the comment is made\n");
  assert.equal((await comment("second")).out, "the comment is brought up to date\n");
  assert.deepEqual(bodies(), [`${MARKER}\nsecond`]);
  assert.deepEqual(writes(), [`POST ${thread}`, "PATCH /repos/shop/journeys/issues/comments/1"]);
});

test("is left alone when it says the same already", async () => {
  await comment("same");
  assert.equal((await comment("same")).out, "the comment is up to date\n");
  assert.equal(writes().length, 1);
});

test("is found behind hundreds of others", async () => {
  for (let i = 0; i < 230; i += 1) github.add(`chatter about ${MARKER}`);
  github.add(`${MARKER}\nold`, BOT);
  github.add("chatter");
  await comment("new");
  assert.equal(github.comments.length, 232);
  assert.equal(github.comments[230].body, `${MARKER}\nnew`);
  assert.ok(github.requests.includes(`GET ${thread}?per_page=100&page=3`));
});

test("is made when exactly full pages hold none of ours", async () => {
  for (let i = 0; i < 200; i += 1) github.add("chatter");
  await comment("new");
  assert.equal(github.comments.length, 201);
});

test("is brought up to date but not made when nothing changes", async () => {
  assert.equal((await comment("nothing", "false")).out, "nothing changes, no comment\n");
  assert.deepEqual(bodies(), []);
  await comment("something");
  await comment("nothing", "false");
  assert.deepEqual(bodies(), [`${MARKER}\nnothing`]);
});

test("asks nobody off a pull request", async () => {
  const run = await comment("text", undefined, { repository: { full_name: "shop/journeys" } });
  assert.deepEqual([run.code, run.out], [0, "no pull request, no comment\n"]);
  assert.deepEqual(github.requests, []);
});

test("of a stranger is left alone, whatever stands in it", async () => {
  for (const login of ["stranger", "github-actions", "github-actions[bot]x", "Github-Actions[bot]", undefined]) {
    github.add(`${MARKER}\nLGTM, nothing changes`, login);
  }
  await comment("first");
  await comment("second");
  const stranger = `${MARKER}\nLGTM, nothing changes`;
  assert.deepEqual(bodies(), [...Array(5).fill(stranger), `${MARKER}\nsecond`]);
  assert.deepEqual(writes(), [`POST ${thread}`, "PATCH /repos/shop/journeys/issues/comments/6"]);
});

test("of a stranger is no reason to say that nothing changes", async () => {
  github.add(`${MARKER}\nold`, "stranger");
  assert.equal((await comment("nothing", "false")).out, "nothing changes, no comment\n");
  assert.deepEqual(writes(), []);
});

test("belongs to the account of the token, also where that is a person", async () => {
  github.viewer = "anna";
  github.add(`${MARKER}\nold`, BOT);
  github.add(`${MARKER}\nold`, "anna");
  await comment("new");
  assert.deepEqual(bodies(), [`${MARKER}\nold`, `${MARKER}\nnew`]);
});

test("is that of the account of jobs where nobody says whose the token is", async () => {
  for (const viewer of [undefined, null]) {
    github.comments.length = 0;
    github.requests.length = 0;
    github.viewer = viewer;
    github.add(`${MARKER}\nold`, "stranger");
    github.add(`${MARKER}\nold`, BOT);
    assert.equal((await comment("new")).code, 0);
    assert.deepEqual(bodies(), [`${MARKER}\nold`, `${MARKER}\nnew`]);
  }
});

test("fails where the token may not write, and says what to do", async () => {
  for (const [status, advice] of [
    [401, /does not know the token/],
    [403, /`permissions: pull-requests: write`.*`diff: false`/],
    [404, /`permissions: pull-requests: write`/],
    [500, /GitHub has a fault; run the job again/],
    [503, /GitHub has a fault; run the job again/],
    [422, /answered 422/],
  ]) {
    for (const method of ["GET", "POST", "PATCH"]) {
      github.comments.length = 0;
      if (method === "PATCH") github.add(`${MARKER}\nold`, BOT);
      github.refuse = { status, method };
      const run = await comment("text");
      assert.equal(run.code, 1, `${method} ${status}`);
      assert.match(run.out, /^::error title=funnelc::the comment could not be written: .*\n$/);
      assert.match(run.out, advice);
    }
  }
});

test("of a change from a fork or from Dependabot is explained, and fails nothing", async () => {
  const fork = (repo) => ({ ...pullRequest, pull_request: { ...pullRequest.pull_request, head: { repo } } });
  const bot = { GITHUB_ACTOR: "dependabot[bot]" };
  for (const status of [403, 404]) {
    for (const [event, env] of [[fork({ id: 2 }), {}], [fork(null), {}], [pullRequest, bot]]) {
      github.refuse = { status, method: "POST" };
      const run = await comment("text", undefined, event, env);
      assert.equal(run.code, 0, run.out);
      assert.match(run.out, /^::warning title=funnelc::no comment: .* a fork .* token that only reads\. .* in the summary of the job\.\n$/);
    }
  }
  github.refuse = { status: 500, method: "POST" };
  assert.equal((await comment("text", undefined, fork({ id: 2 }))).code, 1);
});

test("puts an answer into one command, whatever stands in it", async () => {
  github.refuse = { status: 500, method: "GET" };
  const run = await comment("text");
  assert.deepEqual(obeyed(run.out).length, 1);
  assert.match(run.out, /answered 500: 100%25%0A::error::x%0D  ##\[add-mask\]y\)\n$/);
  assert.equal(run.err, "");
});

test("of another use of the action is left alone", async () => {
  await comment({ a: "of a" });
  await comment({ b: "of b" });
  await comment({ a: "of a", b: "of b" });
  await comment({ a: "of a, named" }, "true", pullRequest, { FUNNELC_NAME: "weekly" });
  await comment({ a: "of a again" });
  assert.deepEqual(bodies(), [
    `${markerOf("", "a")}\nof a again`,
    `${markerOf("", "b")}\nof b`,
    `${markerOf("", "a", "b")}\n## \`a\`\n\nof a\n## \`b\`\n\nof b\n`,
    `${markerOf("weekly", "a")}\nof a, named`,
  ]);
});

test("of an earlier version, which all uses of the action shared, is gone on with by the first", async () => {
  github.add("<!-- funnelc diff -->\nof whoever came last", BOT);
  await comment({ a: "of a" });
  await comment({ b: "of b" });
  await comment({ a: "of a" });
  assert.deepEqual(bodies(), [`${markerOf("", "a")}\nof a`, `${markerOf("", "b")}\nof b`]);
});

const LEFT_OUT = /^> \*\*Not all of it has room here\.\*\* Left out: (.*?)\. (.*)\n\n/;

// What is said at the top about what is left out, and the rest.
function cut(body, marker) {
  assert.ok(body.length <= 65_536 && body.length > 65_000, `${body.length}`);
  const [said, left, where] = body.slice(marker.length + 1).match(LEFT_OUT) ?? assert.fail(body.slice(0, 300));
  return { left, where, rest: body.slice(marker.length + 1 + said.length) };
}

test("is cut at the length that GitHub takes, and says so first", async () => {
  await comment("żółw\n".repeat(20_000));
  const { left, where, rest } = cut(bodies()[0], MARKER);
  assert.match(rest, /^(żółw\n)+$/);
  assert.equal(left, `${20_000 - rest.length / 5} lines or pictures about \`shop\``);
  assert.equal(where, "`funnelc diff` shows the whole.");
});

test("gives each project its share of the room", async () => {
  const rows = (name, count) => `### ${name} changes\n\n${`| ${name} | ${"x".repeat(80)} |\n`.repeat(count)}`;
  const summary = join(folder, "summary.md");
  await comment({ a: rows("a", 5_000), b: rows("b", 3), c: rows("c", 900) }, "true", pullRequest, { GITHUB_STEP_SUMMARY: summary });
  const { left, where, rest } = cut(bodies()[0], markerOf("", "a", "b", "c"));
  assert.match(left, /^\d+ lines or pictures about `a`, \d+ lines or pictures about `c`$/);
  assert.equal(where, "The whole is in the summary of the job.");
  assert.ok(rest.includes(`## \`b\`\n\n${rows("b", 3)}`), "what is small is there as a whole");
  const [a, c] = ["a", "c"].map((name) => rest.split(`| ${name} |`).length - 1);
  assert.ok(Math.abs(a - c) <= 1 && a > 300, `${a} ${c}`);
  assert.equal(readFileSync(summary, "utf8").split("| a |").length - 1, 5_000);
});

test("has room for the rest behind a line that is too long", async () => {
  await comment(`### first\n\n| ${"x".repeat(70_000)} |\n| the second change |\n`);
  assert.match(bodies()[0], /Left out: 1 line or picture about `shop`\. .*\n\n### first\n\n\| the second change \|\n$/);
});

test("draws a picture as a whole or not at all, and closes what it folds", async () => {
  const drawing = `<details><summary>Picture</summary>\n\nGreen is new.\n\n\`\`\`mermaid\n${"a --> b\n".repeat(10_000)}\`\`\`\n\n</details>\n`;
  const names = `\n<details><summary>Names</summary>\n\n${"- somebody\n".repeat(10_000)}\n</details>\n`;
  await comment(`headline\n\n${drawing}${names}end\n`);
  const { left, rest } = cut(bodies()[0], MARKER);
  const [, kept] = rest.match(/^headline\n\n\n<details><summary>Names<\/summary>\n\n((?:- somebody\n)+)\n<\/details>\n(?:end\n)?$/);
  assert.equal(left, `${10_000 - kept.length / 11 + 1 + (rest.endsWith("end\n") ? 0 : 1)} lines or pictures about \`shop\``);
});

test("of very many projects, called whatever, is not too long either", async () => {
  const parts = Array.from({ length: 2_000 }, (_, at) => [`${"long/".repeat(20)}${at}`, "### changes\n\n| x |\n".repeat(9)]);
  const file = join(folder, "summary.md");
  await comment(Object.fromEntries(parts), "true", pullRequest, { GITHUB_STEP_SUMMARY: file });
  assert.ok(bodies()[0].length <= 65_536);
  assert.match(bodies()[0].split("\n").slice(1).join("\n"), LEFT_OUT);
});

test("leaves out of the summary what GitHub would not take, at the end of a line", async () => {
  const file = join(folder, "summary.md");
  await comment("żółw\n".repeat(200_000), "true", pullRequest, { GITHUB_STEP_SUMMARY: file });
  const summary = readFileSync(file, "utf8");
  assert.ok(Buffer.byteLength(summary) <= 1_000_000 && Buffer.byteLength(summary) > 999_000);
  assert.match(summary, LEFT_OUT);
  assert.match(summary, /żółw\n$/);
  assert.equal(cut(bodies()[0], MARKER).where, "More is in the summary of the job; `funnelc diff` shows the whole.");
});

test("says why GitHub cannot be reached", async () => {
  github.close();
  const run = await comment("text");
  assert.deepEqual([run.code, /^::error .*could not be written: fetch failed: .*ECONNREFUSED/.test(run.out)], [1, true], run.out);
});

test("carries the token", async () => {
  await comment("text");
  assert.ok(github.tokens.length > 1 && github.tokens.every((token) => token === "Bearer t0ken"), `${github.tokens}`);
});

const BOT = "github-actions[bot]";
const repo = { id: 1 };
const pullRequest = { pull_request: { number: 7, head: { repo }, base: { repo } }, repository: { full_name: "shop/journeys" } };

// What is said of one project, or of several by their names.
function comment(said, changed = "true", event = pullRequest, more = {}) {
  const eventFile = join(folder, "event.json");
  const parts = Object.entries(typeof said === "string" ? { shop: said } : said).flatMap(([name, text], at) => {
    const file = join(folder, `${at}.md`);
    writeFileSync(file, text);
    return [name, file];
  });
  writeFileSync(eventFile, JSON.stringify(event));
  const urls = { GITHUB_API_URL: github.url, GITHUB_GRAPHQL_URL: `${github.url}/graphql` };
  const env = { PATH: process.env.PATH, ...urls, GITHUB_EVENT_PATH: eventFile, GITHUB_TOKEN: "t0ken", ...more };
  const args = [script, changed, ...parts];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env }, (error, out, err) => resolve({ code: error ? error.code : 0, out, err }));
  });
}

function bodies() {
  return github.comments.map((comment) => comment.body);
}

// What changed something.
function writes() {
  return github.requests.filter((request) => !request.startsWith("GET") && request !== "POST /graphql");
}

// Knows the four requests that comments take, and refuses what GitHub would refuse.
async function standIn() {
  const state = { comments: [], requests: [], tokens: [], viewer: BOT, refuse: undefined };
  state.add = (body, login = "stranger") => state.comments.push({ id: state.comments.length + 1, body, user: login && { login } });
  const server = createServer(async (request, response) => {
    let sent = "";
    for await (const chunk of request) sent += chunk;
    state.requests.push(`${request.method} ${request.url}`);
    state.tokens.push(request.headers.authorization);
    const refused = request.method === state.refuse?.method && request.url !== "/graphql";
    const [status, answer] = refused ? [state.refuse.status, "100%\n::error::x\r  ##[add-mask]y"] : answerTo(state, request, sent);
    response.writeHead(status).end(typeof answer === "string" ? answer : JSON.stringify(answer));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  state.url = `http://127.0.0.1:${server.address().port}`;
  state.close = () => server.close();
  return state;
}

function answerTo(state, request, sent) {
  const url = new URL(request.url, "http://stand.in");
  if (request.method === "GET" && url.pathname === thread) {
    const [size, page] = ["per_page", "page"].map((name) => Number(url.searchParams.get(name)));
    return [200, state.comments.slice((page - 1) * size, page * size)];
  }
  if (url.pathname === "/graphql") {
    assert.match(JSON.parse(sent).query, /viewer \{ login \}/);
    if (state.viewer === null) return [403, { message: "Resource not accessible by integration" }];
    return [200, { data: { viewer: state.viewer && { login: state.viewer } } }];
  }
  const { body } = JSON.parse(sent);
  if (body.length > 65_536) return [422, { message: "Body is too long (maximum is 65536 characters)" }];
  if (request.method === "POST" && url.pathname === thread) {
    state.add(body, state.viewer);
    return [201, state.comments.at(-1)];
  }
  const id = Number(url.pathname.match(/^\/repos\/shop\/journeys\/issues\/comments\/(\d+)$/)?.[1]);
  const found = request.method === "PATCH" && state.comments.find((comment) => comment.id === id);
  if (!found) return [404, { message: "Not Found" }];
  found.body = body;
  return [200, found];
}
