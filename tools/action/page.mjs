// What is said of several projects, as one text no longer than it may be: each project has its share of the room, what one does not need the others
// get, and what is left out is told first, so that no project can hide another.
const NAMED = 20;
const LONGEST_NAME = 80;
// A line, or what must stay whole: a drawing, and what is folded away.
const BLOCK = /^<details>[^]*?^<\/details>\n|^```[^]*?^```\n|[^\n]*\n|[^\n]+$/gm;
const FOLDED = /^(<details>[^\n]*\n\n?)([^]*?)(\n?<\/details>\n)$/;

// The text, and whether something is left out. `parts` are `{ name, text }`, `size` says how long a text is, `where` where the whole is.
export function fitted(parts, room, size, where) {
  const several = parts.length > 1;
  const sections = parts.map(({ name, text }) => ({
    name: shown(name),
    // Never left out: what is said of one project must not stand under the name of another.
    head: several ? `## \`${shown(name)}\`\n\n` : "",
    text: several ? `${text}\n` : text,
    left: 0,
  }));
  const whole = joined(sections);
  if (size(whole) <= room) return { text: whole, isWhole: true };
  const longest = sections.map((section) => ({ ...section, left: Number.MAX_SAFE_INTEGER }));
  let heads = 0;
  const named = sections.filter(({ head }) => (heads += size(head)) <= room / 2);
  heads = named.reduce((sum, { head }) => sum + size(head), 0);
  const shares = shared(named.map(({ text }) => size(text)), room - heads - size(note(longest, where)));
  const cut = sections.map((section, at) => ({ ...section, head: at < named.length ? section.head : "", ...fitting(section.text, shares[at] ?? 0, size) }));
  return { text: note(cut, where) + joined(cut), isWhole: false };
}

function joined(sections) {
  return sections.map(({ head, text }) => head + text).join("");
}

// A name in one line of code, not longer than it can be read, with what nobody sees or what turns the order of letters as escapes.
export function shown(name) {
  const plain = name.replaceAll("`", "'").replaceAll(/[\p{C}\p{Default_Ignorable_Code_Point}\u{2028}\u{2029}]/gu, (sign) => `\\u{${sign.codePointAt(0).toString(16)}}`);
  const signs = [...plain];
  return signs.length > LONGEST_NAME ? `${signs.slice(0, LONGEST_NAME).join("")}…` : plain;
}

// What is said of projects for which there was no room, nothing where there are none.
export function unlooked(names) {
  if (names.length === 0) return [];
  const told = names.slice(0, NAMED).map((name) => `\`${shown(name)}\``);
  if (names.length > NAMED) told.push(`${names.length - NAMED} more`);
  return [{ name: "not compared", text: `Too much changes to compare all projects. Not compared: ${told.join(", ")}. Name them in \`path\`.\n` }];
}

function note(sections, where) {
  const cut = sections.filter(({ left }) => left > 0);
  const named = cut.slice(0, NAMED).map(({ name, left }) => `${left === 1 ? "1 line or picture" : `${left} lines or pictures`} about \`${name}\``);
  if (cut.length > NAMED) named.push(`and of ${cut.length - NAMED} more projects`);
  return `> **Not all of it has room here.** Left out: ${named.join(", ")}. ${where}\n\n`;
}

// What each gets: as much as it needs where that is less than an even part of what is left.
function shared(needs, room) {
  const shares = [];
  let left = room;
  const order = needs.map((_, at) => at).sort((a, b) => needs[a] - needs[b]);
  order.forEach((at, done) => {
    shares[at] = Math.min(needs[at], Math.floor(left / (order.length - done)));
    left -= shares[at];
  });
  return shares;
}

// What has room of a text, from its beginning on; a line that is too long alone hides nothing that follows it.
function fitting(text, room, size) {
  let kept = "";
  let left = 0;
  for (const [block] of text.matchAll(BLOCK)) {
    const need = size(block);
    const folded = block.match(FOLDED);
    if (need <= room) {
      kept += block;
      room -= need;
    } else if (folded && !block.includes("\n```")) {
      const [, head, lines, end] = folded;
      const inside = fitting(lines, room - size(head + end), size);
      left += inside.left;
      if (inside.text.trim() === "") continue;
      kept += head + inside.text + end;
      room -= size(head + inside.text + end);
    } else if (block.trim() !== "") {
      left += 1;
    }
  }
  return { text: kept, left };
}
