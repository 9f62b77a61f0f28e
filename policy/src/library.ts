import { fileURLToPath } from 'node:url';

/** Of the Rego library together with the shape of its data; part of every digest. */
export const libraryVersion = '2';

/** Beside the sources and the built package alike. */
const beside = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

export const libraryFiles = (): readonly string[] => [
  beside('rego/postern.rego'),
  beside('rego/selection.rego'),
];
export const capabilitiesFile = (): string => beside('rego/capabilities.json');
export const baselineFile = (): string => beside('baseline/baseline.yaml');

export const entrypoints = {
  decision: 'postern/decision',
  selection: 'postern/selection',
} as const;
