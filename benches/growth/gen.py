#!/usr/bin/env python3
"""gen.py KIND N OUTDIR: writes a project whose size goes with N into OUTDIR; without arguments the kinds, one a line.

Each kind has one thing many times, the thing that a check might compare with all others of its sort.
"""
import os
import sys

HEAD = """version: 1
contacts:
  key: id
  tags: {{ values: {tags}, column: tags }}
  fields: {{ number: {{ type: integer }}, word: {{ type: text }}, seen: {{ type: date }}, mail: {{ type: email }}{fields} }}
  addresses: {{ email: mail }}
"""


def head(tags="[red, blue]", fields=""):
    return HEAD.format(tags=tags, fields=fields)


def block(key, lines, before=""):
    return before + key + ":\n" + "".join(lines)


def segments(conditions):
    return block("segments", (f"  s{i}: {{ where: {condition} }}\n" for i, condition in enumerate(conditions)))


def campaigns(bodies):
    return block("campaigns", (f"  c{i}: {body}\n" for i, body in enumerate(bodies)))


def alternatives(n):
    return head() + segments(["{ any: [" + ", ".join(f"{{ field: number, is: {2 * i} }}" for i in range(n)) + "] }"])


def members(n):
    return head() + segments(["{ field: number, in: [" + ", ".join(str(7 * i) for i in range(n)) + "] }"])


def funnel(n, converting):
    """One funnel of n stages."""
    rule = ", converts: {{ field: number, at-least: {0} }}" if converting else ""
    one = "      s{0}: {{ weight: {0}" + rule + " }}\n"
    stages = "".join(one.format(i) for i in range(n - 1)) + f"      last: {{ weight: {n}, final: true }}\n"
    return "funnels:\n  f:\n    audience: everyone\n    stages:\n" + stages


def stages(n):
    return head() + funnel(n, converting=True)


def variables(n):
    used = segments(f"{{ field: word, is: $v{i} }}" for i in range(0, n, 4))
    return head() + block("variables", (f"  v{i}: w{i}\n" for i in range(n))) + used


def near_names(n):
    return head() + block("segments", (f"  group-{i}: {{ where: {{ segment: gruop-{i} }} }}\n" for i in range(n)))


def far_names(n):
    return head() + segments(f"{{ segment: elsewhere-{i} }}" for i in range(n))


def tags(n):
    return head("[" + ", ".join(f"t{i}" for i in range(n)) + "]") + segments(f"{{ tag: t{i} }}" for i in range(0, n, 8))


def tag_alternatives(n):
    return head("[" + ", ".join(f"t{i}" for i in range(n)) + "]") + segments(["{ any: [" + ", ".join(f"{{ tag: t{i} }}" for i in range(n)) + "] }"])


def known_warnings(n, out):
    with open(os.path.join(out, "baseline.yaml"), "w", encoding="utf-8") as file:
        file.write("baseline: 1\nwarnings:\n  unused-segment:\n" + "".join(f"    segments/s{i}: 1\n" for i in range(n)))
    return head() + "checks: { baseline: baseline.yaml }\n" + segments(f"{{ field: number, is: {i} }}" for i in range(n))


def projects(n, out):
    """Projects inside one another, few and large, for a path may only be so long; the outermost is written by the caller."""
    text = head() + "".join(f"# {'.' * 120}\n" for _ in range(4))
    here = out
    for _ in range(n - 1):
        with open(os.path.join(here, "funnelc.yaml"), "w", encoding="utf-8") as file:
            file.write(text)
        here = os.path.join(here, "d")
        os.mkdir(here)
    return text


def entered(n):
    stages = "funnels: { f: { audience: everyone, stages: { a: { weight: 1, converts: { field: number, at-least: 1 } }, b: { weight: 2 } } } }\n"
    body = "{{ enter: [{{ entered: f/b }}], on-leave: stay, steps: [{{ wait: {0} days }}, {{ add-tag: red }}] }}"
    return head() + stages + campaigns(body.format(i + 1) for i in range(n))


def chain(n):
    first = "{ field: number, at-least: 1 }"
    link = "{{ all: [{{ segment: s{0} }}, {{ not: {{ field: number, is: {1} }} }}] }}"
    return head() + segments(first if i == 0 else link.format(i - 1, i + 5) for i in range(min(n, 60))) + "".join(
        f"  t{i}: {{ where: {{ any: [{{ segment: s{i % 60} }}, {{ field: number, is: -{i + 1} }}] }} }}\n" for i in range(n)
    )


def events(n):
    declared = block("events", (f"  e{i}: {{ properties: {{ p: number }} }}\n" for i in range(n)))
    return head() + declared + segments(f"{{ event: e{i}, sum: p, at-least: {i + 1} }}" for i in range(n))


