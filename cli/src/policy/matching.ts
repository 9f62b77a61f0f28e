import type { DatabaseAccessPolicy } from '@postern/crds';
import {
  formatName,
  matchesRelation,
  parseRelationPattern,
  type Access,
  type Analysis,
} from '@postern/sql';

type Rule = NonNullable<DatabaseAccessPolicy['spec']['rules']>[number];

/** A rule that speaks of something the statement does. */
export interface MatchingRule {
  /** `namespace/name` */
  readonly policy: string;
  readonly rule: string;
  readonly effect: Rule['effect'];
  /** `select public.orders`, ... */
  readonly about: readonly string[];
  /** it holds only at certain times, which are not looked at here */
  readonly scheduled: boolean;
}

/**
 * The rules behind a decision, for people: the decision itself names only those that refuse, hold, mask,
 * filter or limit.
 *
 * @param selected the policies that are about the session, `namespace/name`
 */
export const matchingRules = (
  policies: readonly DatabaseAccessPolicy[],
  selected: readonly string[],
  analysis: Analysis,
): readonly MatchingRule[] =>
  policies.flatMap((policy) => {
    const key = `${policy.metadata.namespace ?? 'default'}/${policy.metadata.name}`;
    if (!selected.includes(key)) return [];
    return (policy.spec.rules ?? []).flatMap((rule) => {
      if (!speaksOfCommand(rule, analysis)) return [];
      const about = analysis.accesses.filter((access) => speaksOf(rule, access)).map(described);
      if (about.length === 0) return [];
      return [
        {
          policy: key,
          rule: rule.name,
          effect: rule.effect,
          about: [...new Set(about)],
          scheduled: rule.schedule !== undefined,
        },
      ];
    });
  });

const described = ({ action, object }: Access): string =>
  object === undefined ? action : `${action} ${formatName(object)}`;

const speaksOfCommand = ({ commands, unfiltered }: Rule, analysis: Analysis): boolean =>
  (unfiltered !== true || analysis.flags.unfiltered) &&
  (commands === undefined ||
    commands.some((command) => `${analysis.command} `.startsWith(`${command.toUpperCase()} `)));

const writes: ReadonlySet<string> = new Set(['insert', 'update', 'delete', 'merge', 'truncate']);

const speaksOf = (rule: Rule, access: Access): boolean => {
  const does = rule.actions.some(
    (action) =>
      action === 'any' ||
      action === access.action ||
      (action === 'write' && writes.has(access.action)),
  );
  if (!does) return false;
  const patterns = access.action === 'execute' ? (rule.functions ?? rule.tables) : rule.tables;
  if (patterns === undefined) return true;
  const { object } = access;
  if (object === undefined) return patterns.includes('*.*');
  return patterns.some((pattern) => matchesRelation(parseRelationPattern(pattern), object));
};
