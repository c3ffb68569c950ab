import { ExitCode, usage } from "./errors.ts";
import { type CommandLine, expectWords } from "./line.ts";
import type { Output } from "./output.ts";
import { COMMANDS, type CommandSpec, SERVER_COMMANDS } from "./table.ts";

const ALL: readonly CommandSpec[] = [...SERVER_COMMANDS, ...COMMANDS];

/** `completion`: a script for the shell, made of the table of commands. */
export async function completion(line: CommandLine, output: Output): Promise<ExitCode> {
  const [shell = ""] = expectWords(line, "completion bash | zsh | fish | powershell", 1);
  const script = { bash, zsh, fish, powershell }[shell];
  if (script === undefined)
    throw usage(`there is no completion for '${shell}'; bash, zsh, fish and powershell have one`);
  output.value(script());
  return ExitCode.Ok;
}

function optionsOf({ options }: CommandSpec): string[] {
  return [...options.map(({ name }) => `--${name}`), "--help"];
}

/** What can follow an option. */
function* choicesOf(): Generator<{ option: string; choices: readonly string[] }> {
  const seen = new Set<string>();
  for (const { options } of ALL) {
    for (const { name, choices } of options) {
      if (choices === undefined || seen.has(name)) continue;
      seen.add(name);
      yield { option: `--${name}`, choices };
    }
  }
}

function bash(): string {
  const cases = ALL.map((command) => {
    const words = [...(command.words ?? []), ...optionsOf(command)].join(" ");
    const files = command.takesFiles === true ? ' $(compgen -f -- "$word")' : "";
    return `    ${command.name}) COMPREPLY=($(compgen -W "${words}" -- "$word")${files}) ;;`;
  });
  const values = [...choicesOf()].map(
    ({ option, choices }) => `    ${option}) COMPREPLY=($(compgen -W "${choices.join(" ")}" -- "$word")); return ;;`,
  );
  return [
    "# restate-lite completion bash >> ~/.bashrc",
    "_restate_lite() {",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's, not ours
    '  local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}"',
    '  case "$before" in',
    ...values,
    "  esac",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's, not ours
    '  case "${COMP_WORDS[1]}" in',
    ...cases,
    `    *) COMPREPLY=($(compgen -W "${ALL.map(({ name }) => name).join(" ")} --help --version" -- "$word")) ;;`,
    "  esac",
    "}",
    "complete -F _restate_lite restate-lite",
    "",
  ].join("\n");
}

function zsh(): string {
  const quoted = (text: string) => text.replaceAll("'", "'\\''").replaceAll(":", "\\:");
  const commands = ALL.map(({ name, help }) => `    '${name}:${quoted(help)}'`);
  const cases = ALL.map((command) => {
    const words = command.words === undefined ? [] : [`compadd -- ${command.words.join(" ")}`];
    const files = command.takesFiles === true ? ["_files"] : [];
    return `    ${command.name}) ${[...words, ...files, `compadd -- ${optionsOf(command).join(" ")}`].join("; ")} ;;`;
  });
  const values = [...choicesOf()].map(
    ({ option, choices }) => `    ${option}) compadd -- ${choices.join(" ")}; return ;;`,
  );
  return [
    "#compdef restate-lite",
    "# restate-lite completion zsh >> ~/.zshrc, behind compinit",
    "_restate_lite() {",
    "  local -a commands",
    "  commands=(",
    ...commands,
    "  )",
    "  if (( CURRENT == 2 )); then _describe command commands; return; fi",
    '  case "$words[CURRENT-1]" in',
    ...values,
    "  esac",
    '  case "$words[2]" in',
    ...cases,
    "  esac",
    "}",
    "compdef _restate_lite restate-lite",
    "",
  ].join("\n");
}

function fish(): string {
  const quoted = (text: string) => text.replaceAll("\\", "\\\\").replaceAll("'", "\\'");
  const lines = ALL.flatMap(({ name, help, words, options, takesFiles }) => {
    const here = `complete -c restate-lite -n '__fish_seen_subcommand_from ${name}'`;
    return [
      `complete -c restate-lite -n __fish_use_subcommand -f -a ${name} -d '${quoted(help)}'`,
      ...(takesFiles === true ? [] : [`${here} -f`]),
      ...(words === undefined ? [] : [`${here} -a '${words.join(" ")}'`]),
      ...options.map(({ name: option, help: text, value, choices }) => {
        const takes = value === undefined ? "" : choices === undefined ? " -r" : ` -x -a '${choices.join(" ")}'`;
        return `${here} -l ${option}${takes} -d '${quoted(text)}'`;
      }),
    ];
  });
  return ["# restate-lite completion fish > ~/.config/fish/completions/restate-lite.fish", ...lines, ""].join("\n");
}

function powershell(): string {
  const list = (words: readonly string[]) => words.map((word) => `'${word}'`).join(", ");
  const entries = ALL.map(
    (command) => `    '${command.name}' = @(${list([...(command.words ?? []), ...optionsOf(command)])})`,
  );
  const values = [...choicesOf()].map(({ option, choices }) => `    '${option}' = @(${list(choices)})`);
  return [
    "# restate-lite completion powershell >> $PROFILE",
    "Register-ArgumentCompleter -Native -CommandName restate-lite -ScriptBlock {",
    "  param($word, $ast, $position)",
    "  $commands = @{",
    ...entries,
    "  }",
    "  $choices = @{",
    ...values,
    "  }",
    "  $words = @($ast.CommandElements | ForEach-Object { $_.ToString() })",
    "  if ($word -ne '') { $words = @($words | Select-Object -SkipLast 1) }",
    "  $before = $words[-1]",
    "  if ($choices.ContainsKey($before)) { $offered = $choices[$before] }",
    "  elseif ($words.Count -gt 1 -and $commands.ContainsKey($words[1])) { $offered = $commands[$words[1]] }",
    "  else { $offered = $commands.Keys }",
    '  $offered | Where-Object { $_ -like "$word*" } | Sort-Object |',
    "    ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }",
    "}",
    "",
  ].join("\n");
}
