// The scripts of the action, with a stand-in of funnelc, and once with the real one, in a real git repository.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";

import { obeyed } from "./runner.mjs";
import { Stage, root } from "./stage.mjs";

// Notes how it was called, and ends as the name of the project says.
const FUNNELC = `#!/usr/bin/env bash
called="$*"
printf '%s\\n' "$called" >> calls
say() { if [[ "$called" == *" -o "* ]]; then echo "said of diff" > "\${called##* -o }"; else echo "::warning ::said of check"; fi; }
case "$called" in
  *unreadable*) echo "::error::forged" >&2; exit 3 ;;
  *uncompiled*) exit 1 ;;
  *wrong*) say; exit 1 ;;
  *) say ;;
esac
`;
// Notes how it was called, and is the real one, to which nobody says that there is a pull request: the comment has tests of its own.
const NODE = `#!/usr/bin/env bash
printf 'node %s\\n' "\${*:2}" | sed "s| [^ ]*/| |g" >> calls
"${process.execPath}" "$@"
echo "::notice ::commented"
`;

let stage;

beforeEach(() => {
  stage = new Stage();
  stage.program("funnelc", FUNNELC);
  stage.program("node", NODE);
});

afterEach(() => stage.remove());

test("check annotates, writes SARIF and ends as funnelc does", () => {
  for (const [path, code] of [["fine", 0], ["wrong", 1]]) {
    const { status, stdout } = stage.run("check.sh", { FUNNELC_PATH: path, FUNNELC_SARIF: `out/${path}.sarif` });
    assert.equal(status, code);
    assert.deepEqual(obeyed(stdout), ["warning ::said of check"]);
    assert.equal(stage.read(`out/${path}.sarif`), "::warning ::said of check\n");
  }
  assert.equal(stage.read("output"), "sarif=out/fine.sarif\nsarif=out/wrong.sarif\n");
});

test("check takes a path with a space, several paths, and one that looks like an option", () => {
  stage.run("check.sh", { FUNNELC_PATH: "web shop\n\n--help\n", FUNNELC_DENY_WARNINGS: "true" });
  assert.equal(stage.read("calls"), "check --deny-warnings --format github -- web shop --help\n");
});

test("a project is `.` where none is named", () => {
  stage.run("check.sh", { FUNNELC_PATH: "\n  \n" });
  assert.match(stage.read("calls"), /^check --format github -- \.\n/);
});

test("check writes no SARIF of what cannot be read, and says so", () => {
  const { status, stdout } = stage.run("check.sh", { FUNNELC_PATH: "unreadable", FUNNELC_SARIF: "x.sarif" });
  assert.equal(status, 3);
  assert.deepEqual(obeyed(stdout), ["error title=funnelc::the journeys could not be read; the log of this step says why"]);
  assert.ok(!existsSync(join(stage.checkout, "x.sarif")) && !existsSync(join(stage.checkout, "output")));
});

test("diff comments on what changes, and says it in the summary", () => {
  const base = stage.repository();
  const { status, stdout } = stage.run("diff.sh", { FUNNELC_PATH: "wrong", FUNNELC_BASE: base });
  assert.deepEqual([status, obeyed(stdout)], [0, ["notice ::commented"]], stdout);
  assert.match(stage.read("calls"), new RegExp(`^diff --base=${base} --project=wrong --format markdown --longest 1000000 --fail-on any -o \\S+\nnode true wrong 0.md\n$`));
  assert.equal(stage.read("summary"), "said of diff\n");
});

test("diff only brings a comment up to date when nothing changes", () => {
  assert.equal(stage.run("diff.sh", { FUNNELC_PATH: "fine", FUNNELC_BASE: stage.repository() }).status, 0);
  assert.match(stage.read("calls"), /node false fine 0.md\n$/);
});

