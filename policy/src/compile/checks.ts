import type { DatabaseAccessPolicy } from '@postern/crds';
import { checkRowFilter } from '@postern/sql';
import { isTimezone } from '../schedule.js';
import { expandActions, functionCallAction, replicationAction } from './actions.js';
import type { CompiledRule, Keys } from './data.js';
import { compileRule, compileSchedule, type PolicyRule } from './policy.js';
import type { PolicyObjects, Report } from './source.js';

/** What the schema cannot see: rules that can never fire, and names that mean nothing. */
export const checkPolicy = (
  policy: DatabaseAccessPolicy,
  objects: PolicyObjects,
  report: Report,
): void => {
  const rules = policy.spec.rules ?? [];
  rules.forEach((rule, i) => {
    const at: Report = (path, message) => {
      report(['spec', 'rules', i, ...path], message);
    };
    checkTables(rule, at);
    checkCommands(rule, at);
    checkSchedule(rule, at);
    checkMasks(rule, at);
    checkFilter(rule, at);
    checkShadow(rule, rules, at);
  });
  checkDatabases(policy, objects, report);
};

const never = (why: string): string => `the rule can never fire: ${why}`;

const checkTables = (rule: PolicyRule, report: Report): void => {
  const { tables } = rule;
  if (!tables || tables.includes('*.*')) return;
  if (rule.actions.every((action) => action === 'config'))
    report(['tables'], never('settings (action config) belong to no table; leave tables out'));
};

/** First words of PostgreSQL's command tags, with the actions such a command can have; absent: any. */
const commandActions: Readonly<Record<string, readonly string[] | undefined>> = {
  DROP: ['ddl', 'privilege', 'config'],
  TRUNCATE: ['truncate'],
  GRANT: ['privilege'],
  REVOKE: ['privilege'],
  REASSIGN: ['privilege', 'ddl'],
};

const commandWords = new Set(
  (
    'ABORT ALTER ANALYZE BEGIN CALL CHECKPOINT CLOSE CLUSTER COMMENT COMMIT COPY CREATE DEALLOCATE DECLARE ' +
    'DELETE DISCARD DO DROP END EXECUTE EXPLAIN FETCH GRANT IMPORT INSERT LISTEN LOAD LOCK MERGE MOVE NOTIFY ' +
    'PREPARE REASSIGN REFRESH REINDEX RELEASE RESET REVOKE ROLLBACK SAVEPOINT SECURITY SELECT SET SHOW START ' +
    'TABLE TRUNCATE UNLISTEN UPDATE VACUUM VALUES WITH'
  ).split(' '),
);

const checkCommands = (rule: PolicyRule, report: Report): void => {
  const { commands } = rule;
  if (!commands) return;
  const actions = expandActions(rule.actions);
  const impossible = commands.filter((command, i) => {
    const [word = ''] = command.toUpperCase().split(' ');
    if (!commandWords.has(word)) {
      report(['commands', i], `no command of PostgreSQL begins with ${word}`);
      return false;
    }
    return commandActions[word]?.every((action) => !actions.has(action)) ?? false;
  });
  if (impossible.length === commands.length)
    report(
      ['commands'],
      never(`${commands.join(', ')} is none of the actions ${rule.actions.join(', ')}`),
    );
};

const checkSchedule = ({ schedule }: PolicyRule, report: Report): void => {
  if (!schedule) return;
  if (!isTimezone(schedule.timezone)) {
    report(
      ['schedule', 'timezone'],
      `unknown time zone ${JSON.stringify(schedule.timezone)}; write an IANA name such as Europe/Berlin`,
    );
    return;
  }
  const { start, end, outside, days } = compileSchedule(schedule);
  const field = outside ? 'outside' : 'inside';
  if (start === end)
    report(['schedule', field], never('the window is empty, it ends when it begins'));
  else if (outside && start === 0 && end === 1440 && (!days || days.length === 7))
    report(['schedule', field], never('there is no time outside of 00:00-24:00'));
};

const blind = new Set([
  ...['truncate', 'ddl', 'privilege', 'config', 'execute', functionCallAction],
  replicationAction,
]);

const checkMasks = (rule: PolicyRule, report: Report): void => {
  for (const field of ['masks', 'rowFilter'] as const)
    if (rule[field] !== undefined && rule.actions.every((action) => blind.has(action)))
      report([field], `never applies: ${rule.actions.join(', ')} shows no rows`);
};

const checkFilter = (rule: PolicyRule, report: Report): void => {
  if (rule.rowFilter === undefined) return;
  for (const { message, position } of checkRowFilter(rule.rowFilter))
    report(
      ['rowFilter'],
      position === undefined ? message : `${message} (at character ${position})`,
    );
};

const checkShadow = (rule: PolicyRule, rules: readonly PolicyRule[], report: Report): void => {
  if (rule.effect === 'Deny') return;
  const actions = expandActions(rule.actions);
  const compiled = compileRule(rule, () => 0);
  const shadow = rules.find((other) => {
    if (other.effect !== 'Deny' || other.schedule || other.commands || other.unfiltered)
      return false;
    const denied = expandActions(other.actions);
    return (
      [...actions].every((action) => denied.has(action)) &&
      coversAll(
        compileRule(other, () => 0),
        compiled,
      )
    );
  });
  if (shadow)
    report(
      [],
      never(`rule ${JSON.stringify(shadow.name)} denies everything it is about, and Deny wins`),
    );
};

const coversAll = (wide: CompiledRule, narrow: CompiledRule): boolean =>
  (['relation', 'function', 'none'] as const).every((kind) => {
    const wanted = narrow.on[kind];
    return wanted === undefined || covers(wide.on[kind], wanted);
  });

const covers = (wide: Keys | undefined, narrow: Keys): boolean => {
  if (wide === true) return true;
  if (wide === undefined || narrow === true) return false;
  return Object.keys(narrow).every((key) =>
    Object.keys(wide).some((pattern) => within(key, pattern)),
  );
};

/** Whether a pattern takes in everything another does; both as keys. */
const within = (key: string, pattern: string): boolean => {
  if (key === pattern) return true;
  const [schema, name] = halves(key);
  const [wideSchema, wideName] = halves(pattern);
  const system = schema === 'pg_catalog' || schema === 'information_schema';
  return (
    (wideSchema === schema || (wideSchema === '*' && !system)) &&
    (wideName === name || wideName === '*')
  );
};

/** A key of two parts; a dot within quotes is none. */
const halves = (key: string): readonly [string, string] => {
  const [, schema = '', name = ''] = /^("(?:[^"]|"")+"|[^".]+)\.(.+)$/.exec(key) ?? [];
  return [schema, name];
};

const checkDatabases = (
  policy: DatabaseAccessPolicy,
  objects: PolicyObjects,
  report: Report,
): void => {
  const namespace = policy.metadata.namespace ?? 'default';
  if (objects.databases.length === 0) return;
  policy.spec.databases?.names?.forEach((name, i) => {
    const known = objects.databases.some(
      ({ metadata }) => metadata.name === name && (metadata.namespace ?? 'default') === namespace,
    );
    if (!known)
      report(['spec', 'databases', 'names', i], `there is no Database ${namespace}/${name}`);
  });
};
