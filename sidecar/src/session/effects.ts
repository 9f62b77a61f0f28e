import type { SessionGovernance } from '../enforcement/session-governance.js';
import type { GovernedStatement } from '../enforcement/verdict.js';
import { nothingSent } from './execution.js';
import { type Names, wireName } from './names.js';

/**
 * Follows what a statement did to the session. One that failed has given and taken no name; settings and
 * catalogue are asked for again, whatever it was.
 */
export function applyEffects(
  statement: GovernedStatement,
  how: 'completed' | 'failed',
  governance: SessionGovernance,
  names: Names,
): void {
  for (const effect of statement.effects) {
    switch (effect.kind) {
      case 'settings':
        governance.settingsTouched(effect.names);
        break;
      case 'catalogue':
        governance.catalogueTouched(effect.temporary);
        break;
      case 'discard':
        if (how === 'completed') names.discardAll();
        governance.settingsTouched(['*']);
        break;
      case 'deallocate':
        if (how === 'failed') break;
        if (effect.name === undefined) names.deallocateAll();
        else names.closeStatement(wireName(effect.name));
        break;
      case 'prepare':
        if (how === 'completed') governance.prepared(statement, effect.name, names);
        break;
      case 'declare':
        if (how === 'failed') break;
        names.addPortal(wireName(effect.name), {
          by: 'declare',
          cycle: 0,
          prepared: governance.preparedFor(statement),
          count: nothingSent(),
        });
        break;
      case 'transaction':
        if (effect.verb !== 'begin') governance.transactionEnding();
        break;
      case 'execute':
      case 'fetch':
        break;
      default:
        effect satisfies never;
    }
  }
}
