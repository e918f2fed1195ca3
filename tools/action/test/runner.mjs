// A stand-in of GitHub's runner, as far as it reads what a step prints: which commands it would obey, one after the other.
//
// A command begins a line, behind whatever white space, with `::`; or it stands anywhere in a line behind `##[`. Both streams are read, and after
// `stop-commands` nothing is obeyed but the token that was named.
const KNOWN = new Set(
  ("add-mask add-matcher add-path debug echo endgroup error group notice remove-matcher save-state set-env set-output " +
    "stop-commands warning").split(" "),
);

export function obeyed(printed) {
  const commands = [];
  let token;
  for (const line of printed.split(/\r\n|\r|\n/)) {
    const command = parsed(line, token);
    if (!command) continue;
    if (token !== undefined) {
      if (command.name === token) token = undefined;
    } else if (command.name === "stop-commands") {
      token = command.data;
    } else {
      commands.push(`${command.name} ${command.rest}`.trim());
    }
  }
  if (token !== undefined) commands.push("nothing more, for commands stay stopped");
  return commands;
}

function parsed(line, token) {
  const forms = [/^\s*::([^ :]*)( (?:(?!::).)*)?::(.*)$/su, /##\[([^ \]]*)( [^\]]*)?\](.*)$/su];
  for (const form of forms) {
    const [, name, properties = "", data] = line.match(form) ?? [];
    if (KNOWN.has(name) || (name !== undefined && name === token)) return { name, data, rest: `${properties.trim()}::${data}` };
  }
  return undefined;
}