test("diff says so when a project does not compile or has no base, which counts as a change", () => {
  const { status, stdout } = stage.run("diff.sh", { FUNNELC_PATH: "uncompiled\nunreadable", FUNNELC_BASE: stage.repository() });
  assert.equal(status, 0);
  assert.match(stage.read("summary"), /^## `uncompiled`\n\nThis project does not compile, .*\n\n## `unreadable`\n\nThis project could not be compared .*\n\n$/);
  assert.match(stage.read("calls"), /node true uncompiled 0.md unreadable 1.md\n$/);
  assert.deepEqual(obeyed(stdout), ["notice ::commented"]);
});

test("diff hands over contacts, companies, events and state, each as one argument whatever stands in it", () => {
  const people = {
    FUNNELC_CONTACTS: "my contacts.csv",
    FUNNELC_COMPANIES: "--output=x",
    FUNNELC_EVENTS: "$(touch forged).jsonl",
    FUNNELC_STATE: "state; true",
  };
  stage.run("diff.sh", { FUNNELC_PATH: "wrong", FUNNELC_BASE: stage.repository(), ...people });
  const told = "--contacts=my contacts.csv --companies=--output=x --events=$(touch forged).jsonl --state=state; true --format";
  assert.ok(stage.read("calls").includes(told), stage.read("calls"));
  assert.ok(!existsSync(join(stage.checkout, "forged")));
  const alone = stage.run("diff.sh", { FUNNELC_PATH: "wrong", FUNNELC_BASE: stage.repository(), FUNNELC_STATE: "state" });
  assert.equal(alone.status, 2);
});

test("diff fetches a base that a shallow checkout lacks", () => {
  const base = stage.repository();
  const clone = shallow();
  const { status, stdout } = stage.run("diff.sh", { FUNNELC_PATH: "wrong", FUNNELC_BASE: base }, clone);
  assert.equal(status, 0, stdout);
  assert.equal(execFileSync("git", ["cat-file", "-t", base], { cwd: clone, encoding: "utf8" }), "commit\n");
});

test("diff says what to do about a base that cannot be had", () => {
  const base = stage.repository();
  const clone = shallow();
  execFileSync("git", ["remote", "set-url", "origin", "file:///nowhere"], { cwd: clone });
  const { status, stdout } = stage.run("diff.sh", { FUNNELC_PATH: "wrong", FUNNELC_BASE: base }, clone);
  assert.equal(status, 1);
  assert.match(obeyed(stdout).join(), /^error title=funnelc::the base .* give actions\/checkout `fetch-depth: 0`$/);
});

test("both work with the real funnelc", () => {
  rmSync(join(stage.machine, "bin"), { recursive: true });
  const text = readFileSync(join(root, "examples/webshop/funnelc.yaml"), "utf8");
  stage.write("shop/funnelc.yaml", text);
  const base = stage.repository();
  const env = { FUNNELC_PATH: "shop", FUNNELC_BASE: base, FUNNELC_SARIF: "shop.sarif" };

  stage.write("shop/funnelc.yaml", text.replace("wait: 60 days", "wait: 61 days"));
  assert.equal(stage.run("check.sh", env).status, 0);
  assert.deepEqual(JSON.parse(stage.read("shop.sarif")).runs[0].results, []);
  assert.equal(stage.run("diff.sh", env).status, 0);
  assert.match(stage.read("summary"), /wait 60 days.*wait 61 days/);

  stage.write("shop/funnelc.yaml", text.replace("wait: 60 days", "wait: 60 dais"));
  const { status, stdout } = stage.run("check.sh", env);
  assert.equal(status, 1);
  assert.match(obeyed(stdout).join("\n"), /^error file=shop\/funnelc\.yaml,line=\d+,.*title=bad-duration::.*$/);
  assert.equal(JSON.parse(stage.read("shop.sarif")).runs[0].results.length, 1);
});

test("a project below another one is compared too: changed, taken away, new; what stays as it is is not told", () => {
  rmSync(join(stage.machine, "bin"), { recursive: true });
  const text = readFileSync(join(root, "examples/webshop/funnelc.yaml"), "utf8");
  const all = ["funnelc.yaml", "a b/funnelc.yaml", "same/deep/funnelc.yaml", "took/funnelc.yml", ".hidden/funnelc.yaml"];
  for (const file of all) stage.write(file, text);
  const env = { FUNNELC_PATH: ".", FUNNELC_BASE: stage.repository() };
  assert.equal(stage.run("diff.sh", env).status, 0);
  assert.match(stage.read("summary"), /^### Nothing changes/);
  assert.ok(!stage.read("summary").includes("## `"), stage.read("summary"));

  rmSync(join(stage.checkout, "summary"));
  stage.write("a b/funnelc.yaml", text.replace("wait: 60 days", "wait: 61 days"));
  stage.write(".hidden/funnelc.yaml", "");
  stage.write("new/funnelc.yaml", text);
  rmSync(join(stage.checkout, "took/funnelc.yml"));
  const { status, stdout } = stage.run("diff.sh", env);
  assert.equal(status, 0, stdout);
  const told = stage.read("summary").split(/^## /m).slice(1);
  assert.deepEqual(told.map((part) => part.split("\n")[0]), ["`.`", "`./a b`", "`./took`", "`./new`"]);
  assert.match(told[1], /wait 60 days.*wait 61 days/);
  // Right behind one that is as it was.
  assert.match(told[2], /could not be compared/);
  assert.match(told[3], /could not be compared/);
});

test("a folder that only holds projects is none itself, and what does not touch them gets no comment", () => {
  rmSync(join(stage.machine, "bin", "funnelc"));
  const text = readFileSync(join(root, "examples/webshop/funnelc.yaml"), "utf8");
  stage.write("shops/one/funnelc.yaml", text);
  const env = { FUNNELC_BASE: stage.repository() };
  stage.write("README.md", "changed\n");
  for (const path of [".", "shops"]) {
    assert.equal(stage.run("diff.sh", { ...env, FUNNELC_PATH: path }).status, 0);
    assert.match(stage.read("calls"), /node false \S+ none.md\n/, path);
  }
  stage.write("shops/one/funnelc.yaml", text.replace("wait: 60 days", "wait: 61 days"));
  assert.equal(stage.run("diff.sh", { ...env, FUNNELC_PATH: "shops" }).status, 0);
  assert.match(stage.read("calls"), /node true one 0.md\n/);
  assert.match(stage.read("summary"), /wait 60 days.*wait 61 days/);
});

// A clone of the checkout with its last commit only, beside it.
function shallow() {
  stage.commit("head");
  const clone = join(stage.machine, "clone");
  execFileSync("git", ["clone", "--quiet", "--depth=1", `file://${stage.checkout}`, clone]);
  return clone;
}
