import type { Bodies } from '../resolve/resolver.js';
import { ofCreated, ofFunction } from './function-bodies.js';
import { ofRule } from './rule-bodies.js';

/** Bodies looked into for one statement; more are not understood. */
const mostBodies = 200;

/** What looks into the bodies of one statement. */
export const newBodies = (): Bodies => ({ ofFunction, ofCreated, ofRule, left: mostBodies });
