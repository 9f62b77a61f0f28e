import type { SessionGovernance } from '../enforcement/session-governance.js';
import type { GovernedStatement } from '../enforcement/verdict.js';
import { type Names, wireName } from './names.js';

/** Follows what a statement did to the session, whether it succeeded or not. */
export function applyEffects(
  statement: GovernedStatement,
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
        names.discardAll();
        governance.settingsTouched(['*']);
        break;
      case 'deallocate':
        if (effect.name === undefined) names.deallocateAll();
        else names.closeStatement(wireName(effect.name));
        break;
      case 'prepare':
        governance.prepared(statement, effect.name, names);
        break;
      case 'declare':
        names.addPortal(wireName(effect.name), {
          by: 'declare',
          cycle: 0,
          prepared: governance.preparedFor(statement),
          count: { rows: 0, bytes: 0 },
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
