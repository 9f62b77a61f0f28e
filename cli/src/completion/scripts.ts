import type { CommandShape, OptionShape } from './describe.js';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type ShellName = (typeof shells)[number];

/** A completion script for the command tree; complete in itself, it never calls `postern`. */
export const completionScript = (shell: ShellName, shapes: readonly CommandShape[]): string =>
  generators[shell](shapes);

const single = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

const words = (shape: CommandShape): readonly string[] => [
  ...shape.subcommands.map(({ name }) => name),
  ...shape.options.flatMap(({ flags }) => flags),
];

const valueFlags = (
  shapes: readonly CommandShape[],
  wanted: (option: OptionShape) => boolean,
): readonly string[] => [
  ...new Set(shapes.flatMap(({ options }) => options.filter(wanted).flatMap(({ flags }) => flags))),
];

/** Flags whose next word is a choice, once for each set of flags and choices. */
const choiceFlags = (shapes: readonly CommandShape[]): readonly [string, readonly string[]][] => {
  const found = new Map<string, readonly string[]>();
  for (const option of shapes.flatMap(({ options }) => options)) {
    if (option.choices.length > 0) found.set(option.flags.join('|'), option.choices);
  }
  return [...found];
};

const bash = (shapes: readonly CommandShape[]): string => {
  const paths = shapes.filter(({ path }) => path !== '').map(({ path }) => path);
  const pathFlags = valueFlags(shapes, ({ takesPath }) => takesPath);
  const choices = choiceFlags(shapes);
  const chosen = new Set(choices.flatMap(([flags]) => flags.split('|')));
  const freeFlags = valueFlags(
    shapes,
    (o) => o.takesValue && !o.takesPath && !o.flags.some((flag) => chosen.has(flag)),
  );
  return `# bash completion for postern. Load it with:  source <(postern completion bash)
_postern() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" at="" word i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case "\${at:+$at }$word" in
      ${paths.map(single).join('|')}) at="\${at:+$at }$word" ;;
    esac
  done
  case "$previous" in
${choices
  .map(
    ([flags, values]) =>
      `    ${flags}) COMPREPLY=($(compgen -W ${single(values.join(' '))} -- "$current")); return ;;\n`,
  )
  .join(
    '',
  )}    ${pathFlags.join('|') || '--'}) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$current")); return ;;
    ${freeFlags.join('|') || '--'}) return ;;
  esac
  case "$at" in
${shapes
  .map(
    (shape) =>
      `    ${single(shape.path)}) COMPREPLY=($(compgen -W ${single(words(shape).join(' '))} -- "$current")) ;;\n`,
  )
  .join('')}  esac
}
complete -F _postern postern kubectl-postern
`;
};

const zshOption = (option: OptionShape): string => {
  const about = option.about.replaceAll(/[[\]:]/g, ' ');
  const value = !option.takesValue
    ? ''
    : option.choices.length > 0
      ? `:value:(${option.choices.join(' ')})`
      : `:value:${option.takesPath ? '_files' : ' '}`;
  return option.flags.map((flag) => single(`*${flag}[${about}]${value}`)).join(' ');
};

const zsh = (shapes: readonly CommandShape[]): string => `#compdef postern kubectl-postern
# zsh completion for postern. Load it with:  source <(postern completion zsh)
_postern() {
  local at="" word
  local -a subcommands
  for word in \${words[2,CURRENT-1]}; do
    case "\${at:+$at }$word" in
      ${shapes
        .filter(({ path }) => path !== '')
        .map(({ path }) => single(path))
        .join('|')}) at="\${at:+$at }$word" ;;
    esac
  done
  case "$at" in
${shapes
  .map((shape) => {
    const commands = shape.subcommands
      .map(({ name, about }) => single(`${name}:${about.replaceAll(':', ' ')}`))
      .join(' ');
    const describe =
      commands === '' ? '' : `subcommands=(${commands}); _describe command subcommands; `;
    return `    ${single(shape.path)}) ${describe}_arguments ${shape.options.map(zshOption).join(' ')} '*:file:_files' ;;\n`;
  })
  .join('')}  esac
}
compdef _postern postern kubectl-postern
`;

const fishTest = (shape: CommandShape): string =>
  shape.path === ''
    ? '__fish_use_subcommand'
    : shape.path
        .split(' ')
        .map((word) => `__fish_seen_subcommand_from ${word}`)
        .join('; and ');

const fish = (shapes: readonly CommandShape[]): string =>
  `# fish completion for postern. Load it with:  postern completion fish | source
complete -c postern -f
${shapes
  .flatMap((shape) => [
    ...shape.subcommands.map(
      ({ name, about }) =>
        `complete -c postern -n ${single(fishTest(shape))} -a ${name} -d ${single(about)}`,
    ),
    ...shape.options.map((option) =>
      [
        `complete -c postern -n ${single(fishTest(shape))}`,
        ...option.flags.map((flag) =>
          flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`,
        ),
        ...(option.choices.length > 0
          ? [`-x -a ${single(option.choices.join(' '))}`]
          : option.takesPath
            ? ['-r -F']
            : option.takesValue
              ? ['-x']
              : []),
        `-d ${single(option.about)}`,
      ].join(' '),
    ),
  ])
  .join('\n')}
`;

const generators: Readonly<Record<ShellName, (shapes: readonly CommandShape[]) => string>> = {
  bash,
  zsh,
  fish,
};