def contents(n):
    declared = block("content", (f"  m{i}: {{ kind: email }}\n" for i in range(n)))
    return head() + declared + campaigns(
        f"{{ enter: {{ field: number, is: {i} }}, on-leave: stay, steps: [{{ send: m{i} }}] }}" for i in range(n)
    )


def bodies(n, out):
    os.makedirs(os.path.join(out, "texts"))
    for i in range(n):
        with open(os.path.join(out, "texts", f"m{i}.txt"), "w", encoding="utf-8") as file:
            file.write(f"Hello {{{{ word | default: \"friend\" }}}}, this is {i}\n")
    declared = block("content", (f"  m{i}: {{ kind: email, body: texts/m{i}.txt }}\n" for i in range(n)))
    return head() + declared


def moved(n):
    campaign = campaigns(f"{{ enter: {{ field: number, is: {i} }}, on-leave: stay, steps: [{{ add-tag: red }}] }}" for i in range(n))
    return head() + campaign + block("moved", (f"  - {{ from: was{i}, to: c{i} }}\n" for i in range(n)))


def steps(n):
    return head() + "campaigns:\n  c:\n    enter: { field: number, is: 1 }\n    on-leave: stay\n    steps:\n" + "".join(
        f"      - {{ id: w{i}, wait: 1 day }}\n      - if: {{ field: number, at-least: {i} }}\n        then: [ {{ add-tag: red }} ]\n"
        for i in range(n)
    )


def jumps(n):
    return head() + "campaigns:\n  c:\n    enter: { field: number, is: 1 }\n    on-leave: stay\n    steps:\n" + "".join(
        f"      - {{ id: w{i}, wait: 1 day }}\n      - if: {{ field: number, at-least: {i} }}\n        then: [ {{ goto: w{n - 1 - i} }} ]\n"
        for i in range(n)
    )


def jumps_back(n):
    """Each `goto` leads to the one before, and nothing else leads there."""
    return one_campaign("      - {{ id: w{0}, wait: 1 day }}\n      - {{ goto: w{1} }}\n", n, f"      - {{ goto: w{n - 1} }}\n", -1)


def jumps_forward(n):
    jump = "      - if: {{ field: number, at-least: {0} }}\n        then: [ {{ goto: w{1} }} ]\n"
    return one_campaign("      - {{ id: w{0}, add-tag: red }}\n" + jump, n, "", 1)


def jumps_round(n):
    """Each `goto` is a loop without a wait."""
    jump = "      - if: {{ field: number, at-least: {0} }}\n        then: [ {{ goto: w{1} }} ]\n"
    return one_campaign("      - {{ id: w{0}, add-tag: red }}\n" + jump, n, "", 0)


def one_campaign(step, n, first, ahead):
    """A campaign of so many steps, each with its number and that of the one so far ahead."""
    steps = (step.format(i, max(0, min(i + ahead, n - 1))) for i in range(n))
    return head() + "campaigns:\n  c:\n    enter: { field: number, is: 1 }\n    on-leave: stay\n    steps:\n" + first + "".join(steps)


def loops(n):
    steps = "{{ id: w, wait: 1 day }}, {{ add-tag: red }}, {{ if: {{ tag: blue }}, then: [{{ exit: exited }}] }}, {{ goto: w }}"
    body = "{{ enter: {{ field: number, is: {0} }}, on-leave: stay, steps: [" + steps + "] }}"
    return head() + campaigns(body.format(i) for i in range(n))


def funnels(n):
    stages = "{{ a: {{ weight: 1, converts: {{ field: number, at-least: {0} }} }}, b: {{ weight: 2 }} }}"
    one = "  f{0}: {{ audience: {{ field: number, at-least: {0} }}, stages: " + stages + " }}\n"
    return head() + block("funnels", (one.format(i) for i in range(n)))


def fields(n):
    declared = "".join(f", f{i}: {{ type: integer }}" for i in range(n))
    return head(fields=declared) + segments(f"{{ field: f{i}, at-least: 1 }}" for i in range(n))


def files(n, out):
    os.makedirs(os.path.join(out, "journeys"))
    for i in range(n):
        with open(os.path.join(out, "journeys", f"s{i}.yaml"), "w", encoding="utf-8") as file:
            file.write(f"segments: {{ s{i}: {{ where: {{ field: number, is: {i} }} }} }}\n")
    return head()


def wrong_types(n):
    return head() + segments(f"{{ field: number, is: word{i} }}" for i in range(n))


def wrong_shapes(n):
    return head() + segments("{ feild: number, is: 1 }" for _ in range(n))


def blocks(n):
    declared = "blocks: { b: { parameters: { d: duration }, steps: [{ wait: $d }, { add-tag: red }] } }\n"
    return head() + declared + campaigns(
        f"{{ enter: {{ field: number, is: {i} }}, on-leave: stay, steps: [{{ use: b, with: {{ d: {i + 1} days }} }}] }}" for i in range(n)
    )


