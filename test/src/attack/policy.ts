/** What both kinds of session are governed by: the same masks, a narrow and a wide set of actions. */
export type Bed = 'narrow' | 'wide';
export const beds: readonly Bed[] = ['narrow', 'wide'];

const tagged: Readonly<Record<string, readonly string[]>> = {
  'pii.name': ['app.people.name', 'gen.folk.name'],
  'pii.email': ['app.people.email', 'app.orders.email', 'gen.folk.email', 'gen.bills.email'],
  'pii.national': [
    'app.people.national_id',
    'app.people.phone',
    'gen.bills.memo',
    'gen.parts.code',
  ],
  'pii.salary': ['app.people.salary'],
  'pii.birth': ['app.people.birth'],
  'pii.doc': ['app.people.doc'],
  'pii.other': ['app.people.tags', 'app.people.token', 'app.people.mood', 'gen.bills.secret'],
  'pii.text': [
    'app.segments.code',
    'app.contacts.handle',
    'app.tickets.body',
    'app.late.secret',
    'app.ledger.note',
  ],
};

const masks = `
        - {tags: [pii.name], mask: {partial: {first: 1, last: 1}}}
        - {tags: [pii.email], mask: {hash: {}}}
        - {tags: [pii.national, pii.text], mask: {redact: {}}}
        - {tags: [pii.salary], mask: {bucket: {size: 100000000}}}
        - {tags: [pii.birth], mask: {year: {}}}
        - {tags: [pii.doc], mask: {json: {paths: [secret, inner.code]}}}
        - {tags: [pii.other], mask: {'null': {}}}`;

const databaseOf = (bed: Bed, port: number): string => `
apiVersion: postern.dev/v1alpha1
kind: Database
metadata: {name: ${bed}, namespace: attack, labels: {bed: ${bed}}}
spec:
  engine: postgresql
  endpoints: [{host: 127.0.0.1, port: ${port}}]
  tls: {mode: disable}
  discovery: {mode: 'Off'}
  detectors: {mode: 'Off'}
  classifications:
${Object.entries(tagged)
  .flatMap(([tag, columns]) => columns.map((column) => `    - {column: ${column}, tags: [${tag}]}`))
  .join('\n')}
`;

const filtered = `
    - name: own-region
      actions: [select, write, copy-in, copy-out]
      tables: [app.regional, app.ledger, gen.local]
      effect: Allow
      rowFilter: "region = 'eu'"`;

const rules: Readonly<Record<Bed, string>> = {
  narrow: `
  defaultAction: Deny
  rules:
    - name: read
      actions: [select, copy-out, execute, config]
      tables: ['*.*']
      effect: Allow
      masks:${masks}
    - name: write
      actions: [write, copy-in]
      tables: ['app.*', 'scratch.*', 'pg_temp.*']
      effect: Allow
    - name: build
      actions: [ddl]
      tables: ['scratch.*', 'pg_temp.*']
      effect: Allow${filtered}`,
  wide: `
  defaultAction: Allow
  rules:
    - name: work
      actions: [any, function-call]
      tables: ['*.*']
      effect: Allow
      masks:${masks}${filtered}`,
};

const policyOf = (bed: Bed): string => `
apiVersion: postern.dev/v1alpha1
kind: DatabaseAccessPolicy
metadata: {name: ${bed}, namespace: attack}
spec:
  databases: {matchLabels: {bed: ${bed}}}${rules[bed]}
`;

/** Database and policy objects of a server. */
export const objectsFor = (port: number): string =>
  beds.flatMap((bed) => [databaseOf(bed, port), policyOf(bed)]).join('---');
