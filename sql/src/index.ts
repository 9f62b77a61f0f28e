export type * from './analysis.js';
export type { Mask } from './mask.js';
export { formatName, quoteIdentifier, type ObjectName } from './names.js';
