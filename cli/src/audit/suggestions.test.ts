import { describe, expect, test } from '@jest/globals';
import { Suggestions } from './suggesting.js';
import { itemOf } from './suggestions.js';
import type { Entry } from './timeline.js';

interface Sample {
  readonly source?: string;
  readonly found?: Readonly<Record<string, number>>;
  readonly looked?: number;
  readonly masked?: boolean;
  readonly at?: number;
  readonly database?: string;
  /** of the column `public.t.note` */
  readonly tags?: readonly string[];
}

const entry = (sample: Sample): Entry => ({
  session: { database: sample.database ?? 'ml/shop' },
  event: {
    timeUs: sample.at ?? 1,
    statement: {
      findings: [
        {
          source: sample.source ?? 'public.t.note',
          looked: sample.looked ?? 10,
          masked: sample.masked ?? true,
          found: Object.entries(sample.found ?? { 'pii.email': 1 }).map(([tag, values]) => ({
            tag,
            values,
          })),
        },
      ],
    },
  },
  statementRecord: {
    accesses: [
      { relation: 'public.t', columns: [{ name: 'note', tags: [...(sample.tags ?? [])] }] },
    ],
  },
});

const of = (...samples: readonly Sample[]): ReturnType<Suggestions['all']> => {
  const gathered = new Suggestions();
  for (const sample of samples) gathered.add(entry(sample));
  return gathered.all();
};

describe('suggestions', () => {
  test.each<{ name: string; samples: readonly Sample[]; items: readonly string[] }>([
    { name: 'nothing', samples: [], items: [] },
    { name: 'one', samples: [{}], items: ['- {column: public.t.note, tags: [pii.email]}'] },
    {
      name: 'of several tags the one found most is first',
      samples: [{ found: { 'pii.email': 1, 'pii.card': 3 } }, { found: { 'pii.email': 1 } }],
      items: ['- {column: public.t.note, tags: [pii.card, pii.email]}'],
    },
    {
      name: 'by database, then by how much was found',
      samples: [
        { database: 'ml/zoo' },
        { source: 'public.t.b', found: { 'pii.ip': 2 } },
        { source: 'public.t.a' },
        { source: 'public.t.c', found: { 'pii.ip': 9 } },
      ],
      items: [
        '- {column: public.t.c, tags: [pii.ip]}',
        '- {column: public.t.b, tags: [pii.ip]}',
        '- {column: public.t.a, tags: [pii.email]}',
        '- {column: public.t.note, tags: [pii.email]}',
      ],
    },
    {
      name: 'not what the column has already, whenever it got it',
      samples: [{ tags: ['pii.email'] }, {}, { found: { 'pii.card': 1 } }],
      items: ['- {column: public.t.note, tags: [pii.card]}'],
    },
    {
      name: 'a tag in another database says nothing',
      samples: [{ tags: ['pii.email'], database: 'ml/other' }, {}],
      items: ['- {column: public.t.note, tags: [pii.email]}'],
    },
    {
      name: 'names as YAML takes them',
      samples: [{ source: `public."Mixed Case"."it's"` }, { source: 'public.größe.wert' }],
      items: [
        `- {column: 'public."Mixed Case"."it''s"', tags: [pii.email]}`,
        '- {column: public.größe.wert, tags: [pii.email]}',
      ],
    },
    { name: 'values of no single column', samples: [{ source: '' }], items: [] },
  ])('$name', ({ samples, items }) => {
    expect(of(...samples).suggestions.map(itemOf)).toEqual(items);
  });

  test('count what they rest on', () => {
    expect(of({ at: 5, looked: 3 }, { at: 9, looked: 4, masked: false }, { source: '' })).toEqual({
      elsewhere: 1,
      suggestions: [
        {
          ...{ database: 'ml/shop', column: 'public.t.note' },
          tags: [{ tag: 'pii.email', values: 2 }],
          ...{ looked: 7, statements: 2, masked: false, lastUs: 9 },
        },
      ],
    });
  });
});
