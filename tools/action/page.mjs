// What is said of several projects, as one text no longer than it may be: each project has its share of the room, what one does not need the others
// get, and what is left out is told first, so that no project can hide another.
const NAMED = 20;
const LONGEST_NAME = 80;
// A line, or what must stay whole: a drawing, and what is folded away.
const BLOCK = /^<details>[^]*?^<\/details>\n|^```[^]*?^```\n|[^\n]*\n|[^\n]+$/gm;
const FOLDED = /^(<details>[^\n]*\n\n?)([^]*?)(\n?<\/details>\n)$/;

// The text, and whether something is left out. `parts` are `{ name, text }`, `size` says how long a text is, `where` where the whole is.
export function fitted(parts, room, size, where) {
  const sections = parts.map(({ name, text }) => ({ name, text: parts.length > 1 ? `## \`${name}\`\n\n${text}\n` : text, left: 0 }));
  const whole = joined(sections);
  if (size(whole) <= room) return { text: whole, isWhole: true };
  const longest = sections.map((section) => ({ ...section, left: Number.MAX_SAFE_INTEGER }));
  const shares = shared(sections.map(({ text }) => size(text)), room - size(note(longest, where)));
  const cut = sections.map(({ name, text }, at) => ({ name, ...fitting(text, shares[at], size) }));
  return { text: note(cut, where) + joined(cut), isWhole: false };
}

function joined(sections) {
  return sections.map(({ text }) => text).join("");
}

function note(sections, where) {
  const cut = sections.filter(({ left }) => left > 0);
  const named = cut.slice(0, NAMED).map(({ name, left }) => {
    const short = name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name;
    return `${left === 1 ? "1 line or picture" : `${left} lines or pictures`} about \`${short}\``;
  });
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