def experiences(n):
    declared = block("content", (f"  m{i}: {{ kind: focus }}\n" for i in range(n)))
    shown = "".join(f"          - {{ id: x{i}, when: {{ field: number, at-least: {n - i} }}, content: m{i} }}\n" for i in range(n))
    return head() + declared + (
        "funnels:\n  f:\n    audience: everyone\n    stages:\n      a:\n        weight: 1\n        experiences:\n" + shown
    )


def tests(n):
    campaign = campaigns(["{ enter: { field: number, is: 1 }, on-leave: stay, steps: [{ add-tag: red }] }"])
    one = "  t{0}: {{ contact: {{ number: 1 }}, from: 2026-01-01T00:00, expect: [{{ at: 2026-01-02, that: {{ tag: red }} }}] }}\n"
    return head() + campaign + block("tests", (one.format(i) for i in range(n)))


def ring(n):
    return head() + segments(f"{{ all: [{{ segment: s{(i + 1) % n} }}, {{ field: number, at-least: {i} }}] }}" for i in range(n))


def layers(n):
    """Each segment asks the one before it, and a field of its own."""
    link = "{{ all: [{{ segment: s{0} }}, {{ field: f{1}, at-least: 1 }}] }}"
    conditions = (link.format(i - 1, i) if i else "{ field: f0, at-least: 1 }" for i in range(n))
    return head(fields="".join(f", f{i}: {{ type: integer }}" for i in range(n))) + segments(conditions)


def loose(n):
    return head() + funnel(n, converting=True) + "    order: loose\n"


def places(n):
    rule = "      - {{ stage: s{0}, when: {{ field: number, is: {0} }} }}\n"
    return head() + funnel(n, converting=False) + "    place:\n" + "".join(rule.format(i) for i in range(n - 1))


def moves(n):
    body = "{{ enter: {{ field: number, is: {0} }}, on-leave: stay, steps: [{{ move: f/s{0} }}] }}"
    return head() + funnel(n, converting=False) + campaigns(body.format(i) for i in range(n - 1))


def leaving(n):
    asked = segments(f"{{ field: number, at-least: {i} }}" for i in range(n))
    body = "{{ enter: {{ segment: s{0} }}, on-leave: exit, steps: [{{ wait: 1 day }}, {{ add-tag: red }}] }}"
    return head() + asked + campaigns(body.format(i) for i in range(n))


def texts(n):
    return head() + segments(["{ field: word, in: [" + ", ".join(f"w{i}" for i in range(n)) + "] }"])


def dates(n):
    days = [f"{2000 + i // 336}-{i // 28 % 12 + 1:02}-{i % 28 + 1:02}" for i in range(n)]
    return head() + segments(["{ field: seen, in: [" + ", ".join(days) + "] }"])


def exclusions(n):
    each = ", ".join(f"{{ field: number, is-not: {i} }}" for i in range(n))
    return head() + segments([f"{{ all: [{each}, {{ field: number, between: [0, {n - 1}] }}] }}"])


def unknown_stages(n):
    return head() + funnel(n, converting=False) + segments(f"{{ stage: f/elsewhere-{i} }}" for i in range(n))


def stage_questions(n):
    return head() + funnel(n, converting=True) + segments(f"{{ stage: f/s{i} }}" for i in range(n - 1))


def reached(n):
    return head() + funnel(n, converting=True) + segments(f"{{ reached: f/s{i} }}" for i in range(n - 1))


def stages_without_funnel(n):
    one = "  f{0}: {{ audience: everyone, stages: {{ a: {{ weight: 1 }}, b: {{ weight: 2 }} }} }}\n"
    return head() + block("funnels", (one.format(i) for i in range(n))) + segments("{ stage: a }" for _ in range(n))


def sums(n):
    declared = "events: { e: { properties: { " + ", ".join(f"p{i}: number" for i in range(n)) + " } } }\n"
    return head() + declared + segments(f"{{ event: e, sum: p{i}, at-least: 1 }}" for i in range(n))


def leaving_steps(n):
    entry = "{ any: [" + ", ".join(f"{{ field: number, is: {2 * i} }}" for i in range(n)) + "] }"
    steps = "      - { add-tag: red }\n" * n
    return head() + f"campaigns:\n  c:\n    enter: {entry}\n    on-leave: exit\n    steps:\n" + steps


def many_funnels(n):
    one = "  f{0}: {{ audience: everyone, stages: {{ a: {{ weight: 1, converts: {{ field: number, at-least: {0} }} }}, b: {{ weight: 2 }} }} }}\n"
    body = "{{ enter: {{ stage: f{0}/a }}, on-leave: exit, steps: [{{ move: f{0}/b }}] }}"
    return head() + block("funnels", (one.format(i) for i in range(n))) + campaigns(body.format(i) for i in range(n))


