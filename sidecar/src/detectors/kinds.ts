/** What is looked for; each name can be used as the tag of a column. The order is that of `kind`. */
export const detectorIds = [
  'pii.email',
  'pii.phone',
  'pii.card',
  'pii.iban',
  'pii.national-id',
  'pii.ip',
  'secret.token',
  'secret.jwt',
  'secret.private-key',
] as const;

export type DetectorId = (typeof detectorIds)[number];

/** Indices into `detectorIds`: what the scanners write down instead of strings. */
export const kind = {
  email: 0,
  phone: 1,
  card: 2,
  iban: 3,
  nationalId: 4,
  ip: 5,
  token: 6,
  jwt: 7,
  privateKey: 8,
} as const;

export type Kind = (typeof kind)[keyof typeof kind];
