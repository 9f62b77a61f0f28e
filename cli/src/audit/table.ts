import { formatTime, kindOf, outcomeName, type postern } from '@postern/proto';
import type { Paint, Style } from '../output/paint.js';
import type { Entry } from './timeline.js';

/** An event in the words of a table. */
export interface Summary {
  readonly time: string;
  readonly who: string;
  readonly database: string;
  readonly what: string;
  readonly relations: string;
  readonly result: string;
  readonly rows: string;
  readonly detail: string;
}

const columns = [
  ['time', 'TIME', 23],
  ['who', 'WHO', 18],
  ['database', 'DATABASE', 12],
  ['what', 'WHAT', 12],
  ['relations', 'RELATIONS', 18],
  ['result', 'RESULT', 10],
  ['rows', 'ROWS', 5],
] as const;

const longest = 72;

type Session = postern.audit.v1.ISessionStart;

export const summarise = (entry: Entry): Summary => {
  const event = entry.event ?? {};
  const { statement } = event;
  const record = entry.statementRecord;
  const start = event.sessionStart ?? entry.session;
  const relations = new Set((record?.accesses ?? []).map((access) => access.relation ?? ''));
  relations.delete('');
  return {
    time: shortTime(event.timeUs ?? 0),
    who: who(start),
    database: start?.database ?? event.refusal?.database ?? event.catalogueChange?.database ?? '',
    what: record?.command || kindOf(event),
    relations: [...relations].map((name) => name.replace(/^public\./, '')).join(','),
    result: result(entry),
    rows: statement == null ? '' : String(rowsOf(statement)),
    detail: shorten(detail(entry), longest),
  };
};

/** What was changed, or else what was returned. */
const rowsOf = ({ affectedRows, rows }: postern.audit.v1.IStatement): number => {
  const affected = affectedRows ?? 0;
  return affected > 0 ? affected : (rows ?? 0);
};

/** Milliseconds are enough for people. */
const shortTime = (us: number): string => formatTime(us).replace('T', ' ').slice(0, 23);

export const who = (session: Session | null | undefined): string => {
  const identity = session?.identity;
  if (identity == null) return '';
  const name = identity.name || identity.subject || '';
  return identity.namespace ? `${identity.namespace}/${name}` : name;
};

const result = (entry: Entry): string => {
  const statement = entry.event?.statement;
  if (statement != null) return outcomeName(statement.outcome);
  return entry.event?.refusal == null ? '' : 'refused';
};

/** The SQL; for a refusal the rule in front of it, for other events what they say. */
const detail = (entry: Entry): string => {
  const event = entry.event ?? {};
  const record = entry.statementRecord;
  if (event.statement != null) {
    const sql = record?.normalisedSql ?? '(its statement record is missing)';
    const effect = record?.decision?.effect ?? '';
    if (effect === 'allow' || effect === '') return sql;
    const [reason] = record?.decision?.reasons ?? [];
    const rule = [reason?.policy, reason?.rule].filter(Boolean).join(' ');
    return `[${effect}${rule === '' ? '' : `: ${rule}`}] ${sql}`;
  }
  if (event.sessionStart != null) {
    const { user, clientAddress, applicationName } = event.sessionStart;
    return [`as ${user ?? ''}`, `from ${clientAddress ?? ''}`, applicationName ?? '']
      .filter((part) => !/^(as |from )?$/.test(part))
      .join(' ');
  }
  if (event.sessionEnd != null) {
    return `${event.sessionEnd.reason ?? ''} after ${event.sessionEnd.statements ?? 0} statements`;
  }
  if (event.refusal != null) return `${event.refusal.sqlstate ?? ''} ${event.refusal.reason ?? ''}`;
  if (event.policyChange != null) return event.policyChange.bundleDigest ?? '';
  if (event.gap != null) return `${event.gap.events ?? 0} events lost: ${event.gap.reason ?? ''}`;
  return event.catalogueChange?.cause ?? '';
};

// What a client wrote must not move the cursor of the terminal that shows it.
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/** The text with a dot for what is not printable. */
export const visible = (text: string): string => text.replace(unprintable, '\u00b7');

/** One printable line of at most `most` characters. */
export const shorten = (text: string, most: number): string => {
  const line = visible(text.replace(/\s+/gu, ' ')).trim();
  const characters = [...line];
  return characters.length <= most ? line : `${characters.slice(0, most - 1).join('')}…`;
};

/** Header, then rows. Where rows come one by one, columns have their usual widths. */
export const tableLines = (
  summaries: readonly Summary[],
  paint: Paint,
  fit: 'content' | 'usual widths' = 'content',
): readonly string[] => {
  const widths = columns.map(([field, title, usual]) =>
    fit === 'usual widths'
      ? usual
      : Math.max(title.length, ...summaries.map((summary) => width(cell(summary[field])))),
  );
  const header = paint(
    'dim',
    [...columns.map(([, title], i) => pad(title, widths[i])), 'SQL'].join('  '),
  );
  const rows = summaries.map((summary) => {
    const cells = columns.map(([field], i) => {
      const text = pad(cell(summary[field]), widths[i]);
      return field === 'result' ? paint(colour(summary.result), text) : text;
    });
    return [...cells, summary.detail].join('  ').trimEnd();
  });
  return [header, ...rows];
};

const cell = (text: string): string => shorten(text, 40);
const width = (text: string): number => [...text].length;
const pad = (text: string, to = 0): string => text + ' '.repeat(Math.max(0, to - width(text)));

const colour = (outcome: string): Style =>
  outcome === 'completed'
    ? 'green'
    : outcome === 'refused' || outcome === 'failed'
      ? 'red'
      : 'yellow';
