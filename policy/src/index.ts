export type * from './input.js';
export type * from './decision.js';