TWO_STAGES = "  f{0}: {{ audience: everyone, stages: {{ a: {{ weight: 1 }}, b: {{ weight: 2 }} }} }}\n"


def steps_moving(n):
    """One campaign that moves to each stage of a funnel."""
    return head() + funnel(n, converting=False) + campaign_of(f"      - {{ move: f/s{i} }}\n" for i in range(n - 1))


def steps_moving_elsewhere(n):
    """One campaign with a step `move` in each funnel."""
    funnels = block("funnels", (TWO_STAGES.format(i) for i in range(n)))
    return head() + funnels + campaign_of(f"      - {{ move: f{i}/b }}\n" for i in range(n))


def steps_moving_if(n):
    """The same, each behind a question for its stage."""
    funnels = block("funnels", (TWO_STAGES.format(i) for i in range(n)))
    return head() + funnels + campaign_of(f"      - {{ if: {{ stage: f{i}/a }}, then: [{{ move: f{i}/b }}] }}\n" for i in range(n))


def campaign_of(steps):
    return "campaigns:\n  c:\n    enter: { field: number, is: 1 }\n    on-leave: stay\n    steps:\n" + "".join(steps)


def overridden(n):
    """Variables, each with another value in an environment."""
    here = block("variables", (f"  v{i}: w{i}\n" for i in range(n)))
    there = "environments:\n  test:\n    variables:\n" + "".join(f"      v{i}: x{i}\n" for i in range(n))
    return head() + here + there


def entering(funnels, ways, steps):
    body = "{ enter: [" + ", ".join(ways) + "], on-leave: exit, steps: [" + ", ".join(steps) + "] }"
    return head() + funnels + campaigns([body])


def entering_stages(n):
    """One campaign that lets in who is in a stage of one of n funnels, and asks for each again."""
    ways = [f"{{ stage: f{i}/a }}" for i in range(n)]
    funnels = block("funnels", (TWO_STAGES.format(i) for i in range(n)))
    return entering(funnels, ways, (f"{{ if: {way}, then: [{{ add-tag: red }}] }}" for way in ways))


def entering_reached(n):
    ways = (f"{{ reached: f/s{i} }}" for i in range(n - 1))
    return entering(funnel(n, converting=True), ways, ["{ add-tag: red }"] * n)


def sharing(n, out):
    """Segments and content that all name the same files."""
    with open(os.path.join(out, "members.txt"), "w", encoding="utf-8") as file:
        file.write("".join(f"{i}\n" for i in range(300)))
    with open(os.path.join(out, "letter.txt"), "w", encoding="utf-8") as file:
        file.write('Hello {{ word | default: "friend" }}!\n' * 30)
    content = block("content", (f"  m{i}: {{ kind: email, body: letter.txt }}\n" for i in range(n)))
    return head() + content + block("segments", (f"  s{i}: {{ include: [members.txt] }}\n" for i in range(n)))


def asked(n, word="red"):
    """A message behind each of n questions that let nobody on."""
    one = "      - if: {{ field: number, is: {0} }}\n        then: [{{ exit: exited }}]\n      - {{ send: m }}\n"
    first = f"      - if: {{ tag: {word} }}\n        then: [{{ exit: exited }}]\n"
    return head() + "content: { m: { kind: focus } }\n" + campaign_of([first] + [one.format(i) for i in range(n)])


def asked_otherwise(n):
    return asked(n, "blue")


KINDS = {
    make.__name__.replace("_", "-"): make
    for make in (
        alternatives, members, stages, variables, near_names, far_names, tags, entered, files,
        texts, dates, exclusions, chain, ring, fields, events, contents, bodies, blocks, experiences,
        funnels, many_funnels, stage_questions, unknown_stages, leaving, loops, steps, jumps, moved, tests,
        wrong_types, wrong_shapes, layers, loose, places, moves, jumps_back, jumps_forward, jumps_round, tag_alternatives,
        known_warnings, projects, reached, stages_without_funnel, sums, leaving_steps,
        steps_moving, steps_moving_elsewhere, steps_moving_if, overridden, entering_stages, entering_reached, sharing, asked, asked_otherwise,
    )
}


def main(kind, count, out):
    os.makedirs(out)
    make = KINDS[kind]
    # Some kinds write more files than one.
    text = make(count, out) if make in (bodies, files, known_warnings, projects, sharing) else make(count)
    with open(os.path.join(out, "funnelc.yaml"), "w", encoding="utf-8") as file:
        file.write(text)


if __name__ == "__main__":
    if len(sys.argv) == 1:
        print("\n".join(KINDS))
    else:
        main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
