import type { Otherwise } from './wrong-case.js';

const refusal = 'E the statement is refused';

/** Where a refusal is not what the server would have done, and what comes today. */
export const knownRefusals: Readonly<
  Record<string, Pick<Otherwise, 'kind' | 'why'> & { readonly hears: readonly string[] | 'varies' }>
> = {
  'COPY from the client, extended': {
    kind: 'differs',
    why: 'refused at Parse; the server looks at the table at Execute',
    hears: [refusal, 'Z I', 'T ?column?', 'D 1', 'C SELECT 1', 'Z I'],
  },
  'COPY of a query': {
    kind: 'differs',
    why: 'refused at Parse; the server looks at the table at Execute',
    hears: [refusal, 'Z I', refusal, 'Z I'],
  },
};
