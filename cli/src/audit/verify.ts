import { readFile } from 'node:fs/promises';
import { NoteError, parseVerifierKey } from '@postern/proto';
import { CliError, messageOf } from '../errors.js';
import { exit, type ExitCode } from '../exit.js';
import type { Shell } from '../shell.js';
import { placeText, type Finding } from './finding.js';
import type { AuditFormat } from './format.js';
import { yaml } from './output.js';
import { visible } from './table.js';
import type { Timeline } from './timeline.js';
import { type Verdict, Verification } from './verification.js';

/** reads of a log that grows while it is read */
const attempts = 5;

/**
 * Checks the whole record of a collector.
 *
 * @param pinned  verifier key text that must have signed
 */
export const verify = async (
  timeline: Timeline,
  pinned: string | undefined,
  format: AuditFormat,
  shell: Shell,
): Promise<void> => {
  const verdict = await readVerdict(timeline, pinned);
  const { out } = shell.terminal;
  if (format === 'table') sayVerdict(verdict, shell);
  else
    out.line(format === 'json' ? JSON.stringify(json(verdict), undefined, 2) : yaml(json(verdict)));
  shell.exit(exitCodes[verdict.kind]);
};

const exitCodes: Readonly<Record<Verdict['kind'], ExitCode>> = {
  verified: exit.ok,
  tampered: exit.no,
  moving: exit.failed,
  incomplete: exit.failed,
};

const readVerdict = async (timeline: Timeline, pinned: string | undefined): Promise<Verdict> => {
  let covered = 0;
  for (let attempt = 1; ; attempt += 1) {
    const verification = new Verification(pinned, covered);
    try {
      for await (const chunk of timeline.export()) if (!verification.take(chunk)) break;
    } catch (thrown) {
      // the collector itself found that its log was rolled back
      if (thrown instanceof CliError && thrown.code === 'log-rolled-back') {
        const seen = verification.verdict();
        if (seen.kind === 'tampered') return seen;
        const finding: Finding = { code: 'checkpoint', place: undefined, message: thrown.message };
        return { kind: 'tampered', finding, checked: 0 };
      }
      throw thrown;
    }
    const verdict = verification.verdict();
    if (verdict.kind !== 'moving' || attempt === attempts) return verdict;
    covered = verdict.beyond;
  }
};

const sayVerdict = (verdict: Verdict, { terminal: { out, err } }: Shell): void => {
  switch (verdict.kind) {
    case 'verified': {
      const { events, sessions, statementRecords, checkpoint, signer } = verdict;
      out.line(
        `${out.paint('green', 'verified:')} ${events} events in ${sessions} sessions, root ` +
          `${checkpoint.root.toString('hex')}, checkpoint signed by ${signer}`,
      );
      out.line(
        out.paint(
          'dim',
          `  each event against its leaf hash, ${statementRecords} statement records against their digests, ` +
            'what is searched against what was signed, every session from its first event, ' +
            `the root of ${checkpoint.size} leaves against the checkpoint`,
        ),
      );
      return;
    }
    case 'tampered': {
      const { place, message } = verdict.finding;
      out.line(
        `${out.paint('red', 'tampered:')} ${place === undefined ? '' : `${placeText(place)}: `}${visible(message)}`,
      );
      out.line(out.paint('dim', `  ${verdict.checked} events before it are good`));
      return;
    }
    case 'moving':
      err.line('postern: could not check: more events arrive than can be read; try again');
      return;
    case 'incomplete':
      err.line(`postern: could not check: ${verdict.why}; try again`);
  }
};

/** Stable for programs: `{result: verified|tampered|unchecked, ...}`. */
const json = (verdict: Verdict): object => {
  switch (verdict.kind) {
    case 'verified':
      return {
        result: 'verified',
        events: verdict.events,
        sessions: verdict.sessions,
        statementRecords: verdict.statementRecords,
        root: verdict.checkpoint.root.toString('hex'),
        origin: verdict.checkpoint.origin,
        verifierKey: verdict.signer,
      };
    case 'tampered': {
      const { code, place, message } = verdict.finding;
      return { result: 'tampered', code, message, event: place ?? null, checked: verdict.checked };
    }
    case 'moving':
      return { result: 'unchecked', message: 'more events arrive than can be read' };
    case 'incomplete':
      return { result: 'unchecked', message: verdict.why };
  }
};

/**
 * `--key`: the key itself, or a file that holds it.
 *
 * @throws CliError `bad-key`
 */
export const readKey = async (given: string): Promise<string> => {
  const wrong = (why: string, cause: unknown): CliError =>
    new CliError(
      'bad-key',
      `--key ${JSON.stringify(given)}: ${why}`,
      'give the verifier key (name+id+key) that the collector serves at /verifier-key, or a file with it',
      { cause },
    );
  let text = given.trim();
  if (!/^\S+\+[0-9a-f]{8}\+\S+$/.test(text)) {
    try {
      text = (await readFile(given, 'utf8')).trim();
    } catch (thrown) {
      throw wrong(`neither a key nor a file: ${messageOf(thrown)}`, thrown);
    }
  }
  try {
    parseVerifierKey(text);
  } catch (thrown) {
    if (thrown instanceof NoteError) throw wrong(thrown.message, thrown);
    throw thrown;
  }
  return text;
};
