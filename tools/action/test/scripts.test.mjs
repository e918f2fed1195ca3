// The two scripts of the action, with a stand-in of funnelc, and once with the real one, in a real git repository.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";

const scripts = fileURLToPath(new URL("..", import.meta.url));
const root = fileURLToPath(new URL("../../..", import.meta.url));

// Notes how it was called, and ends as the name of the project says.
const FUNNELC = `#!/usr/bin/env bash
called="$*"
printf '%s\\n' "$called" >> calls
say() { if [[ "$called" == *" -o "* ]]; then echo "said of diff" > "\${called##* -o }"; else echo "said of check"; fi; }
case "$called" in
  *unreadable*) echo "::error::forged" >&2; exit 3 ;;
  *uncompiled*) exit 1 ;;
  *wrong*) say; exit 1 ;;
  *) say ;;
esac
`;
// The comment has tests of its own.
const NODE = `#!/usr/bin/env bash
printf 'node %s\\n' "\${*:2:1} \${*:3}" | sed "s|$(dirname "$2")/||" >> calls
cp "$2" comment.md
`;

let folder;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "action-"));
  mkdirSync(join(folder, "bin"));
  for (const [name, text] of [["funnelc", FUNNELC], ["node", NODE]]) {
    writeFileSync(join(folder, "bin", name), text);
    chmodSync(join(folder, "bin", name), 0o755);
  }
});

afterEach(() => rmSync(folder, { recursive: true }));

test("check annotates, writes SARIF and ends as funnelc does", () => {
  for (const [path, code] of [["fine", 0], ["wrong", 1]]) {
    assert.equal(run("check.sh", { FUNNELC_PATH: path, FUNNELC_SARIF: `out/${path}.sarif` }).status, code);
    assert.equal(read(`out/${path}.sarif`), "said of check\n");
  }
  assert.equal(read("output"), "sarif=out/fine.sarif\nsarif=out/wrong.sarif\n");
});

test("check takes a path with a space, several paths, and one that looks like an option", () => {
  run("check.sh", { FUNNELC_PATH: "web shop\n\n--help\n", FUNNELC_DENY_WARNINGS: "true" });
  assert.equal(read("calls"), "check --deny-warnings --format github -- web shop --help\n");
});

test("check writes no SARIF of what cannot be read", () => {
  assert.equal(run("check.sh", { FUNNELC_PATH: "unreadable", FUNNELC_SARIF: "x.sarif" }).status, 3);
  assert.ok(!existsSync(join(folder, "x.sarif")) && !existsSync(join(folder, "output")));
});

test("diff comments on what changes, and says it in the summary", () => {
  const base = repository();
  assert.equal(run("diff.sh", { FUNNELC_PATH: "wrong", FUNNELC_BASE: base }).status, 0);
  assert.match(read("calls"), new RegExp(`^diff ${base.slice(0, 7)}\\w* --project wrong --format markdown --fail-on any -o \\S+\nnode all.md \n$`));
  assert.equal(read("comment.md"), "said of diff\n");
  assert.equal(read("summary"), "said of diff\n");
});

test("diff only brings a comment up to date when nothing changes", () => {
  assert.equal(run("diff.sh", { FUNNELC_PATH: "fine", FUNNELC_BASE: repository() }).status, 0);
  assert.match(read("calls"), /node all.md --update-only\n$/);
});

test("diff says so when a project does not compile or has no base, and forges no command", () => {
  const { status, stdout } = run("diff.sh", { FUNNELC_PATH: "uncompiled\nunreadable", FUNNELC_BASE: repository() });
  assert.equal(status, 0);
  assert.match(read("comment.md"), /^`uncompiled` does not compile; .*\n`unreadable` could not be compared .*\n$/);
  assert.doesNotMatch(stdout, /^::/m);
});

test("diff hands over contacts, companies, events and state, each as one argument whatever stands in it", () => {
  const people = {
    FUNNELC_CONTACTS: "my contacts.csv",
    FUNNELC_COMPANIES: "--output=x",
    FUNNELC_EVENTS: "$(touch forged).jsonl",
    FUNNELC_STATE: "state; true",
  };
  run("diff.sh", { FUNNELC_PATH: "wrong", FUNNELC_BASE: repository(), ...people });
  const told = "--contacts=my contacts.csv --companies=--output=x --events=$(touch forged).jsonl --state=state; true --format";
  assert.ok(read("calls").includes(told), read("calls"));
  assert.ok(!existsSync(join(folder, "forged")));
  const alone = run("diff.sh", { FUNNELC_PATH: "wrong", FUNNELC_BASE: repository(), FUNNELC_STATE: "state" });
  assert.equal(alone.status, 2);
});

test("diff fetches a base that a shallow checkout lacks", () => {
  const base = repository();
  git("commit", "--quiet", "--allow-empty", "-m", "head");
  execFileSync("git", ["clone", "--quiet", "--depth=1", `file://${folder}`, join(folder, "clone")]);
  const { status, stderr } = run("diff.sh", { FUNNELC_PATH: "wrong", FUNNELC_BASE: base }, join(folder, "clone"));
  assert.equal(status, 0, stderr);
  assert.equal(execFileSync("git", ["cat-file", "-t", base], { cwd: join(folder, "clone"), encoding: "utf8" }), "commit\n");
});

test("both work with the real funnelc", () => {
  rmSync(join(folder, "bin"), { recursive: true });
  mkdirSync(join(folder, "shop"));
  const project = join(folder, "shop/funnelc.yaml");
  const text = readFileSync(join(root, "examples/webshop/funnelc.yaml"), "utf8");
  writeFileSync(project, text);
  const base = repository();
  writeFileSync(join(folder, "event.json"), "{}");
  const env = { FUNNELC_PATH: "shop", FUNNELC_BASE: base, FUNNELC_SARIF: "shop.sarif", GITHUB_EVENT_PATH: "event.json" };

  writeFileSync(project, text.replace("wait: 60 days", "wait: 61 days"));
  assert.equal(run("check.sh", env).status, 0);
  assert.deepEqual(JSON.parse(read("shop.sarif")).runs[0].results, []);
  assert.equal(run("diff.sh", env).status, 0);
  assert.match(read("summary"), /wait 60 days.*wait 61 days/);

  writeFileSync(project, text.replace("wait: 60 days", "wait: 60 dais"));
  const { status, stdout } = run("check.sh", env);
  assert.deepEqual([status, /^::error file=shop\/funnelc\.yaml,line=\d+,.*title=bad-duration::/m.test(stdout)], [1, true], stdout);
  assert.equal(JSON.parse(read("shop.sarif")).runs[0].results.length, 1);
});

function run(script, env, cwd = folder) {
  const PATH = [join(folder, "bin"), join(root, "target/debug"), process.env.PATH].join(":");
  const files = { GITHUB_OUTPUT: "output", GITHUB_STEP_SUMMARY: "summary" };
  return spawnSync("bash", [join(scripts, script)], { cwd, env: { PATH, HOME: folder, ...files, ...env }, encoding: "utf8" });
}

function read(file) {
  return readFileSync(join(folder, file), "utf8");
}

function repository() {
  git("init", "--quiet", "-b", "main");
  git("config", "uploadpack.allowAnySHA1InWant", "true");
  git("add", ".");
  git("commit", "--quiet", "--allow-empty", "-m", "base");
  return git("rev-parse", "HEAD").trim();
}

function git(...args) {
  const who = ["-c", "user.name=Anna", "-c", "user.email=anna@example.com"];
  return execFileSync("git", [...who, ...args], { cwd: folder, encoding: "utf8" });
}
