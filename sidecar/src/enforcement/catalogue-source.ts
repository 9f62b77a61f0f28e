import { type AskRows, BorneNames, CatalogueReader, classify, RememberedTags } from '@postern/sql';
import type { Classification as Explicit } from '../control/assignment.js';
import type { Ask } from './ask.js';
import type { CatalogueSource } from './catalogues.js';

export function postgresCatalogue(explicit: readonly Explicit[]): CatalogueSource {
  const reader = new CatalogueReader();
  const remembered = new RememberedTags();
  const names = new BorneNames();
  return {
    fingerprint: (ask) => reader.fingerprint(briefly(ask)),
    load: async (ask, version, committed) => {
      const catalogue = await reader.read(briefly(ask), version, committed);
      const former = names.read(catalogue, committed);
      return { catalogue, classification: classify(catalogue, explicit, remembered, former) };
    },
  };
}

const briefly =
  (ask: Ask): AskRows =>
  (sql) =>
    ask.ask(sql, { reading: 'brief' });
